"""Events of a table's rows, put together by video and tier; and rows that cannot be used, left out with a remark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Remarks, TierEvents, VideoEvents
from fedn.annotation.tier import Source
from fedn.errors import EditError, FormatError


@dataclass(frozen=True, slots=True)
class TierKey:
    """What tells the tiers of a video apart."""

    name: str
    source: Source
    who: str = ""
    vocabulary: str = ""


def key_of(tier: TierEvents) -> TierKey:
    return TierKey(tier.name, tier.source, tier.who, tier.vocabulary)


TRUTH = TierKey("Ground truth", Source.EXPERT)
"""What files of challenges and of other networks call labels."""
PREDICTIONS = TierKey("Prediction", Source.DETECTOR)


@dataclass(slots=True)
class GroupedEvents:
    """Videos and tiers come in the order in which they were first named; subjects may have videos of the same name."""

    _tiers: dict[tuple[str, str], dict[TierKey, list[Event]]] = field(default_factory=dict)
    _rejected: set[str] = field(default_factory=set)
    _about: dict[tuple[str, str], tuple[int, Path | None]] = field(default_factory=dict)

    def add(
        self,
        video: str,
        tier: TierKey,
        event: Event,
        *,
        subject: str = "",
        rejected: bool = False,
        about: tuple[int, Path | None] = (0, None),
    ) -> None:
        """`about` is the video's frame count and place, as far as the file says them."""
        key = (video, subject)
        self._tiers.setdefault(key, {}).setdefault(tier, []).append(event)
        self._about.setdefault(key, about)
        if rejected:
            self._rejected.add(event.id)

    def done(self) -> tuple[VideoEvents, ...]:
        return tuple(
            VideoEvents(
                video,
                subject,
                self._about[video, subject][0],
                0.0,
                tuple(self._tier(tier, events) for tier, events in tiers.items()),
                self._about[video, subject][1],
            )
            for (video, subject), tiers in self._tiers.items()
        )

    def _tier(self, tier: TierKey, events: list[Event]) -> TierEvents:
        rejected = frozenset(event.id for event in events if event.id in self._rejected)
        return TierEvents(tier.name, tier.source, tier.who, tuple(events), rejected, tier.vocabulary)


def name_and_place(text: str) -> tuple[str, Path | None]:
    """The name of a video, and where it lies if the text is a path, whichever way its folders are separated.

    Raises:
        FormatError: if there is no name.
    """
    if not text:
        raise FormatError("it does not name a video")
    name = re.split(r"[/\\]", text.rstrip("/\\"))[-1] or text
    return name, Path(text) if name != text else None


@contextmanager
def bad_rows_told(remarks: Remarks, place: str) -> Iterator[None]:
    """Whatever is wrong with a row becomes a remark, so that one reading names every problem of a table."""
    try:
        yield
    except (FormatError, EditError) as error:
        remarks.add(place, f"{error}; the row was left out")
