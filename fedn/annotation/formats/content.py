"""What every foreign format is read into and written from: videos with tiers of events, and remarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source
from fedn.errors import one_line


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the user should know of: what was mended, left out or doubtful while reading, or lost while writing.

    Attributes:
        file: the file it is about.
        place: where in the file: "sheet “Sheet1”, row 12", "line 7", "tier “Expert”"; "" for the whole file.
        text: one sentence without a full stop that says what was found and what was done.
    """

    file: Path
    place: str
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", one_line(self.place, 300))
        object.__setattr__(self, "text", one_line(self.text, 1000))

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.text}" if self.place else f"{self.file}: {self.text}"


@dataclass(frozen=True, slots=True)
class TierEvents:
    """A tier in a file: `who` is the annotator, or for a detector's tier the model.

    `rejected` are the ids of those events, predictions, that an annotator has rejected. `vocabulary` names the one that
    comes with the program and that the labels are from, "" if the file does not say.
    """

    name: str
    source: Source
    who: str
    events: tuple[Event, ...]
    rejected: frozenset[str] = frozenset()
    vocabulary: str = ""


@dataclass(frozen=True, slots=True)
class VideoEvents:
    """A video in a file.

    Attributes:
        video: its file name (for a folder of images the folder's), as the format names it.
        subject: the filmed person, "" if the file does not say.
        frame_count: number of frames, 0 if the file does not say.
        fps: nominal, 0 if the file does not say.
        path: where the file says the video lies, None if it does not say; never trusted, only offered.
        doubtful: frames where the file has an expression of which no event could be made: that there is no event does
            not mean that there is no expression.
    """

    video: str
    subject: str
    frame_count: int
    fps: float
    tiers: tuple[TierEvents, ...]
    path: Path | None = None
    doubtful: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader returns. Nothing is dropped without a remark."""

    videos: tuple[VideoEvents, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(slots=True)
class Remarks:
    """Collects remarks on one file while it is read or written."""

    file: Path
    list: list[Remark] = field(default_factory=list)

    def add(self, place: str, text: str) -> None:
        self.list.append(Remark(self.file, place, text))

    def done(self) -> tuple[Remark, ...]:
        return tuple(self.list)
