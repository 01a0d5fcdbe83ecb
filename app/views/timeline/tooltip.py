"""What the timeline says about the event under the mouse."""

from __future__ import annotations

from html import escape

from app.views.timecode import timecode
from app.views.timeline.tier_rows import TierRow
from fedn.annotation.event import Event
from fedn.video.frame_index import FrameIndex


def event_tooltip(row: TierRow, event: Event, index: FrameIndex | None) -> str:
    """Label, frames, duration, score, who, and what the comparison says, as rich text."""
    lines = [f"<b>{escape(event.label.capitalize() or 'No label')}</b>"]
    apex = "" if event.apex is None else f", apex {event.apex}"
    lines.append(f"Frames {event.onset} – {event.offset}{apex}")
    frames = event.offset - event.onset + 1
    if index is not None and event.offset < index.frame_count:
        begin_s, end_s = index.time_s(event.onset), index.end_s(event.offset)
        begin, end = timecode(begin_s, hours=False), timecode(end_s, hours=False)
        lines.append(f"{begin} – {end} · {end_s - begin_s:.3f} s · {frames} frames")
    else:
        lines.append(f"{frames} frames")
    if event.score is not None:
        lines.append(f"Score {event.score:.2f}")
    who = f"{row.tier.name} ({row.tier.who})" if row.tier.who else row.tier.name
    lines.append(escape(who))
    agreement = row.agreement.get(event.id)
    if agreement is not None:
        lines.append(f"Compared with the reference: {agreement.value}")
    if event.id in row.missed:
        lines.append("Not found by the detector")
    if event.origin is not None:
        origin = event.origin
        lines.append(f"Was {escape(origin.label)} {origin.onset} – {origin.offset}, {origin.score:.2f} by "
                     f"{escape(origin.model)}")  # fmt: skip
    if event.note:
        lines.append(f"<i>{escape(event.note)}</i>")
    return "<br>".join(lines)
