"""Copied events: kept exactly in here, and as an event table in text, for spreadsheet programs and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.document.attribute_edits import check_some
from app.document.copy_edits import PasteEvents
from app.document.edit import Edit, Group
from app.document.prediction_edits import origin_of
from fedn.annotation.event import Event
from fedn.annotation.formats.event_row import EventRow, RowReader, cells_for, columns_for
from fedn.annotation.formats.spreadsheet_text import escape_formula, unescape_formula
from fedn.annotation.formats.table import TableRow, split_rows
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.errors import EditError, FormatError

_NEEDED = ("onset", "offset", "label")
_PASTED = Path("the pasted text")


@dataclass(frozen=True, slots=True)
class CopiedEvent:
    """An event with the name of its tier; one that a detector found has that prediction as its origin."""

    tier: str
    event: Event


@dataclass(slots=True)
class Clipboard:
    """What was copied last. The text is what the system's clipboard gets; it may come back changed, or from elsewhere.

    While the text is the one that `copy` gave, pasting is exact; a table keeps no origins.
    """

    _text: str = ""
    _events: tuple[CopiedEvent, ...] = field(default=())

    def copy(self, project: Project, ids: Sequence[str]) -> str:
        """Takes events; those of several videos are a table for other programs, which is not pasted in here.

        Returns:
            An event table with tabs and a header.

        Raises:
            EditError: if there is none.
        """
        check_some(tuple(ids))
        tiers = [project.tier_of(event_id) for event_id in ids]
        events = [
            replace(project.event(event_id), origin=origin_of(project.event(event_id), tier))
            for event_id, tier in zip(ids, tiers, strict=True)
        ]
        places = {video_id: place for place, video_id in enumerate(project.videos)}
        pairs = sorted(
            zip(tiers, events, strict=True), key=lambda pair: (places[pair[0].video_id], pair[1].onset, pair[1].offset)
        )
        text = _table([_table_row(project, tier, event) for tier, event in pairs])
        is_one_video = len({tier.video_id for tier in tiers}) == 1
        self._events = tuple(CopiedEvent(tier.name, event) for tier, event in pairs) if is_one_video else ()
        self._text = text if is_one_video else ""
        return text

    def events(self, text: str) -> tuple[CopiedEvent, ...]:
        """The events in a text.

        Raises:
            FormatError: if it is no event table, naming the row; or one of several videos.
        """
        if text and _lines(text) == _lines(self._text):
            return self._events
        return _parsed(text)

    def paste(self, project: Project, video_id: str, frame: int, text: str, tier_id: str = "") -> Edit:
        """The edit that puts the events of a text into a video: the first at `frame`, the others as far apart as ever.

        Args:
            tier_id: where all of them go; without it each goes to the tier of a person that is called like its own.

        Raises:
            FormatError: as `events`. EditError: if there is nothing to paste or no such tier.
        """
        copied = self.events(text)
        if not copied:
            raise EditError("there is nothing to paste; copy events first")
        if tier_id:
            return PasteEvents(tier_id, tuple(one.event for one in copied), frame)
        first = min(one.event.onset for one in copied)
        by_tier: dict[str, list[Event]] = {}
        for one in copied:
            by_tier.setdefault(_tier_named(project, video_id, one.tier).id, []).append(one.event)
        parts = tuple(
            PasteEvents(target, tuple(own), frame + min(event.onset for event in own) - first)
            for target, own in by_tier.items()
        )
        return parts[0] if len(parts) == 1 else Group(parts, f"Paste {len(copied)} events")


def _tier_named(project: Project, video_id: str, name: str) -> Tier:
    people = (tier for tier in project.tiers_of(video_id) if tier.source is not Source.DETECTOR)
    tier = next((tier for tier in people if tier.name.casefold() == name.casefold()), None)
    if tier is None:
        raise EditError(f"{project.video(video_id).name} has no tier “{name}” of a person; choose the tier to paste on")
    return tier


def _table_row(project: Project, tier: Tier, event: Event) -> EventRow:
    video = project.video(tier.video_id)
    return EventRow(video.name, event, video.subject, tier.name, source=tier.source, who=tier.who)


def _table(rows: Sequence[EventRow]) -> str:
    columns = [name for name in columns_for(rows) if not name.endswith("_s")]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        # Spreadsheet programs evaluate what is pasted into them.
        writer.writerow([escape_formula(cell) if isinstance(cell, str) else cell for cell in cells_for(row, columns)])
    return text.getvalue()


def _lines(text: str) -> list[str]:
    return text.rstrip().splitlines()


def _parsed(text: str) -> tuple[CopiedEvent, ...]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    rows = split_rows(_PASTED, text, "\t" if "\t" in text else ",")
    header = [cell.lower() for cell in rows[0].cells] if rows else []
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise FormatError(
            f"the pasted text is no event table: it has no column {' and no column '.join(missing)}; "
            "copy the row with the names of the columns too"
        )
    found = [_row(header, row) for row in rows[1:]]
    if len({row.video for row in found}) > 1:
        raise FormatError("the pasted table has events of several videos; copy those of one video")
    return tuple(CopiedEvent(row.tier, row.event) for row in found)


def _row(header: list[str], row: TableRow) -> EventRow:
    cells = [unescape_formula(cell) for cell in row.cells]
    values = dict(zip(header, cells, strict=False))
    values["video"] = values.get("video") or "?"
    try:
        return RowReader(commas_permitted=True).read(values, sum(map(bool, cells[len(header) :])))
    except (FormatError, EditError) as error:
        raise FormatError(f"the pasted text, row {row.number}: {error}") from error
