"""A SAMM Long Videos folder and its workbooks made up: the released structure, every irregularity, invented numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl

from tests.annotation.datasets.made_cases import Case, write_images

LONG = "SAMM_LongVideos_V3_Release.xlsx"
MICRO = "SAMM_Micro_FACS_Codes_v2.xlsx"
SHEET = "FACS_Movement_Only"
FIRST_ROW = 11
HEADER = (
    "Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration", "Type", "Action Units", "Notes",
)  # fmt: skip
FRAMES = 200


def _row(file: str, onset: object, apex: object, offset: object, kind: str, units: object, note: str = "") -> tuple:
    return (file[:3], file, 3, onset, apex, offset, "=SUM(F{row}-D{row})+1", kind, units, note or None)


CASES = [
    Case(_row("006_1_1", 20, 31, 60, "Macro", 12), (19, 30, 59)),
    Case(
        _row("006_1_2", 66.4000000000001, 70.8, 75.25, "Micro - 1/2", "4(B/C)+7B"),
        (65, 69, 74),
        (
            "the onset 66.4 is not a whole number; it was cut to 66",
            "the apex 70.8 is",
            "the offset 75.25 is",
            "“Anger” was read as",
        ),
    ),
    Case(_row("006_1_3", 100, -1, 150, "Macro", "R10B+A12C", "head moves"), (99, None, 149), ("apex is missing (-1)",)),
    Case(_row("006_2_1", 0, 15, 40, "Macro", "12"), (0, 14, 39), ("the onset is 0",)),
    Case(_row("006_2_2", 1, 15, 44, "Macro", "12+6"), (0, 14, 43), ("the onset is the first frame", "overlaps")),
    Case(
        _row("006_2_3", 90, 95, 99, "Micro - 1/2", "ref(7)+12B"),
        (89, 94, 98),
        ("“ref(7)” of the action units", "“Other” was read as “others”"),
    ),
    Case(_row("012_4_1", 150, 180, 260, "Macro", 4), (149, 179, 199), ("the offset 260 is after the last frame, 200",)),
    Case(_row("012_4_2", 30, 40, 50, "Micro - 1/2", 4), (29, 39, 49), ("“Contempt” was read", "begins before")),
    Case(_row("033_1_1", 30, 40, 50, "Macro", 4), None, ("the video 033_1 is not there",)),
    Case(("006", "", 3, 1, 2, 3, 3, "Macro", 4, None), None, ("it has no file name",)),
    Case(_row("006_1_9", 160, 165, 170, "Eye", 4), None, ("the type “Eye” is neither macro nor micro",)),
    Case(("007", "006_2_8", 3, 150, 160, 170, 21, "Macro", 4, None), (149, 159, 169), ("the subject is “007” but",)),
]
EMOTIONS = [
    ("006_1_2", "Micro - 1/2", "Anger"),
    ("006_2_3", "Micro - 1/2", "Other"),
    ("012_4_2", "Micro - 1/2", "Contempt"),
    ("035_1_2", "Micro - 1/2", "Fear"),
    ("006_1_2", "Micro - 1/2", "Fear"),
    ("006_7_2", "Micro - 1/2", ""),
]


def write_long(path: Path, cases: Sequence[Case] | None = None) -> None:
    """Nine lines of text, the header in row 10, durations as formulas that no spreadsheet program has calculated."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    for line in range(9):
        sheet.append([f"line {line} of an explanation"])
    for row in (HEADER, *(case.cells for case in (CASES if cases is None else cases))):
        number = str(sheet.max_row + 1)
        cells = [cell.replace("{row}", number) if isinstance(cell, str) else cell for cell in row]
        sheet.append(cells)
    book.save(path)


def write_micro(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Subject", "Filename", "Onset", "Apex", "Offset", "Type", "Action Units", "Emotion", "Classes"])
    for file, kind, emotion in EMOTIONS:
        sheet.append([file[:3], file, 1, 2, 3, kind, 4, emotion or None, 5])
    book.save(path)


def write_dataset(root: Path) -> Path:
    root.mkdir(parents=True)
    write_long(root / LONG)
    write_micro(root / MICRO)
    for look, video in enumerate(("006_1", "006_2", "012_4", "012_5")):
        names = (f"{video}_{number:04d}.jpg" for number in range(1, FRAMES + 1))
        write_images(root / "SAMM_longvideos" / video, names, look)
    write_images(root / "SAMM_longvideos" / "thumbnails", ("a.jpg",), 9)
    return root
