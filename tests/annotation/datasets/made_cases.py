"""Rows of label workbooks with invented numbers, each with what has to become of it, and tiny videos for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fedn.annotation.formats.content import Content, Remark

Frames = tuple[int, int | None, int]


@dataclass(frozen=True)
class Case:
    """A row of a workbook.

    Attributes:
        cells: as they are written.
        frames: onset, apex and offset of its event from 0, inclusive; None if the row is left out.
        said: for every remark on it a part of the sentence.
    """

    cells: tuple[object, ...]
    frames: Frames | None
    said: tuple[str, ...] = ()


def rows_of(place: str) -> set[int]:
    """The rows that a place such as "sheet “x”, rows 3, 7 to 9 and 12" names."""
    found = re.search(r", rows? ([\d, toand]+)$", place)
    rows: set[int] = set()
    for part in re.split(r", | and ", found[1]) if found else ():
        first, _, last = part.partition(" to ")
        rows |= set(range(int(first), int(last or first) + 1))
    return rows


def said_of(remarks: Iterable[Remark], file: Path, sheet: str, row: int) -> list[str]:
    """The sentences on one row of a sheet."""
    return [
        remark.text
        for remark in remarks
        if remark.file == file and remark.place.startswith(f"sheet “{sheet}”") and row in rows_of(remark.place)
    ]


def check_rows(content: Content, file: Path, sheet: str, first_row: int, cases: Sequence[Case], tier: int = 0) -> None:
    """Every row is told as it should be and no more, and its event is there; no event comes from nowhere."""
    expected: list[Frames] = []
    for number, case in enumerate(cases, first_row):
        said = [text for text in said_of(content.remarks, file, sheet, number) if "formulas in column" not in text]
        assert len(said) == len(case.said), f"row {number}: {said}"
        for part in case.said:
            assert any(part in sentence for sentence in said), f"row {number}: “{part}” is not in {said}"
        assert any("left out" in sentence for sentence in said) == (case.frames is None), f"row {number}: {said}"
        if case.frames is not None:
            expected.append(case.frames)
    events = [event for video in content.videos for event in video.tiers[tier].events]
    found = [(event.onset, event.apex, event.offset) for event in events]
    assert sorted(found, key=str) == sorted(expected, key=str)


def write_images(folder: Path, names: Iterable[str], look: int) -> None:
    """Pictures of 8x8, each of its own; another `look` makes other ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for at, name in enumerate(names):
        image = np.full((8, 8, 3), (at * 7 % 256, look * 11 % 256, at // 36 * 9 % 256), np.uint8)
        done, content = cv2.imencode(".png" if name.endswith("png") else ".jpg", image)
        assert done
        (folder / name).write_bytes(content.tobytes())
