"""One number of the old and the new model for each label or person, as pairs of bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from fedn.counted import counted
from fedn.kept_comparison import Row, Share

Number = Literal["f1", "ap"]
ROW_PX, BAR_PX, NAME_PX, VALUE_PX = 36, 9, 118, 40
NOTHING = "–"


class ShareBars(QWidget):
    """The old model's bar above the new one's; a number that is not defined has a dash instead."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()
        self.number: Number = "f1"
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[Row], number: Number) -> None:
        self.rows, self.number = tuple(rows), number
        self.setFixedHeight(max(1, ROW_PX * len(self.rows)))
        self.setAccessibleDescription(
            "; ".join(f"{row.name}: {self._said(row.old)} to {self._said(row.new)}" for row in self.rows)
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, max(1, ROW_PX * len(self.rows)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, row in enumerate(self.rows):
            top = place * ROW_PX
            self._paint_name(painter, row, top)
            for share, color, y in ((row.old, tokens.muted, top + 6), (row.new, tokens.accent, top + 6 + BAR_PX + 3)):
                self._paint_bar(painter, share, color, y)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = event.pos().y() // ROW_PX
            words = self.explained(self.rows[place]) if 0 <= place < len(self.rows) else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def explained(self, row: Row) -> str:
        """What the bars of a row are made of; plain text, whatever the label's name is."""
        lines = [f"{row.name}: {counted(row.n_truth, 'true event')}"]
        for which, share in (("old", row.old), ("new", row.new)):
            lines.append(
                f"{which}: {share.hits} of {counted(share.predicted, 'predicted event')} right, "
                f"F1 {_text(share.f1)}, average precision {_text(share.ap)}"
            )
        return "\n".join(lines).replace("<", "‹")

    def _said(self, share: Share) -> str:
        return _text(getattr(share, self.number))

    def _paint_name(self, painter: QPainter, row: Row, top: int) -> None:
        tokens, font = theme.current(), painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(tokens.text)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name = QFontMetrics(font).elidedText(row.name, Qt.TextElideMode.ElideRight, NAME_PX - 8)
        painter.drawText(QRect(0, top + 2, NAME_PX - 8, 16), left, name)
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(tokens.muted)
        painter.drawText(QRect(0, top + 17, NAME_PX - 8, 14), left, counted(row.n_truth, "event"))

    def _paint_bar(self, painter: QPainter, share: Share, color: QColor, top: int) -> None:
        tokens, value = theme.current(), getattr(share, self.number)
        room = QRectF(NAME_PX, top, max(10, self.width() - NAME_PX - VALUE_PX), BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.raised)
        painter.drawRoundedRect(room, 3, 3)
        if value:
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(room.left(), top, max(3.0, room.width() * value), BAR_PX), 3, 3)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(tokens.text)
        place = QRect(self.width() - VALUE_PX, top - 2, VALUE_PX, BAR_PX + 4)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _text(value))


def _text(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"
