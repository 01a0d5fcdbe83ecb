from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.action_unit import SIDES, ActionUnit, action_units_text, parse_action_units
from fedn.errors import EditError, FormatError

STRENGTHS = ["", *"ABCDE", *(f"{low}/{high}" for low in "ABCD" for high in "BCDE" if low < high)]
UNITS = st.builds(ActionUnit, st.integers(1, 99), st.sampled_from(list(SIDES.values())), st.sampled_from(STRENGTHS))


@given(st.lists(UNITS).map(tuple))
def test_what_is_written_is_read_back(units: tuple[ActionUnit, ...]) -> None:
    assert parse_action_units(action_units_text(units)) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", ()),
        ("4", (ActionUnit(4),)),
        ("4+10+14", (ActionUnit(4), ActionUnit(10), ActionUnit(14))),
        ("12+6", (ActionUnit(12), ActionUnit(6))),
        ("4C+7B", (ActionUnit(4, "", "C"), ActionUnit(7, "", "B"))),
        ("4+15+R10", (ActionUnit(4), ActionUnit(15), ActionUnit(10, "right"))),
        ("r4 + l7", (ActionUnit(4, "right"), ActionUnit(7, "left"))),
        ("T23+B24", (ActionUnit(23, "top"), ActionUnit(24, "bottom"))),
        ("4(B/C)+7B", (ActionUnit(4, "", "B/C"), ActionUnit(7, "", "B"))),
        ("R10B+A12C", (ActionUnit(10, "right", "B"), ActionUnit(12, "asymmetric", "C"))),
        ("AU6, AU12; RAU4d", (ActionUnit(6), ActionUnit(12), ActionUnit(4, "right", "D"))),
    ],
)
def test_what_coders_write_is_read(text: str, units: tuple[ActionUnit, ...]) -> None:
    assert parse_action_units(text) == units


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ref(7)+12B", "“ref(7)” in the action units “ref(7)+12B”"),
        ("4++7", "“” in the action units"),
        ("4+smile", "“smile”"),
        ("12F", "“12F”"),
        ("0", "there is no action unit 0"),
        ("4+100", "there is no action unit 100"),
        ("X4", "“X4”"),
        ("9" * 5000, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, named: str) -> None:
    with pytest.raises(FormatError) as told:
        parse_action_units(text)
    assert named in str(told.value)


@pytest.mark.parametrize("unit", [(0,), (4, "reference"), (4, "", "F"), (4, "", "B/")])
def test_an_impossible_unit_is_refused(unit: tuple) -> None:
    with pytest.raises(EditError):
        ActionUnit(*unit)
