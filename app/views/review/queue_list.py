"""The list of what is to be reviewed: two lines an item, gone to by a click or the up and down keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app import theme
from app.document.prediction_states import State
from app.review.items import Item, Kind
from app.theme import Tokens
from app.views.review.queue_model import QueueModel, Role

ROW_PX = 40
DOT_PX = 8
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def kind_color(kind: Kind, tokens: Tokens) -> QColor:
    if kind is Kind.AGREES:
        return tokens.agrees
    if kind is Kind.LABEL_DIFFERS:
        return tokens.label_differs
    return tokens.no_counterpart if kind.is_disagreement else tokens.muted


class QueueDelegate(QStyledItemDelegate):
    """A dot in the color of the agreement, what it is, and below it the frames and what each says."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item, tokens, place = index.data(Role.ITEM), theme.current(), QRect(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setBrush(tokens.selection)
            painter.drawRoundedRect(place.adjusted(0, 1, 0, -1), 6, 6)
        painter.setBrush(kind_color(item.kind, tokens))
        painter.drawEllipse(QRect(place.left() + 8, place.top() + 10, DOT_PX, DOT_PX))
        room = place.adjusted(8 + DOT_PX + 7, 3, -8, -3)
        state = _paint_state(painter, room, item, option.font, tokens)  # type: ignore[attr-defined]
        strong, small = QFont(option.font), QFont(option.font)  # type: ignore[attr-defined]
        strong.setWeight(QFont.Weight.DemiBold)
        small.setPixelSize(11)
        top = QRect(room.left(), room.top(), room.width() - state, 18)
        _paint_line(painter, top, index.data(), strong, tokens.text)
        bottom = QRect(room.left(), room.top() + 17, room.width(), 16)
        _paint_line(painter, bottom, index.data(Role.DETAIL), small, tokens.muted)
        painter.restore()


def _paint_state(painter: QPainter, room: QRect, item: Item, font: QFont, tokens: Tokens) -> int:
    """At the right, for what has been decided; how wide it is."""
    if item.state not in (State.ACCEPTED, State.REJECTED):
        return 0
    small = QFont(font)
    small.setPixelSize(11)
    painter.setFont(small)
    painter.setPen(tokens.agrees if item.state is State.ACCEPTED else tokens.no_counterpart)
    painter.drawText(QRect(room.left(), room.top(), room.width(), 18), Qt.AlignmentFlag.AlignRight, item.state.value)
    return QFontMetrics(small).horizontalAdvance(item.state.value) + 6


def _paint_line(painter: QPainter, place: QRect, text: str, font: QFont, color: QColor) -> None:
    painter.setFont(font)
    painter.setPen(color)
    elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)


class QueueList(QListView):
    """Signals:
    gone_to: the item that the user has clicked or moved to.
    opened: the item that was double-clicked.
    """

    gone_to = Signal(object)
    opened = Signal(object)

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self._queue = model
        self._following = False
        self.setModel(model)
        self.setItemDelegate(QueueDelegate(self))
        self.setAccessibleName("Review queue")
        self.setUniformItemSizes(True)
        self.setMinimumHeight(ROW_PX + 4)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._on_double_clicked)

    def follow(self, row: int) -> None:
        """Marks a row and brings it into sight; -1 for none."""
        self._following = True
        try:
            flags = QItemSelectionModel.SelectionFlag
            index = self._queue.index(row) if row >= 0 else QModelIndex()
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)
            if index.isValid():
                self.scrollTo(index)
        finally:
            self._following = False

    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        item = self._queue.item(index.row())
        if item is not None and not self._following and self.hasFocus():
            self.gone_to.emit(item)

    def _on_clicked(self, index: QModelIndex) -> None:
        """Also the one that is current already: the playhead may have left it."""
        item = self._queue.item(index.row())
        if item is not None:
            self.gone_to.emit(item)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        item = self._queue.item(index.row())
        if item is not None:
            self.opened.emit(item)

    def event(self, event: QEvent) -> bool:
        """Claims the keys that move in a list; all others are the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and event.key() in _MOVES:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES:
            super().keyPressEvent(event)
        else:
            event.ignore()
