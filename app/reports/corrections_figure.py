"""How good a model is after so many corrections, on people it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Result = Mapping[str, Any]
_COLORS = {"detector": "#0072B2", "full": "#D55E00"}
_MARKERS = {"detector": "o", "full": "s"}


def spotting_f1(figures: Mapping[str, Any], _: str) -> float:
    return figures["spotting"]["f1"]


def detection_map(figures: Mapping[str, Any], _: str) -> float:
    return figures["detection"]["map"] or 0.0


def new_label_ap(figures: Mapping[str, Any], label: str) -> float:
    """Detection mAP within the label that the first model did not know."""
    return figures["detection"]["ap_by_label"].get(label, 0.0)


def old_labels_map(figures: Mapping[str, Any], label: str) -> float:
    """Detection mAP over the labels that the first model knew: what it has forgotten shows here."""
    return float(np.mean([value for name, value in figures["detection"]["ap_by_label"].items() if name != label]))


PANELS: tuple[tuple[str, Callable[[Mapping[str, Any], str], float]], ...] = (
    ("spotting F1, all events", spotting_f1),
    ("detection mAP, “{label}” (never learned before)", new_label_ap),
    ("detection mAP, the other labels", old_labels_map),
)


def corrections_figure(results: Sequence[Result]) -> Figure:
    """A panel for each number; lines are means over the orders of the videos, dots the single retrainings. Results with
    no correction are the control: the same training on former people alone.

    Args:
        results: of `training.corrections.CorrectionsBench`.
    """
    figure = Figure(figsize=(4.3 * len(PANELS), 3.6), layout="constrained")
    for place, (title, number) in enumerate(PANELS, start=1):
        axes = figure.add_subplot(1, len(PANELS), place)
        label = results[0]["without"]
        for scope in dict.fromkeys(result["scope"] for result in results):
            own = [result for result in results if result["scope"] == scope and result["corrections"]]
            if own:
                _line(axes, own, number, scope)
            if control := [number(r["after"], label) for r in results if r["scope"] == scope and not r["corrections"]]:
                level = float(np.mean(control))
                name = f"as long, without corrections ({level:.2f})"
                axes.axhline(level, color=_COLORS[scope], linestyle=":", linewidth=1.2, label=name)
        start = number(results[0]["before"], label)
        axes.axhline(start, color="#59636e", linestyle="--", linewidth=1, label=f"before ({start:.2f})")
        axes.set(title=title.format(label=label), xlabel="corrections")
        axes.title.set_fontsize(9)
        axes.set_ylim(0, 1 if place == 1 else None)
        axes.grid(color="#eef0f3")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=7, loc="lower right")
    return figure


def _line(axes: Axes, results: Sequence[Result], number: Callable[[Mapping[str, Any], str], float], scope: str) -> None:
    counts = sorted({result["corrections"] for result in results})
    values = [[number(r["after"], r["without"]) for r in results if r["corrections"] == count] for count in counts]
    start = number(results[0]["before"], results[0]["without"])
    color, name = _COLORS[scope], {"detector": "detector retrained", "full": "full network retrained"}[scope]
    means = [float(np.mean(own)) for own in values]
    axes.plot([0, *counts], [start, *means], color=color, marker=_MARKERS[scope], markersize=4, label=name)
    for count, own in zip(counts, values, strict=True):
        if len(own) > 1:
            axes.plot([count] * len(own), own, color=color, linestyle="", marker=".", alpha=0.45)


def corrections_rows(results: Sequence[Result]) -> list[dict[str, Any]]:
    """A row for each scope and number of corrections, means over the orders, three decimals.

    The first of a scope is the model before; a second one with no correction is the control.
    """
    rows: list[dict[str, Any]] = []
    for scope in dict.fromkeys(result["scope"] for result in results):
        own = [result for result in results if result["scope"] == scope]
        for count in (None, *sorted({result["corrections"] for result in own})):
            part = [result for result in own if result["corrections"] == count] if count is not None else own[:1]
            side, trained = ("after", part) if count is not None else ("before", [])
            row: dict[str, Any] = {"scope": scope, "corrections": count or 0, "retrainings": len(trained)}
            row["events"] = round(float(np.mean([r["events"] for r in trained]))) if trained else 0
            row["minutes"] = (
                round(float(np.mean([r["reviewed_frames"] for r in trained])) / 1800, 1) if trained else 0.0
            )
            numbers = (spotting_f1, detection_map, new_label_ap, old_labels_map)
            for number in numbers:
                row[number.__name__] = round(float(np.mean([number(r[side], r["without"]) for r in part])), 3)
            rows.append(row)
    return rows
