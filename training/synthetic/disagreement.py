"""What shows, what an expert calls it, and what the subject says was felt.

The counts are those of CAS(ME)^2 (paper, Table 1: 116 positive, 16 surprise, 105 negative, 63 others; self-reports
from 132 happiness to 2 sympathy). Of the single cells only five are known: 41 of the 105 negatives are reported as
anger, 26 as disgust, 13 as fear, 10 as surprise, and 30 of the 63 others as disgust; the rest is filled in so that
all totals hold.
"""

from __future__ import annotations

import numpy as np

from training.synthetic.expressions import EMOTIONS

COARSE = ("positive", "surprise", "negative", "others")
FELT = ("happiness", "surprise", "disgust", "anger", "fear", "sadness", "helpless", "confused", "pain", "sympathy")
# Rows: the expert's label; columns: the self-report.
COUNTS = np.array(
    [
        [112, 1, 1, 1, 0, 0, 0, 0, 0, 1],
        [1, 13, 1, 0, 1, 0, 0, 0, 0, 0],
        [2, 10, 26, 41, 13, 7, 3, 0, 3, 0],
        [17, 2, 30, 5, 3, 1, 1, 3, 0, 1],
    ]
)
_SHOWS: dict[str, tuple[str, ...]] = {"positive": ("happiness",), "surprise": ("surprise",), "others": ("others",)}
_NEGATIVE = ("anger", "disgust", "fear", "sadness")
# What shows on a face that an expert calls negative, by what was felt; in the order of _NEGATIVE.
_NEGATIVE_SHOWS = {
    "anger": (0.70, 0.20, 0.03, 0.07),
    "disgust": (0.22, 0.70, 0.03, 0.05),
    "fear": (0.15, 0.10, 0.65, 0.10),
    "sadness": (0.10, 0.10, 0.10, 0.70),
    "surprise": (0.20, 0.20, 0.50, 0.10),
}
_ELSE_SHOWS = (0.20, 0.35, 0.15, 0.30)


def coarse_label(emotion: str) -> str:
    """The expert's label of CAS(ME)^2 for what shows."""
    return {"happiness": "positive", "surprise": "surprise", "others": "others"}.get(emotion, "negative")


def fine_label(felt: str) -> str:
    """A self-report in the seven words of EMOTIONS: what they lack is "others"."""
    return felt if felt in EMOTIONS else "others"


def draw_feelings(count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """What shows and what is felt, for `count` expressions in random order.

    Shares are exact as far as whole numbers allow: 300 expressions have the very counts of the table.
    """
    expected = COUNTS.ravel() * count / COUNTS.sum()
    taken = np.floor(expected).astype(int)
    rest = expected - taken
    missing = count - taken.sum()
    if missing:
        taken[rng.choice(len(rest), missing, replace=False, p=rest / rest.sum())] += 1
    cells = np.repeat(np.arange(COUNTS.size), taken)
    return [_shown(*divmod(int(cell), len(FELT)), rng) for cell in rng.permutation(cells)]


def draw_feeling(rng: np.random.Generator) -> tuple[str, str]:
    """What shows and what is felt, for one expression."""
    cell = int(rng.choice(COUNTS.size, p=COUNTS.ravel() / COUNTS.sum()))
    return _shown(*divmod(cell, len(FELT)), rng)


def _shown(row: int, column: int, rng: np.random.Generator) -> tuple[str, str]:
    label, felt = COARSE[row], FELT[column]
    if label != "negative":
        return _SHOWS[label][0], felt
    chances = _NEGATIVE_SHOWS.get(felt, _ELSE_SHOWS)
    return _NEGATIVE[rng.choice(len(_NEGATIVE), p=chances)], felt
