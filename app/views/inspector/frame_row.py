"""One frame of one or many events, shown and typed as a frame and as a time."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit

from app import captions
from app.views.inspector.reverting import Reverting
from app.views.inspector.shared_value import Mixed
from app.views.timecode import parse_time, timecode
from fedn.video.frame_index import FrameIndex


class FrameBox(QLineEdit):
    """A frame field: typed, or moved by a frame with the up and down keys.

    Signals:
        entered: the frame, or None if the field was emptied.
    """

    entered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._validator = QIntValidator(0, 0, self)
        self.setValidator(self._validator)
        self.setFixedWidth(64)
        self.editingFinished.connect(self._tell)

    def show_frame(self, frame: int | None, last_frame: int) -> None:
        self._validator.setTop(last_frame)
        self.setText("" if frame is None else str(frame))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if not step or not self.text():
            super().keyPressEvent(event)
            return
        self.setText(str(min(max(int(self.text()) + step, 0), self._validator.top())))
        self._tell()

    def _tell(self) -> None:
        self.entered.emit(int(self.text()) if self.text() else None)


class FrameRow(QObject):
    """The widgets of one row, put into a grid of the owner.

    Signals:
        entered: the frame that was typed, as int, or None for "no apex".
        done: Return was pressed.
    """

    entered = Signal(object)
    done = Signal()

    def __init__(self, name: str, grid: QGridLayout, row: int, *, optional: bool = False) -> None:
        super().__init__(grid)
        self._optional = optional
        self._frame: int | Mixed | None = None
        self._index: FrameIndex | None = None
        caption = captions.muted(name)
        self.box = FrameBox()
        self.box.setAccessibleName(f"{name} frame")
        self.time = QLineEdit()
        self.time.setAccessibleName(f"{name} time")
        self.time.setMinimumWidth(88)
        caption.setBuddy(self.box)
        for column, widget in enumerate((caption, self.box, self.time)):
            grid.addWidget(widget, row, column)
        self.box.entered.connect(self._tell)
        self.time.editingFinished.connect(self._on_time_typed)
        for field in (self.box, self.time):
            field.returnPressed.connect(self.done)
            Reverting(field, self._revert)

    def show(self, frame: int | Mixed | None, last_frame: int, index: FrameIndex | None) -> None:
        is_same = frame == self._frame
        self._frame, self._index = frame, index
        mixed = isinstance(frame, Mixed)
        self.box.setPlaceholderText("mixed" if mixed else "none" if self._optional else "")
        # What is being typed stays when something else has changed.
        if not (is_same and self.box.hasFocus()):
            self.box.show_frame(None if isinstance(frame, Mixed) else frame, last_frame)
        if not (is_same and self.time.hasFocus()):
            self.time.setText(self._time_text())
        self.time.setEnabled(index is not None)

    def _revert(self) -> None:
        self.box.setText(str(self._frame) if isinstance(self._frame, int) else "")
        self.time.setText(self._time_text())

    def _time_text(self) -> str:
        if not isinstance(self._frame, int) or self._index is None or self._frame >= self._index.frame_count:
            return ""
        return timecode(self._index.time_s(self._frame), hours=False)

    def _on_time_typed(self) -> None:
        if self.time.text() == self._time_text() or self._index is None:
            return
        time_s = parse_time(self.time.text())
        if time_s is None:
            self.time.setText(self._time_text())
            return
        self._tell(self._index.frame_at(time_s))

    def _tell(self, frame: int | None) -> None:
        if frame is None and (isinstance(self._frame, Mixed) or not self._optional):
            self.box.setText(str(self._frame) if isinstance(self._frame, int) else "")
        elif frame != self._frame:
            self.entered.emit(frame)
            # What was entered is the frame now, or it was refused and must not stay.
            self._revert()
