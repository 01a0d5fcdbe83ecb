"""Between the rows of an event table and videos with tiers; the same for CSV and XLSX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, replace
from pathlib import Path

from fedn.annotation.formats.content import Content, Remarks, TierEvents, VideoEvents
from fedn.annotation.formats.event_row import COLUMNS, OPTIONAL, REQUIRED, EventRow, RowReader, event_rows
from fedn.annotation.formats.grouped_events import GroupedEvents, TierKey, bad_rows_told, key_of
from fedn.annotation.formats.spreadsheet_text import is_changed, writable_text
from fedn.annotation.formats.table import Table, columns_by_name, records
from fedn.annotation.formats.times import HALF_FRAME, FrameTimes, IndexOf
from fedn.errors import EditError, FormatError

# Reading


def strict_rows(table: Table) -> list[EventRow]:
    """Every row of a table.

    Raises:
        FormatError: at the first bad row, naming the file, the row and the value.
    """
    return list(_strict(table, RowReader()).values())


def _strict(table: Table, reader: RowReader) -> dict[int, EventRow]:
    rows: dict[int, EventRow] = {}
    for number, values, beyond in records(table, REQUIRED):
        try:
            rows[number] = reader.read(values, beyond)
        except (FormatError, EditError) as error:
            raise FormatError(f"{table.path}, {table.place(number)}: {error}") from error
    return rows


def _lenient(table: Table, reader: RowReader, remarks: Remarks) -> dict[int, EventRow]:
    rows: dict[int, EventRow] = {}
    for number, values, beyond in records(table, REQUIRED):
        with bad_rows_told(remarks, table.place(number)):
            rows[number] = reader.read(values, beyond)
    return rows


def read_content(table: Table, index_of: IndexOf, *, strict: bool = False) -> Content:
    """The table's events by video and tier. Bad rows are left out with a remark each, so that all are known at once.

    Raises:
        FormatError: if a column is missing or twice there; with `strict` at the first bad row.
    """
    remarks = Remarks(table.path, list(table.remarks))
    reader = RowReader(commas_permitted=not strict)
    rows = _strict(table, reader) if strict else _lenient(table, reader, remarks)
    unknown = [f"“{name}”" for name in columns_by_name(table, REQUIRED) if name not in (*COLUMNS, *OPTIONAL)]
    if unknown:
        remarks.add("", f"columns that no event table has were not taken over: {', '.join(unknown)}")
    if reader.commas:
        remarks.add("", f"decimal commas were read as if they were points ({reader.commas} in all)")
    _compare_seconds(table, rows, index_of, remarks)
    return Content(_videos(rows.values()), remarks.done())


def _compare_seconds(table: Table, rows: dict[int, EventRow], index_of: IndexOf, remarks: Remarks) -> None:
    """Frames count; seconds that say something else point to a table made for another version of the video."""
    indexes: dict[str, FrameTimes | None] = {}
    wrong: dict[str, list[int]] = {}
    for number, row in rows.items():
        if row.onset_s is None and row.offset_s is None:
            continue
        if row.video not in indexes:
            indexes[row.video] = _index_or_none(index_of, row.video)
        index = indexes[row.video]
        if index is not None and not _seconds_agree(row, index):
            wrong.setdefault(row.video, []).append(number)
    for video, numbers in wrong.items():
        remarks.add(
            table.place(numbers[0]),
            f"the seconds of events of {video} are not those of their frames ({len(numbers)} in all, first here); the "
            "frames were taken over; check that the table was made for this version of the video",
        )


def _seconds_agree(row: EventRow, index: FrameTimes) -> bool:
    if row.event.offset >= index.frame_count:
        return False
    allowed_s = HALF_FRAME / index.fps
    pairs = ((row.onset_s, index.time_s(row.event.onset)), (row.offset_s, index.end_s(row.event.offset)))
    return all(written is None or abs(written - true) <= allowed_s for written, true in pairs)


def _index_or_none(index_of: IndexOf, video: str) -> FrameTimes | None:
    try:
        return index_of(video)
    except FormatError:
        return None


def _videos(rows: Iterable[EventRow]) -> tuple[VideoEvents, ...]:
    groups = GroupedEvents()
    for row in rows:
        tier = TierKey(row.tier, row.tier_source, row.who, row.vocabulary)
        groups.add(row.video, tier, row.event, subject=row.subject, rejected=row.rejected)
    return groups.done()


# Writing


def rows_for(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf, remarks: Remarks) -> list[EventRow]:
    """A row for every event, with seconds where the video's frame index is known; `remarks` tells what gets lost.

    Raises:
        FormatError: if a video has no name.
    """
    rows: list[EventRow] = []
    seen: set[tuple[str, ...]] = set()
    for video in videos:
        if not writable_text(video.video):
            raise FormatError(f"{path} cannot hold the events of a video without a name; give it one")
        place = f"video “{video.video}”"
        if not video.tiers:
            remarks.add(place, "it has no tiers; a table cannot name it")
        index = _index_or_none(index_of, video.video)
        for tier in video.tiers:
            if not tier.events:
                remarks.add(f"{place}, tier “{tier.name}”", "it has no events; a table cannot name it")
            key = (video.video, video.subject, *astuple(key_of(tier)))
            if key in seen:
                remarks.add(f"{place}, tier “{tier.name}”", "another tier is called the same; a table makes them one")
            seen.add(key)
            rows += _tier_rows(video, tier, index, remarks)
    _tell_losses(rows, remarks)
    return rows


def _tier_rows(video: VideoEvents, tier: TierEvents, index: FrameTimes | None, remarks: Remarks) -> Iterator[EventRow]:
    outside = [event for event in tier.events if index is not None and event.offset >= index.frame_count]
    if tier.events and (index is None or outside):
        beyond = f"events end after its last frame ({len(outside)} in all)"
        why = "its frame times are not known" if index is None else beyond
        remarks.add(f"video “{video.video}”, tier “{tier.name}”", f"{why}; seconds were left empty")
    known = {"source": tier.source, "who": tier.who, "vocabulary": tier.vocabulary}
    for event in tier.events:
        inside = index if index is not None and event.offset < index.frame_count else None
        (row,) = event_rows(video.video, [event], subject=video.subject, tier=tier.name, index=inside)
        yield replace(row, rejected=event.id in tier.rejected, **known)


def _tell_losses(rows: Sequence[EventRow], remarks: Remarks) -> None:
    accepted = [row for row in rows if row.event.origin is not None]
    if accepted:
        remarks.add(
            _place(accepted[0]),
            "a table does not keep what accepted predictions were before they became an annotator's events, JSON does "
            f"({len(accepted)} in all, first here)",
        )
    texts: dict[str, Callable[[EventRow], str]] = {
        "video": lambda row: row.video,
        "subject": lambda row: row.subject,
        "tier": lambda row: row.tier,
        "tier_who": lambda row: row.who,
        "tier_vocabulary": lambda row: row.vocabulary,
        "label": lambda row: row.event.label,
        "note": lambda row: row.event.note,
    }
    for name, text in texts.items():
        changed = [row for row in rows if is_changed(text(row))]
        if changed:
            remarks.add(
                _place(changed[0]),
                f"texts in column {name} lose spaces around them, characters that no cell can hold, or what is longer "
                f"than a cell ({len(changed)} in all, first here)",
            )


def _place(row: EventRow) -> str:
    return f"video “{row.video}”, tier “{row.tier}”, frame {row.event.onset}"
