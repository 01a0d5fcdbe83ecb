"""Help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action, When

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def help_menu(parts: WindowParts) -> tuple[Action, ...]:
    window = parts.window
    return (
        Action("keys", "Help", "Keys", window.show_keys, ("F1",), When.ALWAYS),
        Action("about", "Help", "About FEDN Studio", window.show_about, (), When.ALWAYS),
    )
