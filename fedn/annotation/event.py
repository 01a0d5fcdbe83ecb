"""One expression on one tier."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.interval import Interval
from fedn.errors import EditError

KINDS = ("macro", "micro")
INTENSITIES = ("A", "B", "C", "D", "E")


def new_id() -> str:
    """An id that stays the same through undo, export and another machine."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event that was once a prediction comes from.

    Attributes:
        model: name of the model that predicted it.
        onset, offset: the predicted frames, inclusive.
        label: the predicted label.
        score: the predicted score in [0, 1].
    """

    model: str
    onset: int
    offset: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Event:
    """An expression: `onset` and `offset` are 0-based frames, both inclusive; `apex` lies between them or is None.

    `score` is the network's number in [0, 1], None for human labels. `label` may be empty (interval without a label).
    `action_units` are what a FACS coder saw, in the coder's order.

    Raises:
        EditError: if frames are out of order or negative, or kind, score or intensity is not permitted.
    """

    onset: int
    offset: int
    label: str
    apex: int | None = None
    kind: str = "macro"
    score: float | None = None
    intensity: str | None = None
    note: str = ""
    origin: Origin | None = None
    action_units: tuple[ActionUnit, ...] = ()
    id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        if self.onset < 0:
            raise EditError(f"an event cannot begin at frame {self.onset}; the first frame is 0")
        if self.offset < self.onset:
            raise EditError(f"an event cannot end at frame {self.offset}, before its onset at frame {self.onset}")
        if self.apex is not None and not self.onset <= self.apex <= self.offset:
            raise EditError(f"the apex at frame {self.apex} is not between frames {self.onset} and {self.offset}")
        if self.kind not in KINDS:
            raise EditError(f"the kind “{self.kind}” is neither macro nor micro")
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise EditError(f"the score {self.score} is not between 0 and 1")
        if self.intensity is not None and self.intensity not in INTENSITIES:
            raise EditError(f"the intensity “{self.intensity}” is not one of A to E")

    @property
    def interval(self) -> Interval:
        return Interval.from_inclusive(self.onset, self.offset)
