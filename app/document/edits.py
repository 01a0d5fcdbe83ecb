"""Every edit, in one place to import from."""

from app.document.edit import Edit, Group, Restore, Touched
from app.document.event_edits import (
    CreateEvent,
    DeleteEvents,
    MergeEvents,
    MoveApex,
    MoveBoundary,
    MoveEvent,
    Relabel,
    SetAttributes,
    SplitEvent,
)
from app.document.project_edits import (
    AddTier,
    AddVideo,
    ChangeVideo,
    DeleteTier,
    MarkReviewed,
    RemoveVideo,
    RenameTier,
    UnmarkReviewed,
    UseModel,
)
from app.document.tier_edits import AcceptPredictions, CopyToTier, ReplaceEvents, correction_of

__all__ = [
    "AcceptPredictions",
    "AddTier",
    "AddVideo",
    "ChangeVideo",
    "CopyToTier",
    "CreateEvent",
    "DeleteEvents",
    "DeleteTier",
    "Edit",
    "Group",
    "MarkReviewed",
    "MergeEvents",
    "MoveApex",
    "MoveBoundary",
    "MoveEvent",
    "Relabel",
    "RemoveVideo",
    "RenameTier",
    "ReplaceEvents",
    "Restore",
    "SetAttributes",
    "SplitEvent",
    "Touched",
    "UnmarkReviewed",
    "UseModel",
    "correction_of",
]
