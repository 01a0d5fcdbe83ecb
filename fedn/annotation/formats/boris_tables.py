"""BORIS's tables: tabular and aggregated exports, and the table of events that it imports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from typing import Any

from fedn.annotation.formats.boris_pairs import Occurrence, pair_marked_rows, pair_rows
from fedn.annotation.formats.boris_project import BorisRow
from fedn.annotation.formats.boris_writer import boris_rows
from fedn.annotation.formats.content import Content, Remark, Remarks, VideoEvents
from fedn.annotation.formats.event_details import text_label
from fedn.annotation.formats.foreign_file import LARGEST_DOCUMENT_BYTES, read_text
from fedn.annotation.formats.placed_events import Placer, known_video, names_from_file
from fedn.annotation.formats.table import (
    DELIMITERS,
    Table,
    TableRow,
    parse_number,
    read_table,
    split_rows,
    write_delimited,
)
from fedn.annotation.formats.tier_titles import TierRows, parse_title, read_title
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.annotation.formats.writing_losses import Losses, the_video
from fedn.annotation.interval import union
from fedn.errors import FormatError

COLUMNS = ("time", "subject", "code", "modifier", "comment")
_NAMES = {
    "time": ("time", "time (s)", "start (s)", "start"),
    "stop": ("stop (s)", "stop"),
    "subject": ("subject",),
    "code": ("code", "behavior", "behaviour", "behavior code"),
    "comment": ("comment", "comment start", "comment (start)"),
    "comment_stop": ("comment stop", "comment (stop)"),
    "mark": ("behavior type", "status", "event type"),
    "media": ("media file name", "media file path", "media file", "source"),
    "observation": ("observation id", "observation"),
    "offset": ("time offset (s)", "time offset"),
}
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_MODIFIERS = re.compile(r"modifiers?( #?\d+)?")
_PLAYER = re.compile(r"(?:player )?#?(\d+):(?![\\/])\s*")


def read_boris_table(path: Path, index_of: IndexOf = no_index, *, video: str = "") -> Content:
    """Reads a table that BORIS has exported, or one that it would import: .csv, .tsv, .xlsx or .xls.

    A row is an event from Start to Stop (aggregated), a START, STOP or POINT (tabular), or one of both ends of a state
    event (a table for import). Subjects, codes, modifiers and comments become what they do in `read_boris`.

    Args:
        video: the video that the table is about, where it does not say it; else one of the table's own name is looked
            for.

    Raises:
        FormatError: if it is no such table, or `index_of` knows none of its videos.
    """
    remarks = Remarks(path)
    table = _with_columns(read_table(path) if path.suffix.lower() in _WORKBOOKS else _text_table(path))
    remarks.list += table.remarks
    columns = _columns(table.header)
    rows: dict[str, list[tuple[BorisRow, dict[str, str]]]] = {}
    unclear: set[str] = set()
    for row in table.rows:
        values = {name: _cell(row, place) for name, place in columns.items()}
        media = _media_name(values.get("media", ""), table.place(row.number), remarks)
        own = _row(row, values, table, remarks)
        rows.setdefault(media, [])
        if own is None:
            unclear.add(media)
        else:
            rows[media].append((own, values))
    videos, missing = [], []
    for media, held in rows.items():
        names = [media or video] if media or video else names_from_file(path)
        try:
            name, times = known_video(names, index_of)
        except FormatError as error:
            missing.append(error)
            remarks.add("", f"{error}; its {len(held)} rows were left out")
            continue
        placer = Placer(times, remarks)
        if media in unclear:
            placer.doubt()
        videos.append(_video(name, held, table, placer))
    if missing and not videos:
        raise missing[0]
    return Content(tuple(videos), remarks.done())


def _is_header(names: Sequence[str]) -> bool:
    return set(_columns([name.strip().strip('"') for name in names])) >= {"time", "code"}


def _text_table(path: Path) -> Table:
    """A table of text. What separates its columns is told by the line that names them: comments may hold anything."""
    text = read_text(path, LARGEST_DOCUMENT_BYTES)
    delimiters = (own for line in text.split("\n", 100)[:100] for own in DELIMITERS if _is_header(line.split(own)))
    rows = split_rows(path, text, next(delimiters, ","))
    return Table(path, rows[0].cells, tuple(rows[1:]), header_row=rows[0].number) if rows else Table(path, (), ())


def _with_columns(table: Table) -> Table:
    """The table from its header on: older exports have lines about the observation above it."""
    for place, row in enumerate((TableRow(table.header_row, table.header), *table.rows[:100])):
        if _is_header(row.cells):
            return replace(table, header=row.cells, header_row=row.number, rows=table.rows[place:])
    raise FormatError(
        f"{table.path} is no table of BORIS: it has no columns for time (or start) and behavior; export it again"
    )


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Places of the columns that are known, modifiers as "modifier 1", "modifier 2"."""
    places = {name.casefold().strip(): place for place, name in reversed(list(enumerate(header)))}
    columns = {
        name: next(places[own] for own in names if own in places)
        for name, names in _NAMES.items()
        if any(own in places for own in names)
    }
    modifiers = sorted(place for name, place in places.items() if _MODIFIERS.fullmatch(name))
    return columns | {f"modifier {number}": place for number, place in enumerate(modifiers)}


def _cell(row: TableRow, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _media_name(text: str, place: str, remarks: Remarks) -> str:
    """The first media file of the first player, "" if the row does not say it."""
    files = [own for own in re.split(r";\s*", text) if own]
    if len(files) > 1:
        remarks.add(place, f"it names several media files ({text[:80]}); its times were taken for those of the first")
    return PureWindowsPath(_PLAYER.sub("", files[0], count=1)).name if files else ""


def _row(row: TableRow, values: dict[str, str], table: Table, remarks: Remarks) -> BorisRow | None:
    place = table.place(row.number)
    try:
        time_s, offset_s = parse_number(values["time"], "time"), parse_number(values.get("offset", ""), "time offset")
    except FormatError as error:
        remarks.add(place, f"{error}; the row was left out")
        return None
    if time_s is None or not values["code"]:
        remarks.add(place, "it has no time or no behavior and was left out")
        return None
    modifiers = "|".join(value for name, value in values.items() if name.startswith("modifier") and value)
    subject = values.get("subject", "")
    subject = "" if subject.casefold() == "no focal subject" else subject
    media_s = time_s - (offset_s or 0.0)
    return BorisRow(media_s, subject, values["code"], modifiers, values.get("comment", ""), None, row.number)


def _video(name: str, held: list[tuple[BorisRow, dict[str, str]]], table: Table, placer: Placer) -> VideoEvents:
    columns = _columns(table.header)
    tiers = TierRows()
    observations = list(dict.fromkeys(values.get("observation", "") for _, values in held))
    for observation in observations:
        own = [(row, values) for row, values in held if values.get("observation", "") == observation]
        occurrences, left = _occurrences(own, columns, table, placer)
        for row in left:
            text = f"the state event “{row.code}” has no start or no stop; it was left out"
            placer.remarks.add(table.place(row.number), text)
            placer.doubt(row.time_s or 0.0)
        for one in occurrences:
            start_s, stop_s = one.start.time_s or 0.0, one.stop.time_s or 0.0
            label = text_label(one.start.code)
            event = placer.event(table.place(one.start.number), start_s, stop_s, label, one.details())
            if event is not None:
                plain = one.start.subject or observation or name
                told_apart = len(observations) > 1 and one.start.subject and parse_title(plain) is None
                tiers.add(read_title(f"{observation} {plain}" if told_apart else plain), [event])
    return VideoEvents(name, "", 0, 0.0, tiers.done(placer.rejected), doubtful=union(placer.doubtful))


def _occurrences(
    held: list[tuple[BorisRow, dict[str, str]]], columns: dict[str, int], table: Table, placer: Placer
) -> tuple[list[Occurrence], list[BorisRow]]:
    if "stop" in columns:
        return _aggregated(held, table, placer), []
    held = sorted(held, key=lambda own: own[0].time_s or 0.0)
    if "mark" in columns:
        marks: list[tuple[BorisRow, str]] = []
        for row, values in held:
            mark = values["mark"].upper()
            if mark not in ("START", "STOP", "POINT"):
                text = f"“{mark[:40]}” is neither START, STOP nor POINT; it was taken for a point"
                placer.remarks.add(table.place(row.number), text)
                mark = "POINT"
            marks.append((row, mark))
        return pair_marked_rows(marks)
    return pair_rows((row for row, _ in held), lambda row: False)


def _aggregated(held: list[tuple[BorisRow, dict[str, str]]], table: Table, placer: Placer) -> list[Occurrence]:
    found: list[Occurrence] = []
    for row, values in held:
        try:
            stop_s = parse_number(values["stop"], "stop")
        except FormatError as error:
            placer.remarks.add(table.place(row.number), f"{error}; the row was left out")
            placer.doubt(row.time_s or 0.0)
            continue
        if stop_s is None:
            placer.remarks.add(table.place(row.number), "it has no stop; it was taken for one frame")
            found.append(Occurrence(row, row))
            continue
        stop_s -= parse_number(values.get("offset", ""), "time offset") or 0.0
        stop = replace(row, time_s=stop_s, comment=values.get("comment_stop", ""))
        found.append(Occurrence(row, row if values.get("mark", "").upper() == "POINT" else stop))
    return found


def write_boris_table(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index) -> tuple[Remark, ...]:
    """Writes one video's tiers as a table of events that BORIS imports: .tsv with tabs, else with commas.

    Every expression is two rows, as in `write_boris`.

    Returns:
        What the table cannot hold.

    Raises:
        FormatError: if there is not exactly one video or the file cannot be written.
    """
    video = the_video(path, videos)
    times = index_of(video.video)
    losses = Losses(path, "a table of BORIS", keeps_spaces=False)
    if video.subject:
        losses.add("", f"the subject “{video.subject}” is not kept: a table of BORIS has no place for it")
    rows: list[list[Any]] = []
    for tier in losses.tiers(video, times, lines=False):
        if not tier.events:
            losses.add(f"tier “{tier.name}”", "it holds no events, so that a table of BORIS does not have it")
        rows += [row[: len(COLUMNS)] for row in boris_rows(tier, times, losses)]

    write_delimited(
        path, COLUMNS, sorted(rows, key=lambda row: row[:3]), "\t" if path.suffix.lower() == ".tsv" else ","
    )
    return losses.done()
