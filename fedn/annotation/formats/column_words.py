"""Words by which tables of laboratories call their columns and values, in several languages and spellings."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path

_WORDS = Path(__file__).parents[3] / "resources" / "column-words.toml"
NOTHING = frozenset(["", "-", "–", "—", "/", ".", "?", "na", "n/a", "nan", "null", "none", "nil"])
"""What people write into a cell that has no value, in lower case."""


def plain(text: str) -> str:
    """What words are compared by: in lower case, without accents, and nothing but letters and digits."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if letter.isalnum())


@lru_cache(maxsize=1)
def _shipped() -> dict[str, dict[str, str]]:
    """The words of each section of the shipped file, with the name of the list that they stand in."""
    content = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    return {
        section: {plain(word): name for name, words in lists.items() for word in words}
        for section, lists in content.items()
    }


def words_of(header: str) -> list[str]:
    """The words of a header: "startFrame (ms)" has start, frame, ms."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return [word for part in re.split(r"[\W_]+", spaced) if (word := plain(part))]


def role_of(header: str) -> tuple[str, bool]:
    """The role that a header names, "" if none, and whether it is the whole name and not one word of it."""
    roles, words = _shipped()["columns"], words_of(header)
    telling = [word for word in words if word not in _shipped()["units"] and word not in _shipped()["fillers"]]
    for candidate in ("".join(words), "".join(telling)):
        if candidate in roles:
            return roles[candidate], True
    found = [roles[word] for word in telling if word in roles]
    return (found[-1], False) if found else ("", False)


def unit_of(header: str) -> str:
    """The unit that a header names: "frames", "seconds", "milliseconds" or "clock"; "" if none."""
    units = _shipped()["units"]
    found = [units[word] for word in words_of(header) if word in units]
    return found[-1] if found else ""


def kind_of(text: str) -> str:
    """ "macro" or "micro" for a word that people use for it, else ""."""
    meant = _shipped()["values"].get(plain(text), "")
    return meant if meant in ("macro", "micro") else ""


def is_emotion(text: str) -> bool:
    return _shipped()["values"].get(plain(text)) == "emotions"
