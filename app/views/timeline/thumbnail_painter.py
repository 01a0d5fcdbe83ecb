"""Draws the apex frames under a tier, as far as they do not cover each other."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from app.thumbnails import Thumbnails
from app.views.timeline.tier_rows import TierRow
from app.views.timeline.time_scale import TimeScale

INSET_PX = 3
SHAPE = 4 / 3
"""So wide for its height is the place of a frame; one of another shape is cut."""
SPACING_PX = 4


def paint_thumbnails(
    painter: QPainter, lane: QRect, part: QRect, row: TierRow, scale: TimeScale, source: Thumbnails, video_id: str
) -> None:
    """Those that touch the columns of `part`, each under its apex; frames not decoded yet are asked for."""
    height = lane.height() - 2 * INSET_PX
    width = round(height * SHAPE)
    ratio = painter.device().devicePixelRatio()
    for frame in placed(row, scale, width + SPACING_PX):
        x = round(scale.center_x(frame) - width / 2)
        if x > part.right() or x + width < part.left():
            continue
        image = source.request(video_id, frame, round(height * ratio))
        if image is None or image.isNull():
            continue
        shown = min(image.width(), round(width * ratio))
        cut = QRectF((image.width() - shown) / 2, 0, shown, image.height())
        left = x + (width - shown / ratio) / 2
        painter.drawImage(QRectF(left, lane.top() + INSET_PX, shown / ratio, height), image, cut)


def placed(row: TierRow, scale: TimeScale, pitch_px: float) -> list[int]:
    """Apex frames without those that would cover the one before.

    Counted from the first of the video, not of what is seen, so that panning does not change which are shown.
    """
    frames = sorted(event.apex if event.apex is not None else (event.onset + event.offset) // 2 for event in row.events)
    kept: list[int] = []
    for frame in frames:
        if not kept or (frame - kept[-1]) * scale.px_per_frame >= pitch_px:
            kept.append(frame)
    return kept
