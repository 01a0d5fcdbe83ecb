"""Times and frames as people write them into cells: numbers with point or comma, 0:01:02.500, 62.5 s."""

from __future__ import annotations

import re

from fedn.errors import FormatError

_POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?", re.IGNORECASE | re.ASCII)
_COMMA = re.compile(r"[+-]?(\d+,?\d*|,\d+)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,9})|:(\d{3}))?", re.ASCII)
_SPAN = re.compile(r"([\d.]+(?:e[+-]\d+)?) s", re.ASCII)  # as spreadsheets' durations are read


def is_number(text: str) -> bool:
    return bool(_POINT.fullmatch(text) or _COMMA.fullmatch(text))


def is_clock(text: str) -> bool:
    """Whether it is a time with colons, or a spreadsheet's duration."""
    return bool(_CLOCK.fullmatch(text) or _SPAN.fullmatch(text))


def has_comma(text: str) -> bool:
    """Whether it is a number only if its comma is a decimal one."""
    return "," in text and bool(_COMMA.fullmatch(text))


def number_of(text: str, *, decimal_comma: bool) -> float:
    """A number.

    Raises:
        FormatError: if it is none.
    """
    if not (_COMMA if decimal_comma and "," in text else _POINT).fullmatch(text):
        mark = "comma" if decimal_comma else "point"
        raise FormatError(f"“{text}” is not a number with a decimal {mark}")
    return float(text.replace(",", "."))


def clock_seconds(text: str) -> float:
    """Seconds of h:mm:ss.mmm, h:mm:ss:mmm or m:ss.mmm, or of a spreadsheet's duration.

    Raises:
        FormatError: if it is no such time; times that end with a frame number (h:mm:ss:ff) are not.
    """
    if found := _SPAN.fullmatch(text):
        return number_of(found[1], decimal_comma=False)
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise FormatError(f"“{text}” is not a time of the form h:mm:ss.mmm")
    hours, minutes, seconds, fraction, thousandths = found.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + float(f"0.{fraction or thousandths or 0}")
