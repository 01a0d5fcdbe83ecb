"""Help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action, When

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def help_menu(parts: WindowParts) -> tuple[Action, ...]:
    actions = parts.help_actions
    return (
        Action("manual", "Help", "Manual", actions.show_manual, ("Shift+F1",), When.ALWAYS),
        Action("keys", "Help", "Keys", actions.show_keys, ("F1",), When.ALWAYS),
        Action("change-keys", "Help", "Change keys…", actions.change_keys, (), When.ALWAYS),
        Action("find-action", "Help", "Find an action…", actions.find_action, ("Ctrl+Shift+P",), When.ALWAYS),
        Action("tour", "Help", "Tour of the demo", actions.show_tour, (), When.ALWAYS),
        Action("about", "Help", "About FEDN Studio", actions.show_about, (), When.ALWAYS, starts_group=True),
    )
