"""Where the bands of the timeline lie."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRect

GUTTER_PX = 108
MARGIN_PX = 10
OVERVIEW_PX = 18
RULER_PX = 32
CURVES_PX = 54
TIER_PX = 38
GAP_PX = 6


class Band(Enum):
    NONE = 0
    OVERVIEW = 1
    RULER = 2
    CURVES = 3
    TIERS = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """The bands in widget coordinates; tiers scroll under the fixed ones by `scroll_px`."""

    width_px: int
    height_px: int
    tier_count: int
    has_curves: bool
    scroll_px: int = 0

    @property
    def content_left(self) -> int:
        return GUTTER_PX

    @property
    def content_width(self) -> int:
        return max(1, self.width_px - GUTTER_PX - MARGIN_PX)

    @property
    def overview(self) -> QRect:
        return QRect(self.content_left, MARGIN_PX, self.content_width, OVERVIEW_PX)

    @property
    def ruler(self) -> QRect:
        return QRect(self.content_left, self.overview.bottom() + 5, self.content_width, RULER_PX)

    @property
    def curves(self) -> QRect:
        height = CURVES_PX if self.has_curves else 0
        return QRect(self.content_left, self.ruler.bottom() + 1, self.content_width, height)

    @property
    def tiers(self) -> QRect:
        """What is left for the tiers; what does not fit scrolls."""
        top = self.curves.bottom() + 1 + GAP_PX
        return QRect(self.content_left, top, self.content_width, max(0, self.height_px - top - MARGIN_PX))

    @property
    def tiers_height(self) -> int:
        """Height that all tiers together want."""
        return max(0, self.tier_count * (TIER_PX + GAP_PX) - GAP_PX)

    def tier(self, index: int) -> QRect:
        top = self.tiers.top() - self.scroll_px + index * (TIER_PX + GAP_PX)
        return QRect(self.content_left, top, self.content_width, TIER_PX)

    def band_at(self, y: float) -> Band:
        for band, rect in ((Band.OVERVIEW, self.overview), (Band.RULER, self.ruler), (Band.CURVES, self.curves)):
            if rect.height() > 0 and rect.top() <= y <= rect.bottom():
                return band
        return Band.TIERS if y >= self.tiers.top() else Band.NONE

    def tier_at(self, y: float) -> int | None:
        """Index of the tier under y, the gap below it included."""
        if self.band_at(y) != Band.TIERS:
            return None
        index = int((y - self.tiers.top() + self.scroll_px) // (TIER_PX + GAP_PX))
        return index if 0 <= index < self.tier_count else None
