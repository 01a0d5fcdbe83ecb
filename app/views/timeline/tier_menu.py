"""The menu of a tier's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QMenu

from app.views.timeline.tier_actions import PALETTE
from app.views.timeline.tier_names import whose
from fedn.annotation.tier import Source

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView


def tier_menu(view: TimelineView) -> QMenu:
    """What can be done with the chosen tier, and with those that are hidden."""
    menu, actions, session = QMenu(view), view.tier_actions, view.session
    tier, views = actions.tier, session.tier_views
    if tier is not None:
        arranged = views.of(tier.id)
        row = next((row for row in view.rows.all() if row.tier.id == tier.id), None)
        who = whose(row) if row else ""
        menu.addSection(f"{tier.name} · {who}" if who else tier.name)
        reference = session.reference_tier
        compare = _check(menu, "Compare predictions with it", reference is not None and reference.id == tier.id)
        compare.setEnabled(tier.source is not Source.DETECTOR)
        compare.triggered.connect(actions.use_as_reference)
        _entry(menu, "Move up", actions.move_up)
        _entry(menu, "Move down", actions.move_down)
        _entry(menu, "Higher", actions.taller)
        _entry(menu, "Lower", actions.lower)
        _check(menu, "Locked", arranged.locked).triggered.connect(actions.toggle_lock)
        _check(menu, "Apex frames", arranged.thumbnails).triggered.connect(actions.toggle_thumbnails)
        _color_menu(menu.addMenu("Color"), view, arranged.color)
        _entry(menu, "Hide", actions.hide)
    hidden = [other for other in session.tiers() if views.is_hidden(other.id)]
    if hidden:
        show = menu.addMenu("Show")
        for other in hidden:
            named = f"{other.name} · {other.who}" if other.who else other.name
            _entry(show, named, lambda shown=other.id: actions.show(shown))
        show.addSeparator()
        _entry(show, "All tiers", actions.show_all)
    menu.addSeparator()
    _entry(menu, "New tier…", actions.new)
    if tier is not None:
        _entry(menu, "Rename…", actions.rename)
        targets = actions.mergeable()
        merge = menu.addMenu("Merge into")
        merge.setEnabled(bool(targets))
        for other in targets:
            _entry(merge, other.name, lambda into=other.id: actions.merge_into(into))
        _entry(menu, "Delete", actions.delete)
    return menu


def _entry(menu: QMenu, text: str, slot: Callable[[], object]) -> None:
    action = menu.addAction(text)
    action.triggered.connect(lambda _checked=False: slot())


def _check(menu: QMenu, text: str, checked: bool):
    action = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(checked)
    return action


def _color_menu(menu: QMenu, view: TimelineView, now: str) -> None:
    for name, color in (("None", ""), *PALETTE):
        action = _check(menu, name, color == now)
        if color:
            swatch = QPixmap(14, 14)
            swatch.fill(QColor(color))
            action.setIcon(QIcon(swatch))
        action.triggered.connect(lambda _checked=False, chosen=color: view.tier_actions.color(chosen))
