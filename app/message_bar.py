"""Shows sentences over the window without stopping the work, and asks questions in a dialog."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMessageBox, QToolButton, QWidget

from app.messages import Level, Messages

SHOWN_MS = {Level.INFO: 6_000, Level.WARNING: 12_000, Level.ERROR: 30_000}
WIDEST_PX = 760
BESIDE_TEXT_PX = 80


class MessageBar(QFrame):
    """A bar near the upper edge of its window; the newest sentence replaces the one before."""

    def __init__(self, messages: Messages, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("messageBar")
        self._window = window
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setText("✕")
        close.setObjectName("flat")
        close.setAccessibleName("Close message")
        close.setToolTip("Close this message")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 8, 10)
        row.setSpacing(10)
        row.addWidget(self.text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._rise = QTimer(self)
        self._rise.setSingleShot(True)
        self._rise.timeout.connect(self.raise_)
        self.hide()
        window.installEventFilter(self)
        messages.told.connect(self.show_message)
        messages.answer_with(self.ask)

    def show_message(self, level: str, text: str) -> None:
        self.setProperty("level", level)
        self.style().unpolish(self)
        self.style().polish(self)
        self.text.setText(text[:1].upper() + text[1:])
        self._place()
        self.show()
        self.raise_()
        self._timer.start(SHOWN_MS[Level(level)])

    def _place(self) -> None:
        """As wide as the sentence, up to a limit, then as high as its lines."""
        room = min(WIDEST_PX, self._window.width() - 80) - BESIDE_TEXT_PX
        wanted = self.text.fontMetrics().horizontalAdvance(self.text.text()) + 8
        width = max(200, min(room, wanted))
        self.text.setFixedSize(width, self.text.heightForWidth(width))
        self.adjustSize()
        self.move((self._window.width() - self.width()) // 2, 66)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        elif event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            # A panel that opens is put above everything, but only after this event.
            self._rise.start(0)
        return False

    def ask(self, title: str, question: str, choices: Sequence[str], default: str) -> str:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(title)
        box.setText(title)
        box.setInformativeText(question)
        buttons = {choice: box.addButton(choice, QMessageBox.ButtonRole.AcceptRole) for choice in choices}
        box.setDefaultButton(buttons[default])
        box.setEscapeButton(buttons[choices[-1]])
        box.exec()
        chosen = box.clickedButton()
        return next((choice for choice, button in buttons.items() if button is chosen), choices[-1])
