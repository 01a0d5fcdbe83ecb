"""Datavyu's .opf files, read and written: a column for each tier, cells in milliseconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, Remark, Remarks, TierEvents, VideoEvents
from fedn.annotation.formats.datavyu_file import Cell, Column, opf_bytes, parse_opf
from fedn.annotation.formats.event_details import DETAILS, event_details
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.formats.placed_events import Placer, known_video, names_from_file
from fedn.annotation.formats.tier_titles import TierRows, TierTitle, in_order, parse_title, title_of
from fedn.annotation.formats.times import FrameTimes, IndexOf, no_index
from fedn.annotation.formats.writing_losses import Losses, the_video
from fedn.annotation.interval import union
from fedn.annotation.tier import Source

_ABOUT = "fedn_video"
_ABOUT_ARGUMENTS = ("video", "subject", "frame_count", "fps", "file")
_LABEL = "label"
_ARGUMENTS = {name.replace(" ", "_"): name for name in DETAILS}
"""Names of arguments, which Datavyu's scripts use as names of methods, and of the details that they hold."""
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def read_datavyu(path: Path, index_of: IndexOf = no_index) -> Content:
    """Reads a file of Datavyu, versions 1 to 4 of its spreadsheet. Columns that `write_datavyu` wrote come back as they
    were, others are imported: the label is the argument “label”, else the first; further ones are told in the note.

    Raises:
        FormatError: if it is not a whole file of Datavyu, or `index_of` does not know its video.
    """
    remarks = Remarks(path)
    opf = parse_opf(path)
    about = next((_about(column) for column in opf.columns if _is_about(column)), {})
    stated = [about.get("video", ""), *(PureWindowsPath(feed).name for feed in opf.feeds)]
    names = list(dict.fromkeys(name for name in stated if name)) or names_from_file(path)
    name, times = known_video(names, index_of)
    if len(opf.feeds) > 1:
        others = ", ".join(other for other in names if other != name)
        remarks.add(
            "project", f"it shows several videos; its times were taken for those of {name}, {others} was left out"
        )
    placer = Placer(times, remarks)
    tiers = TierRows()
    for column in opf.columns:
        if not _is_about(column):
            title = parse_title(column.comment) or TierTitle(Source.IMPORTED, "", column.name)
            tiers.add(title, _events(column, placer))
    frame_count, fps = about.get("frame_count", ""), about.get("fps", "")
    file = about.get("file", "") or next((feed for feed in opf.feeds if PureWindowsPath(feed).name == name), "")
    own = VideoEvents(
        name,
        about.get("subject", ""),
        int(frame_count) if re.fullmatch(r"\d{1,9}", frame_count) else 0,
        float(fps) if re.fullmatch(r"\d{1,6}(\.\d{1,20})?", fps) else 0.0,
        tiers.done(placer.rejected),
        Path(file) if file else None,
        union(placer.doubtful),
    )
    return Content((own,), remarks.done())


def _is_about(column: Column) -> bool:
    return column.name == _ABOUT and column.arguments == _ABOUT_ARGUMENTS and len(column.cells) == 1


def _about(column: Column) -> dict[str, str]:
    return dict(zip(column.arguments, column.cells[0].values, strict=True))


def _events(column: Column, placer: Placer) -> list[Event]:
    events: list[Event] = []
    others: set[str] = set()
    for cell in column.cells:
        place = f"column “{column.name}”, line {cell.line}"
        said = dict(zip(column.arguments or (_LABEL,), cell.values, strict=True))
        label = said.pop(_LABEL if _LABEL in said else next(iter(said)), "")
        details = {_ARGUMENTS[name]: value for name, value in said.items() if name in _ARGUMENTS and value}
        further = {name: value for name, value in said.items() if name not in _ARGUMENTS and value}
        if further:
            others |= set(further)
            notes = [*(f"{name}: {value}" for name, value in further.items()), details.get("note", "")]
            details["note"] = "; ".join(note for note in notes if note)
        offset_ms = cell.offset_ms
        if offset_ms == 0 and cell.onset_ms > 0:
            placer.remarks.add(place, "the cell has no offset; it was taken for one frame")
            offset_ms = cell.onset_ms
        event = placer.event(place, cell.onset_ms / 1000, offset_ms / 1000, label, details)
        if event is not None:
            events.append(event)
    if others:
        placer.remarks.add(
            f"column “{column.name}”", f"what its arguments {', '.join(sorted(others))} say stands in the notes"
        )
    return events


def write_datavyu(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index) -> tuple[Remark, ...]:
    """Writes one video's tiers as a file of Datavyu, whole or not at all.

    Each tier is a column with arguments for the label and every detail. Datavyu permits only letters, digits and “_” in
    a column's name: source, person and name of the tier stand in its comment. What the video is stands in a column
    “fedn_video”; the video has to be opened in Datavyu by hand.

    Returns:
        What the file cannot hold.

    Raises:
        FormatError: if there is not exactly one video or the file cannot be written.
    """
    video = the_video(path, videos)
    times = index_of(video.video)
    losses = Losses(path, "Datavyu")
    duration_ms = round(times.end_s(times.frame_count - 1) * 1000)
    fps, count = repr(float(video.fps)) if video.fps else "", str(video.frame_count) if video.frame_count else ""
    texts = [losses.text("", text, lines=False) for text in (video.video, video.subject, str(video.path or ""))]
    about = Cell(0, duration_ms, (texts[0], texts[1], count, fps, texts[2]))
    columns = [Column(_ABOUT, _ABOUT_ARGUMENTS, (about,))]
    names = {_ABOUT}
    for tier in losses.tiers(video, times, lines=False):
        column = _column(tier, names, times, losses)
        names.add(column.name)
        columns.append(column)
    write_foreign(path, opf_bytes(path.name, columns))
    return losses.done()


def _column(tier: TierEvents, names: set[str], times: FrameTimes, losses: Losses) -> Column:
    title = title_of(tier)
    is_plain = tier.source is Source.IMPORTED and not tier.who and bool(_PLAIN_NAME.fullmatch(tier.name))
    if is_plain and tier.name not in names:
        name, comment = tier.name, ""
    else:
        wanted = re.sub(r"[^A-Za-z0-9]+", "_", f"{tier.source}_{tier.who}_{tier.name}").strip("_")
        name, number, comment = wanted, 2, str(title)
        while name in names:
            name, number = f"{wanted}_{number}", number + 1
    cells = []
    for event in in_order(tier.events):
        onset_ms, offset_ms = losses.milliseconds(f"tier “{tier.name}”", event, times)
        details = event_details(event, tier.rejected)
        cells.append(Cell(onset_ms, offset_ms, (event.label, *(details.get(own, "") for own in _ARGUMENTS.values()))))
    return Column(name, (_LABEL, *_ARGUMENTS), tuple(cells), comment)
