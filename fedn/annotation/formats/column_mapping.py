"""Which column of somebody's own table is what: guessed, reviewed by a person, kept for the next table of that kind.

`column_guess` makes a mapping from a table, `mapped_table` reads a table by one. Between them a person confirms it:
nothing is read by a guess alone.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import tomli_w

from fedn.annotation.event import KINDS
from fedn.annotation.formats.foreign_file import read_text, write_foreign
from fedn.errors import FormatError

ROLES: Mapping[str, str] = {
    "video": "file name of the video",
    "subject": "the filmed person",
    "tier": "tier, or who coded",
    "onset": "first frame or time",
    "apex": "strongest frame or time",
    "offset": "last frame, or time of the end",
    "duration": "how long the event lasts",
    "label": "label",
    "kind": "micro or macro",
    "intensity": "intensity, A to E",
    "action_units": "action units",
    "score": "score of a detector, 0 to 1",
    "note": "note",
}
"""What a column can be, with what it says to people. Only "note" may be there several times."""
SEVERAL = ("note",)
TIMES = ("onset", "apex", "offset", "duration")
_VERSION = 1


class Unit(StrEnum):
    """What the numbers of the columns in TIMES count."""

    FRAME_FROM_0 = "frames from 0"
    FRAME_FROM_1 = "frames from 1"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    CLOCK = "h:mm:ss.mmm"

    @property
    def is_frames(self) -> bool:
        return self in (Unit.FRAME_FROM_0, Unit.FRAME_FROM_1)


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """A column of the table.

    Attributes:
        header: its name in the table, "" if it has none.
        role: one of ROLES; "" if it is not taken over.
        confidence: of the guess, from 0 to 1.
        explanation: why, as one sentence without a full stop.
    """

    header: str
    role: str = ""
    confidence: float = 0.0
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What the columns of a table are, and how its numbers are to be read.

    Attributes:
        columns: from left to right, all of them.
        unit: of onset, apex, offset and duration.
        unit_confidence, unit_explanation: as of a column.
        offset_is_last: the offset frame still belongs to the event; False if it is the first one after. Times of the
            end are always those at which the event is over.
        decimal_comma: 1,5 means one and a half.
        kinds: words of the kind column, in lower case, with "macro" or "micro".
        video: of all rows, for tables without a column of videos.
        has_header: the first row holds names.
        confirmed: a person has looked at it.
    """

    columns: tuple[ColumnUse, ...]
    unit: Unit
    unit_confidence: float = 0.0
    unit_explanation: str = ""
    offset_is_last: bool = True
    decimal_comma: bool = False
    kinds: tuple[tuple[str, str], ...] = ()
    video: str = ""
    has_header: bool = True
    confirmed: bool = False

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.header for column in self.columns)

    def place(self, role: str) -> int | None:
        """The column that has a role, from 0."""
        return next((place for place, column in enumerate(self.columns) if column.role == role), None)

    def with_role(self, place: int, role: str) -> ColumnMapping:
        """With another role for a column; a column that had it has none then. What was confirmed is not any more."""
        columns = [
            replace(column, role="") if column.role == role and role not in SEVERAL else column
            for column in self.columns
        ]
        columns[place] = ColumnUse(self.columns[place].header, role, 1.0, "it was chosen by hand")
        return replace(self, columns=tuple(columns), confirmed=False)

    def confirm(self) -> ColumnMapping:
        """The mapping as one that tables may be read by.

        Raises:
            FormatError: if it lacks what every event needs, or contradicts itself.
        """
        roles = [column.role for column in self.columns if column.role]
        unknown = next((role for role in roles if role not in ROLES), None)
        if unknown is not None:
            raise FormatError(f"a column cannot be “{unknown}”; choose one of {', '.join(ROLES)}")
        twice = next((role for role in roles if role not in SEVERAL and roles.count(role) > 1), None)
        if twice is not None:
            raise FormatError(f"two columns are the {twice} of the events; leave one of them")
        if "onset" not in roles or not {"offset", "duration"} & set(roles):
            raise FormatError("an event needs an onset, and an offset or a duration; say which columns these are")
        if "video" not in roles and not self.video:
            raise FormatError("no column names the videos; say which does, or of which video the whole table is")
        if any(kind not in KINDS for _, kind in self.kinds):
            raise FormatError("words of the kind column can only mean macro or micro; mend them")
        return replace(self, confirmed=True)


# On disk


def header_key(header: Sequence[str]) -> str:
    """What a kept mapping is found by: the same for the same names in the same order, whatever their case."""
    names = "\x1f".join(" ".join(name.casefold().split()) for name in header)
    return hashlib.sha256(names.encode(errors="replace")).hexdigest()[:16]


def mapping_path(folder: Path, mapping: ColumnMapping) -> Path:
    """Where `save_mapping` keeps a mapping in a folder."""
    return folder / f"{header_key(mapping.header if mapping.has_header else [''] * len(mapping.columns))}.toml"


def save_mapping(folder: Path, mapping: ColumnMapping) -> Path:
    """Keeps a mapping for tables with the same header, in place of an earlier one, as text that people can edit.

    Raises:
        FormatError: if the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"the folder {folder} cannot be made ({error.strerror}); choose another one") from error
    path = mapping_path(folder, mapping)
    write_mapping(path, mapping)
    return path


def write_mapping(path: Path, mapping: ColumnMapping) -> None:
    """Writes a mapping, with what its entries can be, as text that people can edit.

    Raises:
        FormatError: if the file cannot be written.
    """
    content = asdict(mapping) | {"unit": str(mapping.unit), "kinds": dict(mapping.kinds), "version": _VERSION}
    hints = [
        "What the columns of a table are. Every column has a role, empty for one that is not taken over:",
        *(f"    {role:<13} {what}" for role, what in ROLES.items()),
        f"The unit of {', '.join(TIMES)} is one of: {'; '.join(Unit)}.",
        "offset_is_last: whether the offset frame still belongs to the event. video: of a table that does not name it.",
    ]
    comments = "".join(f"# {hint}\n" for hint in hints)
    write_foreign(path, (comments + tomli_w.dumps(content)).encode(errors="replace"))


def find_mapping(folder: Path, header: Sequence[str]) -> ColumnMapping | None:
    """The mapping kept for tables with this header, or for tables of as many columns without one; None without any.

    Raises:
        FormatError: if it is damaged.
    """
    for key in (header_key(header), header_key([""] * len(header))):
        path = folder / f"{key}.toml"
        if path.is_file():
            return load_mapping(path)
    return None


def load_mapping(path: Path) -> ColumnMapping:
    """A kept mapping.

    Raises:
        FormatError: if the file is missing, damaged, or what it says makes no sense.
    """
    try:
        content = tomllib.loads(read_text(path))
        if content.pop("version") != _VERSION:
            raise ValueError("it is of another version of this program")
        mapping = _from_plain(content)
        return mapping.confirm() if mapping.confirmed else mapping
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(
            f"{path} is no mapping of columns ({error}); delete it and choose the columns again"
        ) from error
    except FormatError as error:
        if str(path) in str(error):
            raise
        raise FormatError(f"{path}: {error}") from error


def _from_plain(content: dict[str, Any]) -> ColumnMapping:
    columns = tuple(
        ColumnUse(
            _value(column, "header", str),
            _value(column, "role", str),
            float(_value(column, "confidence", (int, float))),
            _value(column, "explanation", str),
        )
        for column in _value(content, "columns", list)
    )
    return ColumnMapping(
        columns,
        Unit(_value(content, "unit", str)),
        float(_value(content, "unit_confidence", (int, float))),
        _value(content, "unit_explanation", str),
        _value(content, "offset_is_last", bool),
        _value(content, "decimal_comma", bool),
        tuple((word, str(kind)) for word, kind in _value(content, "kinds", dict).items()),
        _value(content, "video", str),
        _value(content, "has_header", bool),
        _value(content, "confirmed", bool),
    )


def _value(content: dict[str, Any], name: str, kind: type[Any] | tuple[type[Any], ...]) -> Any:
    value = content[name]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"“{name}” is of the wrong kind")
    return value
