"""Praat's TextGrid files, read and written: seconds, intervals that tile the whole time, points."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, Remark, Remarks, TierEvents, VideoEvents
from fedn.annotation.formats.event_details import details_or_note, details_text, event_details, label_text, text_label
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.formats.placed_events import Placer, known_video, names_from_file
from fedn.annotation.formats.textgrid_file import INTERVALS, POINTS, GridTier, parse_textgrid, textgrid_text
from fedn.annotation.formats.tier_titles import (
    TierRows,
    TierTitle,
    plain_or_title,
    read_title,
    rows_without_overlap,
    title_of,
)
from fedn.annotation.formats.times import FrameTimes, IndexOf, nearest_onset, no_index
from fedn.annotation.formats.writing_losses import Losses, the_video
from fedn.annotation.interval import union

_VIDEO, _SUBJECT = "fedn:video", "fedn:subject"
_TOLERANCE_S = 1e-6


def read_textgrid(path: Path, index_of: IndexOf = no_index, *, video: str = "") -> Content:
    """Reads a TextGrid. Tiers that `write_textgrid` wrote come back as they were, others are imported.

    Intervals without a text are gaps. Points are expressions of one frame.

    Args:
        video: the video that it is about, for a file that does not say it; else one of the file's own name is looked
            for.

    Raises:
        FormatError: if it is not a whole TextGrid, or `index_of` does not know its video.
    """
    remarks = Remarks(path)
    tiers = parse_textgrid(path)
    about = {tier.name: tier.entries[0][2] for tier in tiers if tier.name in (_VIDEO, _SUBJECT) and tier.entries}
    stated = video or about.get(_VIDEO, "")
    name, times = known_video([stated] if stated else names_from_file(path), index_of)
    placer = Placer(times, remarks)
    rows: dict[TierTitle, _Row] = defaultdict(_Row)
    for tier in tiers:
        if tier.name not in (_VIDEO, _SUBJECT):
            _put(rows, read_title(tier.name), tier, remarks)
    found = TierRows()
    for title, row in rows.items():
        found.add(title, row.read(placer))
    own = VideoEvents(
        name, about.get(_SUBJECT, ""), 0, 0.0, found.done(placer.rejected), doubtful=union(placer.doubtful)
    )
    return Content((own,), remarks.done())


def _put(rows: dict[TierTitle, _Row], title: TierTitle, tier: GridTier, remarks: Remarks) -> None:
    """Puts a tier to those it belongs to; one whose place is taken gets a name of its own."""
    part, name, number = title.part or "events", title.name, 2
    own = replace(title, part="")
    while getattr(rows[own], part) is not None:
        own, number = replace(own, name=f"{name} ({number})"), number + 1
    if own.name != name:
        remarks.add(f"tier “{tier.name}”", f"there is another tier of this name; it was read as “{own.name}”")
    setattr(rows[own], part, tier)


@dataclass(slots=True)
class _Row:
    """A tier of a file with the tiers that add to it."""

    events: GridTier | None = None
    apex: GridTier | None = None
    details: GridTier | None = None

    def read(self, placer: Placer) -> list[Event]:
        apexes = _Additions(self.apex, [(time, time, "") for time, _, _ in self.apex.entries] if self.apex else [])
        details = _Additions(self.details, [own for own in self.details.entries if own[2]] if self.details else [])
        events: list[Event] = []
        for start, stop, text in self.events.entries if self.events else ():
            if self.events and (self.events.kind == POINTS or text.strip()):
                place = f"tier “{self.events.name}”, {start:.3f} s"
                said = details_or_note(details.within(start, stop)[1])
                event = placer.event(place, start, stop, text_label(text.strip()), said)
                if event is not None:
                    events.append(_with_apex(event, apexes, placer.times, start, stop))
        apexes.remark_on_rest(placer.remarks)
        details.remark_on_rest(placer.remarks)
        return events


class _Additions:
    """Points or intervals that say something of the intervals of another tier."""

    def __init__(self, tier: GridTier | None, entries: Sequence[tuple[float, float, str]]) -> None:
        self._name = tier.name if tier else ""
        self._entries = sorted(entries)
        self._middles = [(start + stop) / 2 for start, stop, _ in self._entries]
        self._used: set[int] = set()

    def within(self, start_s: float, stop_s: float) -> tuple[float | None, str]:
        """Time and text of the first whose middle lies between two times."""
        position = bisect_left(self._middles, start_s - _TOLERANCE_S)
        if position == len(self._middles) or self._middles[position] >= stop_s - _TOLERANCE_S:
            return None, ""
        self._used.add(position)
        return self._middles[position], self._entries[position][2]

    def remark_on_rest(self, remarks: Remarks) -> None:
        for position, (start, _, text) in enumerate(self._entries):
            if position not in self._used:
                place = f"tier “{self._name}”, {start:.3f} s"
                remarks.add(place, f"no expression is there that “{text[:40]}” could be about; it was left out")


def _with_apex(event: Event, apexes: _Additions, times: FrameTimes, start_s: float, stop_s: float) -> Event:
    time_s, _ = apexes.within(start_s, stop_s)
    if time_s is None:
        return event
    frame, _ = nearest_onset(times, time_s)
    return replace(event, apex=min(max(frame, event.onset), event.offset))


def write_textgrid(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index) -> tuple[Remark, ...]:
    """Writes one video's tiers as a TextGrid in the long text form, UTF-8, whole or not at all.

    A tier is named “source/person/name”, one that was imported from elsewhere keeps its name; events that overlap are
    on further tiers, the same name with “ #2”. Apexes are points of a tier “... : apex”, all other details texts of a
    tier “... : details”. An event without a label is called “∅”, as an interval without a text would be none. Which
    video and which subject it is about stands on tiers of their own.

    Returns:
        What the file cannot hold.

    Raises:
        FormatError: if there is not exactly one video or the file cannot be written.
    """
    video = the_video(path, videos)
    times = index_of(video.video)
    losses = Losses(path, "Praat")
    duration_s = times.end_s(times.frame_count - 1)
    about = {_VIDEO: video.video, _SUBJECT: losses.text("", video.subject, lines=False)}
    tiers = [GridTier(name, INTERVALS, ((0.0, duration_s, text),)) for name, text in about.items() if text.strip()]
    for tier in losses.tiers(video, times, lines=False):
        tiers += _grid_tiers(tier, times)
    write_foreign(path, textgrid_text(tiers, duration_s).encode())
    return losses.done()


def _grid_tiers(tier: TierEvents, times: FrameTimes) -> list[GridTier]:
    """The tiers of a file for one tier: a row of events, its apexes and its details, and again for each further row."""
    rows = rows_without_overlap(tier.events)
    plain = len(rows) == 1 and not any(event_details(event, tier.rejected) for event in tier.events)
    tiers = []
    for number, row in enumerate(rows, start=1):
        title = replace(title_of(tier), row=number)
        spans = [(times.time_s(event.onset), times.end_s(event.offset)) for event in row]
        named = [(*span, label_text(event.label)) for span, event in zip(spans, row, strict=True)]
        tiers.append(GridTier(plain_or_title(tier) if plain else str(title), INTERVALS, tuple(named)))
        apexes = [(times.time_s(event.apex), event) for event in row if event.apex is not None]
        if apexes:
            points = tuple((time_s, time_s, label_text(event.label)) for time_s, event in apexes)
            tiers.append(GridTier(str(replace(title, part="apex")), POINTS, points))
        texts = [details_text(replace(event, apex=None), tier.rejected) for event in row]
        details = [(*span, text) for span, text in zip(spans, texts, strict=True) if text]
        if details:
            tiers.append(GridTier(str(replace(title, part="details")), INTERVALS, tuple(details)))
    return tiers
