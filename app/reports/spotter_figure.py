"""What a spotter saw in one video, to be judged by eye: its curve with the proposals, and each one's rest and apex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.errors import FormatError

PAIRS_A_ROW = 6
_EVENT, _LINE, _CURVE = "#0072B2", "#c8402d", "#1c2127"

Picture = NDArray[np.uint8]


def draw_spotter(
    path: Path,
    *,
    title: str,
    curves: NDArray,
    labels: Sequence[str],
    threshold: float,
    events: Sequence[Event],
    faces: Mapping[int, Picture],
) -> None:
    """Writes the picture of one video.

    Args:
        path: of the PNG file.
        curves: (K, T) scores of each frame.
        events: the proposals, by onset.
        faces: aligned faces by frame; those of onsets and apexes are shown where they are there.

    Raises:
        FormatError: if the file cannot be written.
    """
    rows = -(-len(events) // PAIRS_A_ROW)
    figure = Figure(figsize=(16, 3.2 + 1.75 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(1 + rows, PAIRS_A_ROW, height_ratios=[3.2] + [1.75] * rows)
    _draw_curves(figure.add_subplot(grid[0, :]), title, curves, labels, threshold, events)
    for number, event in enumerate(events):
        axes = figure.add_subplot(grid[1 + number // PAIRS_A_ROW, number % PAIRS_A_ROW])
        _draw_pair(axes, number + 1, event, faces)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=80)
    except OSError as error:
        raise FormatError(f"the figure {path} cannot be written ({error.strerror}); choose another folder") from error


def _draw_curves(
    axes: Axes,
    title: str,
    curves: NDArray,
    labels: Sequence[str],
    threshold: float,
    events: Sequence[Event],
) -> None:
    for label, curve in zip(labels, np.asarray(curves, np.float32), strict=True):
        axes.plot(curve, linewidth=0.8, color=_CURVE if len(labels) == 1 else None, label=label)
    for number, event in enumerate(events):
        axes.axvspan(event.onset, event.offset + 1, color=_EVENT, alpha=0.2, linewidth=0)
        axes.text((event.onset + event.offset) / 2, 1.0, str(number + 1), ha="center", va="bottom", fontsize=8)
    axes.axhline(threshold, color=_LINE, linewidth=0.8, linestyle="--")
    axes.set(xlim=(0, max(1, curves.shape[1])), ylim=(0, 1), xlabel="frame", ylabel="score")
    axes.set_title(title, loc="left", pad=14)
    if len(labels) > 1:
        axes.legend(fontsize=7, ncols=len(labels), loc="upper right")


def _draw_pair(axes: Axes, number: int, event: Event, faces: Mapping[int, Picture]) -> None:
    apex = event.onset if event.apex is None else event.apex
    pair = [faces[frame] for frame in (event.onset, apex) if frame in faces]
    if pair:
        axes.imshow(np.concatenate(pair, axis=1))
    axes.set_axis_off()
    score = "" if event.score is None else f"  {event.score:.2f}"
    axes.set_title(f"{number}: {event.onset} | {apex}{score} {event.label}", fontsize=8)
