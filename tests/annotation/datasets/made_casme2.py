"""A CAS(ME)^2 folder and workbook made up: the released structure with every irregularity, and invented numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl

from tests.annotation.datasets.made_cases import Case, write_images
from tests.conftest import write_video

NAME = "CAS(ME)^2code_final.xlsx"
SHEET = "CASFEcode_final"
FOLDERS = {1: 15, 2: 16, 7: 23, 12: 29, 18: 35}
CODES = {
    "0101": "disgust1", "0102": "disgust2", "0401": "anger1", "0402": "anger2", "0502": "happy1", "0503": "happy2",
    "0505": "happy3", "0507": "happy4", "0508": "happy5",
}  # fmt: skip
FRAMES = 120

MACRO, MICRO = "macro-expression", "micro-expression"
_NEG = ("negative", MACRO, "anger")
_POS = ("positive", MACRO, "happiness")
CASES = [
    Case((1, "anger1_1", 11, 20, 41, "4+10+14", *_NEG), (10, 19, 40)),
    Case((1, "anger1_2", 61, 70, 0, 4, "negative", MACRO, "disgust"), (60, 69, 89), ("offset is missing (0)",)),
    Case(
        (1, "happy4_1", 5, 0, 30, "12+6", "positive", MACRO, "happyiness"),
        (4, None, 29),
        ("apex is missing (0)", "“happyiness” was read as “happiness”"),
    ),
    Case((1, "happy4_2", 40, 60, 52, "6+12", *_POS), (39, 59, 79), ("offset 52 is not after the apex 60",)),
    Case((2, "disgust2_1", 10, 20, 60, 9, "negative", MACRO, "disgust"), (9, 19, 59)),
    Case(
        (2, "disgust2_2", 20, 25, 40, "R10", "negative", MACRO, "sympathy"),
        (19, 24, 39),
        ("lies inside the expression of row 5 (frames 10 to 60)",),
    ),
    Case(
        (2, "disgust2_3", 55, 58, 70, 17, "others", MACRO, "pain"), (54, 57, 69), ("overlaps the expression of row 5",)
    ),
    Case((2, "happy1_1", 80, 85, 95, 12, *_POS), (79, 84, 94)),
    Case((2, "happy1_2", 30, 35, 45, 12, *_POS), (29, 34, 44), ("begins before a row above it",)),
    Case((12, "anger2_1", 50, 55, 62, "L14", "others", MICRO, "helpless"), (49, 54, 61)),
    Case((18, "happy5_1", 33, 38, 44, 7, "surprise", MICRO, "surprise"), (32, 37, 43)),
    Case((1, "anger1_3", 91, 0, 0, 4, *_NEG), None, ("apex and offset are missing",)),
    Case((99, "anger1_1", 1, 2, 3, 4, *_NEG), None, ("no folder is known for subject 99",)),
    Case((1, "boredom1_1", 1, 2, 3, 4, *_NEG), None, ("no stimulus code is known for “boredom1”",)),
    Case((7, "happy3_1", 100, 110, 150, 12, *_POS), (99, 109, 119), ("offset 150 is after the last frame, 120",)),
    Case((7, "happy3_2", 130, 135, 140, 12, *_POS), None, ("onset 130 is after the last frame, 120",)),
    Case((7, "happy3_3", "early", 5, 9, 12, *_POS), None, ("“early” is not a number", "onset is missing (“early”)")),
    Case(
        (1, "anger1_4", 100, 105, 115, "ref(7)+12B", "amused", MACRO, ""),
        (99, 104, 114),
        (
            "“ref(7)” of the action units",
            "“amused” is not one of casme2-annotated",
            "no label for the tier Self-report",
        ),
    ),
    Case((7, "happy2_1", 20, 30, 40, 12, *_POS), None, ("the video 23_0503unnyfarting is not there",)),
    Case((1, "anger1_1", 11, 20, 41, "4+10+14", *_NEG), None, ("says the same as row 1",)),
    Case(("subject", "anger1_5", 1, 2, 3, 4, *_NEG), None, ("does not begin with a subject number",)),
    Case(
        (1, "anger1_6", 30, 20, 55, 4, *_NEG),
        (29, None, 54),
        ("apex 20 is before the onset 30", "overlaps", "begins before"),
    ),
    Case((1, "anger1_7", 80, 70, 60, 4, *_NEG), None, ("offset 60 is before the onset 80",)),
    Case((1, "anger1_8", 116, 116, 118, 4, *_NEG), (115, 115, 117), ("the apex is the onset",)),
    Case((1, "anger1_9", 95, 96, 98, 4, "negative", "both", "anger"), None, ("“both” is neither macro nor micro",)),
    Case(
        (12, "anger2_2", 1, 5, 9, 4, "negative", MICRO, "fear"),
        (0, 4, 8),
        ("the onset is the first frame", "begins before"),
    ),
    Case(
        (12, "anger2_3", 0, 20, 29, 4, "negative", MACRO, "fear"),
        (0, 19, 28),
        ("the onset is 0", "overlaps", "begins before"),
    ),
    Case((12, "anger2_4", 70, 65, 0, 4, "negative", MACRO, "fear"), None, ("apex 65 is before the onset 70",)),
    Case((12, "anger2_5", 80.5, 85, 90, 4, "negative", MACRO, "fear"), (79, 84, 89), ("80.5 is not a whole number",)),
]
VIDEOS_WITH_ROWS = {"15_0401", "15_0507", "16_0102", "16_0502", "29_0402", "35_0508", "23_0505"}


def write_workbook(path: Path, cases: list[Case] | None = None) -> None:
    """The three sheets without headers."""
    book = openpyxl.Workbook()
    expressions = book.active
    assert expressions is not None
    expressions.title = SHEET
    for case in CASES if cases is None else cases:
        expressions.append(list(case.cells))  # pyright: ignore[reportArgumentType]
    folders, codes = book.create_sheet("naming rule1"), book.create_sheet("naming rule2")
    for number, folder in FOLDERS.items():
        for _ in range(3):  # The released sheet repeats them, a row for each expression.
            folders.append((folder, f"s{folder}", number))
    for row in CODES.items():
        codes.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


RAW = (
    "s15/15_0401girlcrashing", "s15/15_0507climbingthewall", "s15/15_0508funnydunkey", "s15/15_0503unnyfarting",
    "s16/16_0102eatingworms", "s16/16_0502funnyerrors", "s29/29_0402beatingpregnantwoman", "s35/35_0508funnydunkey",
    "s23/23_0505funnyinnovation", "s19/23_0502funnyerrors",
)  # fmt: skip
UNLABELLED = ("15_0508funnydunkey", "15_0503unnyfarting", "23_0502funnyerrors")


def write_dataset(root: Path) -> Path:
    """The folder with raw pictures, crops without padded numbers, cut out expressions and one video file."""
    write_workbook(root / NAME)
    for look, folder in enumerate(RAW):
        write_images(root / "rawpic" / folder, (f"img{number:03d}.jpg" for number in range(1, FRAMES + 1)), look)
    write_images(
        root / "longVideoFaceCropped" / "s16" / "16_0502funnyerrors",
        (f"img_{number}.jpg" for number in range(1, FRAMES + 1)),
        90,
    )
    write_images(root / "selectedpic" / "s15" / "anger1_1", (f"img{number}.jpg" for number in range(11, 42)), 91)
    grey = [np.full((32, 32, 3), number * 2, np.uint8) for number in range(FRAMES)]
    (root / "rawvideo" / "s35").mkdir(parents=True)
    write_video(root / "rawvideo" / "s35" / "35_0508funnydunkey.avi", grey)
    (root / "rawpic" / "s15.zip").write_bytes(b"PK\5\6" + bytes(18))
    return root
