from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.timecode import parse_time, timecode


@given(st.integers(0, 10**8))
def test_a_time_reads_back_to_the_millisecond(milliseconds: int) -> None:
    for hours in (True, False):
        read = parse_time(timecode(milliseconds / 1000, hours=hours))
        assert read == pytest.approx(milliseconds / 1000, abs=1e-6)


@pytest.mark.parametrize("text", ["", ":", "1:", "a", "1:2:3:4", "-3", "nan", "inf", "1:-2:3"])
def test_what_is_not_a_time_is_none(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(("text", "seconds"), [("90", 90.0), ("1:30", 90.0), ("0:01:30,5", 90.5), (" 2.25 ", 2.25)])
def test_short_and_comma_forms_are_understood(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds
