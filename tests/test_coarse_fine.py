import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.coarse_fine import NEGATIVE, RARE, coarse_fine

SELF_REPORTS = ("happiness", "disgust", "anger", "surprise", "fear", "sadness", *RARE)
CASME3 = ("happiness", "disgust", "fear", "anger", "others", "sadness", "surprise")


def test_the_labels_of_casme3_are_grouped_as_published():
    grouping = coarse_fine(CASME3)
    assert grouping.coarse == ("happiness", "negative", "others", "surprise")
    assert grouping.coarse_of == (0, 1, 1, 1, 2, 1, 3)
    assert grouping.fine == ("disgust", "fear", "anger", "sadness") and set(grouping.fine) == set(NEGATIVE)
    assert grouping.fine_of == (-1, 0, 1, 2, -1, 3, -1)
    assert grouping.coarse[grouping.negative] == "negative"
    assert grouping.shares() == (1.0,) * 7


def test_self_reports_have_a_group_of_rare_labels_that_no_network_refines():
    grouping = coarse_fine(SELF_REPORTS)
    assert grouping.coarse == ("happiness", "negative", "surprise", "others")
    assert {grouping.coarse[grouping.coarse_of[grouping.labels.index(name)]] for name in RARE} == {"others"}
    counts = [132, 26, 58, 47, 17, 8, 4, 3, 3, 2]
    shares = grouping.shares(counts)
    assert shares[6:] == pytest.approx((4 / 12, 3 / 12, 3 / 12, 2 / 12)) and shares[:6] == (1.0,) * 6
    assert grouping.shares([0] * 10)[6:] == (0.25,) * 4


def test_annotated_categories_are_coarse_already():
    grouping = coarse_fine(("positive", "negative", "surprise", "others"))
    assert grouping.coarse == grouping.labels and grouping.fine == () and grouping.negative == -1


def test_a_label_that_the_grouping_does_not_know_is_a_group_of_its_own():
    grouping = coarse_fine(("Happiness", "Anger", "contempt", "Sadness"))
    assert grouping.coarse == ("Happiness", "negative", "contempt") and grouping.fine == ("Anger", "Sadness")


@given(
    st.lists(
        st.sampled_from([*NEGATIVE, *RARE, "Anger", "others", "contempt", "joy", "negative"]), min_size=1, unique=True
    ),
    st.integers(0, 2**32 - 1),
    st.booleans(),
)
def test_probabilities_multiplied_along_the_grouping_sum_to_one(labels: list[str], seed: int, hard: bool):
    grouping, random = coarse_fine(labels), np.random.default_rng(seed)
    coarse, fine = (random.dirichlet(np.ones(max(1, len(names))), size=2) for names in (grouping.coarse, grouping.fine))
    shares = grouping.shares(random.integers(0, 9, len(labels)).tolist())
    combined = grouping.combine(coarse, fine, shares, hard=hard)
    assert combined.sum(axis=-1) == pytest.approx(1)
    for row, (groups, kinds) in enumerate(zip(coarse, fine, strict=True)):
        for label, (group, place, share) in enumerate(zip(grouping.coarse_of, grouping.fine_of, shares, strict=True)):
            chance = float(groups[group] == groups.max()) if hard else groups[group]
            assert combined[row, label] == pytest.approx(chance * (kinds[place] if place >= 0 else share))
