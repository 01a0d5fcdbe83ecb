"""The table of everything the user can do: data, from which menus, toolbar and shortcuts are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action
from app.actions.edit_menu import edit_menu
from app.actions.events_menu import events_menu
from app.actions.help_menu import help_menu
from app.actions.model_menu import model_menu
from app.actions.play_menu import play_menu
from app.actions.project_menu import project_menu
from app.actions.review_menu import review_menu
from app.actions.view_menu import view_menu

if TYPE_CHECKING:
    from app.window_parts import WindowParts

MENUS = (project_menu, edit_menu, events_menu, review_menu, play_menu, view_menu, model_menu, help_menu)


def action_table(parts: WindowParts) -> tuple[Action, ...]:
    """Every action of the window, menu by menu. Label keys are added by the window from the project's vocabulary."""
    return tuple(row for menu in MENUS for row in menu(parts))
