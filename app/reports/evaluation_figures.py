"""The figures of an evaluation, after the FEDN paper's figures 2 and 3 (average precision against IoU), 5 (confusion
matrix) and 6 (timeline with apex frames; green is right, red is wrong)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.errors import FormatError

RIGHT, WRONG, TEXT, LINE = "#1d8a5b", "#c8402d", "#1c2127", "#c4cad2"
SUFFIXES = (".png", ".svg", ".pdf")
EVENTS_A_STRIP = 10
_MARKERS, _DASHES = "osD^vPX*", ("-", "--", "-.", ":")
# Okabe and Ito's colors without yellow, which is too pale for a line; markers and dashes differ as well.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

Picture = NDArray[np.uint8]


def save_figure(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Writes a figure as PNG (200 dots an inch), SVG and PDF with text as text.

    Raises:
        FormatError: if the folder cannot be written to.
    """
    FigureCanvasAgg(figure)
    paths = [folder / f"{name}{suffix}" for suffix in SUFFIXES]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with rc_context({"svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": name}):
            for path in paths:
                dated = {"Date": None} if path.suffix == ".svg" else {"CreationDate": None}
                figure.savefig(path, dpi=200, metadata=None if path.suffix == ".png" else dated)
    except OSError as error:
        raise FormatError(f"the figure {name} cannot be written to {folder} ({error.strerror})") from error
    return paths


def precision_figure(panels: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Figure:
    """Average precision against IoU.

    Args:
        panels: by the panel's title ("Spotting", "Detection"): by method or label: average precision by IoU ("0.50").
    """
    figure = Figure(figsize=(4.4 * len(panels), 3.4), layout="constrained")
    for place, (title, curves) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(1, len(panels), place)
        for number, (name, ap) in enumerate(curves.items()):
            axes.plot(
                [float(iou) for iou in ap],
                list(ap.values()),
                color=_COLORS[number % len(_COLORS)],
                marker=_MARKERS[number % len(_MARKERS)],
                linestyle=_DASHES[number // len(_COLORS) % len(_DASHES)],
                markersize=4,
                label=f"{name} (mean {np.mean(list(ap.values())):.3f})",
            )
        axes.set(title=title, xlabel="IoU", ylabel="average precision", xlim=(0.48, 0.97), ylim=(0, None))
        axes.grid(color="#eef0f3")
        axes.spines[["top", "right"]].set_visible(False)
        if curves:
            axes.legend(frameon=False, fontsize=7)
    return figure


def confusion_figure(labels: Sequence[str], matrix: Sequence[Sequence[int]]) -> Figure:
    """The confusion matrix of matched events: counts, shaded by the share of the true label's row."""
    counts = np.array(matrix, dtype=float).reshape(len(labels), len(labels))
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.zeros_like(counts), where=rows > 0)
    side = 1.6 + 0.55 * max(len(labels), 2)
    figure = Figure(figsize=(side + 0.8, side), layout="constrained")
    axes = figure.add_subplot()
    picture = axes.imshow(shares if len(labels) else np.zeros((1, 1)), cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(counts.shape):
        dark = shares[row, column] > 0.55
        text = f"{counts[row, column]:.0f}"
        axes.text(column, row, text, ha="center", va="center", fontsize=8, color="white" if dark else TEXT)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="predicted", ylabel="true")
    figure.colorbar(picture, ax=axes, label="share of the true label", shrink=0.8)
    return figure


@dataclass(frozen=True, slots=True)
class Shown:
    """An event in the timeline's figure: `right` is None for true events, which are drawn neutral."""

    event: Event
    right: bool | None = None


def timeline_figure(
    truth: Sequence[Event],
    predictions: Sequence[Shown],
    *,
    title: str = "",
    length: int | None = None,
    fps: float = 0.0,
    apex_picture: Callable[[Event], Picture | None] | None = None,
) -> Figure:
    """True events above, predictions below, with their apex frames; a long video in several strips.

    Args:
        length: frames of the video, by default up to the last event.
        fps: gives the axis seconds beside frames; 0 for frames alone.
        apex_picture: an event's apex frame (H, W, 3) RGB, None where there is none.
    """
    rows = [Shown(event) for event in truth]
    last = max((shown.event.offset for shown in (*rows, *predictions)), default=0)
    edges = _strips([shown.event for shown in (*rows, *predictions)], length or last + 1)
    pictured = apex_picture is not None
    figure = Figure(figsize=(11.0, (3.3 if pictured else 1.5) * len(edges) + 0.4), layout="constrained")
    figure.suptitle(title, fontsize=10)
    for place, (start, stop) in enumerate(edges, start=1):
        axes = figure.add_subplot(len(edges), 1, place)
        for side, shown in ((1, rows), (-1, predictions)):
            own = [one for one in shown if start <= (one.event.onset + one.event.offset) // 2 < stop]
            _draw_row(axes, own, side, (start, stop), apex_picture)
        _style(axes, (start, stop), fps, pictured)
    return figure


def _strips(events: Sequence[Event], length: int) -> list[tuple[int, int]]:
    """Equal parts of the video, none of them with more true or predicted events than can be told apart."""
    middles = np.array([(event.onset + event.offset) // 2 for event in events])
    for count in range(1, 40):
        edges = np.linspace(0, length, count + 1).round().astype(int)
        most = np.histogram(middles, edges)[0].max() if len(middles) else 0
        if most <= 2 * EVENTS_A_STRIP:
            break
    return [(int(start), int(stop)) for start, stop in pairwise(edges)]


def _draw_row(
    axes: Axes,
    shown: Sequence[Shown],
    side: int,
    span: tuple[int, int],
    apex_picture: Callable[[Event], Picture | None] | None,
) -> None:
    """One row's blocks; its pictures stand evenly spaced above (side 1) or below, each joined to its apex."""
    start, stop = span
    ordered = sorted(shown, key=lambda one: one.event.onset)
    for number, one in enumerate(ordered):
        event = one.event
        color = LINE if one.right is None else RIGHT if one.right else WRONG
        width = event.offset + 1 - event.onset
        axes.barh(side * 0.3, width, 0.42, left=event.onset, color=color, edgecolor=TEXT, linewidth=0.4)
        apex = event.apex if event.apex is not None else (event.onset + event.offset) // 2
        mark = "" if one.right is None else " ✓" if one.right else " ✗"
        where = start + (stop - start) * (number + 0.5) / len(ordered)
        picture = apex_picture(event) if apex_picture is not None else None
        name = f"{event.label or 'unlabeled'}{mark}"
        if picture is None:
            axes.text(event.onset, side * 0.62, name, fontsize=6, va="center", color=TEXT, clip_on=True)
            continue
        axes.plot([apex, where], [side * 0.52, side * 0.95], color=color, linewidth=0.8)
        image = OffsetImage(picture, zoom=46 / picture.shape[0])
        frame = {"edgecolor": color, "linewidth": 2, "boxstyle": "square,pad=0.1"}
        axes.add_artist(AnnotationBbox(image, (where, side * 1.5), frameon=True, bboxprops=frame, pad=0.1))
        axes.text(where, side * 2.25, name, fontsize=6, ha="center", va="center", color=TEXT)


def _style(axes: Axes, span: tuple[int, int], fps: float, pictured: bool) -> None:
    reach = 2.5 if pictured else 0.85
    axes.set(xlim=span, ylim=(-reach, reach), xlabel="frame")
    axes.set_yticks([0.3, -0.3], ["true", "predicted"])
    axes.axhline(0, color=LINE, linewidth=0.6)
    axes.tick_params(length=0, labelsize=7)
    axes.spines[["top", "right", "left"]].set_visible(False)
    if fps > 0:
        scale = (lambda frame: np.asarray(frame) / fps, lambda second: np.asarray(second) * fps)
        above = axes.secondary_xaxis("top", functions=scale)
        above.set_xlabel("seconds", fontsize=7)
        above.tick_params(labelsize=6)
