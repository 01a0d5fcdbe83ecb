"""One curve over the epochs, in the colors of the theme."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QSizePolicy

from app import theme

Points = Sequence[tuple[float, float]]


class _EpochAxis(pg.AxisItem):
    """Ticks at whole epochs only."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        return [(max(1.0, spacing), offset) for spacing, offset in super().tickSpacing(minVal, maxVal, size) or []]


class DrawnCurve(pg.PlotWidget):
    """A line with a point at each epoch; the best one can be marked."""

    def __init__(self, title: str, *, top: float | None = None) -> None:
        super().__init__(axisItems={"bottom": _EpochAxis("bottom")})
        self._title = title
        item = self.getPlotItem()
        assert item is not None
        self._item = item
        self._curve = item.plot([], [], antialias=True)
        self._second = item.plot([], [], antialias=True)
        self._best = item.plot([], [], antialias=True)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setMinimumSize(220, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)
        self._item.getAxis("left").setWidth(44)
        self._item.getAxis("bottom").setStyle(maxTickLevel=0)
        self._item.getAxis("left").setStyle(maxTickLevel=0)
        self._item.showGrid(x=False, y=True, alpha=0.15)
        if top is not None:
            self._item.getViewBox().setYRange(0, top, 0.03)
        self._color()

    def show_title(self, title: str) -> None:
        self._title = title
        self._color()

    def show_points(self, points: Points, *, epochs: int, second: Points = (), mark_best: bool = False) -> None:
        """Points are epoch and value.

        Args:
            epochs: how far the axis goes; 0 for as far as the points.
            second: of a dashed curve in the background.
        """
        self._second.setData([x for x, _ in second], [y for _, y in second])
        self._curve.setData([x for x, _ in points], [y for _, y in points])
        best = [max(points, key=lambda point: point[1])] if mark_best and points else []
        self._best.setData([x for x, _ in best], [y for _, y in best])
        last = max(epochs, max((x for x, _ in points), default=1.0), 2)
        self._item.getViewBox().setXRange(1, last, 0.03)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        # Qt tells of the palette while the base class is still being made.
        if not hasattr(self, "_best"):
            return
        tokens = theme.current()
        self.setBackground(tokens.panel)
        self._item.setTitle(self._title, color=tokens.muted.name(), size="9pt", justify="left")
        for side in ("left", "bottom"):
            axis = self._item.getAxis(side)
            axis.setPen(pg.mkPen(tokens.line))
            axis.setTextPen(pg.mkPen(tokens.muted))
        self._curve.setPen(pg.mkPen(tokens.accent, width=1))
        self._curve.setSymbol("o")
        self._curve.setSymbolSize(4)
        self._curve.setSymbolPen(None)
        self._curve.setSymbolBrush(pg.mkBrush(tokens.accent))
        self._second.setPen(pg.mkPen(tokens.muted, width=1, style=Qt.PenStyle.DashLine))
        self._best.setPen(None)
        self._best.setSymbol("o")
        self._best.setSymbolSize(9)
        self._best.setSymbolPen(pg.mkPen(tokens.agrees, width=2))
        self._best.setSymbolBrush(None)
