"""Hands of an annotator: keys that go to whatever has the focus, and a mouse that knows where an event is painted."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.window import StudioWindow

NO, SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT = Qt.MouseButton.LeftButton


class Hands:
    def __init__(self, window: StudioWindow, qtbot: QtBot) -> None:
        self._window, self._qtbot = window, qtbot

    # The keyboard

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = NO, times: int = 1) -> None:
        for _ in range(times):
            self._qtbot.keyClick(QApplication.focusWidget() or self._window, key, held)

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(QApplication.focusWidget() or self._window, text)

    # The mouse

    def place(self, frame: float, tier: int) -> QPoint:
        """Where a frame of the tier in that row (from 0) is on the timeline."""
        timeline = self._window.parts.timeline
        return QPoint(round(timeline.scale.x(frame)), timeline.areas.tier(tier).center().y())

    def click(self, frame: float, tier: int, held: Qt.KeyboardModifier = NO) -> None:
        self._qtbot.mouseClick(self._window.parts.timeline.viewport(), LEFT, held, self.place(frame, tier))

    def drag(self, tier: int, begin: float, end: float, held: Qt.KeyboardModifier = NO, shift_px: int = 0) -> None:
        """From one frame to another, in steps as a hand makes them; `shift_px` moves the grip off the exact edge."""
        view = self._window.parts.timeline.viewport()
        first, last = self.place(begin, tier) + QPoint(shift_px, 0), self.place(end, tier)
        self._qtbot.mousePress(view, LEFT, held, first)
        for share in (0.2, 0.5, 0.8, 1.0):
            self._qtbot.mouseMove(view, first + (last - first) * share)
        self._qtbot.mouseRelease(view, LEFT, held, last)

    def push(self, button: object) -> None:
        """Clicks in the middle of a button."""
        self._qtbot.mouseClick(button, LEFT)
