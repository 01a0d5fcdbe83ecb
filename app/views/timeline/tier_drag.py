"""The mouse on the tiers' names: a click chooses, a drag puts the tier elsewhere, its lower border makes it higher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from app.theme import Tokens
from app.views.timeline.layout import GAP_PX, Band

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView

BORDER_PX = 4
DRAG_PX = 5


class TierDrag:
    """One press in the left margin at a time. What it changes is how tiers are shown, never the project."""

    def __init__(self, view: TimelineView) -> None:
        self._view = view
        self._tier_id = ""
        self._from_y = 0.0
        self._height_before = 0
        self._place: int | None = None

    @property
    def is_active(self) -> bool:
        return bool(self._tier_id)

    def border_at(self, y: float) -> int | None:
        """Index of the tier whose lower border lies under y."""
        areas = self._view.areas
        for index in range(areas.tier_count if areas.band_at(y) == Band.TIERS else 0):
            if -BORDER_PX <= y - areas.tier(index).bottom() <= BORDER_PX:
                return index
        return None

    def press(self, y: float) -> None:
        view = self._view
        border, under = self.border_at(y), view.areas.tier_at(y)
        index = under if border is None else border
        if index is None or view.rows.all()[index].is_passing:
            return
        self._tier_id, self._from_y = view.rows.all()[index].tier.id, y
        self._height_before = view.areas.heights_px[index] if border is not None else 0
        if border is None:
            view.choose_tier(self._tier_id)

    def move(self, y: float) -> None:
        view = self._view
        if self._height_before:
            view.session.tier_views.change(self._tier_id, height_px=self._height_before + round(y - self._from_y))
        elif self._place is not None or abs(y - self._from_y) >= DRAG_PX:
            self._place = view.areas.place_at(y)
            view.viewport().update()

    def release(self) -> None:
        view, place = self._view, self._place
        if place is not None:
            rows = view.rows.all()
            at = next((index for index, row in enumerate(rows) if row.tier.id == self._tier_id), 0)
            passing = sum(row.is_passing for row in rows[:place])
            place, at = place - passing, at - passing
            view.tier_actions.put(self._tier_id, place - 1 if place > at else place)
        self.end()

    def cancel(self) -> None:
        if self._height_before:
            self._view.session.tier_views.change(self._tier_id, height_px=self._height_before)
        self.end()

    def end(self) -> None:
        self._tier_id, self._place, self._height_before = "", None, 0
        self._view.viewport().update()

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Where the dragged tier would land."""
        areas, place = self._view.areas, self._place
        if place is None:
            return
        if place < areas.tier_count:
            y = areas.tier(place).top() - GAP_PX / 2
        else:
            y = areas.tier(place - 1).bottom() + areas.thumbnails(place - 1).height() + GAP_PX / 2
        painter.setPen(QPen(tokens.accent, 2, Qt.PenStyle.SolidLine))
        painter.drawLine(QLineF(6, y, areas.content_left + areas.content_width, y))
        painter.setBrush(tokens.accent)
        painter.drawEllipse(QPointF(8, y), 3, 3)
