"""Where the bands of the timeline lie."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate

from PySide6.QtCore import QRect

GUTTER_PX = 128
MARGIN_PX = 10
OVERVIEW_PX = 20
RULER_PX = 32
CURVES_PX = 54
WAVEFORM_PX = 40
THUMBNAILS_PX = 46
GAP_PX = 6


class Band(Enum):
    NONE = 0
    OVERVIEW = 1
    RULER = 2
    CURVES = 3
    TIERS = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """The bands in widget coordinates; tiers scroll under the fixed ones by `scroll_px`.

    `heights_px` has one for each shown tier; those in `with_thumbnails` have a lane of apex frames under them.
    """

    width_px: int
    height_px: int
    heights_px: tuple[int, ...]
    has_curves: bool
    scroll_px: int = 0
    has_waveform: bool = False
    with_thumbnails: frozenset[int] = frozenset()

    @property
    def tier_count(self) -> int:
        return len(self.heights_px)

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
    def waveform(self) -> QRect:
        height = WAVEFORM_PX if self.has_waveform else 0
        return QRect(self.content_left, self.ruler.bottom() + 1, self.content_width, height)

    @property
    def curves(self) -> QRect:
        height = CURVES_PX if self.has_curves else 0
        gap = GAP_PX if self.has_curves and self.has_waveform else 0
        return QRect(self.content_left, self.waveform.bottom() + 1 + gap, self.content_width, height)

    @property
    def tiers(self) -> QRect:
        """What is left for the tiers; what does not fit scrolls."""
        top = self.curves.bottom() + 1 + GAP_PX
        return QRect(self.content_left, top, self.content_width, max(0, self.height_px - top - MARGIN_PX))

    @property
    def tiers_height(self) -> int:
        """Height that all tiers together want."""
        return max(0, self._tops[-1] - GAP_PX)

    @property
    def _tops(self) -> list[int]:
        """Where each tier begins, and where another one would."""
        lanes = (THUMBNAILS_PX if index in self.with_thumbnails else 0 for index in range(self.tier_count))
        pitches = (height + lane + GAP_PX for height, lane in zip(self.heights_px, lanes, strict=True))
        return list(accumulate(pitches, initial=0))

    def tier(self, index: int) -> QRect:
        """Where the events of a tier are drawn."""
        top = self.tiers.top() - self.scroll_px + self._tops[index]
        return QRect(self.content_left, top, self.content_width, self.heights_px[index])

    def thumbnails(self, index: int) -> QRect:
        """The lane of apex frames under a tier; empty if it has none."""
        band = self.tier(index)
        height = THUMBNAILS_PX if index in self.with_thumbnails else 0
        return QRect(band.left(), band.bottom() + 1, band.width(), height)

    def band_at(self, y: float) -> Band:
        for band, rect in (
            (Band.OVERVIEW, self.overview),
            (Band.RULER, self.ruler),
            (Band.CURVES, self.waveform.united(self.curves)),
        ):
            if rect.height() > 0 and rect.top() <= y <= rect.bottom():
                return band
        return Band.TIERS if y >= self.tiers.top() else Band.NONE

    def tier_at(self, y: float) -> int | None:
        """Index of the tier under y, its thumbnails and the gap below it included."""
        if self.band_at(y) != Band.TIERS:
            return None
        index = bisect_right(self._tops, y - self.tiers.top() + self.scroll_px) - 1
        return index if 0 <= index < self.tier_count else None

    def place_at(self, y: float) -> int:
        """Between which tiers a dragged one would land: 0 above the first."""
        middles = [self.tier(index).center().y() for index in range(self.tier_count)]
        return bisect_right(middles, y)
