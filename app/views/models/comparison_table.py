"""The old and the new model in numbers, on people neither has learned from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from app import theme
from app.views.models.figures import Figure

_NOTHING = "–"
ROW_PX = 24
WIDTHS_PX = {1: 44, 2: 44, 3: 52, 4: 102}


class ComparisonTable(QTableWidget):
    """One row a figure; a sure change for the better is green, for the worse red, and both carry a sign."""

    def __init__(self) -> None:
        super().__init__(0, 5)
        self.setAccessibleName("Old and new model compared")
        self._figures: tuple[Figure, ...] = ()
        self.setHorizontalHeaderLabels(["", "Old", "New", "Change", "95 %"])
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(40)
        # The panel is narrow: names of numbers need the room more than the air around the columns' heads.
        header.setStyleSheet("QHeaderView::section { padding: 4px 2px; }")
        for column, width in WIDTHS_PX.items():
            header.resizeSection(column, width)
        range_head = self.horizontalHeaderItem(4)
        if range_head is not None:
            range_head.setToolTip("What the change of other people of this kind would be, in 95 of 100 cases")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        self._figures = tuple(figures)
        self.setRowCount(len(figures))
        for row, figure in enumerate(figures):
            name = QTableWidgetItem(figure.name)
            name.setToolTip(figure.meaning)
            self.setItem(row, 0, name)
            texts = (_text(figure.before), _text(figure.after), _change(figure.change), _range(figure.interval))
            for column, text in enumerate(texts, start=1):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
            self.setRowHeight(row, ROW_PX)
        self.setFixedHeight(ROW_PX * len(figures) + self.horizontalHeader().sizeHint().height() + 4)
        self._color()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        tokens = theme.current()
        for row, figure in enumerate(getattr(self, "_figures", ())):
            item, change = self.item(row, 3), figure.change or 0.0
            if item is not None:
                # A change that may be chance is neither good news nor bad.
                may_be_chance = figure.interval is not None and figure.interval[0] <= 0 <= figure.interval[1]
                is_level = abs(change) < 0.0005 or may_be_chance
                item.setForeground(tokens.muted if is_level else tokens.agrees if change > 0 else tokens.no_counterpart)


def _text(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.3f}"


def _change(value: float | None) -> str:
    if value is None:
        return _NOTHING
    return "±0.000" if abs(value) < 0.0005 else f"{value:+.3f}".replace("-", "−")


def _range(interval: tuple[float, float] | None) -> str:
    return _NOTHING if interval is None else " to ".join(f"{end:+.2f}".replace("-", "−") for end in interval)
