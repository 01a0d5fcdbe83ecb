"""Text in figures and on pages of PDF: names may hold anything, in any script."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from matplotlib import font_manager, rc_context
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

TEXT, MUTED, LINE = "#1c2127", "#59636e", "#d9dde3"
_FIRST = "DejaVu Sans"
_PREFERRED = ("Noto Sans CJK", "Noto Sans", "Source Han Sans", "Microsoft YaHei", "Yu Gothic", "Malgun Gothic",
              "PingFang", "Hiragino Sans", "Apple SD Gothic", "WenQuanYi", "Arial Unicode MS")  # fmt: skip
"""Beginnings of the names of fonts for running text: a font of this computer may have a letter and be a fancy one."""


def families(letters: Iterable[str] = ()) -> list[str]:
    """The font, and those of this computer that help out where it lacks letters of `letters`."""
    names = [_FIRST]
    for letter in sorted(set(letters)):
        if not any(_has(name, letter) for name in names):
            found = next((name for name in _helpers() if _has(name, letter)), None)
            names += [found] if found else []
    return names


def unreadable(letters: Iterable[str]) -> str:
    """Those of the letters that no font of this computer has, each once; in figures and PDF they are empty boxes."""
    names = families(letters)
    return "".join(one for one in sorted(set(letters)) if not any(_has(name, one) for name in names))


def _has(family: str, letter: str) -> bool:
    return ord(letter) < 0x20 or letter.isspace() or ord(letter) in _letters_of(family)


@lru_cache(maxsize=64)
def _letters_of(family: str) -> frozenset[int]:
    """Code points that the regular font of a family has; none if its file cannot be read."""
    try:
        path = font_manager.findfont(FontProperties(family=family), fallback_to_default=False)
        return frozenset(font_manager.get_font(path).get_charmap())
    except (OSError, ValueError, RuntimeError):
        return frozenset()


@lru_cache(maxsize=1)
def _helpers() -> tuple[str, ...]:
    """Every family of this computer, those for running text first."""
    known = sorted(set(font_manager.get_font_names()) - {_FIRST})

    def rank(name: str) -> int:
        return next((at for at, start in enumerate(_PREFERRED) if name.startswith(start)), len(_PREFERRED))

    return tuple(sorted(known, key=rank))


@contextmanager
def lettering(letters: Iterable[str] = ()) -> Iterator[None]:
    """In which figures and pages are made and saved.

    Args:
        letters: everything that will stand in them.
    """
    # Without a font for a script its letters are empty boxes, which the report says.
    warnings.filterwarnings("ignore", message="Glyph .* missing from")
    fonts = families(letters)
    with rc_context({"font.family": fonts, "svg.fonttype": "none", "pdf.fonttype": 42, "axes.unicode_minus": True}):
        yield


@contextmanager
def outlined() -> Iterator[None]:
    """SVG with letters as drawings, the same on every computer; else they are text that can be edited."""
    with rc_context({"svg.fonttype": "path"}):
        yield


def plain(text: str) -> str:
    """Without characters that XML forbids or that turn the direction of the line."""
    kept = (" " if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") else one for one in text)
    return "".join(kept)


def width_pt(text: str, size_pt: float) -> float:
    """How wide a line of text is, in points."""
    return sum(map(_advance, text)) * size_pt


@lru_cache(maxsize=4096)
def _advance(character: str) -> float:
    """Width of a letter of size 1."""
    if ord(character) > 0x2E80:
        return 1.0
    pair = TextPath((0, 0), f"|{character}|", size=100, prop=FontProperties(family="DejaVu Sans"), usetex=False)
    edges = TextPath((0, 0), "||", size=100, prop=FontProperties(family="DejaVu Sans"), usetex=False)
    return float(pair.get_extents().width - edges.get_extents().width) / 100 if character != "$" else 0.64


def shortened(text: str, size_pt: float, room_pt: float) -> str:
    """The text, or its beginning with an ellipsis where there is no room for all of it."""
    if width_pt(text, size_pt) <= room_pt:
        return text
    while text and width_pt(f"{text}…", size_pt) > room_pt:
        text = text[:-1]
    return f"{text}…" if text else ""
