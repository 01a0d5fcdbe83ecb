"""Draws the score curves from a min/max pyramid, one line per label, with the decision line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from app.curves import ScoreCurves
from app.theme import Tokens
from app.views.timeline.event_style import label_color
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.vocabulary import Vocabulary

REDUCTION = 4
FLAT_PX = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """Levels of (labels, bins) minima and maxima; a bin of level n spans REDUCTION ** n frames."""

    curves: ScoreCurves
    lows: tuple[NDArray[np.float32], ...]
    highs: tuple[NDArray[np.float32], ...]

    @classmethod
    def of(cls, curves: ScoreCurves) -> Pyramid:
        lows, highs = [curves.values], [curves.values]
        while lows[-1].shape[1] > 1024:
            lows.append(_reduced(lows[-1], np.minimum))
            highs.append(_reduced(highs[-1], np.maximum))
        return cls(curves, tuple(lows), tuple(highs))

    def level(self, frames_per_px: float) -> int:
        """The coarsest level with at least one bin a pixel."""
        level = 0
        while level + 1 < len(self.lows) and REDUCTION ** (level + 1) <= frames_per_px:
            level += 1
        return level


def _reduced(values: NDArray[np.float32], how: np.ufunc) -> NDArray[np.float32]:
    """(K, T) -> (K, ceil(T / REDUCTION)); the last bin repeats its last value."""
    extra = -values.shape[1] % REDUCTION
    padded = np.pad(values, ((0, 0), (0, extra)), mode="edge")
    return how.reduce(padded.reshape(len(values), -1, REDUCTION), axis=2)


def paint_curves(
    painter: QPainter, rect: QRect, scale: TimeScale, pyramid: Pyramid, vocabulary: Vocabulary | None, tokens: Tokens
) -> None:
    painter.fillRect(rect, tokens.sunken)
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    low_y, height = rect.bottom() - 4.0, rect.height() - 10.0
    line_y = round(low_y - pyramid.curves.threshold * height)
    painter.setPen(QPen(tokens.muted, 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(rect.left(), line_y), QPointF(rect.right(), line_y))
    level = pyramid.level(1 / scale.px_per_frame)
    step = REDUCTION**level
    bins = pyramid.lows[level].shape[1]
    first, last = max(0, int(scale.seen[0] // step) - 1), min(bins, int(scale.seen[1] // step) + 2)
    xs = scale.left_px + ((np.arange(first, last) + 0.5) * step - scale.first) * scale.px_per_frame
    # Smooth lines where a curve can be followed by eye; where every pixel is a bar they only cost time.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, step * scale.px_per_frame > 1)
    for label in range(len(pyramid.curves.labels)):
        painter.setPen(QPen(label_color(vocabulary, pyramid.curves.labels[label]), 1))
        lows = low_y - pyramid.lows[level][label, first:last] * height
        highs = low_y - pyramid.highs[level][label, first:last] * height
        painter.drawPolyline(_polygon(xs, lows, highs))
    painter.restore()


def _polygon(xs: NDArray[np.float64], lows: NDArray[np.float32], highs: NDArray[np.float32]) -> QPolygonF:
    """A line through highs and lows of every bin, without the points that a straight piece does not need."""
    if np.array_equal(lows, highs):
        x, y = xs, highs
    else:
        x, y = np.repeat(xs, 2), np.stack([highs, lows], axis=1).ravel()
    if len(y) > 2:
        bend = np.abs(np.diff(y))
        needed = np.ones(len(y), dtype=bool)
        needed[1:-1] = (bend[:-1] > FLAT_PX) | (bend[1:] > FLAT_PX)
        x, y = x[needed], y[needed]
    polygon = QPolygonF()
    polygon.resize(len(x))
    if len(x):
        # Writing into Qt's own memory: a list of 18,000 QPointF would cost more than drawing them.
        memory: Any = VoidPtr(polygon.data(), 16 * len(x), True)  # pyright: ignore[reportCallIssue]
        points = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)
        points[:, 0], points[:, 1] = x, y
    return polygon
