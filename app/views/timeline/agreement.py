"""What the reference says about each prediction, and a prediction about each event of the reference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.matching import match

Frames = NDArray[np.int64]


class Agreement(Enum):
    AGREES = "agrees"
    LABEL_DIFFERS = "label differs"
    NO_COUNTERPART = "no counterpart"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is said of each prediction, and ids of the reference's events that none of them matches."""

    of_predictions: dict[str, Agreement]
    missed: frozenset[str]


def compare(events: tuple[Event, ...], reference: tuple[Event, ...], least_iou: float) -> Comparison:
    """What a one-to-one match from that IoU on says; both are sorted by onset."""
    said = {event.id: Agreement.NO_COUNTERPART for event in events}
    missed = {event.id for event in reference}
    for truth, found in _pairs(frames_of(reference), frames_of(events), least_iou):
        same = events[found].label == reference[truth].label
        said[events[found].id] = Agreement.AGREES if same else Agreement.LABEL_DIFFERS
        missed.discard(reference[truth].id)
    return Comparison(said, frozenset(missed))


def frames_of(events: tuple[Event, ...]) -> Frames:
    """Shape (2, N): onsets and stops (exclusive)."""
    return np.array([[event.onset for event in events], [event.offset + 1 for event in events]], dtype=np.int64)


def _pairs(truth: Frames, found: Frames, least_iou: float) -> list[tuple[int, int]]:
    """Places of matched pairs. As `match`, which is asked only where there is a choice: it is exact but slow."""
    at_truth, at_found = _candidates(truth, found, least_iou)
    choices = np.bincount(at_truth, minlength=truth.shape[1])[at_truth]
    alone = (choices == 1) & (np.bincount(at_found, minlength=found.shape[1])[at_found] == 1)
    pairs = list(zip(at_truth[alone].tolist(), at_found[alone].tolist(), strict=True))
    left_truth, left_found = np.unique(at_truth[~alone]), np.unique(at_found[~alone])
    for pair in match(_intervals(truth, left_truth), _intervals(found, left_found), least_iou):
        pairs.append((int(left_truth[pair.truth_index]), int(left_found[pair.predicted_index])))
    return pairs


def _candidates(truth: Frames, found: Frames, least_iou: float) -> tuple[Frames, Frames]:
    """Places of all pairs with at least that IoU."""
    none = np.zeros(0, dtype=np.int64)
    if not truth.shape[1] or not found.shape[1]:
        return none, none
    longest = int((found[1] - found[0]).max())
    first = np.searchsorted(found[0], truth[0] - longest, side="right")
    counts = np.maximum(0, np.searchsorted(found[0], truth[1], side="left") - first)
    at_truth = np.repeat(np.arange(truth.shape[1]), counts)
    within = np.arange(len(at_truth)) - np.repeat(np.cumsum(counts) - counts, counts)
    at_found = first[at_truth] + within
    (begin, stop), (other_begin, other_stop) = truth[:, at_truth], found[:, at_found]
    shared = np.maximum(0, np.minimum(stop, other_stop) - np.maximum(begin, other_begin))
    enough = shared / (stop - begin + other_stop - other_begin - shared) >= least_iou
    return at_truth[enough], at_found[enough]


def _intervals(frames: Frames, places: Frames) -> list[Interval]:
    return [Interval(begin, stop) for begin, stop in frames[:, places].T.tolist()]
