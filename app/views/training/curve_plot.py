"""A place for a curve over the epochs. What draws it is only imported when it is first seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from app.views.training.drawn_curve import DrawnCurve

Points = Sequence[tuple[float, float]]


class CurvePlot(QWidget):
    """As `DrawnCurve`. Importing pyqtgraph is a quarter of the processor time of the window's start."""

    def __init__(self, title: str, *, top: float | None = None) -> None:
        super().__init__()
        self._title, self._top = title, top
        self._points: Points = ()
        self._second: Points = ()
        self._epochs, self._mark_best = 0, False
        self._drawn: DrawnCurve | None = None
        self.setMinimumSize(220, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        QVBoxLayout(self).setContentsMargins(0, 0, 0, 0)

    def show_title(self, title: str) -> None:
        self._title = title
        self._show()

    def show_points(self, points: Points, *, epochs: int, second: Points = (), mark_best: bool = False) -> None:
        """Points are epoch and value; see `DrawnCurve.show_points`."""
        self._points, self._second = tuple(points), tuple(second)
        self._epochs, self._mark_best = epochs, mark_best
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._drawn is None:
            from app.views.training.drawn_curve import DrawnCurve

            self._drawn = DrawnCurve(self._title, top=self._top)
            column = self.layout()
            assert column is not None
            column.addWidget(self._drawn)
        self._show()

    def _show(self) -> None:
        if self._drawn is None:
            return
        self._drawn.show_title(self._title)
        self._drawn.show_points(self._points, epochs=self._epochs, second=self._second, mark_best=self._mark_best)
