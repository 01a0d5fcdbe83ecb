"""Paints the rows of the detection panel: name, how far it is, and a bar while it runs."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app import theme
from app.jobs.detection_entry import ACTIVE, Entry, State
from app.views.detection.list_model import ENTRY_ROLE

ROW_PX = 50
MARGIN_PX = 10.0
BAR_PX = 4.0
DOT_PX = 8.0


class EntryDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry, tokens = index.data(ENTRY_ROLE), theme.current()
        area = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setBrush(tokens.selection if state & QStyle.StateFlag.State_Selected else tokens.hover)
            painter.drawRoundedRect(area.adjusted(2, 1, -2, -1), 6, 6)
        _paint_entry(painter, entry, area.adjusted(MARGIN_PX, 5, -MARGIN_PX, -5))
        painter.restore()


def _paint_entry(painter: QPainter, entry: Entry, area: QRectF) -> None:
    tokens, color = theme.current(), state_color(entry.state)
    middle, left = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignLeft
    line = QRectF(area.left() + DOT_PX + 8, area.top(), area.width() - DOT_PX - 8, 18)
    painter.setBrush(color)
    painter.drawEllipse(QRectF(area.left(), line.center().y() - DOT_PX / 2, DOT_PX, DOT_PX))
    painter.setPen(tokens.text)
    # The end of a name is what tells videos of one person apart.
    name = painter.fontMetrics().elidedText(entry.name, Qt.TextElideMode.ElideMiddle, int(line.width()))
    painter.drawText(line, middle | left, name)
    small = QFont(painter.font())
    small.setPixelSize(12)
    painter.setFont(small)
    painter.setPen(color if entry.state in (State.FAILED, State.ASKING) else tokens.muted)
    line.translate(0, 18)
    facts = painter.fontMetrics().elidedText(entry.facts, Qt.TextElideMode.ElideRight, int(line.width()))
    painter.drawText(line, middle | left, facts)
    if entry.state in ACTIVE:
        bar = QRectF(line.left(), area.bottom() - BAR_PX + 3, line.width(), BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.line)
        painter.drawRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)
        if entry.share > 0:
            bar.setWidth(max(BAR_PX, bar.width() * entry.share))
            painter.setBrush(color)
            painter.drawRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)


def state_color(state: State) -> QColor:
    tokens = theme.current()
    return {
        State.RUNNING: tokens.accent,
        State.ASKING: tokens.label_differs,
        State.PAUSED: tokens.label_differs,
        State.DONE: tokens.agrees,
        State.FAILED: tokens.no_counterpart,
    }.get(state, tokens.muted)
