"""Paints the rows of the video list: name, state, and how much has been reviewed."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app import theme
from app.views.videos.list_model import Heading, Role, VideoRow
from app.views.videos.state import State

_ROW_HEIGHT = 38
_HEADING_HEIGHT = 30
_MARGIN = 12.0
_BAR = 3.0


class VideoDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        heading = isinstance(index.data(Role.ROW), Heading)
        return QSize(160, _HEADING_HEIGHT if heading else _ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(Role.ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        if isinstance(row, Heading):
            self._paint_heading(painter, row, area)
        elif isinstance(row, VideoRow):
            state = option.state  # pyright: ignore[reportAttributeAccessIssue]
            self._paint_background(painter, area, state)
            self._paint_video(painter, row, area.adjusted(_MARGIN, 4, -_MARGIN, -4))
        painter.restore()

    def _paint_heading(self, painter: QPainter, row: Heading, area: QRectF) -> None:
        tokens = theme.current()
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold)
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(tokens.muted)
        inner = area.adjusted(_MARGIN - 4, 6, -_MARGIN, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        text = painter.fontMetrics().elidedText(row.text, Qt.TextElideMode.ElideRight, int(inner.width() - 30))
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, text)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, str(row.count))

    def _paint_background(self, painter: QPainter, area: QRectF, state: QStyle.StateFlag) -> None:
        tokens = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(tokens.selection)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(tokens.hover)
        else:
            return
        painter.drawRoundedRect(area.adjusted(2, 1, -2, -1), 6, 6)

    def _paint_video(self, painter: QPainter, row: VideoRow, area: QRectF) -> None:
        tokens, color = theme.current(), state_color(row.summary.state)
        line = QRectF(area.left(), area.top(), area.width(), area.height() - _BAR - 5)
        middle = Qt.AlignmentFlag.AlignVCenter
        font = QFont(painter.font())
        small = QFont(font)
        small.setPixelSize(11)
        painter.setFont(small)
        painter.setPen(color)
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, str(row.summary.state))
        state_width = painter.fontMetrics().horizontalAdvance(str(row.summary.state)) + 10
        painter.setFont(font)
        painter.setPen(tokens.text)
        title = painter.fontMetrics().elidedText(
            row.title, Qt.TextElideMode.ElideRight, int(line.width() - state_width)
        )
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignLeft, title)
        bar = QRectF(area.left(), area.bottom() - _BAR, area.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.line)
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
        if row.summary.reviewed > 0:
            bar.setWidth(max(_BAR, bar.width() * row.summary.reviewed))
            painter.setBrush(color)
            painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)


def state_color(state: State) -> QColor:
    tokens = theme.current()
    return {
        State.NEW: tokens.muted,
        State.IN_REVIEW: tokens.accent,
        State.DONE: tokens.agrees,
        State.DISPUTED: tokens.no_counterpart,
    }[state]
