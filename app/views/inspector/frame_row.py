"""One frame of an event, shown and typed as a frame and as a time."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QGridLayout, QLabel, QLineEdit, QSpinBox

from app.views.timecode import parse_time, timecode
from fedn.video.frame_index import FrameIndex

_NO_FRAME = -1


class FrameBox(QSpinBox):
    """A frame field: typed, or moved by a frame with the arrow keys; the wheel scrolls past it."""

    def __init__(self) -> None:
        super().__init__()
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setKeyboardTracking(False)
        self.setFixedWidth(76)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class FrameRow(QObject):
    """The widgets of one row, put into a grid of the owner.

    Signals:
        entered: the frame that was typed, as int, or None for "no apex".
    """

    entered = Signal(object)

    def __init__(self, name: str, grid: QGridLayout, row: int, *, optional: bool = False) -> None:
        super().__init__(grid)
        self._optional = optional
        self._frame: int | None = None
        self._index: FrameIndex | None = None
        caption = QLabel(name)
        caption.setProperty("muted", True)
        self.box = FrameBox()
        self.box.setAccessibleName(f"{name} frame")
        self.time = QLineEdit()
        self.time.setAccessibleName(f"{name} time")
        self.time.setMinimumWidth(92)
        caption.setBuddy(self.box)
        if optional:
            self.box.setSpecialValueText("none")
        for column, widget in enumerate((caption, self.box, self.time)):
            grid.addWidget(widget, row, column)
        self.box.valueChanged.connect(self._on_frame_typed)
        self.time.editingFinished.connect(self._on_time_typed)

    def show(self, frame: int | None, last_frame: int, index: FrameIndex | None) -> None:
        self._frame, self._index = frame, index
        self.box.blockSignals(True)
        self.box.setRange(_NO_FRAME if self._optional else 0, last_frame)
        self.box.setValue(_NO_FRAME if frame is None else frame)
        self.box.blockSignals(False)
        self.time.setText(self._time_text())
        self.time.setEnabled(index is not None)

    def _time_text(self) -> str:
        if self._frame is None or self._index is None or self._frame >= self._index.frame_count:
            return ""
        return timecode(self._index.time_s(self._frame), hours=False)

    def _on_frame_typed(self, value: int) -> None:
        self._tell(None if value == _NO_FRAME else value)

    def _on_time_typed(self) -> None:
        if self.time.text() == self._time_text() or self._index is None:
            return
        time_s = parse_time(self.time.text())
        if time_s is None:
            self.time.setText(self._time_text())
            return
        self._tell(self._index.frame_at(time_s))

    def _tell(self, frame: int | None) -> None:
        if frame != self._frame:
            self.entered.emit(frame)
