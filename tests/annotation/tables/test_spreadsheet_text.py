from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.formats.spreadsheet_text import (
    LONGEST_TEXT,
    escape_formula,
    is_changed,
    unescape_formula,
    writable_text,
)

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x")', "_x003D_1+1"]
LIKE_FORMULAS = st.text(st.sampled_from("'=+-@\t\r＝_x003Da "), max_size=10)


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("before", ["", "'", "''"])
def test_what_begins_like_a_formula_begins_with_an_apostrophe_afterwards(text: str, before: str) -> None:
    assert escape_formula(before + text) == "'" + before + text


@pytest.mark.parametrize("text", ["", "fear", "'quoted'", "a=b", "1-2", " =1", "’=1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert escape_formula(text) == text


@given(LIKE_FORMULAS | st.text(max_size=10))
def test_escaping_is_undone_exactly(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text
    assert escape_formula(text)[:1] not in ("=", "+", "-", "@", "\t", "\r", "＝")


@given(st.text(st.characters(), max_size=20))
def test_what_a_cell_holds_it_holds_unchanged_and_as_utf8(text: str) -> None:
    held = writable_text(text)
    assert writable_text(held) == held
    assert held.encode().decode() == held
    assert not is_changed(held)


def test_control_characters_half_letters_and_too_much_text_are_left_out() -> None:
    assert writable_text(" a\0b\x1f\ud800c\r\nd\re ") == "abc\nd\ne"
    assert not is_changed("a\r\nb\rc")
    assert is_changed(" a") and is_changed("a\x07")
    assert len(writable_text("x" * (LONGEST_TEXT + 1))) == LONGEST_TEXT
