"""The table itself: arrows move in it, Return goes to an event, and the window's keys act on what is selected."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.views.events.columns import COLUMNS, Column
from app.views.events.event_table_model import EventTableModel

ROW_PX = 25
_MOVES = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}


class EventTable(QTableView):
    """Signals:
    chosen: ids of the selected events, in the table's order, after the user has selected others.
    opened: id of the event on which Return was pressed.
    played: id of the event that was double-clicked.
    copied: the selected rows are to be copied.
    filter_wanted: Ctrl+F.
    """

    chosen = Signal(object)
    opened = Signal(str)
    played = Signal(str)
    copied = Signal()
    filter_wanted = Signal()

    def __init__(self, model: EventTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._events = model
        self._following = False
        self.setModel(model)
        self.setAccessibleName("Events")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.SelectedClicked | triggers.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setStyleSheet("QAbstractScrollArea::corner { background: transparent; }")
        self.verticalHeader().hide()
        # Fixed heights: measuring 20,000 rows takes longer than all the rest.
        self.verticalHeader().setSectionResizeMode(self.verticalHeader().ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSortIndicator(Column.ONSET, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        # Room for the arrow of the sorted column beside its title.
        header.setStyleSheet("QHeaderView::section { padding-right: 14px; }")
        for column, row in COLUMNS.items():
            self.setColumnWidth(column, row.width_px)
        self.doubleClicked.connect(self._on_double_clicked)

    # Selection

    def selected_ids(self) -> list[str]:
        """From the top of the table."""
        selection = self.selectionModel().selection()
        ranges = [selection.at(place) for place in range(selection.count())]
        rows = {row for part in ranges for row in range(part.top(), part.bottom() + 1)}
        return [self._events.line(row).event.id for row in sorted(rows)]

    def follow(self, event_ids: Iterable[str]) -> None:
        """Selects these events as far as they are listed, and brings the first of them into sight."""
        rows = sorted(row for row in map(self._events.row_of, event_ids) if row >= 0)
        self._following = True
        try:
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(self._selection(rows), flags.ClearAndSelect)
            if rows:
                column = self.currentIndex().column() if self.currentIndex().isValid() else int(Column.ONSET)
                first = self._events.index(rows[0], column)
                if self.currentIndex().row() not in rows:
                    self.selectionModel().setCurrentIndex(first, flags.NoUpdate)
                    self.scrollTo(first)
        finally:
            self._following = False

    def _selection(self, rows: list[int]) -> QItemSelection:
        """Few ranges instead of many rows."""
        selection, last = QItemSelection(), len(Column) - 1
        begin = 0
        for at in range(1, len(rows) + 1):
            if at == len(rows) or rows[at] != rows[at - 1] + 1:
                top, bottom = self._events.index(rows[begin], 0), self._events.index(rows[at - 1], last)
                selection.select(top, bottom)
                begin = at
        return selection

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if not self._following:
            self.chosen.emit(self.selected_ids())

    # Keys and mouse

    def event(self, event: QEvent) -> bool:
        """Claims the keys that move in a table before the window's shortcuts see them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_for_table(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.filter_wanted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self._events.line(self.currentIndex().row()).event.id)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are the window's: they accept, reject and label."""

    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.played.emit(self._events.line(index.row()).event.id)


def _is_for_table(event: QKeyEvent) -> bool:
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    if modifiers == Qt.KeyboardModifier.NoModifier:
        return key in _MOVES or key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)
    if modifiers == Qt.KeyboardModifier.ShiftModifier:
        return key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
    standard = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Find, QKeySequence.StandardKey.SelectAll)
    return any(event.matches(one) for one in standard)
