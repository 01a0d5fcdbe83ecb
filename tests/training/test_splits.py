import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.errors import TrainingError
from training.config import DataConfig
from training.splits import split_subjects, suggest_held_out

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


def test_a_fifth_is_suggested_and_one_person_alone_is_too_few():
    assert len(suggest_held_out(SAMPLES)) == 2
    with pytest.raises(TrainingError, match="“s0” only"):
        suggest_held_out(SAMPLES[:1])
