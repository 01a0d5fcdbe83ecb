"""Texts in table cells: what a cell can hold, and how a text that looks like a formula is kept from being one."""

from __future__ import annotations

import re

LONGEST_TEXT = 32_767
"""Characters that a spreadsheet cell holds."""

# Line ends and tabs are the only control characters that XML, and so XLSX, can hold; surrogates have no UTF-8.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What spreadsheet programs take for the start of a formula, the wide forms of East Asian keyboards included, and
# Excel's own escape (_x003D_), behind which any of them can hide.
_FORMULA = re.compile("'*([=+\\-@\t\r\n＝＋－＠]|_x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile("'+([=+\\-@\t\r\n＝＋－＠]|_x[0-9A-Fa-f]{4}_)")


def writable_text(text: str) -> str:
    """The text as a cell can hold it, which is what a table gives back.

    Line ends become "\\n"; spaces around the text, control characters and what is longer than LONGEST_TEXT are left
    out. A text that comes back changed otherwise than by its line ends deserves a remark.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Removing a character may lay bare a space, cutting may too.
    return _UNWRITABLE.sub("", text).strip()[:LONGEST_TEXT].strip()


def is_changed(text: str) -> bool:
    """Whether `writable_text` leaves out more than the difference between line ends."""
    return writable_text(text) != text.replace("\r\n", "\n").replace("\r", "\n")


def escape_formula(text: str) -> str:
    """An apostrophe before what begins like a formula, so that no program evaluates it, now or after it is edited.

    Texts that begin with apostrophes and then like a formula get one more, so that `unescape_formula` is exact.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """The text before `escape_formula`."""
    return text[1:] if _ESCAPED.match(text) else text
