"""BORIS's project files as plain observations: .boris and .boris.gz, JSON, formats 4 to 7."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from fedn.annotation.formats.foreign_file import (
    LARGEST_DOCUMENT_BYTES,
    decode_text,
    parse_json_text,
    read_bytes,
    read_gzip,
)
from fedn.errors import FormatError

_GZIP = b"\x1f\x8b"
_POINT = re.compile(r"point", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BorisRow:
    """One row of an observation: a point event, or the start or the stop of a state event.

    Attributes:
        time_s: None where an observation of images has none.
        image: index of the frame (of media from 0, of images from 1), None if there is none.
        number: of the row, from 1.
    """

    time_s: float | None
    subject: str
    code: str
    modifiers: str
    comment: str
    image: int | None
    number: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What start and stop of a state event share."""
        return self.subject, self.code, self.modifiers


@dataclass(frozen=True, slots=True)
class BorisMedia:
    """A media file of a player; `length_s` and `fps` are 0 if the project does not know them."""

    file: str
    length_s: float
    fps: float

    @property
    def name(self) -> str:
        return PureWindowsPath(self.file).name


@dataclass(frozen=True, slots=True)
class Observation:
    """An observation.

    Attributes:
        kind: "MEDIA", "LIVE" or "IMAGES".
        players: media of each player that has some, in the order in which they are shown one after the other.
        folders: of images.
        offset_s: what was added to the time of the media in every row.
        variables: independent variables.
        rows: in order of time.
    """

    id: str
    kind: str
    players: tuple[tuple[BorisMedia, ...], ...]
    folders: tuple[str, ...]
    offset_s: float
    variables: Mapping[str, str]
    rows: tuple[BorisRow, ...]


@dataclass(frozen=True, slots=True)
class BorisProject:
    """`points` are the codes of point events, `states` those of state events."""

    observations: tuple[Observation, ...]
    points: frozenset[str]
    states: frozenset[str]


def parse_boris(path: Path) -> BorisProject:
    """Reads a project.

    Raises:
        FormatError: if it is missing, not a project, or holds a row that cannot be read; it names the observation.
    """
    content = read_bytes(path, LARGEST_DOCUMENT_BYTES)
    if content.startswith(_GZIP):
        content = read_gzip(path)
    document = parse_json_text(decode_text(content, path), path, nan_as_none=True, mend_halves=True)
    if not isinstance(document, dict) or not {"observations", "behaviors_conf"} <= set(document):
        raise FormatError(f"{path} is not a project of BORIS; choose a .boris file")
    where = f"{path}, its ethogram"
    behaviors = [_mapping(own, where) for own in _mapping(document["behaviors_conf"], where).values()]
    kinds = {_text(own.get("code")): _text(own.get("type")) for own in behaviors}
    observations = _mapping(document["observations"], f"{path}, its observations")
    return BorisProject(
        tuple(_observation(str(own_id), own, path) for own_id, own in observations.items()),
        frozenset(code for code, kind in kinds.items() if _POINT.match(kind)),
        frozenset(code for code, kind in kinds.items() if not _POINT.match(kind)),
    )


def _observation(own_id: str, content: Any, path: Path) -> Observation:
    where = f"{path}, observation “{own_id}”"
    content = _mapping(content, where)
    events = content.get("events", [])
    if not isinstance(events, list):
        raise FormatError(f"{where}: its events are not a list; export the project again")
    kind = _text(content.get("type")).upper() or "MEDIA"
    rows = [_row(event, number, kind, where) for number, event in enumerate(events, start=1)]
    folders = content.get("directories_list") or []
    variables = _mapping(content.get("independent_variables") or {}, where)
    return Observation(
        own_id,
        kind,
        _players(content, where),
        tuple(own for own in folders if isinstance(own, str)) if isinstance(folders, list) else (),
        _number(content.get("time offset")) or 0.0,
        {str(name): _text(value) for name, value in variables.items()},
        tuple(sorted(rows, key=lambda row: (row.image if kind == "IMAGES" else row.time_s) or 0.0)),
    )


def _players(content: dict[str, Any], where: str) -> tuple[tuple[BorisMedia, ...], ...]:
    """Media of each player that has some; live observations have an empty list in their place."""
    files = content.get("file") or {}
    info = _mapping(content.get("media_info") or {}, where)
    lengths, rates = _mapping(info.get("length") or {}, where), _mapping(info.get("fps") or {}, where)
    if not isinstance(files, dict):
        return ()
    return tuple(
        tuple(
            BorisMedia(own, _number(lengths.get(own)) or 0.0, max(0.0, _number(rates.get(own)) or 0.0))
            for own in listed
        )
        for _, listed in sorted(files.items(), key=lambda item: (len(item[0]), item[0]))
        if isinstance(listed, list) and listed and all(isinstance(own, str) for own in listed)
    )


def _row(event: Any, number: int, kind: str, where: str) -> BorisRow:
    if not isinstance(event, list) or len(event) < 3:
        raise FormatError(f"{where}, event {number} has no time, subject and code; export the project again")
    time_s = _number(event[0])
    image = _number(event[5]) if len(event) > 5 else None
    index = int(image) if image is not None and image.is_integer() and 0 <= image < 2**31 else None
    if (time_s is None and kind != "IMAGES") or (index is None and kind == "IMAGES"):
        raise FormatError(f"{where}, event {number}: “{str(event[0])[:40]}” is not a time; export the project again")
    modifiers, comment = (_text(event[place]) if len(event) > place else "" for place in (3, 4))
    return BorisRow(time_s, _text(event[1]), _text(event[2]), modifiers, comment, index, number)


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FormatError(f"{where}: “{str(value)[:40]}” is not what BORIS writes there; export the project again")
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)[:1000]


def _number(value: Any) -> float | None:
    """A finite number, also one that is written as a text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
