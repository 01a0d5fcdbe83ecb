"""Writing BORIS's projects: an observation for each video, a subject for each tier."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from fedn.annotation.event import Event
from fedn.annotation.formats.boris_reader import SUBJECT, TIERS
from fedn.annotation.formats.content import Remark, TierEvents, VideoEvents
from fedn.annotation.formats.event_details import details_text, label_text
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.formats.tier_titles import plain_or_title, rows_without_overlap, title_of
from fedn.annotation.formats.times import FrameTimes, IndexOf, no_index
from fedn.annotation.formats.writing_losses import Losses

_PLAYERS = 8


def write_boris(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index) -> tuple[Remark, ...]:
    """Writes a project in format 7.0, whole or not at all; packed if its name ends in .gz.

    Every video is an observation. A subject of BORIS is one of our tiers, “source/person/name”, or an imported tier
    under its name; so tiers that say the same at the same time never mix up their starts and stops. Events of one label
    that overlap within a tier are on further subjects, the same name with “ #2”. Every expression is a state event with
    a row at the start of its onset frame and one at the end of its offset frame; its details are the comment of the
    first. The filmed person and the list of tiers are independent variables.

    Returns:
        What the project cannot hold.

    Raises:
        FormatError: if the file cannot be written.
    """
    losses = Losses(path, "BORIS")
    observations: dict[str, Any] = {}
    codes: set[str] = set()
    subjects: dict[str, None] = {}
    for video in videos:
        own_id, number = video.video, 2
        while own_id in observations:
            own_id, number = f"{video.video} ({number})", number + 1
        times = index_of(video.video)
        tiers = losses.tiers(video, times)
        rows = [row for tier in tiers for row in boris_rows(tier, times, losses)]
        codes |= {row[2] for row in rows}
        subjects |= dict.fromkeys([*map(plain_or_title, tiers), *sorted({row[1] for row in rows})])
        observations[own_id] = _observation(video, tiers, rows, times, losses)
    text = json.dumps(_project(path, observations, sorted(codes), list(subjects)), ensure_ascii=False, indent=1) + "\n"
    content = gzip.compress(text.encode(), mtime=0) if path.suffix.lower() == ".gz" else text.encode()
    write_foreign(path, content)
    return losses.done()


def boris_rows(tier: TierEvents, times: FrameTimes, losses: Losses) -> list[list[Any]]:
    """Rows of a tier as BORIS has them: time, subject, code, modifier, comment, index of the frame."""
    by_label: dict[str, list[Event]] = {}
    for event in tier.events:
        by_label.setdefault(event.label, []).append(event)
    rows: list[list[Any]] = []
    for events in by_label.values():
        for number, row in enumerate(rows_without_overlap(events), start=1):
            subject = plain_or_title(tier) if number == 1 else str(replace(title_of(tier), row=number))
            for event in row:
                start_ms, stop_ms = losses.milliseconds(f"tier “{tier.name}”", event, times)
                said, code = details_text(event, tier.rejected), label_text(event.label)
                rows.append([start_ms / 1000, subject, code, "", said, event.onset])
                rows.append([stop_ms / 1000, subject, code, "", "", event.offset + 1])
    return rows


def _observation(
    video: VideoEvents, tiers: Sequence[TierEvents], rows: list[list[Any]], times: FrameTimes, losses: Losses
) -> dict[str, Any]:
    file = losses.text("", str(video.path or video.video))
    titles = json.dumps([plain_or_title(tier) for tier in tiers], ensure_ascii=False)
    return {
        "file": {"1": [file]} | {str(number): [] for number in range(2, _PLAYERS + 1)},
        "type": "MEDIA",
        "date": _now(),
        "description": "",
        "time offset": 0.0,
        # Sorting keeps the order of rows that are alike, so that a stop stays before the start that touches it.
        "events": sorted(rows, key=lambda row: row[:3]),
        "observation time interval": [0, 0],
        "independent_variables": {SUBJECT: losses.text("", video.subject), TIERS: titles},
        "visualize_spectrogram": False,
        "visualize_waveform": False,
        "close_behaviors_between_videos": False,
        "media_info": {
            "length": {file: times.end_s(times.frame_count - 1)},
            "fps": {file: video.fps or times.fps},
            "hasVideo": {file: True},
            "hasAudio": {file: False},
            "offset": {"1": 0.0},
        },
    }


def _project(path: Path, observations: dict[str, Any], codes: list[str], subjects: list[str]) -> dict[str, Any]:
    behavior = {
        "type": "State event",
        "key": "",
        "description": "",
        "color": "",
        "category": "",
        "modifiers": "",
        "excluded": "",
        "coding map": "",
    }
    variable = {"description": "", "type": "text", "default value": "", "possible values": ""}
    return {
        "time_format": "hh:mm:ss",
        "project_date": _now(),
        "project_name": path.name.split(".")[0],
        "project_description": "",
        "project_format_version": "7.0",
        "subjects_conf": {
            str(number): {"key": "", "name": name, "description": ""} for number, name in enumerate(subjects)
        },
        "behaviors_conf": {str(number): behavior | {"code": code} for number, code in enumerate(codes)},
        "observations": observations,
        "behavioral_categories": [],
        "independent_variables": {
            str(number): {"label": name} | variable for number, name in enumerate((SUBJECT, TIERS))
        },
        "coding_map": {},
        "behaviors_coding_map": [],
        "converters": {},
    }


def _now() -> str:
    return datetime.now().isoformat(timespec="seconds")
