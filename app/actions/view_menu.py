"""What the timeline shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action, When

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def view_menu(parts: WindowParts) -> tuple[Action, ...]:
    video = When.VIDEO
    timeline = parts.timeline
    return (
        Action("zoom+", "View", "Zoom in", timeline.zoom_in, ("+", "="), video, False, True),
        Action("zoom-", "View", "Zoom out", timeline.zoom_out, ("-",), video, False, True),
        Action("fit", "View", "Show the whole video", timeline.fit, ("F",)),
    )
