"""A number of agreement, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """`value` is None where the number is not defined; `reason` then says why, in a sentence without a period."""

    value: float | None
    reason: str = ""


def ratio(part: float, whole: float, reason: str) -> Measure:
    """`part / whole`, or the reason if there is nothing to divide by."""
    return Measure(part / whole) if whole else Measure(None, reason)
