"""What the timeline shows, and how its tiers are arranged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action, When

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def view_menu(parts: WindowParts) -> tuple[Action, ...]:
    video = When.VIDEO
    timeline = parts.timeline
    tiers, zooming = timeline.tier_actions, timeline.zooming
    return (
        Action("zoom+", "View", "Zoom in", zooming.zoom_in, ("+", "="), video, False, True),
        Action("zoom-", "View", "Zoom out", zooming.zoom_out, ("-",), video, False, True),
        Action("fit", "View", "Show the whole video", zooming.fit, ("F",)),
        Action("fit-chosen", "View", "Show the selected events", zooming.fit_selection, ("Shift+F",), When.SELECTION),
        Action("earlier", "View", "See earlier frames", zooming.pan_earlier, ("PgUp",), video, False, True),
        Action("later", "View", "See later frames", zooming.pan_later, ("PgDown",), video, False, True),
        Action("waveform", "View", "Sound in the timeline", timeline.toggle_waveform, ("Ctrl+Shift+W",)),
        Action("tier-menu", "View", "Menu of the tier…", timeline.open_tier_menu, ("T",), starts_group=True),
        Action("tier-up", "View", "Choose the tier above", tiers.choose_above, ("Ctrl+Up",), video, False, True),
        Action("tier-down", "View", "Choose the tier below", tiers.choose_below, ("Ctrl+Down",), video, False, True),
        Action("tier-raise", "View", "Move the tier up", tiers.move_up, ("Ctrl+Shift+Up",)),
        Action("tier-sink", "View", "Move the tier down", tiers.move_down, ("Ctrl+Shift+Down",)),
        Action("tier-taller", "View", "Make the tier higher", tiers.taller, ("Alt++", "Alt+="), video, False, True),
        Action("tier-lower", "View", "Make the tier lower", tiers.lower, ("Alt+-",), video, False, True),
        Action("tier-lock", "View", "Lock or unlock the tier", tiers.toggle_lock, ("Ctrl+L",)),
        Action("tier-apexes", "View", "Apex frames under the tier", tiers.toggle_thumbnails, ("Ctrl+Shift+T",)),
        Action("tier-hide", "View", "Hide the tier", tiers.hide, ("Ctrl+H",)),
        Action("tier-show", "View", "Show all tiers", tiers.show_all, ("Ctrl+Shift+H",)),
        Action("tier-new", "View", "New tier…", tiers.new),
        Action("tier-rename", "View", "Rename the tier…", tiers.rename),
        Action("tier-delete", "View", "Delete the tier", tiers.delete),
    )
