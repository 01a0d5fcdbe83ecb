from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.formats.content import Remark
from fedn.errors import LONGEST_SENTENCE, FednError, FormatError, one_line


@given(st.text(st.characters()), st.integers(20, 300))
def test_a_sentence_is_one_line_of_bounded_length_that_can_be_written_anywhere(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest and len(line.splitlines()) <= 1
    assert line.isprintable() or not any(ord(letter) < 32 for letter in line)
    line.encode()
    assert one_line(line, longest) == line


def test_the_end_of_a_sentence_with_the_way_out_is_kept() -> None:
    error = FormatError(f"the label “{'a' * 70_000}” is not known; choose another file")
    assert len(str(error)) <= LONGEST_SENTENCE
    assert str(error).startswith("the label “aaa") and str(error).endswith("; choose another file")


def test_ordinary_sentences_stay_as_they_are() -> None:
    text = "the subject “被试 3” of Müller’s 🙂 film has no label; give it one"
    assert str(FednError(text)) == Remark(Path("x"), "", text).text == text


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "a\x1b[31mb", "a\ud800b", "a\u202eb", "a\r\n\tb"])
def test_what_could_break_a_line_or_a_terminal_becomes_a_space(text: str) -> None:
    assert str(FormatError(text)).startswith("a ") and Remark(Path("x"), text, text).place[:2] == "a "
