"""The annotation workbook of CAS(ME)^2: three sheets without headers (Qu et al., IEEE Trans. Affective Computing 2018).

The first has an expression a row: subject number, name of the video with a running number, onset, apex, offset, action
units, what the coders saw, macro or micro, what the subject reported. The second says which folder a subject number
has, the third which stimulus code a video name has. Frames count from 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fedn.annotation.formats.coded_rows import CodedRow, CodedTier, coded_videos, expression_kind
from fedn.annotation.formats.content import Content
from fedn.annotation.formats.frame_numbers import NumbersOf, counted_from_one
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.row_remarks import RowPlace, RowRemarks
from fedn.annotation.formats.workbook import Sheet, SheetRow, Workbook, cell_number, read_workbook
from fedn.annotation.tier import Source
from fedn.errors import FormatError

FPS = 30.0
TIERS = (
    CodedTier("Expert", Source.EXPERT, "casme2-annotated"),
    CodedTier("Self-report", Source.SELF_REPORT, "casme2-self-reported"),
)
# As the released folders are called; “unnyfarting” is spelled so there.
STIMULI = {
    "0101": "disgustingteeth", "0102": "eatingworms", "0401": "girlcrashing", "0402": "beatingpregnantwoman",
    "0502": "funnyerrors", "0503": "unnyfarting", "0505": "funnyinnovations", "0507": "climbingthewall",
    "0508": "funnydunkey",
}  # fmt: skip
_EXPRESSION = re.compile(r"([a-z]+\d+)_(\d+)", re.IGNORECASE)
_FOLDER = re.compile(r"s\d+", re.IGNORECASE)
_VIDEO = re.compile(r"[a-z]+\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Book:
    """The three sheets; `folders` and `codes` are "s15" by subject number and "0101" by video name."""

    path: Path
    expressions: Sheet
    folders: dict[int, str]
    codes: dict[str, str]


def video_name(folder: str, code: str) -> str:
    """What the released folder of a subject and stimulus is called: "15", "0101" -> "15_0101disgustingteeth"."""
    return f"{folder}_{code}{STIMULI.get(code, '')}"


def is_casme2(book: Workbook) -> bool:
    """Whether a workbook has the first sheet of CAS(ME)^2, whatever the file is called."""
    return _expressions(book) is not None


def read_casme2(
    path: Path,
    *,
    numbers_of: NumbersOf = counted_from_one,
    missing_offset: MissingOffset = MissingOffset.APEX_PLUS_20,
) -> Content:
    """Reads both label sources: tiers “Expert” and “Self-report” with an event for every row that is not left out.

    Videos are called as the released folders, such as "15_0101disgustingteeth".

    Raises:
        FormatError: if it is no such workbook.
    """
    return casme2_content(read_workbook(path), numbers_of=numbers_of, missing_offset=missing_offset)


def casme2_content(book: Workbook, *, numbers_of: NumbersOf, missing_offset: MissingOffset) -> Content:
    """As `read_casme2`, of a workbook that has been opened."""
    remarks = RowRemarks()
    sheets = _sheets(book, remarks)
    rows = [row for found in sheets.expressions.rows if (row := _row(found, sheets, remarks)) is not None]
    videos = coded_videos(rows, TIERS, remarks, numbers_of=numbers_of, rule=missing_offset, fps=FPS)
    return Content(videos, (*book.remarks, *remarks.done()))


def _expressions(book: Workbook) -> Sheet | None:
    return next((sheet for sheet in book.sheets if any(_EXPRESSION.fullmatch(row.text(1)) for row in sheet.rows)), None)


def _sheets(book: Workbook, remarks: RowRemarks) -> _Book:
    expressions = _expressions(book)
    if expressions is None:
        raise FormatError(f"{book.path} has no sheet of CAS(ME)^2 (column B like “anger1_1”); choose its workbook")
    others = [sheet for sheet in book.sheets if sheet is not expressions]
    folders = next((sheet for sheet in others if any(_FOLDER.fullmatch(row.text(1)) for row in sheet.rows)), None)
    codes = next((sheet for sheet in others if any(_VIDEO.fullmatch(row.text(1)) for row in sheet.rows
                                                   if sheet is not folders)), None)  # fmt: skip
    if folders is None or codes is None:
        lacking = "folders of the subjects (“naming rule1”)" if folders is None else "codes (“naming rule2”)"
        raise FormatError(f"{book.path} lacks the sheet with the {lacking}; take the workbook as it was released")
    for sheet in others:
        if sheet not in (folders, codes):
            remarks.sheet(book.path, sheet.name, "it is none of the three sheets of CAS(ME)^2; it was not read")
    return _Book(book.path, expressions, _folders(book.path, folders, remarks), _codes(book.path, codes, remarks))


def _folders(path: Path, sheet: Sheet, remarks: RowRemarks) -> dict[int, str]:
    folders: dict[int, str] = {}
    for row in sheet.rows:
        number, folder = cell_number(row.cell(2)), row.text(1).lower()
        if not isinstance(number, int) or not _FOLDER.fullmatch(folder):
            remarks.row(
                RowPlace(path, sheet.name, row.number),
                "it does not say which folder a subject number has; it was not used",
            )
        elif folders.setdefault(number, folder) != folder:
            remarks.row(
                RowPlace(path, sheet.name, row.number),
                f"subject {number} has the folder {folders[number]} in a row above here {folder}; the first was kept",
            )
    return folders


def _codes(path: Path, sheet: Sheet, remarks: RowRemarks) -> dict[str, str]:
    codes: dict[str, str] = {}
    for row in sheet.rows:
        # A spreadsheet program may have made a number of 0101.
        code, video = row.text(0).zfill(4), row.text(1).lower()
        if not re.fullmatch(r"\d{4}", code) or not _VIDEO.fullmatch(video):
            remarks.row(
                RowPlace(path, sheet.name, row.number), "it does not say which code a video name has; it was not used"
            )
        elif codes.setdefault(video, code) != code:
            remarks.row(
                RowPlace(path, sheet.name, row.number),
                f"{video} has the code {codes[video]} in a row above here {code}; the first was kept",
            )
    return codes


def _row(row: SheetRow, book: _Book, remarks: RowRemarks) -> CodedRow | None:
    """The row of the first sheet, or None if it cannot be placed in a video."""
    place = RowPlace(book.path, book.expressions.name, row.number)
    say = remarks.of_row(place)
    subject, found = cell_number(row.cell(0)), _EXPRESSION.fullmatch(row.text(1))
    if not isinstance(subject, int) or found is None:
        say("it does not begin with a subject number and a video name like “anger1_1”; the row was left out")
        return None
    folder, code = book.folders.get(subject), book.codes.get(found[1].lower())
    if folder is None:
        say(f"no folder is known for subject {subject}; the row was left out")
        return None
    if code is None:
        say(f"no stimulus code is known for “{found[1]}”; the row was left out")
        return None
    kind = expression_kind(row.text(7), say)
    if kind is None:
        return None
    return CodedRow(
        place=place,
        video=video_name(folder[1:], code),
        subject=folder,
        onset=row.cell(2),
        apex=row.cell(3),
        offset=row.cell(4),
        kind=kind,
        labels=(row.text(6), row.text(8)),
        action_units=row.text(5),
    )
