"""Draws the sound of the video, column by column from its lowest to its highest peak."""

from __future__ import annotations

from functools import lru_cache
from math import floor

import numpy as np
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from app.theme import Tokens
from app.views.timeline.columns import image_of, spans
from app.views.timeline.time_scale import TimeScale
from fedn.video.frame_index import FrameIndex
from fedn.video.waveform import Waveform

PIECE_PX = 64
FILLED, LEAST_PEAK = 0.92, 0.02


def paint_waveform(
    painter: QPainter, rect: QRect, scale: TimeScale, waveform: Waveform, index: FrameIndex, tokens: Tokens
) -> None:
    """The part of it in `rect`. Frames may last differently long, so short pieces are drawn each at its own rate."""
    painter.fillRect(rect, tokens.sunken)
    ratio = painter.device().devicePixelRatio()
    gain = _gain(waveform)
    begin = round(rect.left() - scale.x(0))
    for piece in range(begin - begin % PIECE_PX, begin + rect.width(), PIECE_PX):
        low_s, high_s = (_time_s(index, (piece + edge) / scale.px_per_frame) for edge in (0, PIECE_PX))
        columns = round(PIECE_PX * ratio)
        peaks = waveform.peaks_between(low_s, high_s, columns)
        height = round(rect.height() * ratio)
        tops, bottoms = (np.round((height - 1) / 2 * (1 - gain * peaks[:, side])).astype(np.int64) for side in (1, 0))
        pixels = np.zeros((height, columns), dtype=np.uint32)
        spans(tops, bottoms, height, tokens.muted, pixels)
        painter.drawImage(QRectF(scale.x(0) + piece, rect.top(), PIECE_PX, rect.height()), image_of(pixels))


@lru_cache(maxsize=2)
def _gain(waveform: Waveform) -> float:
    """Makes the loudest sound of the video nearly as high as the band: a quiet voice is to be seen too."""
    return FILLED / max(LEAST_PEAK, float(np.abs(waveform.peaks).max(initial=0)))


def _time_s(index: FrameIndex, position: float) -> float:
    """When a position, which may lie inside a frame, is shown."""
    frame = max(0, min(index.frame_count - 1, floor(position)))
    begin_s = index.time_s(frame)
    return begin_s + (position - frame) * (index.end_s(frame) - begin_s)
