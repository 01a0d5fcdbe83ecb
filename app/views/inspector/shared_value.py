"""What several events have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TypeVar

from fedn.annotation.event import Event

Value = TypeVar("Value")


class Mixed(Enum):
    """The events differ."""

    MIXED = "mixed"


MIXED = Mixed.MIXED


def shared(events: Iterable[Event], value: Callable[[Event], Value]) -> Value | Mixed:
    """The value that all events have, MIXED if they differ. There is at least one event."""
    values = iter(events)
    first = value(next(values))
    return first if all(value(event) == first for event in values) else MIXED
