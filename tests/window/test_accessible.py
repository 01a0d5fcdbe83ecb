"""Everything can be found and worked without a mouse, and read aloud; no text is too pale or cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDateEdit,
    QDockWidget,
    QDoubleSpinBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QSpinBox,
    QTabBar,
    QTableWidget,
    QTableWidgetItem,
    QTextEdit,
    QTimeEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app import theme
from app.session import Session
from app.window import StudioWindow
from app.window_docks import DOCKS

CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QTabBar, QTextEdit,
)  # fmt: skip
WHOLES = (QAbstractSpinBox, QComboBox, QTabBar, QLineEdit, QAbstractItemView)


def controls(root: QWidget) -> list[QWidget]:
    """What can be worked in a window or dialog, without the parts that such widgets are made of."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and not isinstance(widget, QScrollBar)
        and widget.window() is root.window()
        and not isinstance(widget, QHeaderView)
        and not widget.objectName().startswith("qt_")  # Qt's own, such as the button of a menu bar without room.
        and not any(isinstance(parent, WHOLES) for parent in _parents(widget, root))
    ]


def _parents(widget: QWidget, root: QWidget) -> Iterable[QWidget]:
    parent = widget.parentWidget()
    while parent is not None and parent is not root:
        yield parent
        parent = parent.parentWidget()


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} “{widget.objectName() or widget.accessibleName()}” in " + " < ".join(
        type(parent).__name__ for parent in _parents(widget, widget.window())
    )


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def nameless(root: QWidget) -> list[str]:
    return [described(widget) for widget in controls(root) if not name_of(widget).strip()]


@pytest.mark.parametrize("dock", [row.name for row in DOCKS])
def test_every_control_of_a_panel_has_a_name(window: StudioWindow, session: Session, dock: str):
    session.select_events(("15-expert-22",))
    window.layouts.show_dock(dock)
    QApplication.processEvents()
    assert nameless(window.docks[dock]) == []


def test_every_control_of_the_rest_of_the_window_has_a_name(window: StudioWindow):
    assert nameless(window.header) == []
    assert nameless(window.parts.player) == []
    assert nameless(window.welcome) == []


def test_a_button_without_words_says_what_it_does_when_pointed_at(window: StudioWindow):
    silent = [
        described(button)
        for button in controls(window)
        if isinstance(button, QAbstractButton) and len(button.text()) < 2 and not button.toolTip()
    ]
    assert silent == []


def test_tab_leads_to_every_control_and_back(window: StudioWindow, session: Session, qtbot: QtBot):
    session.select_events(("15-expert-22",))
    QApplication.processEvents()
    start = window.parts.timeline
    start.setFocus()
    reached: set[QWidget] = set()
    for _ in range(400):
        focus = QApplication.focusWidget()
        assert focus is not None
        reached.update((focus, *_parents(focus, window)))
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is start:
            break
    assert QApplication.focusWidget() is start
    # The field inside a spin box or a box of choices has the keyboard for it.
    wanted = [one for one in controls(window) if one.isVisible() and one.isEnabled() and _is_worked(one)]
    assert [described(one) for one in wanted if one not in reached] == []


def _is_worked(widget: QWidget) -> bool:
    """Not a text that can only be read, nor a thing that needs no keyboard of its own."""
    return not (isinstance(widget, QTextEdit | QPlainTextEdit | QLineEdit) and widget.isReadOnly())


def test_a_click_on_a_control_leaves_the_keyboard_where_it_was(window: StudioWindow, session: Session, qtbot: QtBot):
    window.parts.timeline.setFocus()
    for widget in (one for one in controls(window) if one.isVisible()):
        if isinstance(widget, QAbstractButton | QAbstractSlider) or (
            isinstance(widget, QComboBox) and not widget.isEditable()
        ):
            assert not widget.focusPolicy() & Qt.FocusPolicy.ClickFocus, described(widget)


def test_a_control_that_tab_has_reached_keeps_its_keys_and_esc_gives_the_keyboard_back(
    window: StudioWindow, session: Session, qtbot: QtBot
):
    button = window.header.retrain
    session.set_playhead(50)
    videos = window.parts.videos.list
    videos.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(videos, Qt.Key.Key_Down)
    assert session.playhead in (50, 0)
    assert not window.parts.player.is_playing
    qtbot.keyClick(videos, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is window.parts.timeline
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Right)
    assert session.playhead in (51, 1)


# Contrast


def luminance(color: QColor) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [color.redF(), color.greenF(), color.blueF()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_of_contrast_is_that_of_the_standard():
    assert contrast(QColor("white"), QColor("black")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("text", ["text", "muted", "accent", "agrees", "label_differs", "no_counterpart"])
@pytest.mark.parametrize("ground", ["background", "panel", "raised", "sunken"])
def test_text_is_readable_on_every_ground(name: str, text: str, ground: str):
    tokens = theme.tokens_of(name)
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("on_accent", "accent"), ("text", "selection"), ("text", "hover"), ("muted", "selection"), ("muted", "hover")],
)
def test_text_is_readable_where_something_is_chosen(name: str, text: str, ground: str):
    tokens = theme.tokens_of(name)
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


# Fields of every kind


def _table() -> QTableWidget:
    table = QTableWidget(1, 1)
    table.setItem(0, 0, QTableWidgetItem("x"))
    return table


def _choices() -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    return box


FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QTimeEdit, QDateEdit, _choices, _table)


@pytest.mark.parametrize("make", FIELDS, ids=lambda make: make.__name__)
def test_keys_belong_to_a_field_of_any_kind_that_has_the_keyboard(
    window: StudioWindow, session: Session, qtbot: QtBot, make: Callable[[], QWidget]
):
    field, dock = make(), QDockWidget("Field")
    dock.setWidget(field)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    dock.show()
    QApplication.processEvents()
    session.select_events(("15-expert-22",))
    session.set_playhead(30)
    field.setFocus()
    if isinstance(field, QTableWidget):
        field.edit(field.model().index(0, 0))
        qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    for key in (
        Qt.Key.Key_S, Qt.Key.Key_X, Qt.Key.Key_A, Qt.Key.Key_1, Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right,
        Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Delete,
    ):  # fmt: skip
        focus = QApplication.focusWidget()
        assert focus is not None
        assert field is focus or field.isAncestorOf(focus)
        qtbot.keyClick(focus, key)
    assert session.undo_stack.count() == 0
    assert session.selected_events == ("15-expert-22",)
    assert session.playhead == 30
    assert not window.parts.player.is_playing
    dock.deleteLater()


def test_a_file_dropped_on_a_field_comes_to_the_window(window: StudioWindow):
    fields = [one for one in controls(window) if isinstance(one, QLineEdit | QPlainTextEdit | QTextEdit)]
    assert len(fields) > 3
    assert [described(one) for one in fields if one.isVisible() and one.acceptDrops()] == []
