"""Text in figures and on pages of PDF: names may hold anything, in any script."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from matplotlib import font_manager, rc_context
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

TEXT, MUTED, LINE = "#1c2127", "#59636e", "#d9dde3"
_WANTED = ("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB",
           "WenQuanYi Zen Hei", "Arial Unicode MS")  # fmt: skip


@lru_cache(maxsize=1)
def families() -> list[str]:
    """The font, and those of this computer that help out where it lacks a script."""
    known = set(font_manager.get_font_names())
    return [name for name in _WANTED if name in known]


@contextmanager
def lettering(*, outlines: bool = False) -> Iterator[None]:
    """In which figures are made and saved.

    Args:
        outlines: SVG with letters as drawings, the same on every computer; else as text that can be edited.
    """
    # Without a font for a script its letters are empty boxes, which everybody sees.
    warnings.filterwarnings("ignore", message="Glyph .* missing from")
    svg = "path" if outlines else "none"
    with rc_context({"font.family": families(), "svg.fonttype": svg, "pdf.fonttype": 42, "axes.unicode_minus": True}):
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
