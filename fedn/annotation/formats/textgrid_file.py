"""Praat's TextGrid files as plain tiers. Source: the Praat manual, “TextGrid file formats”."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedn.annotation.formats.foreign_file import LARGEST_DOCUMENT_BYTES, read_bytes, read_text
from fedn.errors import FormatError

INTERVALS, POINTS = "IntervalTier", "TextTier"
_TOKEN = re.compile(
    r'"(?P<text>[^"]*(?:""[^"]*)*)"'
    r'|(?P<open>")'
    r"|(?<!\S)(?P<comment>![^\n]*)"
    r"|(?<!\S)(?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?!\S)"
    r"|(?<!\S)(?P<flag><\w+>)"
    r'|[^\s"]+'
)


@dataclass(frozen=True, slots=True)
class GridTier:
    """A tier: intervals from `start` to `stop` in seconds with their text; of points both are the same."""

    name: str
    kind: str
    entries: tuple[tuple[float, float, str], ...]


def parse_textgrid(path: Path) -> list[GridTier]:
    """Reads a TextGrid in the long or the short text form: whatever is not a text, a number or a flag is decoration.

    Raises:
        FormatError: if it is missing, not a TextGrid, or incomplete; it names the line.
    """
    if read_bytes(path, LARGEST_DOCUMENT_BYTES).startswith(b"ooBinaryFile"):
        raise FormatError(f"{path} is a binary TextGrid; save it in Praat as a text file")
    tokens = _Tokens(path, read_text(path, LARGEST_DOCUMENT_BYTES))
    head, kind = tokens.text("its kind"), ""
    if head.startswith("ooTextFile"):
        kind = tokens.text("its kind")
    if kind != "TextGrid":
        raise FormatError(f"{path} is not a TextGrid in Praat's long or short text form; save it as a text file")
    tokens.number("its start")
    tokens.number("its end")
    if tokens.flag() != "<exists>":
        return []
    return [_tier(tokens) for _ in range(tokens.count("the number of tiers"))]


def _tier(tokens: _Tokens) -> GridTier:
    kind = tokens.text("the kind of a tier")
    if kind not in (INTERVALS, POINTS):
        raise tokens.error(f"“{kind[:40]}” is not a kind of tier")
    name = tokens.text("the name of a tier")
    tokens.number("the start of a tier")
    tokens.number("the end of a tier")
    entries = []
    for _ in range(tokens.count("the number of intervals or points")):
        start = tokens.number("a time")
        stop = tokens.number("a time") if kind == INTERVALS else start
        entries.append((start, stop, tokens.text("a text")))
    return GridTier(name, kind, tuple(entries))


class _Tokens:
    """Texts, numbers and flags of a file, one after the other."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._content = path, text
        self._position = 0
        self._tokens = self._found()

    def _found(self) -> Iterator[tuple[str, str]]:
        for found in _TOKEN.finditer(self._content):
            self._position = found.start()
            if found.lastgroup == "open":
                raise self.error("a quotation mark is not closed")
            if found.lastgroup not in (None, "comment"):
                yield str(found.lastgroup), found[str(found.lastgroup)]
        self._position = len(self._content)

    def error(self, text: str) -> FormatError:
        line = self._content.count("\n", 0, self._position) + 1
        return FormatError(f"{self._path}, line {line}: {text}; export the TextGrid again")

    def _next(self, kind: str, what: str) -> str:
        token = next(self._tokens, None)
        if token is None:
            raise self.error(f"the file ends before {what}")
        if token[0] != kind:
            raise self.error(f"“{token[1][:40]}” stands where {what} should be")
        return token[1]

    def text(self, what: str) -> str:
        return self._next("text", what).replace('""', '"')

    def flag(self) -> str:
        return self._next("flag", "whether there are tiers")

    def number(self, what: str) -> float:
        number = float(self._next("number", what))
        if not math.isfinite(number):
            raise self.error(f"{what} is not a usable number")
        return number

    def count(self, what: str) -> int:
        number = self.number(what)
        if number < 0 or not number.is_integer():
            raise self.error(f"{what} is not a whole number")
        return int(number)


def textgrid_text(tiers: Sequence[GridTier], duration_s: float) -> str:
    """The long text form. Interval tiers are filled up with empty intervals from 0 to `duration_s`."""
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {duration_s!r}",
        "tiers? <exists>",
        f"size = {len(tiers)}",
        "item []:",
    ]
    for number, tier in enumerate(tiers, start=1):
        entries = _tiled(tier.entries, duration_s) if tier.kind == INTERVALS else list(tier.entries)
        what = "intervals" if tier.kind == INTERVALS else "points"
        lines += [
            f"    item [{number}]:",
            f'        class = "{tier.kind}"',
            f"        name = {_quoted(tier.name)}",
            "        xmin = 0",
            f"        xmax = {duration_s!r}",
            f"        {what}: size = {len(entries)}",
        ]
        for position, (start, stop, text) in enumerate(entries, start=1):
            lines.append(f"        {what} [{position}]:")
            if tier.kind == INTERVALS:
                lines += [f"            xmin = {start!r}", f"            xmax = {stop!r}"]
                lines.append(f"            text = {_quoted(text)}")
            else:
                lines += [f"            number = {start!r}", f"            mark = {_quoted(text)}"]
    return "\n".join(lines) + "\n"


def _tiled(entries: Sequence[tuple[float, float, str]], duration_s: float) -> list[tuple[float, float, str]]:
    tiled: list[tuple[float, float, str]] = []
    end = 0.0
    for start, stop, text in entries:
        if start > end:
            tiled.append((end, start, ""))
        tiled.append((start, stop, text))
        end = stop
    if end < duration_s or not tiled:
        tiled.append((end, duration_s, ""))
    return tiled


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
