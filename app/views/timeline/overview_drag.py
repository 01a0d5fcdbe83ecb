"""Dragging the overview's frame: its body moves what is seen, its edges resize it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRect, Qt

from app.views.timeline.gestures.gesture import Gesture, Pointer, Surface
from app.views.timeline.overview_painter import seen_rect, whole_scale
from app.views.timeline.time_scale import MOST_PX_PER_FRAME, TimeScale

EDGE_PX = 5

Grip = Literal["left", "right", "body"]


def grip_at(strip: QRect, scale: TimeScale, x: float) -> Grip | None:
    """What of the frame lies under x; None beside it."""
    frame = seen_rect(strip, scale)
    if abs(x - frame.left()) <= EDGE_PX:
        return "left"
    if abs(x - frame.right()) <= EDGE_PX:
        return "right"
    return "body" if frame.left() < x < frame.right() else None


class DragSeen(Gesture):
    """Moves or resizes the range that is seen; Esc brings it back."""

    def __init__(self, surface: Surface, strip: QRect, grip: Grip, at: Pointer) -> None:
        super().__init__(surface)
        self._before, self._grip = surface.scale, grip
        self._whole = whole_scale(strip, surface.scale.frame_count)
        self._start = self._whole.position(at.x)
        scale = surface.scale
        self._least = scale.width_px / max(MOST_PX_PER_FRAME, scale.least_px_per_frame)
        self.cursor = Qt.CursorShape.ClosedHandCursor if grip == "body" else Qt.CursorShape.SizeHorCursor

    def move(self, at: Pointer) -> None:
        first, last = self._before.seen
        moved = self._whole.position(at.x) - self._start
        if self._grip == "body":
            self.surface.set_scale(self._before.centered((first + last) / 2 + moved))
        elif self._grip == "left":
            self.surface.set_scale(self._before.resized(max(0.0, min(last - self._least, first + moved)), last))
        else:
            last = min(float(self._before.frame_count), max(first + self._least, last + moved))
            self.surface.set_scale(self._before.resized(first, last))

    def cancel(self) -> None:
        self.surface.set_scale(self._before)
