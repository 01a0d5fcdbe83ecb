"""Onset, apex and offset as coders wrote them into a row, and the frames of the video they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fedn.annotation.formats.frame_numbers import FrameNumbers
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.workbook import Cell, cell_number, cell_text
from fedn.annotation.interval import Interval

LARGEST_NUMBER = 10_000_000
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Frames:
    """Onset, apex or None, and offset, onset <= apex <= offset: numbers of the file, or frames counted from 0."""

    onset: int
    apex: int | None
    offset: int


def coded_frames(cells: tuple[Cell, Cell, Cell], rule: MissingOffset, fps: float, say: Say) -> Frames | None:
    """The numbers of a row, put right where they cannot all be true.

    Args:
        cells: onset, apex and offset as the file has them; -1, 0 and an empty cell mean that it was not noted.
        rule: for offsets that are missing or not after the apex.
        fps: of the data set's videos.
        say: is given one sentence for everything that was changed or doubted.

    Returns:
        Numbers as the file counts them, or None if the row was left out.
    """
    onset, apex, offset = (
        _number(name, cell, say) for name, cell in zip(("onset", "apex", "offset"), cells, strict=True)
    )
    if onset is None:
        say(f"nobody knows when it begins, because the onset is missing{_as_written(cells[0])}; the row was left out")
        return None
    if onset == 0:
        say("the onset is 0, before the first frame, 1; it begins with the first frame")
        onset = 1
    elif onset == 1:
        say("the onset is the first frame, so it may have begun before the video; it was kept")
    apex, offset = apex or None, offset or None
    if offset is not None and offset < onset:
        say(f"the offset {offset} is before the onset {onset}, and nobody knows which is wrong; the row was left out")
        return None
    if apex is not None and apex < onset:
        if offset is None:
            say(f"the apex {apex} is before the onset {onset} and the offset is missing; the row was left out")
            return None
        say(f"the apex {apex} is before the onset {onset}; the event has no apex")
        apex = None
    elif apex is None and offset is None:
        say("nobody knows when it ends, because apex and offset are missing; the row was left out")
        return None
    elif apex is None:
        say(f"the apex is missing{_as_written(cells[1])}; the event has none")
    if apex is not None and (offset is None or offset <= apex):
        offset = _offset_by_rule(onset, apex, offset, _as_written(cells[2]), rule, fps, say)
    if offset is None:
        return None
    if apex == onset:
        say("the apex is the onset; it was kept")
    return Frames(onset, apex, offset)


def doubtful_frames(cells: tuple[Cell, Cell, Cell], numbers: FrameNumbers, fps: float) -> Interval | None:
    """Where the expression of a row that was left out may be: from the first to a second after the last of its numbers.

    Returns:
        The whole video if the row has no number and the video an end, None if the numbers lie outside of it.
    """
    known = [
        int(number) for cell in cells if (number := cell_number(cell)) is not None and 0 < number <= LARGEST_NUMBER
    ]
    start = numbers.at_or_after(min(known, default=1))
    stop = numbers.at_or_before(max(known) + round(fps) if known else LARGEST_NUMBER)
    return Interval(start, stop + 1) if start is not None and stop is not None and start <= stop else None


def _number(name: str, cell: Cell, say: Say) -> int | None:
    """A whole number from 0 on, or None if the cell has none."""
    number = cell_number(cell)
    if number is None:
        if cell is not None:
            say(f"the {name} “{cell_text(cell)}” is not a number and counts as missing")
        return None
    if number > LARGEST_NUMBER:
        say(f"the {name} {number:g} is beyond the end of any video and counts as missing")
        return None
    if number < 0:
        return None
    if number != int(number):
        say(f"the {name} {number:.10g} is not a whole number; it was cut to {int(number)}")
    return int(number)


def _as_written(cell: Cell) -> str:
    return "" if cell is None else f" (“{cell_text(cell)}”)" if isinstance(cell, str) else f" ({cell_text(cell)})"


def _offset_by_rule(
    onset: int, apex: int, offset: int | None, written: str, rule: MissingOffset, fps: float, say: Say
) -> int | None:
    if offset == apex and rule is MissingOffset.APEX:
        return offset
    found = rule.offset(onset, apex, fps)
    wrong = f"the offset is missing{written}" if offset is None else f"the offset {offset} is not after the apex {apex}"
    say(f"{wrong}; {rule.words(apex if found is None else found, apex)}")
    return found


def video_frames(coded: Frames, numbers: FrameNumbers, say: Say) -> Frames | None:
    """The frames of the video that have these numbers, from 0; an event that goes beyond the video ends with it.

    Returns:
        None if the row was left out because the video has nothing of it.
    """
    what = "frame" if numbers.of_images is None else "image"
    onset, offset = numbers.at_or_after(coded.onset), numbers.at_or_before(coded.offset)
    if onset is None:
        say(f"the onset {coded.onset} is after the last {what}, {numbers.last}; the row was left out")
        return None
    if offset is None or offset < onset:
        say(f"there is no image from {coded.onset} to {coded.offset}; the row was left out")
        return None
    if numbers.number(onset) != coded.onset:
        say(f"there is no image {coded.onset}; it begins with the next one, {numbers.number(onset)}")
    last = numbers.last
    if last is not None and coded.offset > last:
        say(f"the offset {coded.offset} is after the last {what}, {last}; it ends with the video")
    elif numbers.number(offset) != coded.offset:
        say(f"there is no image {coded.offset}; it ends with the one before, {numbers.number(offset)}")
    return Frames(onset, _apex_frame(coded, numbers, onset, offset, what, say), offset)


def _apex_frame(coded: Frames, numbers: FrameNumbers, onset: int, offset: int, what: str, say: Say) -> int | None:
    if coded.apex is None:
        return None
    apex = numbers.frame(coded.apex)
    if apex is not None:
        return apex
    last = numbers.last
    if last is not None and coded.apex > last:
        say(f"the apex {coded.apex} is after the last {what}, {last}; the event has no apex")
        return None
    before, after = numbers.at_or_before(coded.apex), numbers.at_or_after(coded.apex)
    near = min(
        (frame for frame in (before, after) if frame is not None and onset <= frame <= offset),
        key=lambda frame: abs(numbers.number(frame) - coded.apex) if coded.apex is not None else 0,
    )
    say(f"there is no image {coded.apex}, the apex; it was set to the nearest one, {numbers.number(near)}")
    return near
