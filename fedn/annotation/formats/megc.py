"""Result files of the MEGC challenges (facial macro- and micro-expression spotting): frames count from 1, inclusive.

Tables: `vid,pred_onset,pred_offset,type` (2022), `vid,onset,offset,type` (2023), type me or mae, and for spotting with
recognition `subject,video,onset,offset,emotion` (2024). The challenges rename columns, so these are only defaults. The
log of 2020 and 2021 is in megc_log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, Remark, Remarks, VideoEvents
from fedn.annotation.formats.grouped_events import PREDICTIONS, GroupedEvents, TierKey, bad_rows_told
from fedn.annotation.formats.held_fields import VideoNames, tell_losses, told_text, with_one_tier
from fedn.annotation.formats.table import Table, columns_by_name, parse_frame, read_delimited, records, write_delimited
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.errors import FormatError

FIRST_FRAME = 1
_KINDS = {"me": "micro", "mae": "macro"}
_WORDS = {kind: word for word, kind in _KINDS.items()}
_SPELLINGS = {**_KINDS, **{f"{kind}{ending}": kind for kind in _WORDS for ending in ("", "-expression", " expression")}}


@dataclass(frozen=True, slots=True)
class MegcColumns:
    """The header's names; "" for what a table does not have."""

    video: str
    onset: str
    offset: str
    kind: str = ""
    label: str = ""
    subject: str = ""

    @property
    def names(self) -> list[str]:
        """In the order of the challenges' tables: the subject first, then the video and its frames."""
        return [name for name in (self.subject, *astuple(self)[:-1]) if name]


MEGC_2022 = MegcColumns("vid", "pred_onset", "pred_offset", kind="type")
MEGC_2023 = MegcColumns("vid", "onset", "offset", kind="type")
MEGC_2024 = MegcColumns("video", "onset", "offset", label="emotion", subject="subject")
YEARS = {2022: MEGC_2022, 2023: MEGC_2023, 2024: MEGC_2024}


def read_megc(
    path: Path,
    index_of: IndexOf = no_index,
    *,
    columns: MegcColumns | None = None,
    tier: TierKey = PREDICTIONS,
) -> Content:
    """A challenge's table as one tier for each video. Bad rows are left out with a remark each.

    Args:
        columns: its names; by default those of the year whose columns the table has.
        tier: what its events are.

    Raises:
        FormatError: if the file is no such table.
    """
    table = read_delimited(path)
    remarks = Remarks(path, list(table.remarks))
    names = columns or _columns_of(table)
    groups = GroupedEvents()
    for number, values, beyond in records(table, names.names):
        with bad_rows_told(remarks, table.place(number)):
            if beyond:
                raise FormatError("it has more values than the header has names")
            event = _event(values, names)
            groups.add(_video(values[names.video]), tier, event, subject=values.get(names.subject, ""))
    unknown = [f"“{name}”" for name in columns_by_name(table, ()) if name not in names.names]
    if unknown:
        remarks.add("", f"columns that the challenge does not have were not taken over: {', '.join(unknown)}")
    if not names.kind:
        remarks.add("", "the table does not tell micro- from macro-expressions; all were taken for macro")
    return Content(groups.done(), remarks.done())


def _columns_of(table: Table) -> MegcColumns:
    found = next((columns for columns in YEARS.values() if set(columns.names) <= set(table.header)), None)
    if found is None:
        known = "; ".join(",".join(columns.names) for columns in YEARS.values())
        raise FormatError(f"{table.path} has none of the headers of the challenges ({known}); name its columns")
    return found


def _event(values: dict[str, str], names: MegcColumns) -> Event:
    onset, offset = (parse_frame(values[name], name, FIRST_FRAME) for name in (names.onset, names.offset))
    if onset is None or offset is None:
        raise FormatError("it lacks the onset or the offset frame")
    if onset < 0:
        raise FormatError(f"the {names.onset} “{values[names.onset]}” is before frame 1, the first")
    kind = _SPELLINGS.get(values[names.kind].lower()) if names.kind else "macro"
    if kind is None:
        raise FormatError(f"the {names.kind} “{values[names.kind]}” is neither me nor mae")
    return Event(onset, offset, values.get(names.label, ""), kind=kind)


def _video(name: str) -> str:
    if not name:
        raise FormatError("it does not name a video")
    return name


def write_megc(
    path: Path,
    videos: Sequence[VideoEvents],
    index_of: IndexOf = no_index,
    *,
    columns: MegcColumns = MEGC_2023,
    tier: str = "",
) -> tuple[Remark, ...]:
    """Writes a result file for a challenge. Videos are called by their names without the ending of a video file.

    Args:
        columns: the header; `YEARS` has those of the challenges.
        tier: name of the tier to write; by default the only one, or the only one of a detector.

    Returns:
        What the table has no place for.

    Raises:
        FormatError: if the file cannot be written, or a video has several tiers to choose from.
    """
    remarks = Remarks(path)
    chosen = with_one_tier(videos, tier, PREDICTIONS, remarks)
    held = [name for name in ("kind", "label", "subject") if getattr(columns, name)]
    tell_losses(chosen, held, remarks)
    names, rows = VideoNames(remarks), []
    for video in chosen:
        place = f"video “{video.video}”"
        subject = told_text(video.subject, place, remarks) if columns.subject else ""
        name = names.written(video, subject=subject)
        for event in (event for one in video.tiers for event in one.events):
            values = {
                columns.video: name,
                columns.onset: event.onset + FIRST_FRAME,
                columns.offset: event.offset + FIRST_FRAME,
                columns.kind: _WORDS[event.kind],
                columns.label: told_text(event.label, place, remarks) if columns.label else "",
                columns.subject: subject,
            }
            rows.append([values[name] for name in columns.names])
    write_delimited(path, columns.names, rows)
    return remarks.done()
