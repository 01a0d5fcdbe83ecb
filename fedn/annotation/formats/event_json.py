"""Events of videos as JSON, with everything the project knows of them; read back without loss."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event, Origin
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.project_file import write_whole
from fedn.annotation.tier import Source
from fedn.errors import EditError, FormatError

FORMAT = "fedn-events"
VERSION = 1


def write_event_json(path: Path, videos: Sequence[VideoEvents]) -> None:
    """Writes a file, whole or not at all.

    Raises:
        FormatError: if it cannot be written.
    """
    document = {"format": FORMAT, "version": VERSION, "videos": [_plain(video) for video in videos]}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    try:
        write_whole(path, text.encode() + b"\n")
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror}; choose another folder") from error


def _plain(video: VideoEvents) -> dict[str, Any]:
    content = asdict(video)
    del content["path"]
    return content


def read_event_json(path: Path) -> list[VideoEvents]:
    """Reads a file.

    Raises:
        FormatError: if it is missing, not such a file, or holds an impossible event.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FormatError(f"there is no file {path}; check its name") from error
    except (OSError, ValueError) as error:
        raise FormatError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise FormatError(f"{path} holds no events of this program (its format is not “{FORMAT}”)")
    if document.get("version") != VERSION:
        raise FormatError(f"{path} has version {document.get('version')}; this program reads version {VERSION}")
    try:
        return [_video(content) for content in document["videos"]]
    except (KeyError, TypeError, ValueError, EditError) as error:
        raise FormatError(f"{path} is damaged: {error}") from error


def _video(content: dict[str, Any]) -> VideoEvents:
    tiers = tuple(
        TierEvents(tier["name"], Source(tier["source"]), tier["who"], tuple(_event(event) for event in tier["events"]))
        for tier in content["tiers"]
    )
    fields = (str(content["video"]), str(content["subject"]), int(content["frame_count"]), float(content["fps"]))
    return VideoEvents(*fields, tiers)


def _event(content: dict[str, Any]) -> Event:
    origin = content.get("origin")
    units = tuple(ActionUnit(**unit) for unit in content.get("action_units", ()))
    return Event(**{**content, "origin": Origin(**origin) if origin else None, "action_units": units})
