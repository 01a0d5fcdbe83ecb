"""Names of files made from names of people, videos and tiers, which may hold anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST_BYTES = 120
"""Of the part of a file's name that comes from a text; file systems allow 255 with endings and additions."""

# What Windows forbids includes what Unix does; signs that reverse the direction of writing hide a name's true ending.
_FORBIDDEN = re.compile('[<>:"/\\\\|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|\Z)", re.IGNORECASE)


def safe_name(text: str, instead: str = "unnamed") -> str:
    """A text as part of a file's name on every system: never empty, a path, hidden, reserved or too long.

    Letters of all scripts stay as they are. `instead` takes the place of a text of which nothing is left.
    """
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text))
    name = _cut(name.strip(" ._-")).strip(" ._-")
    return _RESERVED.sub(r"\1_", name) if name else instead


def _cut(name: str) -> str:
    return name.encode()[:LONGEST_BYTES].decode(errors="ignore")


def distinct_names(texts: Iterable[str], instead: str = "unnamed") -> list[str]:
    """`safe_name` of every text, numbered where two would be the same, be it but for capital letters."""
    names: list[str] = []
    seen: set[str] = set()
    for text in texts:
        name = free = safe_name(text, instead)
        number = 2
        while free.casefold() in seen:
            free, number = f"{name}-{number}", number + 1
        seen.add(free.casefold())
        names.append(free)
    return names
