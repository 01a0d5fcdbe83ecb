"""Which subjects are trained on, chosen on, and measured on. A subject is never on two sides."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from fedn.errors import TrainingError
from fedn.video.image_folder import natural_key
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
    replayed = sorted({sample.subject for sample in samples if sample.is_replay})
    everyone = sorted({sample.subject for sample in samples if not sample.is_replay})
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
    return Split((*rest, *replayed), tuple(validation), tuple(sorted(config.held_out)))


def folds(samples: Sequence[Sample], count: int = 0, seed: int = 0) -> list[tuple[str, ...]]:
    """Subjects in groups, each to be held out once: every subject alone, or `count` groups.

    Groups get about the same number of events of each label (scikit-learn's StratifiedGroupKFold, shuffled with the
    seed), as far as whole subjects allow. Subjects without any event are held out like all others.

    Raises:
        TrainingError: if there are fewer than two subjects, or fewer than groups.
    """
    everyone = sorted({sample.subject for sample in samples if not sample.is_replay}, key=natural_key)
    if len(everyone) < max(2, count):
        raise TrainingError(
            f"there {'is' if len(everyone) == 1 else 'are'} only {len(everyone)} "
            f"subject{'' if len(everyone) == 1 else 's'} with reviewed videos, too few to hold "
            f"{f'them out in {count} groups' if count else 'one out'}; ask for fewer groups, or review other people's"
        )
    if not count or count == len(everyone):
        return [(name,) for name in everyone]
    rows = [(name, "") for name in everyone]
    rows += [(sample.subject, event.label) for sample in samples for event in sample.reviewed_events]
    subjects, labels = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # A label with fewer events than groups cannot be in each; that is no reason to worry anybody.
        warnings.simplefilter("ignore", UserWarning)
        parts = [np.unique(subjects[test]) for _, test in splitter.split(subjects, labels, subjects)]
    return [tuple(sorted((str(name) for name in part), key=natural_key)) for part in parts]


def named_subjects(given: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Subjects as somebody types them: one each, or several with commas. A name may itself have commas.

    What is no subject as a whole is taken apart at its commas, quotes around a name keep it together; what is then
    unknown stays, for the sentence that says so.
    """
    names: list[str] = []
    for text in given:
        whole = [text] if text in known else [text.strip()]
        if whole[0] not in known:
            rows = list(csv.reader([text], skipinitialspace=True))
            whole = [name.strip() for name in (rows[0] if rows else []) if name.strip()]
        names += whole
    return tuple(dict.fromkeys(names))
