"""A tier's source, person and name in the one name that other programs give a tier; overlapping events on rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from fedn.annotation.event import Event
from fedn.annotation.formats.content import TierEvents
from fedn.annotation.tier import Source

PARTS = ("apex", "details")
_ROW = re.compile(r" #([1-9]\d{0,5})\Z")
_PART = re.compile(rf" : ({'|'.join(PARTS)})\Z")
_TITLE = re.compile(rf"({'|'.join(Source)})/((?:[^/\\]|\\[/\\])*)/(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TierTitle:
    """What the name of a tier in a file says: "expert/Ann/Expert", "expert/Ann/Expert #2 : apex".

    Attributes:
        row: from 1; further rows hold the events that overlap with those of the rows before.
        part: one of PARTS for a tier that only adds to another, "" for the tier itself.
    """

    source: Source
    who: str
    name: str
    row: int = 1
    part: str = ""

    def __str__(self) -> str:
        who = self.who.replace("\\", "\\\\").replace("/", "\\/")
        explicit = self.row > 1 or _ROW.search(self.name) or _PART.search(self.name)
        row = f" #{self.row}" if explicit else ""
        return f"{self.source}/{who}/{self.name}{row}" + (f" : {self.part}" if self.part else "")

    @property
    def tier(self) -> TierTitle:
        """The title of the whole tier that this row or part belongs to."""
        return replace(self, row=1, part="")


def title_of(tier: TierEvents) -> TierTitle:
    return TierTitle(tier.source, tier.who, tier.name)


def plain_or_title(tier: TierEvents) -> str:
    """The name of a tier that comes from elsewhere as it was there, for all others the title.

    `read_title` gives back both. Rows and parts can only be told from a title.
    """
    if tier.source is Source.IMPORTED and not tier.who and tier.name and parse_title(tier.name) is None:
        return tier.name
    return str(title_of(tier))


def parse_title(text: str) -> TierTitle | None:
    """The title that a text is, None if it is the name of a tier from elsewhere."""
    found = _TITLE.fullmatch(text)
    if found is None:
        return None
    source, who, name = found.groups()
    part = _PART.search(name)
    if part:
        name = name[: part.start()]
    row = _ROW.search(name)
    if row:
        name = name[: row.start()]
    who = re.sub(r"\\(.)", r"\1", who)
    return TierTitle(Source(source), who, name, int(row[1]) if row else 1, part[1] if part else "")


def read_title(text: str) -> TierTitle:
    """The title that a text is; a tier from elsewhere is imported under its name."""
    return parse_title(text) or TierTitle(Source.IMPORTED, "", text)


def rows_without_overlap(events: Iterable[Event]) -> list[list[Event]]:
    """The events in order of time on as few rows as it takes; one row, possibly empty, if none overlap.

    Each is on the first row that is free then, so that events at the same frames keep their order from row to row.
    """
    rows: list[list[Event]] = [[]]
    busy: list[tuple[int, int]] = []
    free = [0]
    for event in in_order(events):
        while busy and busy[0][0] < event.onset:
            heappush(free, heappop(busy)[1])
        if not free:
            rows.append([])
            free.append(len(rows) - 1)
        row = heappop(free)
        rows[row].append(event)
        heappush(busy, (event.offset, row))
    return rows


def in_order(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.onset, event.offset))


def distinct_tiers(tiers: Sequence[TierEvents], say: Callable[[str], None]) -> list[TierEvents]:
    """The tiers, later ones of the same source, person and name renamed and told to `say`."""
    found: list[TierEvents] = []
    titles: set[TierTitle] = set()
    for tier in tiers:
        name, number = tier.name, 2
        while title_of(tier) in titles:
            tier, number = replace(tier, name=f"{name} ({number})"), number + 1
        if tier.name != name:
            say(f"there are two tiers “{name}” of the same source; the second was written as “{tier.name}”")
        titles.add(title_of(tier))
        found.append(tier)
    return found


@dataclass(slots=True)
class TierRows:
    """Collects the events of tiers while a file is read; rows of one tier come together again."""

    _events: dict[TierTitle, list[Event]] = field(default_factory=dict)

    def add(self, title: TierTitle, events: Iterable[Event] = ()) -> None:
        self._events.setdefault(title.tier, []).extend(events)

    def done(self, rejected: Collection[str] = ()) -> tuple[TierEvents, ...]:
        """Tiers in the order in which they came, their events in order of time.

        Args:
            rejected: ids of the events that were rejected, of any tier.
        """
        return tuple(
            TierEvents(
                title.name,
                title.source,
                title.who,
                tuple(in_order(events)),
                frozenset(event.id for event in events if event.id in rejected),
            )
            for title, events in self._events.items()
        )
