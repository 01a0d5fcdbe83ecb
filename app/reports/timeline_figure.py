"""The figure of one video's tiers over time, after figure 6 of the FEDN paper: green agrees, amber and red do not."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from app.reports.side_by_side import Row, Verdict
from fedn.annotation.event import Event

COLORS = {
    Verdict.AGREES: "#1d8a5b",
    Verdict.LABEL_DIFFERS: "#b0741a",
    Verdict.NO_COUNTERPART: "#c8402d",
    Verdict.MISSED: "#c8402d",
    Verdict.ONLY_SELF_REPORT: "#9aa0a8",
}
NEUTRAL = "#626b77"
LANES = ("FEDN", "Expert", "Self-report")
_LANE_HEIGHT = 0.62

Span = tuple[float, float]


def timeline_svg(
    rows: Sequence[Row], *, span_of: Callable[[Event], Span], length_s: float, codes: Mapping[str, str]
) -> str:
    """The figure as an SVG element.

    Args:
        span_of: an event's start and end in seconds (the video's frame index knows).
        length_s: length of the video in seconds.
        codes: the short code of each label, drawn in the blocks so that color never stands alone.
    """
    figure = Figure(figsize=(11.0, 1.75), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    for row in rows:
        color = COLORS[row.verdict]
        for lane, event in enumerate((row.predicted, row.expert, row.self_report)):
            if event is None:
                continue
            missed = row.verdict is Verdict.MISSED and lane == 1
            _block(axes, lane, span_of(event), color if lane == 0 or missed else NEUTRAL, lane == 0, length_s)
            start, end = span_of(event)
            text = codes.get(event.label, event.label[:3])
            white = lane == 0
            axes.text(
                (start + end) / 2,
                lane,
                text,
                ha="center",
                va="center",
                fontsize=7,
                color="white" if white else "#1c2127",
            )
    axes.set(xlim=(0, max(length_s, 1e-3)), ylim=(2.5, -0.5), yticks=range(3), yticklabels=LANES, xlabel="seconds")
    axes.tick_params(length=0, labelsize=8)
    axes.xaxis.label.set_fontsize(8)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color("#d9dde3")
    stream = io.StringIO()
    # Text as text: smaller files, and the words can be searched and copied.
    from matplotlib import rc_context

    with rc_context({"svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    return stream.getvalue()[stream.getvalue().index("<svg") :]


def _block(axes: Axes, lane: int, span: Span, color: str, filled: bool, length_s: float) -> None:
    """One event: the network's filled, people's outlined; never narrower than can be seen."""
    start, end = span
    width = max(end - start, 0.004 * length_s)
    box = FancyBboxPatch(
        (start, lane - _LANE_HEIGHT / 2),
        width,
        _LANE_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.06",
        mutation_aspect=0.4,
        facecolor=color if filled else "#f5f6f8",
        edgecolor=color,
        linewidth=1.2,
        linestyle="--" if lane == 2 else "-",
    )
    axes.add_patch(box)
