"""Which subjects are trained on, chosen on, and measured on. A subject is never on two sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fedn.errors import TrainingError
from training.config import DataConfig
from training.datasets.sample import Sample

MIN_SUBJECTS_FOR_VALIDATION = 4


@dataclass(frozen=True, slots=True)
class Split:
    """Names of subjects, sorted."""

    training: tuple[str, ...]
    validation: tuple[str, ...]
    held_out: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {key: list(getattr(self, key)) for key in ("training", "validation", "held_out")}


def split_subjects(samples: Sequence[Sample], config: DataConfig, seed: int) -> Split:
    """Takes the named subjects out; with `validation_share`, some of the others too when there are enough.

    Raises:
        TrainingError: if a named subject does not exist or nobody is left to learn from.
    """
    everyone = sorted({sample.subject for sample in samples})
    for name in (*config.held_out, *config.validation):
        if name not in everyone:
            raise TrainingError(f"there is no subject “{name}” with reviewed videos; there are: {', '.join(everyone)}")
    rest = [name for name in everyone if name not in config.held_out and name not in config.validation]
    validation = sorted(config.validation)
    if not validation and config.validation_share > 0 and len(rest) >= MIN_SUBJECTS_FOR_VALIDATION:
        count = max(1, round(config.validation_share * len(rest)))
        chosen = np.random.default_rng((seed, 1)).choice(len(rest), count, replace=False)
        validation = sorted(rest[index] for index in chosen)
        rest = [name for name in rest if name not in validation]
    if not rest:
        raise TrainingError(
            f"all {len(everyone)} subjects are held out and none is left to learn from; hold out fewer, "
            "or review videos of another person"
        )
    return Split(tuple(rest), tuple(validation), tuple(sorted(config.held_out)))


def suggest_held_out(samples: Sequence[Sample]) -> tuple[str, ...]:
    """About a fifth of the subjects, those whose number of events is nearest to the average.

    Raises:
        TrainingError: if there are fewer than two subjects with events.
    """
    counts: dict[str, int] = {}
    for sample in samples:
        counts[sample.subject] = counts.get(sample.subject, 0) + len(sample.reviewed_events)
    counts = {name: count for name, count in counts.items() if count > 0}
    if len(counts) < 2:
        who = f"the subject “{next(iter(counts))}”" if counts else "nobody"
        raise TrainingError(
            f"reviewed events are there of {who} only, so that old and new model cannot be compared on another person; "
            "review a video of a second subject"
        )
    average = sum(counts.values()) / len(counts)
    nearest = sorted(counts, key=lambda name: (abs(counts[name] - average), name))
    return tuple(sorted(nearest[: max(1, round(0.2 * len(counts)))]))
