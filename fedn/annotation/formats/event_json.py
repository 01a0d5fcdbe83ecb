"""Events of videos as JSON, with everything the project knows of them; read back without loss."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event, Origin
from fedn.annotation.formats.content import Content, Remark, Remarks, TierEvents, VideoEvents
from fedn.annotation.formats.foreign_file import parse_json, write_foreign
from fedn.annotation.formats.table import LARGEST_FRAME
from fedn.annotation.tier import Source
from fedn.errors import EditError, FormatError

FORMAT = "fedn-events"
VERSION = 1


def write_event_json(path: Path, videos: Sequence[VideoEvents]) -> tuple[Remark, ...]:
    """Writes a file, whole or not at all.

    Where a video lies is not written: it is true on one computer, and may name a person.

    Returns:
        What JSON cannot hold: half letters that have no UTF-8.

    Raises:
        FormatError: if it cannot be written.
    """
    remarks = Remarks(path)
    document = {"format": FORMAT, "version": VERSION, "videos": [_plain(video) for video in videos]}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    content = text.encode(errors="replace")
    if content.decode() != text:
        remarks.add("", "characters that are half a letter were replaced by question marks")
    write_foreign(path, content + b"\n")
    return remarks.done()


def _plain(video: VideoEvents) -> dict[str, Any]:
    content = asdict(video)
    del content["path"]
    for tier in content["tiers"]:
        tier["rejected"] = sorted(tier["rejected"])
    return content


def read_event_json(path: Path) -> list[VideoEvents]:
    """Reads a file; what a newer program has added to it is passed over.

    Raises:
        FormatError: if it is missing, not such a file, or holds an impossible event.
    """
    return list(read_json_content(path).videos)


def read_json_content(path: Path) -> Content:
    """Reads a file, with a remark for every kind of entry that this program does not know.

    Raises:
        FormatError: as `read_event_json`.
    """
    document = parse_json(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise FormatError(f"{path} holds no events of this program (its format is not “{FORMAT}”)")
    if document.get("version") != VERSION:
        raise FormatError(f"{path} has version {document.get('version')!r}; this program reads version {VERSION}")
    reader = _Reader(Remarks(path))
    videos = tuple(reader.video(one, f"video {at}") for at, one in enumerate(reader.list_of(document, "videos", ""), 1))
    return Content(videos, reader.remarks.done())


class _Reader:
    """Checks every value's type: a text where a number should be must not reach the project."""

    def __init__(self, remarks: Remarks) -> None:
        self.remarks = remarks
        self._path = remarks.file
        self._unknown: set[tuple[str, str]] = set()
        self._ids: set[str] = set()

    def video(self, content: Any, place: str) -> VideoEvents:
        own = self._object(content, VideoEvents, place)
        tiers = self.list_of(own, "tiers", place)
        return VideoEvents(
            self._value(own, "video", str, place),
            self._value(own, "subject", str, place),
            self._frame(own, "frame_count", place),
            self._number(own, "fps", place),
            tuple(self._tier(tier, f"{place}, tier {at}") for at, tier in enumerate(tiers, 1)),
        )

    def _tier(self, content: Any, place: str) -> TierEvents:
        own = self._object(content, TierEvents, place)
        name, source, who = (self._value(own, key, str, place) for key in ("name", "source", "who"))
        if source not in set(Source):
            raise self._damaged(place, f"its source “{source}” is not one of {', '.join(Source)}")
        listed = enumerate(self.list_of(own, "events", place), 1)
        events = tuple(self._event(event, f"{place}, event {at}") for at, event in listed)
        rejected = frozenset(map(str, self.list_of(own, "rejected", place) if "rejected" in own else ()))
        missing = rejected - {event.id for event in events}
        if missing:
            raise self._damaged(place, f"it rejects the event “{min(missing)}”, which it does not have")
        vocabulary = self._value(own, "vocabulary", str, place) if "vocabulary" in own else ""
        return TierEvents(name, Source(source), who, events, rejected, vocabulary)

    def _event(self, content: Any, place: str) -> Event:
        own = self._object(content, Event, place)
        values: dict[str, Any] = {key: self._frame(own, key, place) for key in ("onset", "offset")}
        values["label"] = self._value(own, "label", str, place)
        # An older file may lack these; null stands for what is not known.
        for key in ("kind", "note", "id", "intensity"):
            if own.get(key) is not None:
                values[key] = self._value(own, key, str, place)
        if own.get("score") is not None:
            values["score"] = self._number(own, "score", place)
        if own.get("apex") is not None:
            values["apex"] = self._frame(own, "apex", place)
        if own.get("origin") is not None:
            values["origin"] = self._origin(own["origin"], f"{place}, origin")
        units = self.list_of(own, "action_units", place) if "action_units" in own else ()
        values["action_units"] = tuple(self._unit(unit, place) for unit in units)
        try:
            event = Event(**values)
        except EditError as error:
            raise self._damaged(place, str(error)) from error
        if not event.id or event.id in self._ids:
            raise self._damaged(place, f"its id “{event.id}” is empty or that of another event")
        self._ids.add(event.id)
        return event

    def _origin(self, content: Any, place: str) -> Origin:
        own = self._object(content, Origin, place)
        return Origin(
            self._value(own, "model", str, place),
            self._frame(own, "onset", place),
            self._frame(own, "offset", place),
            self._value(own, "label", str, place),
            self._number(own, "score", place),
        )

    def _unit(self, content: Any, place: str) -> ActionUnit:
        own = self._object(content, ActionUnit, place)
        side, strength = (self._value(own, key, str, place) if key in own else "" for key in ("side", "strength"))
        try:
            return ActionUnit(self._value(own, "number", int, place), side, strength)
        except EditError as error:
            raise self._damaged(place, str(error)) from error

    def list_of(self, own: dict[str, Any], key: str, place: str) -> list[Any]:
        return self._value(own, key, list, place)

    def _frame(self, own: dict[str, Any], key: str, place: str) -> int:
        frame = self._value(own, key, int, place)
        if not 0 <= frame <= LARGEST_FRAME:
            raise self._damaged(place, f"its {key} is beyond the frames of any video")
        return frame

    def _number(self, own: dict[str, Any], key: str, place: str) -> float:
        number = self._value(own, key, (int, float), place)
        if not 0 <= number <= LARGEST_FRAME:
            raise self._damaged(place, f"its {key} is not a number that it can be")
        return float(number)

    def _object(self, content: Any, kind: type[Any], place: str) -> dict[str, Any]:
        if not isinstance(content, dict):
            raise self._damaged(place, "it is not an object")
        for key in content.keys() - {one.name for one in fields(kind)}:
            if (kind.__name__, key) not in self._unknown:
                self._unknown.add((kind.__name__, key))
                self.remarks.add(place, f"this program does not know the entry “{key}”; it was not taken over")
        return content

    def _value(self, own: dict[str, Any], key: str, kind: type[Any] | tuple[type[Any], ...], place: str) -> Any:
        value = own.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._damaged(place, f"“{key}” is {'missing' if value is None else 'of the wrong kind'}")
        if isinstance(value, str) and not _is_writable(value):
            raise self._damaged(place, f"“{key}” holds half a letter")
        return value

    def _damaged(self, place: str, reason: str) -> FormatError:
        return FormatError(f"{self._path} is damaged{f' at {place}' if place else ''}: {reason}; export it again")


def _is_writable(text: str) -> bool:
    """Whether it has UTF-8: JSON can spell half of a pair of surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
