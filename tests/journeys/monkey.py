"""A monkey at the window: random keys, clicks, drags, wheels and sizes, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QObject, QPoint, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMenu, QWidget
from shiboken6 import isValid

from app.window import StudioWindow

FORBIDDEN = {"quit", "close", "new", "open", "detect", "detect-chosen", "detect-all", "retrain"}
"""Leaving, and what starts a program of its own: other tests do that on purpose."""
NOT_TO_CHOOSE = ("detect", "retrain", "quit", "remove", "close", "print", "open", "choose", "add", "show in")
TYPED = "abcdefghijklmnopqrstuvwxyz0123456789 .,+-/=\t\r\b\x1b"
KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Delete, Qt.Key.Key_Escape,
        Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_F2,
        Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Space, Qt.Key.Key_Menu)  # fmt: skip
NO, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
DEEPEST = 3
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Monkey(QObject):
    """Acts from the event loop, so that it goes on inside of menus and dialogs that wait for an answer."""

    def __init__(self, window: StudioWindow, seed: int) -> None:
        super().__init__(window)
        self.done = 0
        self._window, self._random = window, random.Random(seed)
        self._depth, self._wanted = 0, 0
        self._loop = QEventLoop()
        self._shortcuts = self._permitted_shortcuts()

    def play(self, acts: int) -> None:
        """Does that many acts more, and returns when no menu and no dialog is open."""
        self._wanted = self.done + acts
        QTimer.singleShot(0, self, self._act)
        self._loop.exec()

    def _permitted_shortcuts(self) -> list[QKeySequence]:
        found = []
        for name, action in self._window.actions_by_name.items():
            if name in FORBIDDEN:
                action.setShortcuts([])
            found += action.shortcuts()
        return found

    def _act(self) -> None:
        front = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if self.done >= self._wanted and front is None:
            self._loop.quit()
            return
        # Asked for first: an act may open a dialog and return only when the following acts have closed it.
        QTimer.singleShot(0, self, self._act)
        self.done += 1
        self._depth += 1
        try:
            if front is not None:
                self._in_front(front)
            else:
                self._anything()
        finally:
            self._depth -= 1

    def _in_front(self, front: QWidget) -> None:
        leave = self.done >= self._wanted or self._depth > DEEPEST or self._random.random() < 0.4
        if leave:
            self._leave(front)
        elif isinstance(front, QMenu):
            self._choose(front)
        elif self._random.random() < 0.5:
            QTest.keyClick(QApplication.focusWidget() or front, self._random.choice(TYPED))
        else:
            self._click(self._somewhere(front))

    def _leave(self, front: QWidget) -> None:
        QTest.keyClick(front, Qt.Key.Key_Escape)
        if front.isVisible():
            front.reject() if isinstance(front, QDialog) else front.close()

    def _choose(self, menu: QMenu) -> None:
        entries = [
            entry
            for entry in menu.actions()
            if entry.isEnabled() and not entry.isSeparator() and entry.menu() is None
            and not any(word in entry.text().lower() for word in NOT_TO_CHOOSE)
        ]  # fmt: skip
        if not entries:
            self._leave(menu)
            return
        menu.setActiveAction(self._random.choice(entries))
        QTest.keyClick(menu, Qt.Key.Key_Return)

    def _anything(self) -> None:
        acts: list[tuple[float, Callable[[], None]]] = [
            (40, self._press_shortcut),
            (15, self._press_key),
            (20, lambda: self._click(self._somewhere(self._window))),
            (14, self._drag),
            (7, self._wheel),
            (2, self._resize),
            (2, self._other_video),
        ]
        weights, choices = zip(*acts, strict=True)
        self._random.choices(choices, weights)[0]()

    def _press_shortcut(self) -> None:
        keys = self._random.choice(self._shortcuts)
        if keys.count():
            pressed = keys[0]
            target = QApplication.focusWidget() or self._window
            QTest.keyClick(target, pressed.key(), pressed.keyboardModifiers())

    def _press_key(self) -> None:
        target = QApplication.focusWidget() or self._window
        if self._random.random() < 0.5:
            QTest.keyClick(target, self._random.choice(TYPED))
        else:
            QTest.keyClick(target, self._random.choice(KEYS), self._random.choice((NO, NO, NO, SHIFT, CTRL, ALT)))

    def _somewhere(self, front: QWidget) -> QWidget:
        header = self._window.menuWidget()
        found = [
            widget
            for widget in front.findChildren(QWidget)
            if widget.isVisible() and widget.window() is front.window() and not header.isAncestorOf(widget)
            and widget is not header and not self._is_forbidden(widget)
        ]  # fmt: skip
        # One time in two the timeline: that is where the hands are.
        if front is self._window and self._random.random() < 0.5:
            return self._window.parts.timeline.viewport()
        return self._random.choice(found) if found else front

    def _is_forbidden(self, widget: QWidget) -> bool:
        texts = [widget.text(), widget.toolTip()] if isinstance(widget, QAbstractButton) else []
        return any(word in text.lower() for text in texts for word in NOT_TO_CHOOSE)

    def _click(self, widget: QWidget) -> None:
        where = self._point(widget)
        chance = self._random.random()
        held = self._random.choice((NO, NO, NO, SHIFT, CTRL))
        if chance < 0.75:
            QTest.mouseClick(widget, LEFT, held, where)
        elif chance < 0.9:
            QTest.mouseDClick(widget, LEFT, held, where)
        else:
            QTest.mouseClick(widget, RIGHT, held, where)

    def _drag(self) -> None:
        widget = self._somewhere(self._window)
        held = self._random.choice((NO, NO, NO, SHIFT, CTRL, ALT))
        at = self._point(widget)
        QTest.mousePress(widget, LEFT, held, at)
        for _ in range(self._random.randint(1, 5)):
            at = at + QPoint(self._random.randint(-80, 80), self._random.randint(-20, 20))
            if isValid(widget):
                QTest.mouseMove(widget, at)
        # What is dragged may go away under the mouse, for example a row of the inspector.
        if self._random.random() < 0.1 and isValid(widget):
            QTest.keyClick(widget, Qt.Key.Key_Escape)
        if isValid(widget):
            QTest.mouseRelease(widget, LEFT, held, at)

    def _wheel(self) -> None:
        widget = self._somewhere(self._window)
        at = QPointF(self._point(widget))
        steps = QPoint(0, self._random.choice((-240, -120, 120, 240)))
        held = self._random.choice((NO, SHIFT, CTRL))
        event = QWheelEvent(
            at, widget.mapToGlobal(at), QPoint(), steps, Qt.MouseButton.NoButton, held,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)

    def _resize(self) -> None:
        self._window.resize(QSize(self._random.randint(1024, 1920), self._random.randint(640, 1200)))

    def _other_video(self) -> None:
        project = self._window.session.project
        if project is not None:
            self._window.session.select_video(self._random.choice(list(project.videos)))

    def _point(self, widget: QWidget) -> QPoint:
        area = widget.rect()
        return QPoint(
            self._random.randint(0, max(0, area.width() - 1)), self._random.randint(0, max(0, area.height() - 1))
        )
