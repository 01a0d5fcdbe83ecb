"""A CAS(ME)^3 folder and its workbooks made up: the released structure, every irregularity, invented numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import xlwt

from tests.annotation.datasets.made_cases import Case, write_images

INTERVALS = "CAS(ME)3_part_A_v2.xls"
MICRO = "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"
MACRO = "cas(me)3_part_A_MaE_label_JpgIndex_v2_emotion.xlsx"

_HEADER = ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Expression type", "Objective class")
MACRO_HEADER = ("sub", "seq", "onset", "apex", "offset", "AU", "emotion")
MICRO_HEADER = ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion")

# spNO.1 a has the images 3 to 440 without 50 to 54 and 100: what a number means is not where its image stands.
IMAGES = tuple(number for number in range(3, 441) if number not in (50, 51, 52, 53, 54, 100))


def at(number: int) -> int:
    """The frame of an image of spNO.1 a."""
    return IMAGES.index(number)


MACRO_CASES = [
    Case(("spNO.1", "a", 10, 20, 30, "4+15+R10", "happiness"), (at(10), at(20), at(30))),
    Case(
        ("spNO.1", "a", 75, 80, 100, "4", "sad"),
        (at(75), at(80), at(99)),
        ("“sad” was read as “sadness”", "no image 100; it ends with the one before, 99"),
    ),
    Case(
        ("spNO.1", "a", 100, 110, 120, "r4", "Others"),
        (at(101), at(110), at(120)),
        ("“Others” was read as “others”", "no image 100; it begins with the next one, 101"),
    ),
    Case(
        ("spNO.1", "a", 45, 52, 60, "4", "fear"),
        (at(45), at(49), at(60)),
        ("no image 52, the apex; it was set to the nearest one, 49", "begins before"),
    ),
    Case(
        ("spNO.1", "a", 0, 0, 9, "4", "fear"),
        (0, None, at(9)),
        ("the onset is 0", "the apex is missing (0)", "no image 1; it begins with the next one, 3", "begins before"),
    ),
    Case(("spNO.1", "a", 121, 180, 430, "1+2", "surprise"), (at(121), at(180), at(430)), ("lasts 10.3 seconds",)),
    Case(("spNO.1", "J", 5, 5, 20, "T20", "anger"), (4, 4, 19), ("“J” was read as “j”", "the apex is the onset")),
    Case(("spNO.1", "a", 50, 52, 53, "4", "fear"), None, ("there is no image from 50 to 53",)),
    Case(("spNO.30", "b", 5, 9, 20, "B25", "contempt"), None, ("the video spNO.30_b is not there",)),
    Case(("", "b", 5, 9, 20, "4", "anger"), None, ("names no subject or no video",)),
]  # fmt: skip
MICRO_CASES = [
    Case(("spNO.2", "b", 11, 14, 18, "L14", "I", "happy"), (10, 13, 17), ("“happy” was read as “happiness”",)),
    Case(("spNO.2", "b", 30, 34, 0, "4", "IV", "disgust"), (29, 33, 53), ("the offset is missing (0)",)),
    Case(("spNO.2", "b", 112, 83, 118, "4", "VII", "others"), (111, None, 117), ("the apex 83 is before the onset",)),
    Case(("spNO.2", "b", 364, 266, 269, "4", "VII", "others"), None, ("the offset 269 is before the onset 364",)),
    Case(
        ("spNO.2", "b", 114, 116, 125, "4+x9", "III", "anger"),
        (113, 115, 119),
        ("“x9” of the action units", "is after the last frame, 120", "overlaps the expression of row 4"),
    ),
]


def write_macro(path: Path, cases: Sequence[Case] = MACRO_CASES, header: Sequence[object] = MACRO_HEADER) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sheet1"
    for row in (header, *(case.cells for case in cases)):
        sheet.append(list(row))  # pyright: ignore[reportArgumentType]
    book.save(path)


def write_micro(path: Path, cases: Sequence[Case] = MICRO_CASES) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "label"
    for row in (MICRO_HEADER, *(case.cells for case in cases)):
        sheet.append(list(row))  # pyright: ignore[reportArgumentType]
    book.create_sheet("Sheet1")
    book.create_sheet("Sheet3")
    book.save(path)


def interval_rows() -> list[tuple[object, ...]]:
    """Macro- and micro-expressions as in the two other files, without emotions."""
    macro = [(*case.cells[:6], " Macro-expression", "IV") for case in MACRO_CASES]
    micro = [(*case.cells[:6], "Micro-expression", case.cells[6]) for case in MICRO_CASES]
    return [*macro, *micro, ("spNO.2", "b", 1, 2, 3, "4", "Blink", "I")]


def write_intervals(path: Path) -> None:
    """The old kind of workbook, with the eye blinks on a sheet of their own."""
    book = xlwt.Workbook()
    for name, rows in (
        ("AU+Emotion", [_HEADER, *interval_rows()]),
        ("eye blink", [("Subject", "Filename", "Onset", "Offset"), ("spNO.1", "a", 3, 9), ("spNO.1", "a", 30, 36)]),
    ):
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
    book.save(str(path))


def write_dataset(root: Path) -> Path:
    """The folder with color and depth images, holes between images, clips, part B and packed files."""
    annotation, data = root / "annotation" / "partA", root / "part_A" / "data" / "part_A"
    annotation.mkdir(parents=True)
    write_macro(annotation / MACRO)
    write_micro(annotation / MICRO)
    write_intervals(annotation / INTERVALS)
    write_images(data / "spNO.1" / "a" / "color", (f"{number}.jpg" for number in IMAGES), 1)
    write_images(data / "spNO.1" / "a" / "depth", (f"{number}.png" for number in IMAGES[:3]), 2)
    write_images(data / "spNO.1" / "j" / "color", (f"{number}.jpg" for number in range(1, 31)), 3)
    write_images(data / "spNO.2" / "b" / "color", (f"{number}.jpg" for number in range(1, 121)), 4)
    write_images(data / "spNO.2" / "c" / "color", (f"{number}.jpg" for number in range(1, 11)), 5)
    write_images(root / "Part_A_ME_clip" / "frame" / "spNO.2_b_11", ("11.jpg", "12.jpg"), 6)
    write_images(root / "part_B" / "spNO.300" / "a" / "color", ("1.jpg", "2.jpg"), 7)
    for subject in ("spNO.1", "spNO.30"):
        (data / f"{subject}.zip").write_bytes(b"PK\5\6" + bytes(18))
    return root
