"""Tables of AUW-GCN (Yin et al., ACM MM 2023): annotations and proposals, as its public code reads and writes them.

Annotations: `subject,video_name,start_frame,apex_frame,end_frame,type_idx,au`. Frames count from 1, except in SAMM Long
Videos (`006_1`), where its own conversion has subtracted 1. In all of them apex or offset 0 stands for one that was
not annotated; its code then takes the expression to fall as long as it rose (MissingOffset.MIRROR).

Proposals: `video_name,start_frame,end_frame,type_idx,score`, before suppression with three part scores besides. Their
frames count from 1 over the frames that features were computed of: every 8th of SAMM Long Videos, all of the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from fedn.annotation.action_unit import action_units_text, parse_action_units
from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, Remark, Remarks, VideoEvents
from fedn.annotation.formats.grouped_events import PREDICTIONS, TRUTH, GroupedEvents, bad_rows_told
from fedn.annotation.formats.held_fields import VideoNames, tell_losses, told_text, with_one_tier
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.table import (
    Table,
    columns_by_name,
    parse_frame,
    parse_number,
    read_delimited,
    records,
    write_delimited,
)
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.errors import FormatError

ANNOTATIONS = ("subject", "video_name", "start_frame", "apex_frame", "end_frame", "type_idx", "au")
PROPOSALS = ("video_name", "start_frame", "end_frame", "score", "type_idx")
_FRAMES = ("start_frame", "apex_frame", "end_frame")
_KINDS = {"1": "macro", "2": "micro"}
_INDEXES = {kind: index for index, kind in _KINDS.items()}
_FROM_ZERO = re.compile(r"\d{3}(_\d+)+", re.ASCII)
DECIMALS = 6
FPS, SAMM_FPS = 30.0, 200.0


def first_frame_of(video: str) -> int:
    """The number of the first frame in annotations: 0 for SAMM Long Videos, else 1."""
    return 0 if _FROM_ZERO.fullmatch(video) else 1


def read_auw_gcn(
    path: Path,
    index_of: IndexOf = no_index,
    *,
    missing_offset: MissingOffset = MissingOffset.MIRROR,
    frame_step: int = 1,
) -> Content:
    """Annotations or proposals, whichever the table has. Bad rows are left out with a remark each.

    Args:
        missing_offset: of annotations, what becomes of expressions without an offset.
        frame_step: of proposals, how many frames of the video there are to one of its features.

    Raises:
        FormatError: if the file is neither.
    """
    table = read_delimited(path)
    remarks = Remarks(path, list(table.remarks))
    groups = GroupedEvents()
    if "score" in table.header:
        _read_proposals(table, groups, frame_step, remarks)
    else:
        _read_annotations(table, groups, missing_offset, remarks)
    known = {*ANNOTATIONS, *PROPOSALS}
    unknown = [f"“{name}”" for name in columns_by_name(table, ()) if name not in known]
    if unknown:
        remarks.add("", f"columns that an event has no place for were not taken over: {', '.join(unknown)}")
    return Content(groups.done(), remarks.done())


def _read_annotations(table: Table, groups: GroupedEvents, missing: MissingOffset, remarks: Remarks) -> None:
    for number, values, beyond in records(table, ANNOTATIONS):
        place = table.place(number)
        with bad_rows_told(remarks, place):
            video = _video(values, beyond)
            event = _annotated(values, first_frame_of(video), missing, partial(remarks.add, place))
            groups.add(video, TRUTH, event, subject=values["subject"])


def _annotated(values: dict[str, str], first: int, missing: MissingOffset, say: Callable[[str], None]) -> Event:
    onset, apex, offset = (parse_frame(values[name], name) for name in _FRAMES)
    if onset is None or onset < first:
        raise FormatError(f"it has no onset (“{values['start_frame']}”)")
    onset -= first
    # SAMM's own mark for an unknown apex, -1, has become -2.
    apex = None if apex is None or apex <= 0 else apex - first
    offset = None if offset is None or offset <= 0 else offset - first
    if offset is None:
        if apex is None:
            raise FormatError("it has neither apex nor offset")
        offset = missing.offset(onset, apex, FPS if first else SAMM_FPS)
        if offset is None:
            raise FormatError("it has no offset")
        say(f"it has no offset; {missing.words(offset + first, apex + first)}")
    if apex is not None and not onset <= apex <= offset:
        say(f"the apex “{values['apex_frame']}” is not between onset and offset and was left out")
        apex = None
    units, note = (), ""
    try:
        units = parse_action_units(values["au"])
    except FormatError as error:
        note = values["au"]
        say(f"{error}; the text was kept as the event's note")
    return Event(onset, offset, "", apex=apex, kind=_kind(values), action_units=units, note=note)


def _read_proposals(table: Table, groups: GroupedEvents, step: int, remarks: Remarks) -> None:
    for number, values, beyond in records(table, PROPOSALS):
        with bad_rows_told(remarks, table.place(number)):
            video = _video(values, beyond)
            onset, offset = (parse_frame(values[name], name, 1) for name in ("start_frame", "end_frame"))
            if onset is None or offset is None or onset < 0:
                raise FormatError(f"the frames {values['start_frame']} to {values['end_frame']} do not count from 1")
            score = parse_number(values["score"], "score")
            groups.add(video, PREDICTIONS, Event(onset * step, offset * step, "", kind=_kind(values), score=score))


def _video(values: dict[str, str], beyond: int) -> str:
    if beyond:
        raise FormatError("it has more values than the header has names")
    if not values["video_name"]:
        raise FormatError("it does not name a video")
    return values["video_name"]


def _kind(values: dict[str, str]) -> str:
    kind = _KINDS.get(values["type_idx"].removesuffix(".0"))
    if kind is None:
        raise FormatError(f"the type_idx “{values['type_idx']}” is neither 1 (macro) nor 2 (micro)")
    return kind


def write_auw_gcn(
    path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index, *, tier: str = ""
) -> tuple[Remark, ...]:
    """Writes annotations: the tier of that name of each video, by default its only one, or its only one of an expert.

    An apex that is not known is written as its code expects it, 0.

    Returns:
        What the table has no place for.

    Raises:
        FormatError: if it cannot be written, or a video has several tiers to choose from.
    """
    remarks = Remarks(path)
    chosen = with_one_tier(videos, tier, TRUTH, remarks)
    tell_losses(chosen, ("subject", "kind", "apex", "action_units"), remarks)
    names, rows = VideoNames(remarks), []
    for video in chosen:
        subject = told_text(video.subject, f"video “{video.video}”", remarks)
        name = names.written(video, subject=subject)
        first = first_frame_of(name)
        for event in (event for one in video.tiers for event in one.events):
            apex = 0 if event.apex is None else event.apex + first
            frames = (event.onset + first, apex, event.offset + first)
            if event.offset + first == 0 or (event.apex is not None and apex == 0):
                said = "its apex or offset at frame 0 is written as 0, which AUW-GCN takes for one that is not known"
                remarks.add(f"video “{video.video}”, frame {event.onset}", said)
            rows.append([subject, name, *frames, _INDEXES[event.kind], action_units_text(event.action_units)])
    write_delimited(path, ANNOTATIONS, rows)
    return remarks.done()


def write_auw_gcn_proposals(
    path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index, *, tier: str = ""
) -> tuple[Remark, ...]:
    """Writes proposals as they are after suppression: the tier of that name, by default the only one of a detector.

    Returns:
        What the table has no place for.

    Raises:
        FormatError: if it cannot be written, or a video has several tiers to choose from.
    """
    remarks = Remarks(path)
    chosen = with_one_tier(videos, tier, PREDICTIONS, remarks)
    tell_losses(chosen, ("kind", "score"), remarks)
    names, rows, without = VideoNames(remarks), [], 0
    for video in chosen:
        name = names.written(video)
        for event in (event for one in video.tiers for event in one.events):
            without += event.score is None
            score = 1.0 if event.score is None else round(event.score, DECIMALS)
            rows.append([name, event.onset + 1, event.offset + 1, score, _INDEXES[event.kind]])
    if without:
        remarks.add("", f"events that have no score were written with 1 ({without} in all)")
    write_delimited(path, PROPOSALS, rows)
    return remarks.done()
