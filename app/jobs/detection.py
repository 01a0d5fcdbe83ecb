"""What a detection asks of its child process, how far it is, and what its results change in the project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.document.edits import AddTier, Edit, Group, ReplaceEvents
from app.jobs.pace import Pace, duration_text
from app.jobs.process_job import MAIN
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.counted import counted
from fedn.errors import FormatError
from fedn.progress import Record
from fedn.registry import DEFAULT_MODEL

TIER_NAME = "FEDN"


def model_name_of(project: Project) -> str:
    """The model that detects in a project."""
    return project.model_in_use or DEFAULT_MODEL


@dataclass(slots=True)
class Detection:
    """Several videos, one model, one child process.

    Attributes:
        videos: with the paths where they lie now, in order.
        model, model_folder: its name and where its weights lie.
        image_fps: of folders of images; one detection has one.
    """

    videos: tuple[tuple[Video, Path], ...]
    model: str
    model_folder: Path
    image_fps: float | None = None
    _done: dict[str, int] = field(default_factory=dict)
    _pace: Pace = field(default_factory=Pace)

    def arguments(self, project_folder: Path) -> list[str]:
        """The child's command line after the interpreter."""
        where = ["--model", str(self.model_folder), "--cache", str(project_folder / "cache")]
        fps = [] if self.image_fps is None else ["--image-fps", str(self.image_fps)]
        return [str(MAIN), "detect", *where, *fps, "--records", "--", *(str(path) for _, path in self.videos)]

    def video_of(self, record: Record) -> Video | None:
        """The video that a record speaks of: by the path that was handed over, else by the file's name."""
        named = str(record.data.get("video", ""))
        for video, path in self.videos:
            if named == str(path):
                return video
        same_name = [video for video, path in self.videos if path.name == Path(named).name]
        return same_name[0] if len(same_name) == 1 else None

    def take(self, record: Record) -> None:
        """Note how far it is."""
        if record.kind == "result" and (video := self.video_of(record)) is not None:
            self._done[video.id] = video.frame_count
        elif record.kind == "progress" and record.total > 0 and (current := self._current()) is not None:
            share = min(1.0, record.done / record.total)
            self._pace.add(record.time_s, self._frames_done() + share * current.frame_count)

    def progress(self, record: Record) -> tuple[int, int]:
        """Frames done and in all."""
        current, share = self._current(), record.done / record.total if record.total > 0 else 0.0
        done = self._frames_done() + (min(1.0, share) * current.frame_count if current else 0)
        return round(done), self._frames_in_all()

    def status(self) -> str:
        """ "Detecting 3 of 16 · 104 frames/s · 6 min left"."""
        total = len(self.videos)
        parts = [f"Detecting {min(len(self._done) + 1, total)} of {total}" if total > 1 else "Detecting"]
        rate, left_s = self._pace.per_second, self._pace.left_s(self._frames_in_all())
        if rate is not None:
            parts.append(f"{rate:.0f} frames/s")
        if left_s is not None:
            parts.append(f"{duration_text(left_s)} left")
        return " · ".join(parts)

    def _current(self) -> Video | None:
        return next((video for video, _ in self.videos if video.id not in self._done), None)

    def _frames_done(self) -> int:
        return sum(self._done.values())

    def _frames_in_all(self) -> int:
        return sum(video.frame_count for video, _ in self.videos)


def result_edit(project: Project, video: Video, model: str, data: dict[str, Any]) -> Edit:
    """Puts the events of a result into the tier of their model, which is made when it is missing.

    Raises:
        FormatError, EditError: if the result holds what is not an event.
    """
    events = events_of(data)
    tier = next(
        (tier for tier in project.tiers_of(video.id) if tier.source == Source.DETECTOR and tier.who == model), None
    )
    words = f"Detect {counted(len(events), 'event')} in {video.name}"
    if tier is not None:
        return Group((ReplaceEvents(tier.id, events),), words)
    tier = Tier(video.id, TIER_NAME, Source.DETECTOR, model)
    return Group((AddTier(tier), ReplaceEvents(tier.id, events)), words)


def events_of(data: dict[str, Any]) -> tuple[Event, ...]:
    """The events of a result record.

    Raises:
        FormatError, EditError: if one of them is not an event.
    """
    try:
        return tuple(
            Event(
                onset=int(item["onset"]),
                offset=int(item["offset"]),
                label=str(item["label"]),
                apex=None if item.get("apex") is None else int(item["apex"]),
                score=float(item["score"]),
                kind=str(item.get("kind", "macro")),
            )
            for item in data["events"]
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"the detection returned something that is not an event ({error})") from error


def grouped_by_fps(videos: Sequence[tuple[Video, Path]]) -> list[tuple[float | None, tuple[tuple[Video, Path], ...]]]:
    """Videos that one child can take: folders of images with different frame rates need one each."""
    groups: dict[float | None, list[tuple[Video, Path]]] = {}
    for video, path in videos:
        groups.setdefault(video.image_fps, []).append((video, path))
    return [(fps, tuple(group)) for fps, group in groups.items()]
