"""A guess which column of a table is what, with a reason for each, for a person to confirm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from fedn.annotation.action_unit import parse_action_units
from fedn.annotation.formats.cell_times import clock_seconds, has_comma, is_clock, is_number, number_of
from fedn.annotation.formats.column_mapping import ROLES, TIMES, ColumnMapping, ColumnUse, Unit
from fedn.annotation.formats.column_words import NOTHING, is_emotion, kind_of, role_of, unit_of
from fedn.annotation.formats.held_fields import VIDEO_ENDINGS
from fedn.errors import FormatError

_LOOKED_AT = 2000
_WHOLE_NAME, _PART_OF_NAME, _LIKE_VALUES, _LEAST = 0.95, 0.7, 0.5, 0.3
_INTENSITIES = frozenset("ABCDE12345")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column's name and the values in it that say something."""

    header: str
    values: tuple[str, ...]

    def share(self, test: Callable[[str], bool]) -> float:
        """The share of its values that pass, 0 if it has none."""
        return sum(map(test, self.values)) / len(self.values) if self.values else 0.0

    @property
    def is_times(self) -> bool:
        return self.share(_is_time) >= 0.8

    @property
    def numbers(self) -> list[float]:
        """Those of its values that are numbers or times of the clock."""
        return [_number(value) for value in self.values if _is_time(value)]


def _number(value: str) -> float:
    return clock_seconds(value) if is_clock(value) else number_of(value, decimal_comma=has_comma(value))


def guess_mapping(header: Sequence[str], rows: Sequence[Sequence[str]]) -> ColumnMapping:
    """What the columns of a table probably are. It is not confirmed: tables are not read by it until it is.

    Args:
        header: the first row; taken for values if it looks like them.
        rows: the others; the first two thousand are looked at.
    """
    width = max([len(header), *(len(row) for row in rows[:_LOOKED_AT])])
    has_header = not _is_values(header)
    names = [*header, *[""] * (width - len(header))] if has_header else [""] * width
    looked_at = [*([] if has_header else [header]), *rows[:_LOOKED_AT]]
    columns = [
        _Column(name, tuple(row[place] for row in looked_at if place < len(row) and row[place].lower() not in NOTHING))
        for place, name in enumerate(names)
    ]
    uses = _roles(columns)
    uses = _roles_by_order(columns, uses, looked_at)
    kinds = _kinds(columns, uses)
    uses = [_with_kinds(use, kinds) if use.role == "kind" else use for use in uses]
    of_times = [column for column, use in zip(columns, uses, strict=True) if use.role in TIMES]
    unit, confidence, reason = _unit(of_times, columns, uses)
    return ColumnMapping(
        tuple(uses),
        unit,
        confidence,
        reason,
        decimal_comma=any(map(has_comma, _values(columns, uses, (*TIMES, "score")))),
        kinds=kinds,
        has_header=has_header,
    )


def _is_values(header: Sequence[str]) -> bool:
    """Whether a first row holds numbers, and no cell that is the name of a column."""
    return any(map(_is_time, header)) and not any(role_of(cell)[1] for cell in header)


def _values(columns: list[_Column], uses: list[ColumnUse], roles: Sequence[str]) -> list[str]:
    return [value for column, use in zip(columns, uses, strict=True) if use.role in roles for value in column.values]


# Roles


def _roles(columns: list[_Column]) -> list[ColumnUse]:
    """Names first, weighed by whether the values can be what the name says; then values alone."""
    candidates: list[tuple[float, int, str, str]] = []
    for place, column in enumerate(columns):
        role, is_whole = role_of(column.header)
        if role:
            candidates.append(_by_name(place, column, role, is_whole))
            if role == "kind" and column.share(lambda value: bool(kind_of(value))) < 0.5:
                # “type” is what some call the emotion.
                candidates.append((_LIKE_VALUES, place, "label", f"its name “{column.header}” may stand for the label"))
        candidates += _by_values(place, column)
    uses = [_unused(column) for column in columns]
    taken: set[str] = set()
    for confidence, place, role, reason in sorted(candidates, key=lambda one: (-one[0], one[1])):
        if confidence >= _LEAST and not uses[place].role and (role not in taken or role == "note"):
            uses[place] = ColumnUse(columns[place].header, role, confidence, reason)
            taken.add(role)
    return uses


def _unused(column: _Column) -> ColumnUse:
    if not column.values:
        return ColumnUse(column.header, "", 1.0, "it holds nothing")
    return ColumnUse(column.header, "", 0.5, "neither its name nor its values say what it is; choose a role to keep it")


def _by_name(place: int, column: _Column, role: str, is_whole: bool) -> tuple[float, int, str, str]:
    confidence = _WHOLE_NAME if is_whole else _PART_OF_NAME
    reason = f"its name “{column.header}” {'is' if is_whole else 'holds'} a word for “{ROLES[role]}”"
    if not column.values:
        return confidence * 0.6, place, role, f"{reason}, but it holds nothing"
    fits = column.share(_FITS[role])
    if fits < 0.5:
        return 0.2, place, role, f"{reason}, but its values, like “{column.values[0][:40]}”, are something else"
    return confidence * (0.5 + 0.5 * fits), place, role, reason


def _by_values(place: int, column: _Column) -> list[tuple[float, int, str, str]]:
    """What a column's values look like, whatever it is called."""
    found: list[tuple[float, int, str, str]] = []
    for role, test, said in (
        ("video", lambda value: value.lower().endswith(VIDEO_ENDINGS), "are files of videos"),
        ("kind", lambda value: bool(kind_of(value)), "say micro or macro"),
        ("label", is_emotion, "are emotions"),
        ("action_units", _looks_like_units, "look like action units"),
    ):
        share = column.share(test)
        if share >= 0.7:
            found.append(
                (_LIKE_VALUES + 0.2 * share, place, role, f"its values, like “{column.values[0][:40]}”, {said}")
            )
    return found


def _looks_like_units(value: str) -> bool:
    return ("+" in value or "AU" in value.upper()) and _are_units(value)


def _are_units(value: str) -> bool:
    try:
        return bool(parse_action_units(value))
    except FormatError:
        return "ref(" in value.lower()


def _is_time(value: str) -> bool:
    return is_number(value) or is_clock(value)


def _is_score(value: str) -> bool:
    return is_number(value) and 0 <= number_of(value, decimal_comma=has_comma(value)) <= 1


_FITS: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(ROLES, lambda value: True),
    **dict.fromkeys(TIMES, _is_time),
    "label": lambda value: not is_clock(value),
    "kind": lambda value: bool(kind_of(value)) or value.removesuffix(".0") in ("0", "1", "2"),
    "intensity": lambda value: value.upper().removesuffix(".0") in _INTENSITIES,
    "action_units": _are_units,
    "score": _is_score,
}


def _roles_by_order(columns: list[_Column], uses: list[ColumnUse], rows: Sequence[Sequence[str]]) -> list[ColumnUse]:
    """Without names: columns of numbers that rise a little from one to the next are onset, apex and offset."""
    if {use.role for use in uses} & {"onset", "offset", "duration"}:
        return uses
    free = [place for place, use in enumerate(uses) if not use.role and columns[place].is_times]
    chains = [_risen(free[at:], rows) for at in range(len(free))]
    chain = max(chains, key=len, default=[])
    if len(chain) < 2:
        return uses
    uses = list(uses)
    names = ("onset", "offset") if len(chain) == 2 else ("onset", "apex", "offset")
    for place, role in zip(chain[:3], names, strict=True):
        uses[place] = ColumnUse(columns[place].header, role, 0.4, _ORDER)
    return uses


_ORDER = "its numbers lie in the order of onset, apex and offset; check it"


def _risen(places: list[int], rows: Sequence[Sequence[str]]) -> list[int]:
    """The first column, and those after it that follow closely in nearly every row."""
    risen = places[:1]
    for place in places[1:]:
        pairs = [
            (one, two)
            for row in rows
            if max(risen[-1], place) < len(row)
            # 0 often stands for what was not annotated.
            and (one := _number_or_none(row[risen[-1]]))
            and (two := _number_or_none(row[place]))
        ]
        if not pairs or sum(one <= two for one, two in pairs) < 0.95 * len(pairs):
            continue
        if median(two - one for one, two in pairs) <= median(two for _, two in pairs) / 2:
            risen.append(place)
    return risen


def _number_or_none(value: str) -> float | None:
    return _number(value) if _is_time(value) else None


# How numbers are to be read


def _unit(times: list[_Column], columns: list[_Column], uses: list[ColumnUse]) -> tuple[Unit, float, str]:
    values = [value for column in times for value in column.values]
    if not values:
        return Unit.FRAME_FROM_1, 0.0, "there are no numbers to tell the unit by"
    if sum(map(is_clock, values)) > 0.5 * len(values):
        return Unit.CLOCK, 0.95, f"values like “{values[0]}” are times of the clock"
    hint = next((unit for column in times if (unit := unit_of(column.header))), "")
    broken = next((value for value in values if is_number(value) and _is_broken(value)), None)
    if hint == "milliseconds":
        return Unit.MILLISECONDS, 0.95, "a header names milliseconds"
    if hint in ("seconds", "clock"):
        return Unit.SECONDS, 0.9, "a header names seconds"
    if broken is not None and hint != "frames":
        return Unit.SECONDS, 0.8, f"values like “{broken}” are not written like frames"
    return _first_frame(columns, uses, "a header names frames" if hint else "all values are whole numbers")


def _is_broken(value: str) -> bool:
    """Whether a number is no frame: 1.5, and 1.00 as well, but not 1.0, which is how some programs write 1."""
    return _number(value) % 1 != 0 or len(value.replace(",", ".").partition(".")[2]) > 1


def _first_frame(columns: list[_Column], uses: list[ColumnUse], reason: str) -> tuple[Unit, float, str]:
    onset = next((column for column, use in zip(columns, uses, strict=True) if use.role == "onset"), None)
    if onset is not None and 0 in onset.numbers:
        return Unit.FRAME_FROM_0, 0.8, f"{reason}, and an event begins at 0"
    lengths = _lengths(columns, uses)
    if reason.startswith("all") and lengths and median(lengths) > 400 and all(length % 10 == 0 for length in lengths):
        return Unit.MILLISECONDS, 0.4, f"{reason}, but events would last {median(lengths):.0f} frames; check the unit"
    return Unit.FRAME_FROM_1, 0.5, f"{reason}; nothing tells whether the first frame is 0 or 1, so look at an event"


def _lengths(columns: list[_Column], uses: list[ColumnUse]) -> list[float]:
    by_role = {use.role: column.numbers for column, use in zip(columns, uses, strict=True)}
    onset, offset = by_role.get("onset", []), by_role.get("offset", [])
    if len(onset) != len(offset):
        return by_role.get("duration", [])
    return [end - start for start, end in zip(onset, offset, strict=True)]


def _kinds(columns: list[_Column], uses: list[ColumnUse]) -> tuple[tuple[str, str], ...]:
    """The words of the kind column with what they mean; for numbers as the data sets of the field have them."""
    words = {value.lower() for value in _values(columns, uses, ("kind",))}
    numbers = {word for word in words if not kind_of(word)}
    # CAS(ME)^3 has 0 for macro and 1 for micro; everybody else has 1 and 2.
    meant = {"0": "macro", "1": "micro"} if "0" in numbers else {"1": "macro", "2": "micro"}
    known = {word: kind_of(word) or meant.get(word.removesuffix(".0"), "") for word in words}
    return tuple(sorted((word, kind) for word, kind in known.items() if kind))


def _with_kinds(use: ColumnUse, kinds: tuple[tuple[str, str], ...]) -> ColumnUse:
    said = " and ".join(f"“{word}” was taken for {kind}" for word, kind in kinds if not kind_of(word))
    return replace(use, confidence=min(use.confidence, 0.6), explanation=f"{use.explanation}; {said}") if said else use
