"""What the timeline says about the event or the tier under the mouse."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip

from app.session import Session
from app.views.timecode import timecode
from app.views.timeline.tier_rows import TierRow
from fedn.annotation.event import Event
from fedn.video.frame_index import FrameIndex

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView


def event_tooltip(session: Session, row: TierRow, event: Event) -> str:
    """Label, frames, duration, score, who, when, and what the comparison says, as rich text."""
    lines = [f"<b>{escape(event.label.capitalize() or 'No label')}</b>", *_frames(event, session.frame_index)]
    if event.score is not None:
        lines.append(f"Score {event.score:.2f}")
    lines.append(escape(f"{row.tier.name} ({row.tier.who})" if row.tier.who else row.tier.name))
    lines += _last_change(session, event)
    agreement = row.agreement.get(event.id)
    if agreement is not None:
        lines.append(f"Compared with the reference: {agreement.value}")
    if event.id in row.rejected:
        lines.append("Rejected")
    if event.id in row.missed:
        lines.append("Not found by the detector")
    if event.origin is not None:
        origin = event.origin
        lines.append(f"Was {escape(origin.label)} {origin.onset} – {origin.offset}, {origin.score:.2f} by "
                     f"{escape(origin.model)}")  # fmt: skip
    if event.note:
        lines.append(f"<i>{escape(event.note)}</i>")
    return "<br>".join(lines)


def _frames(event: Event, index: FrameIndex | None) -> list[str]:
    apex = "" if event.apex is None else f", apex {event.apex}"
    lines = [f"Frames {event.onset} – {event.offset}{apex}"]
    frames = event.offset - event.onset + 1
    if index is not None and event.offset < index.frame_count:
        begin_s, end_s = index.time_s(event.onset), index.end_s(event.offset)
        begin, end = timecode(begin_s, hours=False), timecode(end_s, hours=False)
        lines.append(f"{begin} – {end} · {end_s - begin_s:.3f} s · {frames} frames")
    else:
        lines.append(f"{frames} frames")
    return lines


def _last_change(session: Session, event: Event) -> list[str]:
    """When it was last touched, by whom, and how."""
    history = session.document.history_of(event.id) if session.document else []
    if not history:
        return []
    last = history[-1]
    return [escape(f"{last.text}: {last.who}, {last.time.astimezone():%Y-%m-%d %H:%M}")]


def tier_tooltip(row: TierRow, is_reference: bool) -> str:
    """The whole name, whose it is, how many events, and how it is arranged."""
    lines = [f"<b>{escape(row.tier.name)}</b>", escape(row.tier.who or row.tier.source.value)]
    lines.append(f"{len(row.events)} events" if len(row.events) != 1 else "1 event")
    if is_reference:
        lines.append("Predictions are compared with it")
    if row.view.locked:
        lines.append("Locked")
    return "<br>".join(lines)


def show_tip(view: TimelineView, event: QHelpEvent) -> None:
    """About the event or the tier's name under the mouse, as long as it stays there."""
    text, area = _tip(view, event.pos())
    QToolTip.showText(event.globalPos(), text, view.viewport(), area)


def _tip(view: TimelineView, at: QPoint) -> tuple[str, QRect]:
    """What to say about what lies there, and where it holds."""
    hit, row = view.hits.at(at.x(), at.y()), view.hits.row_at(at.y())
    if hit is not None:
        band = view.areas.tier(view.rows.all().index(hit.row))
        area = view.tiers_painter.rect(band, hit.event.onset, hit.event.offset).toAlignedRect()
        return event_tooltip(view.session, hit.row, hit.event), area
    if row is not None and at.x() < view.areas.content_left:
        reference = view.session.reference_tier
        is_reference = reference is not None and reference.id == row.tier.id
        return tier_tooltip(row, is_reference), QRect(0, at.y() - 4, view.areas.content_left, 8)
    return "", QRect()
