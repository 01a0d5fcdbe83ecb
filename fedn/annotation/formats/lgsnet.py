"""Tables of LGSNet (Yu et al., IEEE TIP 2023): annotations and detections, as its public code reads and writes them.

Annotations: `subject,video,type,type_idx,startFrame,endFrame,frame_num,length`, frames from 1, `video` a path, length
the difference of the frames. Detections: text with tabs and no header, `video, start, end, score` or `video, start,
end, type_idx, score`; start and end are broken numbers, of which its evaluation takes the whole part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, Remark, Remarks, VideoEvents
from fedn.annotation.formats.foreign_file import read_text
from fedn.annotation.formats.grouped_events import PREDICTIONS, TRUTH, GroupedEvents, bad_rows_told, name_and_place
from fedn.annotation.formats.held_fields import VideoNames, tell_losses, told_text, with_one_tier
from fedn.annotation.formats.table import (
    LARGEST_FRAME,
    columns_by_name,
    parse_frame,
    parse_number,
    read_delimited,
    records,
    split_rows,
    write_delimited,
)
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.errors import FormatError

COLUMNS = ("subject", "video", "type", "type_idx", "startFrame", "endFrame", "frame_num", "length")
_REQUIRED = ("subject", "video", "type_idx", "startFrame", "endFrame")
FIRST_FRAME = 1
DECIMALS = 6
_KINDS = {"1": "macro", "2": "micro"}
_INDEXES = {kind: index for index, kind in _KINDS.items()}


def read_lgsnet(path: Path, index_of: IndexOf = no_index) -> Content:
    """Annotations. Bad rows are left out with a remark each.

    Raises:
        FormatError: if the file is no such table.
    """
    table = read_delimited(path)
    remarks, groups = Remarks(path, list(table.remarks)), GroupedEvents()
    for number, values, beyond in records(table, _REQUIRED):
        place = table.place(number)
        with bad_rows_told(remarks, place):
            if beyond:
                raise FormatError("it has more values than the header has names")
            onset, offset = (parse_frame(values[name], name, FIRST_FRAME) for name in ("startFrame", "endFrame"))
            event = _event(onset, offset, values["type_idx"])
            if values.get("length", "") not in ("", str(event.offset - event.onset)):
                remarks.add(place, f"its length {values['length']} is not that of its frames, which were taken over")
            count = parse_frame(values.get("frame_num", ""), "frame_num") or 0
            name, where = name_and_place(values["video"])
            groups.add(name, TRUTH, event, subject=values["subject"], about=(max(0, count), where))
    unknown = [f"“{name}”" for name in columns_by_name(table, ()) if name not in COLUMNS]
    if unknown:
        remarks.add("", f"columns that an event has no place for were not taken over: {', '.join(unknown)}")
    return Content(groups.done(), remarks.done())


def _event(onset: int | None, offset: int | None, type_index: str, score: float | None = None) -> Event:
    if onset is None or offset is None:
        raise FormatError("it lacks the onset or the offset frame")
    if type_index not in _KINDS:
        raise FormatError(f"the type_idx “{type_index}” is neither 1 (macro) nor 2 (micro)")
    return Event(onset, offset, "", kind=_KINDS[type_index], score=score)


def read_lgsnet_detections(path: Path, index_of: IndexOf = no_index, *, frame_step: int = 1) -> Content:
    """Detections. Frames are what its evaluation compares: the whole part, times `frame_step`, counted from 1.

    Args:
        frame_step: its label_frequency: how many frames of the video there are to one of its features.

    Raises:
        FormatError: if the file is not text with tabs.
    """
    remarks, groups = Remarks(path), GroupedEvents()
    clipped = 0
    for row in split_rows(path, read_text(path), "\t"):
        with bad_rows_told(remarks, f"line {row.number}"):
            if len(row.cells) not in (4, 5) or not row.cells[0]:
                raise FormatError(f"it has {len(row.cells)} columns instead of video, start, end and score")
            video, start, end, *kind, score = row.cells
            onset, offset = _whole(start, "start", frame_step), _whole(end, "end", frame_step)
            if onset is not None and onset < 0:
                onset, clipped = 0, clipped + 1
            index = kind[0] if kind else _INDEXES["macro"]
            groups.add(video, PREDICTIONS, _event(onset, offset, index, parse_number(score, "score")))
    if clipped:
        remarks.add("", f"detections that begin before the first frame begin with it now ({clipped} in all)")
    return Content(groups.done(), remarks.done())


def _whole(text: str, name: str, step: int) -> int | None:
    number = parse_number(text, name)
    if number is not None and abs(number) > LARGEST_FRAME:
        raise FormatError(f"the {name} “{text}” is beyond the end of any video")
    return None if number is None else math.floor(number) * step - FIRST_FRAME


def write_lgsnet(
    path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index, *, tier: str = ""
) -> tuple[Remark, ...]:
    """Writes annotations: the tier of that name of each video, by default its only one, or its only one of an expert.

    Returns:
        What the table has no place for.

    Raises:
        FormatError: if it cannot be written, or a video has several tiers to choose from.
    """
    remarks = Remarks(path)
    chosen = with_one_tier(videos, tier, TRUTH, remarks)
    tell_losses(chosen, ("subject", "kind"), remarks)
    names, rows = VideoNames(remarks), []
    for video in chosen:
        subject = told_text(video.subject, f"video “{video.video}”", remarks)
        name = names.written(video, subject=subject, cut_ending=False)
        # The name alone unless the place ends with it, because readers take the name from there.
        if video.path is not None and video.path.name == name:
            name = str(PurePosixPath(video.path.as_posix()))
        for event in (event for one in video.tiers for event in one.events):
            kind = (f"{event.kind}-expression", _INDEXES[event.kind])
            frames = (event.onset + FIRST_FRAME, event.offset + FIRST_FRAME)
            rows.append([subject, name, *kind, *frames, video.frame_count or "", event.offset - event.onset])
    write_delimited(path, COLUMNS, rows)
    return remarks.done()


def write_lgsnet_detections(
    path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index, *, tier: str = ""
) -> tuple[Remark, ...]:
    """Writes detections: the tier of that name, by default the only one of a detector; with kinds if one is micro.

    Returns:
        What the file has no place for.

    Raises:
        FormatError: if it cannot be written, or a video has several tiers to choose from.
    """
    remarks = Remarks(path)
    chosen = with_one_tier(videos, tier, PREDICTIONS, remarks)
    tell_losses(chosen, ("kind", "score"), remarks)
    events = [(video, event) for video in chosen for one in video.tiers for event in one.events]
    has_kinds = any(event.kind == "micro" for _, event in events)
    without = sum(event.score is None for _, event in events)
    if without:
        remarks.add("", f"events that have no score were written with 1 ({without} in all)")
    names = VideoNames(remarks)
    written = {id(video): names.written(video) for video in chosen}
    rows: list[list[object]] = []
    for video, event in events:
        score = 1.0 if event.score is None else event.score
        frames = (f"{event.onset + FIRST_FRAME:.3f}", f"{event.offset + FIRST_FRAME:.3f}")
        kind = [_INDEXES[event.kind]] if has_kinds else []
        rows.append([written[id(video)], *frames, *kind, f"{score:.{DECIMALS}f}"])
    write_delimited(path, (), rows, delimiter="\t")
    return remarks.done()
