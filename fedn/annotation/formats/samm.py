"""The annotation workbook of SAMM Long Videos (Yap, Kendrick, Yap, FG 2020), and emotions from that of SAMM itself.

Sheet “FACS_Movement_Only” has nine lines of text, the header in row 10, and an expression a row; frames count from 1,
at 200 a second. It has no emotions: SAMM_Micro_FACS_Codes_v2.xlsx (Davison et al. 2018) has those of the
micro-expressions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from fedn.annotation.formats.coded_rows import CodedRow, CodedTier, coded_videos, expression_kind
from fedn.annotation.formats.content import Content, Remark
from fedn.annotation.formats.frame_numbers import NumbersOf, counted_from_one
from fedn.annotation.formats.header_row import Columns, find_columns, unread_text
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.row_remarks import RowPlace, RowRemarks
from fedn.annotation.formats.workbook import Sheet, SheetRow, Workbook, read_workbook
from fedn.annotation.tier import Source
from fedn.errors import FormatError

FPS = 200.0
TIERS = (CodedTier("Expert", Source.EXPERT, "samm"),)
_NAMES = {
    "subject": ("subject",),
    "file": ("filename",),
    "onset": ("onset", "onset frame"),
    "apex": ("apex", "apex frame"),
    "offset": ("offset", "offset frame"),
    "type": ("type", "micro", "expression type"),
    "units": ("action units",),
    "emotion": ("emotion", "estimated emotion"),
    "notes": ("notes",),
}
_FILE = re.compile(r"(\d{1,3})_(\d+)_(\d+)")


@dataclass(slots=True)
class _Emotions:
    """Emotions of micro-expressions and the rows they stand in, by file name and type."""

    path: Path
    sheet: str
    remarks: RowRemarks
    found: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)

    def of(self, file: str, kind: str) -> str | None:
        key = _key(file, kind)
        if key not in self.found:
            return None
        self.used.add(key)
        return self.found[key][0]

    def done(self) -> tuple[Remark, ...]:
        for key, (_, number) in self.found.items():
            if key not in self.used:
                text = "no expression of the long videos has this file name and type; its emotion was not used"
                self.remarks.row(RowPlace(self.path, self.sheet, number), text)
        return self.remarks.done()


def is_samm(book: Workbook) -> bool:
    """Whether a workbook is that of the long videos, whatever the file is called."""
    return _long_videos(book) is not None


def is_samm_micro(book: Workbook) -> bool:
    """Whether a workbook has the emotions of SAMM's micro-expressions."""
    return _micro_codes(book) is not None


def read_samm(
    path: Path,
    *,
    micro_codes: Path | None = None,
    numbers_of: NumbersOf = counted_from_one,
    missing_offset: MissingOffset = MissingOffset.APEX_PLUS_20,
) -> Content:
    """Reads the long videos' expressions into a tier “Expert”. Videos are called as their folders, such as "006_1".

    Args:
        micro_codes: the workbook of SAMM itself, for the emotions of micro-expressions.

    Raises:
        FormatError: if one of them is no such workbook.
    """
    emotions = read_workbook(micro_codes) if micro_codes is not None else None
    return samm_content(read_workbook(path), emotions, numbers_of=numbers_of, missing_offset=missing_offset)


def samm_content(
    book: Workbook, micro_codes: Workbook | None, *, numbers_of: NumbersOf, missing_offset: MissingOffset
) -> Content:
    """As `read_samm`, of workbooks that have been opened."""
    found = _long_videos(book)
    if found is None:
        raise FormatError(
            f"{book.path} has no sheet with Subject, Filename, Onset, Apex, Offset, Type and Action Units; "
            "choose the workbook of SAMM Long Videos"
        )
    sheet, columns = found
    remarks = RowRemarks()
    unread = unread_text(columns)
    if unread:
        remarks.sheet(book.path, sheet.name, unread)
    emotions = _emotions(micro_codes) if micro_codes is not None else None
    places = [(RowPlace(book.path, sheet.name, row.number), row) for row in columns.rows(sheet)]
    rows = [coded for place, row in places if (coded := _row(place, row, columns, emotions, remarks)) is not None]
    without = sum(row.labels == (None,) for row in rows)
    if without:
        remarks.sheet(
            book.path,
            sheet.name,
            f"without an emotion: {without} of its {len(rows)} expressions; their events have no label",
        )
    videos = coded_videos(rows, TIERS, remarks, numbers_of=numbers_of, rule=missing_offset, fps=FPS)
    further = (*micro_codes.remarks, *emotions.done()) if micro_codes is not None and emotions is not None else ()
    return Content(videos, (*book.remarks, *remarks.done(), *further))


def _long_videos(book: Workbook) -> tuple[Sheet, Columns] | None:
    needed = ("subject", "file", "onset", "apex", "offset", "type", "units")
    for sheet in book.sheets:
        columns = find_columns(sheet, _NAMES, needed)
        if columns is not None and not columns.has("emotion") and _has_files(sheet, columns):
            return sheet, columns
    return None


def _micro_codes(book: Workbook) -> tuple[Sheet, Columns] | None:
    for sheet in book.sheets:
        columns = find_columns(sheet, _NAMES, ("subject", "file", "onset", "emotion"))
        if columns is not None and _has_files(sheet, columns):
            return sheet, columns
    return None


def _has_files(sheet: Sheet, columns: Columns) -> bool:
    return any(_FILE.fullmatch(columns.text(row, "file")) for row in columns.rows(sheet))


def _row(
    place: RowPlace, row: SheetRow, columns: Columns, emotions: _Emotions | None, remarks: RowRemarks
) -> CodedRow | None:
    say = remarks.of_row(place)
    file = columns.text(row, "file")
    found = _FILE.fullmatch(file)
    if found is None:
        named = f"the file name “{file}” is not like “006_1_1”" if file else "it has no file name"
        say(f"{named}; the row was left out")
        return None
    kind = expression_kind(columns.text(row, "type"), say)
    if kind is None:
        return None
    subject = found[1].zfill(3)
    written = columns.text(row, "subject")
    if written.zfill(3) != subject:
        say(f"the subject is “{written}” but the file name says {subject}; the file name was believed")
    return CodedRow(
        place=place,
        video=f"{subject}_{found[2]}",
        subject=subject,
        onset=columns.cell(row, "onset"),
        apex=columns.cell(row, "apex"),
        offset=columns.cell(row, "offset"),
        kind=kind,
        labels=(emotions.of(file, columns.text(row, "type")) if emotions is not None else None,),
        action_units=columns.text(row, "units"),
        note=columns.text(row, "notes"),
    )


def _key(file: str, kind: str) -> tuple[str, str]:
    """File name and type, by which the two workbooks belong together."""
    return file, "".join(kind.casefold().split())


def _emotions(book: Workbook) -> _Emotions:
    found = _micro_codes(book)
    if found is None:
        raise FormatError(f"{book.path} has no sheet with Filename and Emotion; choose SAMM_Micro_FACS_Codes_v2.xlsx")
    sheet, columns = found
    emotions = _Emotions(book.path, sheet.name, RowRemarks())
    for row in columns.rows(sheet):
        place = RowPlace(book.path, sheet.name, row.number)
        key, emotion = _key(columns.text(row, "file"), columns.text(row, "type")), columns.text(row, "emotion")
        if not emotion or not key[0]:
            emotions.remarks.row(place, "it has no file name or no emotion; it was not used")
        elif key in emotions.found:
            text = f"row {emotions.found[key][1]} has the same file name and type; this one was not used"
            emotions.remarks.row(place, text)
        else:
            emotions.found[key] = (emotion, row.number)
    return emotions
