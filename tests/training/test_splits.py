import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold

from fedn.annotation.event import Event
from fedn.errors import TrainingError
from training.config import DataConfig
from training.splits import folds, named_subjects, split_subjects

from .conftest import make_sample

SAMPLES = [make_sample(f"v{n}", f"s{n % 8}", frames=100, events=1, seed=n) for n in range(16)]


@given(st.sets(st.integers(0, 7), max_size=6), st.integers(0, 50), st.floats(0, 0.5))
def test_a_subject_is_on_one_side_only_and_nobody_is_lost(held_out: set[int], seed: int, share: float):
    names = tuple(f"s{n}" for n in held_out)
    split = split_subjects(SAMPLES, DataConfig(held_out=names, validation_share=share), seed)
    sides = [set(split.training), set(split.validation), set(split.held_out)]
    assert sum(map(len, sides)) == len(set.union(*sides)) == 8
    assert sides[2] == set(names) and sides[0]


def test_the_split_depends_on_the_seed_alone():
    config = DataConfig(validation_share=0.3)
    assert split_subjects(SAMPLES, config, 3) == split_subjects(list(reversed(SAMPLES)), config, 3)


def test_impossible_wishes_are_refused():
    with pytest.raises(TrainingError, match="no subject “x”"):
        split_subjects(SAMPLES, DataConfig(held_out=("x",)), 0)
    with pytest.raises(TrainingError, match="none is left"):
        split_subjects(SAMPLES[:1], DataConfig(held_out=("s0",)), 0)


def test_every_subject_alone_is_held_out_once():
    parts = folds(SAMPLES)
    assert parts == [(f"s{n}",) for n in range(8)]
    with pytest.raises(TrainingError, match="only 1 subject"):
        folds(SAMPLES[:1])
    with pytest.raises(TrainingError, match="in 9 groups"):
        folds(SAMPLES, 9)


@given(st.integers(2, 7), st.integers(0, 30))
def test_groups_of_subjects_share_nobody_and_lose_nobody(count: int, seed: int):
    parts = folds(SAMPLES, count, seed)
    names = [name for part in parts for name in part]
    assert len(parts) == count and sorted(names) == sorted({sample.subject for sample in SAMPLES})
    assert parts == folds(list(reversed(SAMPLES)), count, seed)


def test_groups_are_those_of_scikit_learn_and_as_even_as_its_own_without_strata():
    subjects = [f"p{n:02d}" for n in range(24)]
    labels = ["joy"] * 6 + ["fear"] * 3 + ["anger"]
    made = []
    for number, name in enumerate(subjects):
        events = [Event(60 * place, 60 * place + 20, labels[(number + place) % 10]) for place in range(1 + number % 5)]
        made.append(dataclasses.replace(make_sample(name, name, frames=400, events=1), events=tuple(events)))
    parts = folds(made, 4, seed=1)

    def unevenness(groups: list[set[str]]) -> float:
        counts = [
            [sum(e.label == label for s in made if s.subject in group for e in s.events) for label in set(labels)]
            for group in groups
        ]
        return float(np.std(np.array(counts), axis=0).sum())

    rows = [s.subject for s in made for _ in s.events]
    plain = [{rows[i] for i in test} for _, test in GroupKFold(4).split(rows, groups=rows)]
    assert unevenness([set(part) for part in parts]) <= 1.2 * unevenness(plain)


def test_names_may_have_commas():
    known = ["Doe, Jane", "s1", "s2", "a b"]
    assert named_subjects(["Doe, Jane"], known) == ("Doe, Jane",)
    assert named_subjects(["s1, s2"], known) == ("s1", "s2")
    assert named_subjects(['"Doe, Jane", s1'], known) == ("Doe, Jane", "s1")
    assert named_subjects(["s1", "a b", "s1", ""], known) == ("s1", "a b")
    assert named_subjects(["s9,s1"], known) == ("s9", "s1"), "the unknown one stays, to be complained about"


def test_former_people_are_learned_from_and_never_measured_on():
    former = [dataclasses.replace(make_sample(f"r{n}", f"replayed {n}", events=1), is_replay=True) for n in range(3)]
    for seed in range(10):
        split = split_subjects([*SAMPLES, *former], DataConfig(validation_share=0.5), seed)
        assert {"replayed 0", "replayed 1", "replayed 2"} <= set(split.training)
    assert all("replayed" not in name for part in folds([*SAMPLES, *former]) for name in part)
