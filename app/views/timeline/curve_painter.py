"""Draws the score curves from a min/max pyramid, one line per label, with the decision line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from app.curves import ScoreCurves
from app.theme import Tokens
from app.views.timeline.columns import image_of, spans
from app.views.timeline.event_style import label_color, line_color
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.interval import Interval
from fedn.annotation.vocabulary import Vocabulary

REDUCTION = 4
SMOOTH_PX = 2.0
"""From so many pixels a frame on a curve is a line that the eye can follow; below, columns from lowest to highest."""
LINE_PX = 1.2

FACELESS_OPACITY = 0.45
NO_FACE = "no face"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """Levels of (labels, bins) minima and maxima; a bin of level n spans REDUCTION ** n frames."""

    curves: ScoreCurves
    lows: tuple[Floats, ...]
    highs: tuple[Floats, ...]

    @classmethod
    def of(cls, curves: ScoreCurves) -> Pyramid:
        lows, highs = [curves.values], [curves.values]
        while lows[-1].shape[1] > 1024:
            lows.append(_reduced(lows[-1], np.minimum))
            highs.append(_reduced(highs[-1], np.maximum))
        return cls(curves, tuple(lows), tuple(highs))

    def refresh(self, first: int, stop: int) -> None:
        """The values of the frames from `first` to before `stop` have changed in place."""
        for level in range(1, len(self.lows)):
            below, first, stop = (first // REDUCTION) * REDUCTION, first // REDUCTION, -(-stop // REDUCTION)
            for arrays, how in ((self.lows, np.minimum), (self.highs, np.maximum)):
                arrays[level][:, first:stop] = _reduced(arrays[level - 1][:, below : stop * REDUCTION], how)

    def level(self, frames_per_px: float) -> int:
        """The coarsest level with at least one bin a pixel."""
        level = 0
        while level + 1 < len(self.lows) and REDUCTION ** (level + 1) <= frames_per_px:
            level += 1
        return level

    def columns(self, edges: NDArray[np.float64]) -> tuple[Floats, Floats]:
        """Lowest and highest value in each column, shape (labels, columns), the next column's first bin included.

        Args:
            edges: where columns begin, in frames; one more than there are columns.
        """
        level = self.level(float(edges[1] - edges[0]))
        lows, highs = self.lows[level], self.highs[level]
        bins = np.clip(np.floor(edges / REDUCTION**level).astype(np.int64), 0, lows.shape[1] - 1)
        most = int((bins[1:] - bins[:-1]).max()) + 1
        inside = np.minimum(bins[:-1, None] + np.arange(most), bins[1:, None])  # (columns, bins of a column)
        return lows[:, inside].min(axis=2), highs[:, inside].max(axis=2)


def _reduced(values: Floats, how: np.ufunc) -> Floats:
    """(K, T) -> (K, ceil(T / REDUCTION)); the last bin repeats its last value."""
    extra = -values.shape[1] % REDUCTION
    padded = np.pad(values, ((0, 0), (0, extra)), mode="edge")
    return how.reduce(padded.reshape(len(values), -1, REDUCTION), axis=2)


def paint_curves(
    painter: QPainter, rect: QRect, scale: TimeScale, pyramid: Pyramid, vocabulary: Vocabulary | None, tokens: Tokens
) -> None:
    """The part of the curves in `rect`, whose height is that of the band."""
    painter.fillRect(rect, tokens.sunken)
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    low_y, height = rect.bottom() - 4.0, rect.height() - 10.0
    line_y = round(low_y - pyramid.curves.threshold * height)
    pen = QPen(tokens.muted, 1, Qt.PenStyle.DashLine)
    # The dashes begin where the video does, so that they move with it.
    pen.setDashOffset(round(rect.left() - scale.x(0)) % 6)
    painter.setPen(pen)
    painter.drawLine(QPointF(rect.left(), line_y), QPointF(rect.right() + 1, line_y))
    colors = [line_color(label_color(vocabulary, label), tokens) for label in pyramid.curves.labels]
    if scale.px_per_frame < SMOOTH_PX:
        painter.drawImage(rect, _columns(rect, scale, pyramid, colors, painter.device().devicePixelRatio()))
    else:
        _paint_lines(painter, rect, scale, pyramid, colors)
    painter.restore()


def paint_faceless(painter: QPainter, rect: QRect, scale: TimeScale, gaps: Sequence[Interval], tokens: Tokens) -> None:
    """Over the curves: where there was no face to look at, so that a flat line is not taken for a calm face."""
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    color = QColor(tokens.muted)
    color.setAlphaF(FACELESS_OPACITY)
    painter.setBrushOrigin(0, 0)
    for gap in gaps:
        left, right = round(scale.x(gap.start)), round(scale.x(gap.stop))
        if right < rect.left() or left > rect.right():
            continue
        place = QRect(left, rect.top(), max(1, right - left), rect.height())
        painter.fillRect(place, QBrush(color, Qt.BrushStyle.BDiagPattern))
        width = painter.fontMetrics().horizontalAdvance(NO_FACE)
        if place.width() > width + 12:
            text = QRect(left + (place.width() - width) // 2 - 4, rect.center().y() - 9, width + 8, 18)
            painter.fillRect(text, tokens.sunken)
            painter.setPen(tokens.muted)
            painter.drawText(text, Qt.AlignmentFlag.AlignCenter, NO_FACE)
    painter.restore()


def _columns(rect: QRect, scale: TimeScale, pyramid: Pyramid, colors: list[QColor], ratio: float) -> QImage:
    """Every column of device pixels filled from its lowest to its highest value."""
    width, height = round(rect.width() * ratio), round(rect.height() * ratio)
    edges = scale.position(rect.left()) + np.arange(width + 1) / (scale.px_per_frame * ratio) - 0.5
    lows, highs = pyramid.columns(edges)
    low_y, span = height - 5 * ratio, height - 10 * ratio
    tops = np.round(low_y - highs * span).astype(np.int64)
    bottoms = np.maximum(np.round(low_y - lows * span).astype(np.int64), tops + round(LINE_PX * ratio) - 1)
    pixels = np.zeros((height, width), dtype=np.uint32)
    for label, color in enumerate(colors):
        spans(tops[label], bottoms[label], height, color, pixels)
    return image_of(pixels)


def _paint_lines(painter: QPainter, rect: QRect, scale: TimeScale, pyramid: Pyramid, colors: list[QColor]) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    low_y, height = rect.bottom() - 4.0, rect.height() - 10.0
    values = pyramid.curves.values
    first = max(0, int(scale.position(rect.left())) - 2)
    last = min(values.shape[1], int(scale.position(rect.right())) + 3)
    xs = scale.left_px + (np.arange(first, last) + 0.5 - scale.first) * scale.px_per_frame
    for label, color in enumerate(colors):
        painter.setPen(QPen(color, LINE_PX))
        painter.drawPolyline(_polygon(xs, low_y - values[label, first:last] * height))


def _polygon(x: NDArray[np.float64], y: Floats) -> QPolygonF:
    polygon = QPolygonF()
    polygon.resize(len(x))
    if len(x):
        # Writing into Qt's own memory: a list of QPointF would cost more than drawing them.
        memory: Any = VoidPtr(polygon.data(), 16 * len(x), True)  # pyright: ignore[reportCallIssue]
        points = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)
        points[:, 0], points[:, 1] = x, y
    return polygon
