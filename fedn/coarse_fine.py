"""Rough groups of labels, and which of them a second network tells apart (CFC-SP, arXiv 2203.13052). Imports no torch.

The published grouping of Aff-Wild2's labels puts anger, disgust, fear and sadness together; for the self-reports of
CAS(ME)^2 the rare rest is a group too, too small for a network of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEGATIVE = ("anger", "disgust", "fear", "sadness")
RARE = ("helpless", "confused", "pain", "sympathy")
OTHERS = ("others", "other")


@dataclass(frozen=True, slots=True)
class CoarseFine:
    """The two steps in which K labels are told apart.

    The probability of label k is coarse[coarse_of[k]] times fine[fine_of[k]], or, where `fine_of` is -1, times the
    share that the label has in its group.

    Attributes:
        labels: the K labels.
        coarse: names of the rough groups, in the order of their first labels.
        coarse_of: (K,) the group of each label.
        fine: the labels of the negative group if it has more than one, which the fine step tells apart; else empty.
        fine_of: (K,) the place of each label in `fine`, -1 if it has none.
    """

    labels: tuple[str, ...]
    coarse: tuple[str, ...]
    coarse_of: tuple[int, ...]
    fine: tuple[str, ...]
    fine_of: tuple[int, ...]

    @property
    def negative(self) -> int:
        """The group that `fine` refines, -1 if there is nothing to refine."""
        return self.coarse_of[self.labels.index(self.fine[0])] if self.fine else -1

    def shares(self, counts: Sequence[int] | None = None) -> tuple[float, ...]:
        """(K,) the part of its group that each label makes up; 1 for labels alone in theirs and for those of `fine`.

        Args:
            counts: (K,) how often each label was seen; None, or a group never seen, takes equal parts.
        """
        seen = list(counts) if counts is not None else [0] * len(self.labels)
        result = []
        for label, group in enumerate(self.coarse_of):
            members = [other for other, its in enumerate(self.coarse_of) if its == group]
            total = sum(seen[other] for other in members)
            part = seen[label] / total if total else 1 / len(members)
            result.append(1.0 if self.fine_of[label] >= 0 else part)
        return tuple(result)

    def combine(
        self, coarse: NDArray, fine: NDArray, shares: Sequence[float], *, hard: bool = False
    ) -> NDArray[np.float64]:
        """The probabilities (..., K) of the labels; they sum to one as `coarse` and `fine` do.

        Args:
            coarse: (..., G) probabilities of the groups.
            fine: (..., F) probabilities of the labels of `fine`, F may be 0.
            shares: what `shares` gives.
            hard: decides on the best group first and gives labels of other groups nothing.
        """
        groups = np.asarray(coarse, np.float64)
        if hard:
            groups = (np.arange(groups.shape[-1]) == groups.argmax(axis=-1)[..., None]).astype(np.float64)
        within = np.broadcast_to(np.asarray(shares, np.float64), (*groups.shape[:-1], len(self.labels))).copy()
        for label, place in enumerate(self.fine_of):
            if place >= 0:
                within[..., label] = fine[..., place]
        return groups[..., list(self.coarse_of)] * within


def coarse_fine(labels: Sequence[str]) -> CoarseFine:
    """The grouping of a vocabulary's labels; capital letters make no difference.

    Labels that belong to no group are groups of their own, so that every vocabulary has a grouping: that of the
    annotated categories of CAS(ME)^2 is the categories themselves.
    """
    names = [_group_name(label) for label in labels]
    coarse = tuple(dict.fromkeys(names))
    negatives = [label for label, name in zip(labels, names, strict=True) if name == "negative"]
    fine = tuple(negatives) if len(negatives) > 1 else ()
    return CoarseFine(
        labels=tuple(labels),
        coarse=coarse,
        coarse_of=tuple(coarse.index(name) for name in names),
        fine=fine,
        fine_of=tuple(fine.index(label) if label in fine else -1 for label in labels),
    )


def _group_name(label: str) -> str:
    plain = label.strip().casefold()
    if plain in (*NEGATIVE, "negative"):
        return "negative"
    return "others" if plain in (*RARE, *OTHERS) else label
