"""How long a retraining will take, from speeds that were measured on this machine. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.jobs.pace import duration_text
from fedn.annotation.project import Project

VALIDATION_SHARE = 0.15
LONG_S = 3600.0


@dataclass(frozen=True, slots=True)
class Speeds:
    """As `main.py retrain --measure` tells them; 0 for what was not measured."""

    windows_per_s: float
    windows_per_reviewed_s: float
    most_windows: int
    looking_fps: float
    detecting_fps: float
    refreshing_fps: float
    device: str

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Speeds | None:
        """None if it is not what such a measurement tells."""
        numbers = {name: content.get(name) for item in fields(cls) if (name := item.name) != "device"}
        known = {name: value for name, value in numbers.items() if isinstance(value, int | float)}
        return cls(**known, device=str(content.get("device", ""))) if known == numbers else None  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def merged(self, before: Speeds | None) -> Speeds:
        """What was not measured this time is as it was before."""
        if before is None or self.looking_fps or not before.looking_fps:
            return self
        return Speeds(**{**asdict(self), "looking_fps": before.looking_fps})


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do.

    Attributes:
        reviewed_s: of the subjects that are learned from.
        frames, unseen_frames: of all videos with the tier; of those whose features are not in the cache yet.
        held_out_frames: of those on which the models are compared.
    """

    reviewed_s: float
    frames: int
    unseen_frames: int
    held_out_frames: int
    epochs: int


def work_of(project: Project, tier: str, held_out: tuple[str, ...], reviewed_s: float, epochs: int) -> Work:
    """Looks into the project's cache."""
    videos = [project.videos[found.video_id] for found in project.tiers.values() if found.name == tier]
    cache = project.folder / "cache"
    unseen = [video for video in videos if not any((cache / video.key).glob("features-*.npy"))]
    compared = [video for video in videos if video.subject in held_out]
    frames, unseen_frames, held_frames = (
        sum(video.frame_count for video in some) for some in (videos, unseen, compared)
    )
    return Work(reviewed_s, frames, unseen_frames, held_frames, epochs)


def expected_s(speeds: Speeds, work: Work) -> float:
    """Seconds in all: looking at faces, learning, measuring on the validation and on the held-out subjects."""
    windows = max(16.0, speeds.windows_per_reviewed_s * work.reviewed_s)
    windows = min(windows, speeds.most_windows) if speeds.most_windows else windows
    learning = work.epochs * windows / max(1e-9, speeds.windows_per_s)
    validation = work.epochs * VALIDATION_SHARE * work.frames + 2 * work.held_out_frames
    detecting = validation / speeds.detecting_fps if speeds.detecting_fps else 0.0
    looking = work.unseen_frames / speeds.looking_fps if speeds.looking_fps else 0.0
    refreshed = (work.epochs - 1) * work.frames + work.held_out_frames
    refreshing = refreshed / speeds.refreshing_fps if speeds.refreshing_fps else 0.0
    return learning + detecting + looking + refreshing


def time_text(speeds: Speeds, work: Work, scope: str) -> str:
    """One or two sentences for people."""
    seconds = expected_s(speeds, work)
    where = "on the processor" if speeds.device == "cpu" else "on the graphics card"
    text = f"About {duration_text(seconds)} {where}, as measured on this computer."
    if work.unseen_frames and not speeds.looking_fps:
        text += " Looking at the faces of new videos comes in addition."
    if scope == "full" and speeds.device == "cpu" and seconds > LONG_S:
        text += " “Detector only” takes a small part of that."
    return text
