"""All tiers of a video over time with apex frames, after figure 6 of the FEDN paper: green is right, red is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from app.reports.side_by_side import Verdict
from app.reports.study.lettering import LINE, MUTED, TEXT, plain, shortened
from app.reports.study.material import Material, ReportVideo, apex_of
from app.reports.study.tables import AGREES, ALONE, DIFFERS, MISSED, NO_LABEL, verdicts_of
from app.reports.timeline_figure import COLORS as VERDICT_COLORS
from fedn.annotation.event import Event
from fedn.annotation.tier import Tier

PAGE_IN = (11.69, 8.27)
MARGIN_IN, NAMES_IN = 0.45, 1.1
_PICTURE_IN, _STEP_IN, _BLOCK_IN, _AXIS_IN = 0.46, 0.52, 0.2, 0.38
_PICTURED_LANE_IN, _LANE_IN = 1.01, 0.3
_HEAD_IN = 0.5
MOST_STRIPS, EVENTS_A_STRIP, MOST_PICTURED = 24, 16, 5
_MARKS = {AGREES: " ✓", DIFFERS: " ≠", ALONE: " ✗", MISSED: " ✗"}
_COLORS = {
    AGREES: VERDICT_COLORS[Verdict.AGREES],
    DIFFERS: VERDICT_COLORS[Verdict.LABEL_DIFFERS],
    ALONE: VERDICT_COLORS[Verdict.NO_COUNTERPART],
    MISSED: VERDICT_COLORS[Verdict.MISSED],
}
_NEUTRAL = "#8a939e"


@dataclass(frozen=True)
class Timeline:
    """One video's figure, in strips of time that may stand on several pages.

    Attributes:
        strips: start and end of each in seconds.
    """

    material: Material
    video: ReportVideo
    verdicts: Mapping[str, str]
    strips: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, material: Material, video: ReportVideo) -> Timeline:
        return cls(material, video, verdicts_of(material), _strips(video))

    @property
    def is_pictured(self) -> bool:
        return bool(self.video.pictures) and len(self.video.tiers) <= MOST_PICTURED

    @property
    def lane_in(self) -> float:
        """Height of a tier, so that a strip fits on a page."""
        room = PAGE_IN[1] - 2 * MARGIN_IN - _HEAD_IN - _AXIS_IN
        wanted = _PICTURED_LANE_IN if self.is_pictured else _LANE_IN
        return min(wanted, room / max(1, len(self.video.tiers)))

    @property
    def strip_in(self) -> float:
        return self.lane_in * max(1, len(self.video.tiers)) + _AXIS_IN

    def whole(self) -> Figure:
        """All strips one below the other."""
        return self._figure(self.strips, _HEAD_IN + self.strip_in * len(self.strips) + 2 * MARGIN_IN)

    def pages(self) -> list[Figure]:
        """Pages of A4, lying."""
        room = PAGE_IN[1] - 2 * MARGIN_IN - _HEAD_IN
        count = max(1, int(room / self.strip_in))
        parts = [self.strips[at : at + count] for at in range(0, len(self.strips), count)]
        return [self._figure(part, PAGE_IN[1]) for part in parts]

    def _figure(self, strips: Sequence[tuple[float, float]], height_in: float) -> Figure:
        figure = Figure(figsize=(PAGE_IN[0], height_in))
        video = self.video.video
        title = plain(f"{video.subject} · {video.name}") if video.subject else plain(video.name)
        top = 1 - MARGIN_IN / height_in
        figure.text(MARGIN_IN / PAGE_IN[0], top, shortened(title, 12, 760), fontsize=12, va="top", parse_math=False)
        self._legend(figure, 1 - (MARGIN_IN + 0.27) / height_in)
        left, width = (MARGIN_IN + NAMES_IN) / PAGE_IN[0], (PAGE_IN[0] - 2 * MARGIN_IN - NAMES_IN) / PAGE_IN[0]
        for number, strip in enumerate(strips):
            below = MARGIN_IN + _HEAD_IN + self.strip_in * (number + 1) - _AXIS_IN
            height = self.strip_in - _AXIS_IN
            axes = figure.add_axes((left, 1 - below / height_in, width, height / height_in))
            self._draw(axes, strip)
        return figure

    def _legend(self, figure: Figure, y: float) -> None:
        report = self.material.agreement
        if report is None or not any(self._compares(tier) for tier, _ in self.video.tiers):
            return
        names = {AGREES: f"{report.second.short} agrees with {report.first.short} ✓", DIFFERS: "label differs ≠",
                 ALONE: "no counterpart, or missed ✗"}  # fmt: skip
        x = MARGIN_IN / PAGE_IN[0]
        for verdict, name in names.items():
            figure.text(x, y, "■", color=_COLORS[verdict], fontsize=8, va="top")
            figure.text(x + 0.012, y, plain(name), color=MUTED, fontsize=8, va="top", parse_math=False)
            x += 0.03 + 0.0058 * len(name)

    def _compares(self, tier: Tier) -> bool:
        return self.material.keys[tier.id] in (self.material.first, self.material.second)

    def _draw(self, axes: Axes, strip: tuple[float, float]) -> None:
        """Vertically the axes count inches, downward."""
        height = self.strip_in - _AXIS_IN
        axes.set(xlim=strip, ylim=(height, 0))
        for lane, (tier, events) in enumerate(self.video.tiers):
            bottom = (lane + 1) * self.lane_in
            if lane:
                axes.axhline(lane * self.lane_in, color=LINE, linewidth=0.6)
            shown = [one for one in events if self._span(one)[1] > strip[0] and self._span(one)[0] < strip[1]]
            self._draw_blocks(axes, tier, shown, bottom, strip)
            if self.is_pictured:
                self._draw_pictures(axes, tier, shown, bottom, strip)
            name = shortened(plain(self.material.keys[tier.id].title), 8, NAMES_IN * 72 - 10)
            middle = (0, bottom - 0.06 - self._block_in / 2)
            axes.annotate(name, middle, (-8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                          ha="right", va="center", fontsize=8, parse_math=False)  # fmt: skip
        if not self.video.tiers:
            axes.text(0.5, height / 2, "no tiers", transform=axes.get_yaxis_transform(), ha="center", color=MUTED)
        axes.set_yticks([])
        axes.set_xlabel("seconds", fontsize=8, labelpad=1)
        axes.tick_params(labelsize=7, length=2, color=LINE)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.spines["bottom"].set_color(LINE)

    @property
    def _block_in(self) -> float:
        return min(_BLOCK_IN, self.lane_in * 0.7)

    def _span(self, event: Event) -> tuple[float, float]:
        return self.video.index.time_s(event.onset), self.video.index.end_s(event.offset)

    def _draw_blocks(
        self, axes: Axes, tier: Tier, events: Sequence[Event], bottom: float, strip: tuple[float, float]
    ) -> None:
        least = 0.002 * (strip[1] - strip[0])
        for event in events:
            start, end = self._span(event)
            color, solid = self._look(tier, event)
            corner = (start, bottom - 0.06 - self._block_in)
            fill = color if solid else "#f1f3f5"
            box = Rectangle(corner, max(end - start, least), self._block_in, facecolor=fill, edgecolor=color, lw=0.9)
            axes.add_patch(box)
            room = (min(end, strip[1]) - max(start, strip[0])) / (strip[1] - strip[0]) * 700
            if room > 15:
                label = self.material.project.vocabulary_of(tier.id).label(event.label)
                code = plain(label.code if label else event.label[:3])
                middle = (max(start, strip[0]) + min(end, strip[1])) / 2
                axes.text(middle, corner[1] + self._block_in / 2, code, fontsize=6.5, ha="center", va="center_baseline",
                          color="white" if solid else TEXT, parse_math=False, clip_on=True)  # fmt: skip

    def _look(self, tier: Tier, event: Event) -> tuple[str, bool]:
        """Color and whether the block is filled: what is judged is, and what it is judged by is not."""
        verdict = self.verdicts.get(event.id, "")
        if verdict and self.material.keys[tier.id] == self.material.second:
            return _COLORS[verdict], True
        return (_COLORS[MISSED] if verdict == MISSED else _NEUTRAL), False

    def _draw_pictures(
        self, axes: Axes, tier: Tier, events: Sequence[Event], bottom: float, strip: tuple[float, float]
    ) -> None:
        second_in = (PAGE_IN[0] - 2 * MARGIN_IN - NAMES_IN) / (strip[1] - strip[0])
        apexes = [(self.video.index.time_s(apex_of(event)), event) for event in events]
        own = [(time, event) for time, event in apexes if strip[0] <= time < strip[1]]
        own = own[: int((strip[1] - strip[0]) * second_in / _STEP_IN)]
        half, step = _PICTURE_IN / 2 / second_in, _STEP_IN / second_in
        places = spread([time for time, _ in own], step, strip[0] + half, strip[1] - half)
        top = bottom - self.lane_in + 0.05
        for (time, event), place in zip(own, places, strict=True):
            color, solid = self._look(tier, event)
            picture = self.video.pictures[event.id]
            extent = (place - half, place + half, top + _PICTURE_IN, top)
            axes.imshow(picture, extent=extent, aspect="auto", interpolation="none", zorder=2)
            axes.add_patch(Rectangle((place - half, top), 2 * half, _PICTURE_IN, fill=False, edgecolor=color, lw=1.4))
            mark = _MARKS.get(self.verdicts.get(event.id, ""), "")
            name = shortened(plain(event.label or NO_LABEL), 5.5, _STEP_IN * 72 - (6 if mark else 1)) + mark
            axes.text(place, top + _PICTURE_IN + 0.09, name, fontsize=5.5, ha="center", va="center", parse_math=False)
            ends = (top + _PICTURE_IN + 0.16, bottom - 0.06 - self._block_in)
            axes.plot([place, time], ends, color=color, linewidth=0.6)
            mark_foot = (bottom - 0.06 - 0.3 * self._block_in, bottom - 0.06)
            axes.plot([time, time], mark_foot, color="white" if solid else color, linewidth=0.9)
        # imshow sets limits of its own.
        axes.set(xlim=strip, ylim=(self.strip_in - _AXIS_IN, 0))


def _strips(video: ReportVideo) -> tuple[tuple[float, float], ...]:
    """Equal parts of the video's time, in which no tier has more apex frames than fit beside each other."""
    length = video.index.duration_s
    times = [[video.index.time_s(apex_of(event)) for event in events] for _, events in video.tiers]
    edges = np.array([0.0, length])
    for count in range(1, MOST_STRIPS + 1):
        edges = np.linspace(0, length, count + 1)
        most = max((int(np.histogram(own, edges)[0].max()) for own in times if own), default=0)
        if most <= EVENTS_A_STRIP:
            break
    return tuple((float(start), float(end)) for start, end in pairwise(edges))


def spread(wanted: Sequence[float], step: float, least: float, most: float) -> list[float]:
    """Sorted places near the wanted ones, at least `step` apart, from `least` to `most` if there is room for all."""
    # Pushed to the right and pushed to the left are both far enough apart, and so is their middle.
    right = _pushed(wanted, step, least, most)
    left = [-place for place in _pushed([-one for one in reversed(wanted)], step, -most, -least)][::-1]
    return [(one + two) / 2 for one, two in zip(left, right, strict=True)]


def _pushed(wanted: Sequence[float], step: float, least: float, most: float) -> list[float]:
    places: list[float] = []
    for one in wanted:
        places.append(max(one, least, places[-1] + step if places else least))
    limit = most
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], limit)
        limit = places[at] - step
    return places
