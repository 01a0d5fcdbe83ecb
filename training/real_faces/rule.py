"""The peer to beat: events by a threshold on what a blendshape tracker says, without any learning."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fedn.annotation.event import Event
from training.real_faces.blendshapes import Floats

LABELS: Mapping[str, tuple[str, ...]] = {
    "happiness": ("smile",),
    "surprise": ("brow raise", "jaw"),
    "anger": ("brow lowering",),
    "disgust": ("nose wrinkle",),
    "sadness": ("lip corners down",),
}
"""Label -> the groups whose mean speaks for it."""
SHORTEST_FRAMES = 8
LONGEST_GAP_FRAMES = 6


def events_by_rule(groups: Mapping[str, Floats], threshold: float) -> list[Event]:
    """Stretches in which a label's mean exceeds its median over the video by at least `threshold`.

    Gaps of up to six frames are closed, stretches of less than eight frames left out; of overlapping ones the
    stronger stays. The score is the largest excess.
    """
    found = []
    for label, names in LABELS.items():
        values = np.mean([groups[name] for name in names], axis=0)
        excess = np.nan_to_num(values - np.nanmedian(values), nan=-1.0) if (~np.isnan(values)).any() else values * 0 - 1
        for onset, offset in _stretches(excess >= threshold):
            apex = onset + int(excess[onset : offset + 1].argmax())
            found.append(Event(onset, offset, label, apex=apex, score=min(1.0, float(excess[apex]))))
    return _strongest(found)


def _stretches(above: np.ndarray) -> list[tuple[int, int]]:
    """First and last frame of every run of True that counts."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], above.astype(np.int8), [0]])))
    runs: list[tuple[int, int]] = []
    for first, stop in edges.reshape(-1, 2).tolist():
        if runs and first - runs[-1][1] - 1 <= LONGEST_GAP_FRAMES:
            runs[-1] = (runs[-1][0], stop - 1)
        else:
            runs.append((first, stop - 1))
    return [run for run in runs if run[1] - run[0] + 1 >= SHORTEST_FRAMES]


def _strongest(events: list[Event]) -> list[Event]:
    kept: list[Event] = []
    for event in sorted(events, key=lambda one: -(one.score or 0.0)):
        if all(event.offset < other.onset or event.onset > other.offset for other in kept):
            kept.append(event)
    return sorted(kept, key=lambda one: one.onset)
