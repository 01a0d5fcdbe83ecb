"""Action units of the Facial Action Coding System: which muscles moved, on which side, how strongly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from fedn.errors import EditError, FormatError

SIDES = {"": "", "L": "left", "R": "right", "T": "top", "B": "bottom", "A": "asymmetric"}
_PREFIXES = {side: prefix for prefix, side in SIDES.items()}
_NUMBERS = range(1, 100)
_STRENGTH = r"[A-E](?:/[A-E])?"
_UNIT = re.compile(
    rf"(?:AU\s*)?([LRTBA]?)\s*(?:AU\s*)?(\d{{1,9}})\s*(?:({_STRENGTH})|\(({_STRENGTH})\))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ActionUnit:
    """One action unit (Ekman, Friesen and Hager, FACS, 2002).

    Attributes:
        number: of the manual, 1 to 99 (12 is the lip corner puller).
        side: "left", "right", "top", "bottom" or "asymmetric", "" if both sides moved alike.
        strength: "A" to "E", a range such as "B/C" where two coders differed, "" if it was not judged.

    Raises:
        EditError: if one of them is none of these.
    """

    number: int
    side: str = ""
    strength: str = ""

    def __post_init__(self) -> None:
        if self.number not in _NUMBERS:
            raise EditError(f"there is no action unit {self.number}; they are numbered from 1 to 99")
        if self.side not in _PREFIXES:
            raise EditError(f"the side “{self.side}” of action unit {self.number} is not one of {', '.join(_PREFIXES)}")
        if self.strength and not re.fullmatch(_STRENGTH, self.strength):
            raise EditError(f"the strength “{self.strength}” of action unit {self.number} is not one of A to E")

    def __str__(self) -> str:
        strength = f"({self.strength})" if "/" in self.strength else self.strength
        return f"{_PREFIXES[self.side]}{self.number}{strength}"


@lru_cache(maxsize=4096)
def parse_action_units(text: str) -> tuple[ActionUnit, ...]:
    """Reads what coders write: "4+10+14", "4C+7B", "4+15+R10", "r4", "4(B/C)+7B", "AU6+AU12". Order is kept.

    Raises:
        FormatError: if a part is something else, such as "ref(7)"; it names the part.
    """
    return tuple(_parse_one(part.strip(), text) for part in re.split(r"[+,;]", text)) if text.strip() else ()


def _parse_one(part: str, text: str) -> ActionUnit:
    found = _UNIT.fullmatch(part)
    if found is None:
        raise FormatError(f"“{part}” in the action units “{text}” cannot be read; write them like 4C+R10B")
    prefix, number, plain, in_brackets = found.groups()
    try:
        return ActionUnit(int(number), SIDES[prefix.upper()], (plain or in_brackets or "").upper())
    except EditError as error:
        raise FormatError(f"the action units “{text}” cannot be read: {error}") from error


def action_units_text(units: Iterable[ActionUnit]) -> str:
    """The units as one text, "4C+R10B", that `parse_action_units` reads back exactly."""
    return "+".join(map(str, units))
