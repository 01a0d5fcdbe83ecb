"""The demo's project: made from a dataset folder or opened again, and what the network finds in its videos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.output import Output
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.errors import ProjectError

if TYPE_CHECKING:
    from app.document.document import Document
    from app.reports.side_by_side import Row
    from fedn.prediction import Prediction

DETECTOR_TIER = "FEDN"
REFERENCES = ("Expert", "Self-report")


@dataclass(frozen=True, slots=True)
class Found:
    """One video of the demo: what was predicted, and rows that put it beside what people said."""

    video: Video
    prediction: Prediction
    rows: list[Row]


def open_or_make(folder: Path, dataset: Path, out: Output) -> Document:
    """The demo project, opened for editing.

    Raises:
        ProjectError: if the folder holds something else.
    """
    from app.document.document import Document
    from app.document.project_content import create_from_dataset

    if (folder / "project.toml").exists():
        return Document.open(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ProjectError(f"{folder} exists and is not a project; name another folder with --dir")
    return create_from_dataset(folder, "Demo", dataset, reporter=out.reporter)


def detect_all(document: Document, model: Path, out: Output) -> list[Found]:
    """Detects in every video and writes the predictions to the model's own tier."""
    from app.commands.detect import write_curves
    from app.document.edits import AddTier, Edit, Group, ReplaceEvents
    from app.reports.side_by_side import side_by_side
    from fedn.predictor import load_predictor

    predictor = load_predictor(model)
    project, found = document.project, []
    for video in project.videos.values():
        cache = project.folder / "cache" / video.key
        prediction = predictor.detect(
            project.path_of(video.id),
            cache_dir=cache,
            image_fps=video.image_fps,
            reporter=out.reporter,
            face=video.face,
        )
        write_curves(cache / f"curves-{model.name}.npz", prediction, predictor.info.threshold)
        tier = project.tier_named(video.id, DETECTOR_TIER, Source.DETECTOR, model.name)
        edits: list[Edit] = []
        if tier is None:
            tier = Tier(video.id, DETECTOR_TIER, Source.DETECTOR, model.name)
            edits.append(AddTier(tier))
        known = project.events(tier.id) if tier.id in project.tiers else ()
        if content(known) != content(prediction.events):
            edits.append(ReplaceEvents(tier.id, prediction.events))
        if edits:
            document.do(Group(tuple(edits), f"Detect in {video.name}"))
        expert, self_report = (events_of(project, video, name) for name in REFERENCES)
        rows = side_by_side(prediction.events, expert, self_report)
        found.append(Found(video, prediction, rows))
    return found


def content(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """What makes two detections the same: ids differ each time."""
    return [(event.onset, event.apex, event.offset, event.label, round(event.score or 0.0, 6)) for event in events]


def events_of(project: Project, video: Video, tier_name: str) -> tuple[Event, ...]:
    tier = project.tier_named(video.id, tier_name)
    return project.events(tier.id) if tier is not None else ()
