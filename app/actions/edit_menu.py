"""Undoing, choosing, marking as reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action, When
from app.undo import redo, undo

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def edit_menu(parts: WindowParts) -> tuple[Action, ...]:
    chosen = When.SELECTION
    window = parts.window
    events = parts.events
    clipboard = parts.clipboard
    session = parts.session
    return (
        Action("undo", "Edit", "Undo", lambda: undo(session.undo_stack), ("Ctrl+Z",), When.UNDO, repeats=True),
        Action(
            "redo",
            "Edit",
            "Redo",
            lambda: redo(session.undo_stack),
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            When.UNDO,
            repeats=True,
        ),
        Action("cut", "Edit", "Cut events", clipboard.cut, ("Ctrl+X",), chosen, starts_group=True),
        Action("copy", "Edit", "Copy events", clipboard.copy, ("Ctrl+C",), chosen),
        Action("paste", "Edit", "Paste events at the playhead", clipboard.paste, ("Ctrl+V",)),
        Action("delete", "Edit", "Delete", events.delete, ("Del",), chosen),
        Action("all", "Edit", "Select all of the tier", events.select_all, ("Ctrl+A",)),
        Action("none", "Edit", "Select nothing", window.escape, ("Esc",), When.ALWAYS),
        Action("reviewed", "Edit", "Mark video as reviewed", session.mark_reviewed, ("Ctrl+R",), starts_group=True),
        Action("reviewed-part", "Edit", "Mark what is seen as reviewed", window.mark_seen_reviewed, ("Ctrl+Shift+R",)),
        Action("unreviewed", "Edit", "Take back: nothing is reviewed", session.unmark_reviewed),
    )
