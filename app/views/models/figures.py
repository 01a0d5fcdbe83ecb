"""Figures of an old and a new model, taken from what the training reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHOWN = (
    (
        "Spotting F1",
        ("spotting", "f1"),
        "Events found and placed: balance of precision and recall at an overlap of 0.5.",
    ),
    ("Precision", ("spotting", "precision"), "Share of the predicted events that are true."),
    ("Recall", ("spotting", "recall"), "Share of the true events that are predicted."),
    ("Spotting mAP", ("spotting", "map"), "Average precision of placing, over overlaps from 0.50 to 0.95."),
    ("Label UF1", ("recognition", "uf1"), "F1 of the labels of matched events, each label counting alike."),
    ("Detection mAP", ("detection", "map"), "Average precision of placing and naming together."),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the comparison; None where a model has no such number.

    `interval` holds 95 % of the changes that other people of the same kind could show, None if it is not known.
    """

    name: str
    meaning: str
    before: float | None
    after: float | None
    interval: tuple[float, float] | None = None

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before


INTERVALS = {
    ("spotting", "f1"): "spotting_f1",
    ("spotting", "map"): "spotting_map",
    ("recognition", "uf1"): "uf1",
    ("detection", "map"): "detection_map",
}


def compared(
    before: Mapping[str, Any], after: Mapping[str, Any], confidence: Mapping[str, Any] | None = None
) -> list[Figure]:
    """The figures that at least one of the two has, in the order people read them.

    Args:
        confidence: intervals as `retrain --json` has them.
    """
    changes = (confidence or {}).get("difference", {})
    figures = [
        Figure(name, meaning, _number(before, path), _number(after, path), _interval(changes, INTERVALS.get(path)))
        for name, path, meaning in SHOWN
    ]
    figures = [figure for figure in figures if figure.before is not None or figure.after is not None]
    if figures:
        return figures
    names = [name for name in {**before, **after} if _number(before, (name,)) is not None or name in after]
    return [Figure(name.replace("_", " "), "", _number(before, (name,)), _number(after, (name,))) for name in names]


def _interval(changes: Mapping[str, Any], name: str | None) -> tuple[float, float] | None:
    found = changes.get(name) if name else None
    return (float(found["low"]), float(found["high"])) if isinstance(found, Mapping) else None


def _number(figures: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    value: Any = figures
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
