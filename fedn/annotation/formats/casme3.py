"""The annotation workbooks of CAS(ME)^3, parts A and C (Li et al., IEEE TPAMI 2023).

Several files describe the same expressions: CAS(ME)3_part_A_v1/v2.xls has all of part A but no emotions of
macro-expressions, the …_label_JpgIndex_… files have emotions, of micro-expressions (ME) or macro-expressions (MaE). Of
each part, macro- and micro-expressions are taken from the one sheet that says most. Frame numbers are names of images,
which begin with 1.jpg or later and have holes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fedn.annotation.formats.coded_rows import CodedRow, CodedTier, coded_videos, expression_kind
from fedn.annotation.formats.content import Content
from fedn.annotation.formats.frame_numbers import NumbersOf, counted_from_one
from fedn.annotation.formats.header_row import Columns, find_columns, unread_text
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.row_remarks import RowPlace, RowRemarks
from fedn.annotation.formats.workbook import Sheet, SheetRow, Workbook, read_workbook
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.annotation.vocabulary_mapping import normal_label
from fedn.errors import FormatError

FPS = 30.0
TIERS = (CodedTier("Expert", Source.EXPERT, "casme3"),)
_NAMES = {
    "subject": ("subject", "sub"),
    "video": ("filename", "seq", "video"),
    "onset": ("onset",),
    "apex": ("apex",),
    "offset": ("offset",),
    "units": ("au", "aus", "action units"),
    "type": ("expression type", "exp_type"),
    "class": ("objective class",),
    "emotion": ("emotion",),
}
# Of sheets without a header, as two public readers of the macro-expressions' emotions number them.
_POSITIONS = ("subject", "video", "onset", "apex", "offset", "units", "emotion")
_SUBJECT = re.compile(r"spno\.?\s*(\d+)", re.IGNORECASE)
_SHEETS_OF_C = ("organize", "mockcrimeme")
_KINDS = {"0": "macro", "1": "micro"}


@dataclass(frozen=True, slots=True)
class LabelSheet:
    """A sheet with expressions.

    Attributes:
        kind: "macro" or "micro" if the whole sheet is of it, "" if it says so in each row.
        has_emotions: whether it says more than action units.
        rank: sheets of a higher one are preferred.
    """

    book: Workbook
    sheet: Sheet
    columns: Columns
    part: str
    kind: str
    has_emotions: bool
    rank: tuple[bool, int, bool]

    def name(self) -> str:
        return f"sheet “{self.sheet.name}” of {self.book.path.name}"

    def of_kind(self, kind: str) -> list[SheetRow]:
        """Its rows with expressions of a kind."""
        return [row for row in self.columns.rows(self.sheet) if self.kind_of(row) == kind]

    def of_no_kind(self) -> list[SheetRow]:
        return [row for row in self.columns.rows(self.sheet) if not self.kind_of(row)]

    def kind_of(self, row: SheetRow) -> str:
        if self.kind:
            return self.kind
        written = self.columns.text(row, "type").casefold()
        return _KINDS.get(written) or next((kind for kind in _KINDS.values() if written.startswith(kind)), "")

    def place(self, row: SheetRow) -> RowPlace:
        return RowPlace(self.book.path, self.sheet.name, row.number)


def subject_name(text: str) -> str | None:
    """A subject as the released folders are called, "spNO.1"; None if the text is no subject of part A."""
    found = _SUBJECT.fullmatch(text.strip())
    return f"spNO.{int(found[1])}" if found else None


def is_casme3(book: Workbook) -> bool:
    """Whether a workbook has expressions of CAS(ME)^3, whatever the file is called."""
    return any(_is_of_casme3(sheet) for sheet in _label_sheets(book, RowRemarks()))


def _is_of_casme3(sheet: LabelSheet) -> bool:
    if sheet.part == "C":
        return sheet.sheet.name.casefold() in _SHEETS_OF_C
    return any(subject_name(sheet.columns.text(row, "subject")) for row in sheet.columns.rows(sheet.sheet)[:50])


def read_casme3(
    path: Path,
    *further: Path,
    numbers_of: NumbersOf = counted_from_one,
    missing_offset: MissingOffset = MissingOffset.APEX_PLUS_20,
) -> Content:
    """Reads one or several of the workbooks into a tier “Expert” for each video.

    Videos of part A are called by subject and letter, such as "spNO.1_a", those of part C by the subject.

    Raises:
        FormatError: if one is no workbook, or none has expressions.
    """
    books = [read_workbook(one) for one in (path, *further)]
    return casme3_content(books, numbers_of=numbers_of, missing_offset=missing_offset)


def casme3_content(books: Sequence[Workbook], *, numbers_of: NumbersOf, missing_offset: MissingOffset) -> Content:
    """As `read_casme3`, of workbooks that have been opened."""
    remarks = RowRemarks()
    sheets = [sheet for book in books for sheet in _label_sheets(book, remarks)]
    if not sheets:
        names = ", ".join(str(book.path) for book in books)
        raise FormatError(f"{names} has no sheet with Subject, Onset and Offset; choose a workbook of CAS(ME)^3")
    rows = [row for sheet, found in _chosen(sheets, remarks) for row in _coded(sheet, found, remarks)]
    videos = coded_videos(rows, TIERS, remarks, numbers_of=numbers_of, rule=missing_offset, fps=FPS)
    return Content(videos, (*(remark for book in books for remark in book.remarks), *remarks.done()))


def _label_sheets(book: Workbook, remarks: RowRemarks) -> list[LabelSheet]:
    found: list[LabelSheet] = []
    for sheet in book.sheets:
        columns = find_columns(sheet, _NAMES, ("subject", "onset", "offset")) or _without_header(sheet)
        if columns is None:
            if sheet.rows:
                remarks.sheet(book.path, sheet.name, "it has no columns Subject, Onset and Offset; it was not read")
        elif "blink" in sheet.name.casefold():
            count = _rows(columns.rows(sheet))
            remarks.sheet(book.path, sheet.name, f"its eye blinks ({count}) are no expressions; they were not read")
        else:
            found.append(_label_sheet(book, sheet, columns, remarks))
    return found


def _without_header(sheet: Sheet) -> Columns | None:
    first = sheet.rows[0] if sheet.rows else None
    if first is None or not subject_name(first.text(0)) or not isinstance(first.cell(2), int | float):
        return None
    return Columns(0, {name: at for at, name in enumerate(_POSITIONS)})


def _label_sheet(book: Workbook, sheet: Sheet, columns: Columns, remarks: RowRemarks) -> LabelSheet:
    columns = _with_unnamed_emotions(book, sheet, columns, remarks)
    name = re.sub(r"cas\(me\)\^?\d", "", book.path.stem.casefold())
    kind = ""
    if not columns.has("type"):
        kind = "micro" if re.search(r"(?<![a-z])me(?![a-z])", name) else "macro"
        if kind == "macro" and "mae" not in name:
            text = "neither the sheet nor the file's name says macro or micro; its rows were taken as macro-expressions"
            remarks.sheet(book.path, sheet.name, text)
    version = re.search(r"(?<![a-z])v(\d+)", name)
    rank = (columns.has("emotion"), int(version[1]) if version else 0, "jpgindex" in name)
    return LabelSheet(book, sheet, columns, "A" if columns.has("video") else "C", kind, columns.has("emotion"), rank)


def _with_unnamed_emotions(book: Workbook, sheet: Sheet, columns: Columns, remarks: RowRemarks) -> Columns:
    """Emotions of macro-expressions stand in the seventh column, also where its header is another word."""
    at = _POSITIONS.index("emotion")
    if columns.has("emotion") or at in columns.places.values():
        return columns
    words = [normal_label(row.text(at)) for row in columns.rows(sheet) if row.cell(at) is not None]
    if not words or not set(words) <= set(shipped_vocabulary(TIERS[0].vocabulary).names):
        return columns
    remarks.sheet(book.path, sheet.name, "column G has emotions without the header “emotion”; they were read as such")
    unread = {place: header for place, header in columns.unread.items() if place != at}
    return Columns(columns.row, {**columns.places, "emotion": at}, unread)


def _chosen(sheets: Sequence[LabelSheet], remarks: RowRemarks) -> list[tuple[LabelSheet, list[SheetRow]]]:
    """The sheets from which macro- and micro-expressions of each part are taken, with those rows."""
    chosen: list[tuple[LabelSheet, list[SheetRow]]] = []
    for part in sorted({sheet.part for sheet in sheets}):
        versions: dict[str, LabelSheet] = {}
        for kind in _KINDS.values():
            found = [(sheet, rows) for sheet in sheets if sheet.part == part and (rows := sheet.of_kind(kind))]
            if not found:
                continue
            best = max(found, key=lambda pair: pair[0].rank)
            chosen.append(best)
            versions[kind] = best[0]
            for sheet, rows in found:
                if sheet is not best[0]:
                    text = f"its {kind}-expressions ({_rows(rows)}) were not read, because {best[0].name()} has them"
                    remarks.sheet(sheet.book.path, sheet.sheet.name, text)
        _tell_mixed_versions(versions, remarks)
    for sheet in sheets:
        for row in sheet.of_no_kind():
            expression_kind(sheet.columns.text(row, "type"), remarks.of_row(sheet.place(row)))
    return chosen


def _rows(rows: Sequence[SheetRow]) -> str:
    return "1 row" if len(rows) == 1 else f"{len(rows)} rows"


def _tell_mixed_versions(chosen: dict[str, LabelSheet], remarks: RowRemarks) -> None:
    versions = {kind: sheet.rank[1] for kind, sheet in chosen.items()}
    if len(set(versions.values())) > 1 and all(versions.values()):
        words = " and ".join(f"{kind}-expressions are from version {version}" for kind, version in versions.items())
        text = f"{words}; expressions that became macro or micro in between may be there twice or not at all"
        remarks.whole(chosen["micro"].book.path, text)


def _coded(sheet: LabelSheet, rows: Sequence[SheetRow], remarks: RowRemarks) -> list[CodedRow]:
    path, name = sheet.book.path, sheet.sheet.name
    unread = unread_text(sheet.columns)
    if unread:
        remarks.sheet(path, name, unread)
    if not sheet.has_emotions:
        kind = sheet.kind_of(rows[0])
        remarks.sheet(path, name, f"it has no emotions; its {kind}-expressions ({_rows(rows)}) have no label")
    return [coded for row in rows if (coded := _row(sheet, row, remarks)) is not None]


def _row(sheet: LabelSheet, row: SheetRow, remarks: RowRemarks) -> CodedRow | None:
    columns, place = sheet.columns, sheet.place(row)
    written, letter = columns.text(row, "subject"), columns.text(row, "video")
    if not written or (sheet.part == "A" and not letter):
        remarks.row(place, "it names no subject or no video; the row was left out")
        return None
    subject = subject_name(written) or written
    if letter != letter.lower():
        remarks.row(place, f"the video “{letter}” was read as “{letter.lower()}”, as its folder is called")
    objective = columns.text(row, "class")
    return CodedRow(
        place=place,
        video=f"{subject}_{letter.lower()}" if letter else subject,
        subject=subject,
        onset=columns.cell(row, "onset"),
        apex=columns.cell(row, "apex"),
        offset=columns.cell(row, "offset"),
        kind=sheet.kind_of(row),
        labels=(columns.text(row, "emotion") if sheet.has_emotions else None,),
        action_units=columns.text(row, "units"),
        note=f"objective class {objective}" if objective else "",
    )
