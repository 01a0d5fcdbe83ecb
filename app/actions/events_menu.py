"""Making and changing events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions.action import Action, When

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def events_menu(parts: WindowParts) -> tuple[Action, ...]:
    chosen = When.SELECTION
    events = parts.events
    marking = parts.marking
    inspector = parts.inspector
    table = parts.event_table

    def in_front(dock: str, focus: Callable[[], None]) -> Callable[[], None]:
        """Brings the panel to the front and puts the keyboard into it."""

        def show() -> None:
            parts.window.layouts.show_dock(dock)
            focus()

        return show

    return (
        Action("in", "Events", "Mark where it begins", marking.mark_in, ("I",)),
        Action("out", "Events", "Mark where it ends", marking.mark_out, ("O",)),
        Action("create", "Events", "Create the marked event", marking.create, ("Return", "Enter")),
        Action("accept", "Events", "Accept prediction", parts.deciding.accept, ("A",), chosen, starts_group=True),
        Action("reject", "Events", "Reject prediction", parts.deciding.reject, ("X",), chosen),
        Action("edit", "Events", "Edit in the inspector", in_front("inspector", parts.deciding.edit), ("E",), chosen),
        Action("note", "Events", "Note", in_front("inspector", inspector.focus_note), ("F2",), chosen),
        Action("table", "Events", "Table of events", in_front("event_table", table.focus_table), ("Ctrl+E",)),
        Action("split", "Events", "Split at the playhead", events.split, ("S",), chosen, starts_group=True),
        Action("merge", "Events", "Merge with the next", events.merge, ("M",), chosen),
        Action("apex", "Events", "Apex is here", events.apex_here, ("P",), chosen),
        Action("copy-up", "Events", "Copy to the tier above", events.copy_up, ("Alt+Up",), chosen),
        Action("copy-down", "Events", "Copy to the tier below", events.copy_down, ("Alt+Down",), chosen),
        Action("onset-", "Events", "Onset a frame earlier", events.onset_earlier, ("Alt+Left",), chosen, True, True),
        Action("onset+", "Events", "Onset a frame later", events.onset_later, ("Alt+Right",), chosen, repeats=True),
        Action(
            "offset-",
            "Events",
            "Offset a frame earlier",
            events.offset_earlier,
            ("Alt+Shift+Left",),
            chosen,
            False,
            True,
        ),
        Action(
            "offset+", "Events", "Offset a frame later", events.offset_later, ("Alt+Shift+Right",), chosen, False, True
        ),
    )
