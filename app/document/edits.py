"""Every edit, in one place to import from."""

from app.document.attribute_edits import Relabel, SetAttributes
from app.document.copy_edits import AddEvents, CopyToTier, MoveToTier, PasteEvents, ReplaceEvents
from app.document.edit import Edit, Group, Restore, Touched
from app.document.event_edits import (
    CreateEvent,
    DeleteEvents,
    MergeEvents,
    MoveApex,
    MoveBoundary,
    MoveEvent,
    SplitEvent,
)
from app.document.model_edits import DescribeModel
from app.document.prediction_edits import (
    AcceptPredictions,
    CorrectPrediction,
    RejectPredictions,
    UnrejectPredictions,
    correction_of,
)
from app.document.project_edits import (
    AddVideo,
    ChangeVideo,
    MarkReviewed,
    PutSubject,
    PutVocabulary,
    RemoveVideo,
    RemoveVocabulary,
    RenameSubject,
    UnmarkReviewed,
    UseModel,
)
from app.document.tier_edits import AddTier, ChangeTier, DeleteTier, MergeTiers, RenameTier, ReorderTiers

__all__ = [
    "AcceptPredictions",
    "AddEvents",
    "AddTier",
    "AddVideo",
    "ChangeTier",
    "ChangeVideo",
    "CopyToTier",
    "CorrectPrediction",
    "CreateEvent",
    "DeleteEvents",
    "DeleteTier",
    "DescribeModel",
    "Edit",
    "Group",
    "MarkReviewed",
    "MergeEvents",
    "MergeTiers",
    "MoveApex",
    "MoveBoundary",
    "MoveEvent",
    "MoveToTier",
    "PasteEvents",
    "PutSubject",
    "PutVocabulary",
    "RejectPredictions",
    "Relabel",
    "RemoveVideo",
    "RemoveVocabulary",
    "RenameSubject",
    "RenameTier",
    "ReorderTiers",
    "ReplaceEvents",
    "Restore",
    "SetAttributes",
    "SplitEvent",
    "Touched",
    "UnmarkReviewed",
    "UnrejectPredictions",
    "UseModel",
    "correction_of",
]
