"""From a signal that rises where a face moves to intervals: filters, baseline, peaks, boundaries. No torch.

Signals are even: one value for each cell of the 30-per-second grid. Letters: G cells, C channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

_BASELINE_STEP = 6
"""The baseline is so slow that every sixth value tells it."""


BEGIN_SHARE = 0.1


class Peak(NamedTuple):
    """An event of a signal: cells `start` to `stop` (exclusive), its strongest cell, and its prominence."""

    start: int
    apex: int
    stop: int
    prominence: float


def low_pass(values: NDArray, sigma_cells: float) -> NDArray[np.float64]:
    """Gaussian smoothing of (G, C) or (G,) along time; the first and last value go on outside."""
    return np.asarray(ndimage.gaussian_filter1d(np.asarray(values, np.float64), sigma_cells, axis=0, mode="nearest"))


def baseline(values: NDArray[np.float64], cells: int) -> NDArray[np.float64]:
    """The running median of (G, C) over `cells` cells: what the signal is at rest.

    At the ends the window stays whole and inside: an expression there would otherwise fill most of what is left of it.
    A signal of less than a third of the window tells no rest by its median. It is taken to begin at rest, as
    clips of single expressions do.
    """
    if len(values) == 0:
        return values.copy()
    if len(values) < cells / 3:
        begin = max(1, round(BEGIN_SHARE * len(values)))
        return np.broadcast_to(np.asarray(np.median(values[:begin], axis=0), np.float64), values.shape)
    coarse = values[::_BASELINE_STEP]
    half = min(cells // _BASELINE_STEP, len(coarse)) // 2
    if half == 0 or 2 * half + 1 >= len(coarse):
        return np.broadcast_to(np.asarray(np.median(values, axis=0), np.float64), values.shape)
    rest = np.stack([ndimage.median_filter(column, 2 * half + 1) for column in coarse.T], axis=1)
    rest[:half], rest[-half:] = rest[half], rest[-half - 1]
    at, known = np.arange(len(values)), np.arange(0, len(values), _BASELINE_STEP)
    return np.stack([np.interp(at, known, column) for column in rest.T], axis=1)


def restlessness(values: NDArray[np.float64], smooth: NDArray[np.float64], sigma_cells: float) -> NDArray[np.float64]:
    """(G,): size of what a low-pass took from (G, C), averaged over a longer time: talking, noise."""
    power = ((values - smooth) ** 2).sum(axis=1)
    return np.sqrt(np.maximum(low_pass(power, sigma_cells), 0.0))


def stretches(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and stop (exclusive) of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(mask, np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def find_events(
    strength: NDArray[np.float64], *, min_prominence: float, boundary_share: float, valley_share: float
) -> list[Peak]:
    """Peaks of a non-negative signal (G,) with their boundaries, in order and without overlap.

    A peak counts from `min_prominence` on. Neighbors become one where the signal between them stays above
    `valley_share` of the lower one, and are split at the lowest point otherwise (double peaks). An event reaches to
    where the signal falls below `boundary_share` of its highest peak.
    """
    # What lies before and after the signal is rest, so that a peak at its very end is one.
    padded = np.concatenate([[0.0], strength, [0.0]])
    found, _ = signal.find_peaks(padded, prominence=min_prominence)
    if len(found) == 0:
        return []
    prominences = signal.peak_prominences(padded, found)[0]
    groups: list[list[int]] = []
    for number, place in enumerate(found):
        if groups:
            before = found[groups[-1][-1]]
            if padded[before : place + 1].min() > valley_share * min(padded[before], padded[place]):
                groups[-1].append(number)
                continue
        groups.append([number])
    events = []
    for number, group in enumerate(groups):
        left = _valley(padded, found[groups[number - 1][-1]], found[group[0]]) if number else 0
        right = len(padded) - 1
        if number + 1 < len(groups):
            right = _valley(padded, found[group[-1]], found[groups[number + 1][0]])
        top = max(group, key=lambda peak: padded[found[peak]])
        level = float(boundary_share * padded[found[top]])
        start, stop = _reach(padded, found[group[0]], found[group[-1]], level, left, right)
        events.append(Peak(start - 1, int(found[top]) - 1, stop - 1, float(prominences[group].max())))
    return events


def _valley(values: NDArray[np.float64], first: int, last: int) -> int:
    return int(first + np.argmin(values[first : last + 1]))


def _reach(values: NDArray[np.float64], first: int, last: int, level: float, left: int, right: int) -> tuple[int, int]:
    """Start and stop (exclusive) of the cells around two peaks that stay at or above a level, inside (left, right]."""
    start = first
    while start - 1 > left and values[start - 1] >= level:
        start -= 1
    stop = last + 1
    while stop < right and values[stop] >= level:
        stop += 1
    return start, stop


def merge_overlapping(events: Sequence[Peak], share: float) -> list[Peak]:
    """Events of several signals as one list: two that share more than `share` of the shorter become their union.

    The union keeps apex and prominence of the more prominent one.
    """
    merged: list[Peak] = []
    for event in sorted(events):
        while merged and _shared(merged[-1], event) > share:
            other = merged.pop()
            strong = max(other, event, key=lambda peak: peak.prominence)
            event = Peak(min(other.start, event.start), strong.apex, max(other.stop, event.stop), strong.prominence)
        merged.append(event)
    return merged


def _shared(one: Peak, other: Peak) -> float:
    """Shared cells over those of the shorter event."""
    cells = min(one.stop, other.stop) - max(one.start, other.start)
    return max(0, cells) / max(1, min(one.stop - one.start, other.stop - other.start))


def score_of(prominence: NDArray | float, half: float) -> NDArray[np.float64]:
    """A score in [0, 1) that rises with prominence and is 0.5 at `half`."""
    value = np.maximum(0.0, np.asarray(prominence, np.float64))
    return value / (value + half)
