"""The rows that a project in memory is made of, whatever they mean: put, removed, recorded, brought back."""

from __future__ import annotations

import copy
import gc
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Self, get_args

from fedn.annotation.changes import Change, EventRow, Row, TierRow, VideoRow, VocabularyRow, inverse
from fedn.annotation.event import Event
from fedn.annotation.tier import Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import EditError

_RANKED = (VideoRow, TierRow, VocabularyRow)


class ProjectRows:
    """Rows by kind and id; videos, tiers and vocabularies in their order; the events of each tier sorted.

    Attributes:
        videos, tiers: by id, in their order. Not to be changed directly.
        on_recorded: told how many changes have been recorded after each; what it raises takes them back.
    """

    def __init__(self) -> None:
        self.videos: dict[str, Video] = {}
        self.tiers: dict[str, Tier] = {}
        self._vocabularies: dict[str, Vocabulary] = {}
        self._rows: dict[type[Row], dict[str, Row]] = {kind: {} for kind in get_args(Row)}
        self._next_rank = 0
        self._in_order: dict[str, list[Event]] = {}
        self._given_out: dict[str, tuple[Event, ...]] = {}
        self._record: list[Change] | None = None
        self.on_recorded: Callable[[int], None] | None = None

    def copied(self) -> Self:
        """One with the same rows, which can be changed without this one noticing."""
        other = copy.copy(self)
        other.videos, other.tiers, other._vocabularies = dict(self.videos), dict(self.tiers), dict(self._vocabularies)
        other._rows = {kind: dict(rows) for kind, rows in self._rows.items()}
        other._in_order = {tier_id: list(events) for tier_id, events in self._in_order.items()}
        other._given_out = dict(self._given_out)
        return other

    def become(self, other: Self) -> None:
        """Takes everything over from a copy, which is not to be used any more."""
        self.__dict__.update(other.__dict__)

    def _content(self) -> tuple[object, ...]:
        """What makes two projects equal: ranks do not, the order that they give does."""
        ordered = (list(items.items()) for items in (self._vocabularies, self.videos, self.tiers))
        return (*ordered, *(rows for kind, rows in self._rows.items() if kind not in _RANKED))

    @contextmanager
    def recording(self) -> Iterator[list[Change]]:
        """Collects the changes made inside. If the block raises, they are undone and the error goes on."""
        if self._record is not None:
            raise RuntimeError("changes of a project are already being recorded")
        self._record = []
        try:
            yield self._record
        except BaseException:
            done, self._record = tuple(self._record), None
            for change in inverse(done):
                self.restore(change)
            raise
        finally:
            self._record = None

    def restore(self, change: Change) -> None:
        """Makes a recorded change, forward or inverted, without checking rules that its origin has checked.

        Raises:
            EditError: if the row is no longer as the change left it.
        """
        if self._rows[type(change.row)].get(change.id) != change.before:
            raise EditError("this step no longer fits the project, which has been changed since; nothing was changed")
        self._change(change.id, change.before, change.after)

    def load(self, rows: Iterable[Row]) -> None:
        """Fills an empty project from disk, in bulk. The events of each tier come in their order."""
        events = self._rows[EventRow]
        with without_garbage_collection():
            for row in rows:
                if isinstance(row, EventRow):
                    events[row.event.id] = row
                    self._in_order.setdefault(row.tier_id, []).append(row.event)
                else:
                    self._apply(row.id, None, row)

    def row(self, kind: type[Row], row_id: str) -> Row | None:
        """The row as it is now, None if there is none."""
        return self._rows[kind].get(row_id)

    def _sorted_events(self, tier_id: str) -> tuple[Event, ...]:
        events = self._given_out.get(tier_id)
        if events is None:
            events = self._given_out[tier_id] = tuple(self._in_order.get(tier_id, ()))
        return events

    def _rank(self, kind: type[Row], row_id: str) -> int:
        """The rank that the row keeps, or that of a new one."""
        return getattr(self._rows[kind].get(row_id), "rank", self._next_rank)

    def _put(self, row: Row) -> None:
        self._change(row.id, self._rows[type(row)].get(row.id), row)

    def _remove(self, kind: type[Row], row_id: str) -> None:
        self._change(row_id, self._rows[kind].get(row_id), None)

    def _change(self, row_id: str, before: Row | None, after: Row | None) -> None:
        if before == after:
            return
        self._apply(row_id, before, after)
        if self._record is not None:
            self._record.append(Change(row_id, before, after))
            if self.on_recorded is not None:
                self.on_recorded(len(self._record))

    def _apply(self, row_id: str, before: Row | None, after: Row | None) -> None:
        row = after if after is not None else before
        assert row is not None
        rows = self._rows[type(row)]
        if isinstance(before, EventRow):
            in_order = self._in_order[before.tier_id]
            del in_order[bisect_left(in_order, _key(before.event), key=_key)]
            self._given_out.pop(before.tier_id, None)
        if after is None:
            del rows[row_id]
        else:
            rows[row_id] = after
        if isinstance(after, EventRow):
            insort(self._in_order.setdefault(after.tier_id, []), after.event, key=_key)
            self._given_out.pop(after.tier_id, None)
        elif isinstance(row, _RANKED):
            self._apply_ranked(type(row), row_id, after)

    def _apply_ranked(self, kind: type[Row], row_id: str, after: Row | None) -> None:
        items = self._ordered(kind)
        match after:
            case VideoRow(rank, item) | TierRow(rank, item) | VocabularyRow(rank, item):
                items[row_id] = item
            case _:
                del items[row_id]
                self._in_order.pop(row_id, None)
                self._given_out.pop(row_id, None)
                return
        if rank >= self._next_rank:
            self._next_rank = rank + 1
            return
        # A row that undo brings back goes to its old place.
        in_order = sorted(items.items(), key=lambda item: self._rank(kind, item[0]))
        items.clear()
        items.update(in_order)

    def _ordered(self, kind: type[Row]) -> dict:
        return {VideoRow: self.videos, TierRow: self.tiers, VocabularyRow: self._vocabularies}[kind]


def _key(event: Event) -> tuple[int, int, str]:
    return (event.onset, event.offset, event.id)


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Looking for garbage among 100,000 events that are all kept takes longer than making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
