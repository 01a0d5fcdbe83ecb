"""Rows of a data set's annotation workbook become the events of its videos, and what is odd about them remarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fedn.annotation.action_unit import ActionUnit, parse_action_units
from fedn.annotation.event import KINDS, Event
from fedn.annotation.formats.coded_frames import Frames, Say, coded_frames, doubtful_frames, video_frames
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.formats.frame_numbers import FrameNumbers, NumbersOf
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.row_remarks import RowPlace, RowRemarks
from fedn.annotation.formats.workbook import Cell
from fedn.annotation.interval import Interval, union
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import Vocabulary, shipped_vocabulary
from fedn.annotation.vocabulary_mapping import normal_label
from fedn.errors import FormatError

LONG_S = 10.0


@dataclass(frozen=True, slots=True)
class CodedRow:
    """An expression as a workbook has it.

    Attributes:
        video, subject: as the released files are called.
        onset, apex, offset: as written, counted from 1.
        kind: "macro" or "micro".
        labels: one for each tier, as written; "" where the cell is empty, None where the sheet has no such column.
        action_units, note: as written.
    """

    place: RowPlace
    video: str
    subject: str
    onset: Cell
    apex: Cell
    offset: Cell
    kind: str
    labels: tuple[str | None, ...]
    action_units: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CodedTier:
    """A tier that each row has a label for. `vocabulary` comes with the program."""

    name: str
    source: Source
    vocabulary: str


@dataclass(frozen=True, slots=True)
class _Placed:
    row: CodedRow
    coded: Frames
    frames: Frames


def expression_kind(written: str, say: Say) -> str | None:
    """“macro” or “micro” from what a coder wrote, such as "Micro - 1/2"; None if it is neither, which is then told."""
    kind = next((kind for kind in KINDS if written.casefold().startswith(kind)), None)
    if kind is None:
        what = f"the type “{written}” is neither macro nor micro" if written else "nothing says macro or micro"
        say(f"{what}; the row was left out")
    return kind


def coded_videos(
    rows: Sequence[CodedRow],
    tiers: Sequence[CodedTier],
    remarks: RowRemarks,
    *,
    numbers_of: NumbersOf,
    rule: MissingOffset,
    fps: float,
) -> tuple[VideoEvents, ...]:
    """The videos in the order of their first rows. Every tier has an event for every row that was not left out.

    Action units stand in the first tier, whose labels are the coders'. Rows that are left out have a remark.

    Args:
        rows: each with as many labels as there are tiers.
        numbers_of: the numbers of a video's frames, None for videos that are not there.
    """
    words = [shipped_vocabulary(tier.vocabulary) for tier in tiers]
    by_video: dict[str, list[CodedRow]] = {}
    for row in rows:
        by_video.setdefault(row.video, []).append(row)
    videos: list[VideoEvents] = []
    for video, own in by_video.items():
        numbers = numbers_of(video)
        if numbers is None:
            for row in own:
                remarks.row(row.place, f"the video {video} is not there; the row was left out")
            continue
        found = [(row, _placed(row, numbers, rule, fps, remarks)) for row in own]
        doubtful = [_doubtful(row, numbers, fps) for row, one in found if one is None]
        placed = _in_order(_without_repeats([one for _, one in found if one is not None], remarks), remarks)
        _tell_long(placed, fps, remarks)
        its_tiers = tuple(
            TierEvents(
                tier.name,
                tier.source,
                "",
                tuple(_event(one, tier.name, words[at], at, remarks) for one in placed),
                vocabulary=tier.vocabulary,
            )
            for at, tier in enumerate(tiers)
        )
        unclear = union([interval for interval in doubtful if interval is not None])
        videos.append(VideoEvents(video, own[0].subject, numbers.count or 0, fps, its_tiers, doubtful=unclear))
    return tuple(videos)


def _placed(
    row: CodedRow, numbers: FrameNumbers, rule: MissingOffset, fps: float, remarks: RowRemarks
) -> _Placed | None:
    say = remarks.of_row(row.place)
    coded = coded_frames((row.onset, row.apex, row.offset), rule, fps, say)
    frames = video_frames(coded, numbers, say) if coded is not None else None
    return _Placed(row, coded, frames) if coded is not None and frames is not None else None


def _doubtful(row: CodedRow, numbers: FrameNumbers, fps: float) -> Interval | None:
    return doubtful_frames((row.onset, row.apex, row.offset), numbers, fps)


def _without_repeats(placed: Sequence[_Placed], remarks: RowRemarks) -> list[_Placed]:
    first: dict[object, CodedRow] = {}
    for one in placed:
        row = one.row
        told = first.setdefault((one.frames, row.kind, row.labels, row.action_units), row)
        if told is not row:
            remarks.row(row.place, f"it says the same as {told.place.seen_from(row.place)}; the row was left out")
    kept = {id(row) for row in first.values()}
    return [one for one in placed if id(one.row) in kept]


def _in_order(placed: Sequence[_Placed], remarks: RowRemarks) -> list[_Placed]:
    """Sorted by onset; rows out of order and overlaps are told, both are kept."""
    latest: dict[tuple[Path, str], int] = {}
    for one in placed:
        row = one.row
        sheet = (row.place.file, row.place.sheet)
        if one.coded.onset < latest.get(sheet, 0):
            remarks.row(row.place, "it begins before a row above it of the same video; the events were put in order")
        latest[sheet] = max(one.coded.onset, latest.get(sheet, 0))
    ordered = sorted(placed, key=lambda one: (one.frames.onset, one.frames.offset))
    lasting: _Placed | None = None
    for one in ordered:
        if lasting is not None and lasting.frames.offset >= one.frames.onset:
            remarks.row(one.row.place, _overlap_text(one, lasting))
        if lasting is None or one.frames.offset > lasting.frames.offset:
            lasting = one
    return ordered


def _overlap_text(one: _Placed, before: _Placed) -> str:
    where = before.row.place.seen_from(one.row.place)
    inside = one.frames.offset <= before.frames.offset
    what = "lies inside" if inside else "overlaps"
    return f"it {what} the expression of {where} (frames {before.coded.onset} to {before.coded.offset}); both were kept"


def _tell_long(placed: Sequence[_Placed], fps: float, remarks: RowRemarks) -> None:
    for one in placed:
        seconds = (one.frames.offset - one.frames.onset + 1) / fps
        if seconds > LONG_S:
            remarks.row(one.row.place, f"it lasts {seconds:.1f} seconds, which is long; it was kept as it is")


def _event(one: _Placed, tier: str, words: Vocabulary, at: int, remarks: RowRemarks) -> Event:
    """The row's event for the tier number `at`."""
    row, frames, say = one.row, one.frames, remarks.of_row(one.row.place)
    units, note = _action_units(row, say) if at == 0 else ((), "")
    written = row.labels[at]
    label = "" if written is None else _label(written, tier, words, say)
    return Event(frames.onset, frames.offset, label, apex=frames.apex, kind=row.kind, note=note, action_units=units)


def _label(written: str, tier: str, words: Vocabulary, say: Say) -> str:
    if not written:
        say(f"there is no label for the tier {tier}; its event has none")
        return ""
    label = normal_label(written)
    if label not in words.names:
        say(f"the label “{written}” is not one of {words.name}; it was kept as it is")
        return written
    if label != written:
        say(f"the label “{written}” was read as “{label}”")
    return label


def _action_units(row: CodedRow, say: Say) -> tuple[tuple[ActionUnit, ...], str]:
    """The units that can be read, and a note with the text where some cannot."""
    units: list[ActionUnit] = []
    strange: list[str] = []
    for part in filter(None, map(str.strip, row.action_units.split("+"))):
        try:
            units += parse_action_units(part)
        except FormatError:
            strange.append(part)
    note = row.note
    if strange:
        parts = " and ".join(f"“{part}”" for part in strange)
        say(f"{parts} of the action units “{row.action_units}” cannot be read; the whole text is in the event's note")
        note = "; ".join(filter(None, [note, f"action units: {row.action_units}"]))
    return tuple(units), note
