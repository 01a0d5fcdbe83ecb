"""Draws the ruler: time above, frame numbers below, both from the frame index."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPolygonF

from app.theme import Tokens
from app.views.timeline.time_scale import TimeScale
from fedn.video.frame_index import FrameIndex

TIME_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
FRAME_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)
LEAST_SPACING_PX = 84


def time_text(time_s: float, step_s: float = 1.0) -> str:
    """Minutes and seconds, hours where there are any, tenths where the steps need them."""
    tenths = round(time_s * 10)
    minutes, rest = divmod(tenths, 600)
    seconds = f"{rest / 10:04.1f}" if step_s < 1 else f"{rest // 10:02d}"
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds}"
    return f"{minutes}:{seconds}"


def ticks(scale: TimeScale, index: FrameIndex | None) -> list[tuple[int, str]]:
    """Frames that get a tick, each with its time, or with "" while the index is not known."""
    first, last = int(scale.seen[0]), int(scale.seen[1])
    if index is None:
        wanted = LEAST_SPACING_PX / scale.px_per_frame
        step = next((step for step in FRAME_STEPS if step >= wanted), FRAME_STEPS[-1])
        return [(frame, "") for frame in range(first - first % step, last + 1, step)]
    last_frame = index.frame_count - 1
    begin_s, end_s = index.time_s(min(first, last_frame)), index.time_s(max(0, min(last, last_frame)))
    seconds_per_px = max(1e-6, (end_s - begin_s) / max(1.0, (last - first) * scale.px_per_frame))
    wanted_s = LEAST_SPACING_PX * seconds_per_px
    step_s = next((step for step in TIME_STEPS_S if step >= wanted_s), TIME_STEPS_S[-1])
    numbers = range(int(begin_s / step_s), int(end_s / step_s) + 1)
    # The smallest amount inside the frame keeps a time that is exactly a frame's start in that frame.
    return [(index.frame_at(number * step_s + 1e-6), time_text(number * step_s, step_s)) for number in numbers]


def paint_ruler(
    painter: QPainter, rect: QRect, scale: TimeScale, index: FrameIndex | None, tokens: Tokens, font: QFont
) -> None:
    times, frames = QFont(font), QFont(font)
    times.setPixelSize(11)
    frames.setPixelSize(10)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for frame, text in ticks(scale, index):
        x = round(scale.x(frame))
        if not rect.left() - 1 <= x <= rect.right():
            continue
        painter.setPen(tokens.line)
        painter.drawLine(x, rect.top() + 4, x, rect.bottom())
        widest = max(QFontMetrics(times).horizontalAdvance(text), QFontMetrics(frames).horizontalAdvance(f"{frame:,}"))
        if x + 4 + widest > rect.right():
            continue
        painter.setPen(tokens.text if text else tokens.muted)
        painter.setFont(times)
        painter.drawText(QRectF(x + 4, rect.top() + 2, 90, 15), Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(tokens.muted)
        painter.setFont(frames)
        painter.drawText(QRectF(x + 4, rect.top() + 17, 90, 13), Qt.AlignmentFlag.AlignVCenter, f"{frame:,}")
    painter.setFont(font)


def paint_playhead(painter: QPainter, rect: QRect, bottom: int, x: float, tokens: Tokens) -> None:
    """A line through all bands with a head in the ruler."""
    # On whole device pixels: smoothed over two columns it would be on two frames.
    ratio = painter.device().devicePixelRatio()
    column = floor(x * ratio) / ratio
    painter.fillRect(QRectF(column, rect.bottom() - 8, 1, bottom - rect.bottom() + 8), tokens.playhead)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.playhead)
    low = rect.bottom() + 1
    painter.drawPolygon(QPolygonF([QPointF(x - 6, low - 9), QPointF(x + 6, low - 9), QPointF(x, low)]))
