"""One video in the queue of detections, with how far it is and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from app.jobs.found_people import FoundPerson
from app.jobs.pace import Pace, duration_text
from fedn.annotation.video import FaceChoice


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    ASKING = "several people"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = frozenset({State.RUNNING, State.PAUSED, State.CANCELLING})
ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED})


@dataclass(slots=True, eq=False)
class Entry:
    """A wish to detect in one video with one model.

    Attributes:
        number: of the entry, never given twice.
        path: where the video lies now.
        model, model_folder: its name and where its weights lie.
        image_fps: of a folder of images.
        share: of the video that is done, in [0, 1].
        face: whose face is followed, None if nobody was chosen.
        people: among whom somebody is to be chosen, while it asks.
        sentence: what there is to say about it: events found, or why it failed.
        details: what a failed child wrote on stderr.
    """

    number: int
    video_id: str
    name: str
    path: Path
    frame_count: int
    model: str
    model_folder: Path
    image_fps: float | None = None
    state: State = State.WAITING
    share: float = 0.0
    sentence: str = ""
    details: str = ""
    face: FaceChoice | None = None
    people: tuple[FoundPerson, ...] = ()
    pace: Pace = field(default_factory=Pace)

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return self.state is State.WAITING or self.state in ACTIVE

    @property
    def done_frames(self) -> float:
        return self.frame_count * (1.0 if self.state in ENDED else self.share)

    @property
    def facts(self) -> str:
        """ "43% · 6 min left · 104 frames/s" while it runs, else its state or what there is to say."""
        if self.state is State.RUNNING:
            # Where there is no room for all, the end is cut off.
            return " · ".join((f"{self.share:.0%}", *reversed(speed_texts(self.pace, self.frame_count))))
        if self.state is State.PAUSED:
            return f"{self.share:.0%} · paused"
        if self.state is State.DONE:
            return self.sentence or str(self.state)
        if self.state is State.ASKING:
            return f"{len(self.people)} people: whose face?"
        return str(self.state)

    def advance(self, share: float, time_s: float) -> None:
        self.share = min(1.0, max(0.0, share))
        self.pace.add(time_s, self.share * self.frame_count)

    def end(self, state: State, sentence: str = "", details: str = "") -> None:
        self.state, self.sentence, self.details = state, sentence, details

    def restart(self) -> None:
        """Back into the queue."""
        self.state, self.share, self.sentence, self.details, self.pace = State.WAITING, 0.0, "", "", Pace()
        self.people = ()


def speed_texts(pace: Pace, total: float) -> list[str]:
    """ "104 frames/s" and "6 min left", as far as they are known."""
    rate, left_s = pace.per_second, pace.left_s(total)
    texts = [] if rate is None else [f"{rate:.0f} frames/s" if rate >= 9.5 else f"{rate:.1f} frames/s"]
    return texts if left_s is None else [*texts, f"{duration_text(left_s)} left"]
