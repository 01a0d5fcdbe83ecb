"""What a detection asks of its child process, and what its results change in the project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.document.edits import AddTier, Edit, Group, ReplaceEvents
from app.jobs.detection_entry import Entry
from app.jobs.found_events import events_of
from app.jobs.process_job import MAIN
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video, face_text
from fedn.counted import counted
from fedn.registry import DEFAULT_MODEL

TIER_NAME = "FEDN"
PROPOSALS = "Proposals"
OPTICAL_FLOW = "optical-flow"
"""The model that comes with the program and needs no labels."""
WHAT_PROPOSES = "proposes intervals in which the face moves as expressions do, without names and without any training"


def tier_name_of(model: str) -> str:
    """What the tier of a model is called at first."""
    return PROPOSALS if model == OPTICAL_FLOW else TIER_NAME


def model_name_of(project: Project) -> str:
    """The model that detects in a project."""
    return project.model_in_use or DEFAULT_MODEL


def detect_arguments(entries: Sequence[Entry], project_folder: Path) -> list[str]:
    """The child's command line after the interpreter; the entries share model and frame rate of images."""
    first = entries[0]
    where = ["--model", str(first.model_folder), "--cache", str(project_folder / "cache")]
    fps = [] if first.image_fps is None else ["--image-fps", str(first.image_fps)]
    faces = [f"--face={face_text(entry.face) if entry.face else 'undecided'}" for entry in entries]
    paths = (str(entry.path) for entry in entries)
    return [str(MAIN), "detect", *where, *fps, *faces, "--ask-face", "--records", "--", *paths]


def one_child(waiting: Sequence[Entry]) -> list[Entry]:
    """Those of the waiting that the next child takes: with the same model and frame rate as the first.

    A video that is there twice is left for the child after it: records tell videos apart by their path.
    """
    first, taken = waiting[0], dict[Path, Entry]()
    for entry in waiting:
        if (entry.model_folder, entry.image_fps) == (first.model_folder, first.image_fps):
            taken.setdefault(entry.path, entry)
    return list(taken.values())


def detector_tier(project: Project, video_id: str, model: str) -> Tier | None:
    """The tier of a video that a model's events are in."""
    tiers = (tier for tier in project.tiers_of(video_id) if tier.source == Source.DETECTOR and tier.who == model)
    return next(tiers, None)


def result_edit(project: Project, video: Video, model: str, data: dict[str, Any]) -> Edit:
    """Puts the events of a result into the tier of their model, which is made when it is missing.

    Raises:
        FormatError, EditError: if the result holds what is not an event.
    """
    events = events_of(data)
    tier = detector_tier(project, video.id, model)
    words = f"Detect {counted(len(events), 'event')} in {video.name}"
    if tier is not None:
        return Group((ReplaceEvents(tier.id, events),), words)
    tier = Tier(video.id, tier_name_of(model), Source.DETECTOR, model)
    return Group((AddTier(tier), ReplaceEvents(tier.id, events)), words)
