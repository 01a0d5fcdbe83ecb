"""Projects of the VGG Image Annotator 3, read and written: segments in seconds with attributes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from fedn.annotation.event import INTENSITIES, KINDS
from fedn.annotation.formats.content import Content, Remark, Remarks, VideoEvents
from fedn.annotation.formats.event_details import DETAILS, REJECTED, event_details
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.formats.placed_events import Placer, known_video
from fedn.annotation.formats.tier_titles import TierRows, TierTitle, in_order, plain_or_title, read_title
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.annotation.formats.via_project import CSV_HEADER, ViaSegment, base_name, parse_via_csv, parse_via_json
from fedn.annotation.formats.writing_losses import Losses
from fedn.annotation.interval import union
from fedn.annotation.tier import Source
from fedn.errors import FormatError

_TIER, _LABEL, _SUBJECT, _TIERS = "tier", "label", "subject", "tiers"
_SEGMENT, _FILE = "FILE1_Z2_XY0", "FILE1_Z0_XY0"
_TEXT, _SELECT = 1, 4
_VIDEO, _LOCAL = 4, 1


def read_via(path: Path, index_of: IndexOf = no_index) -> Content:
    """Reads a project (.json) or an export of segments (.csv). What `write_via` and `write_via_csv` wrote comes back as
    it was.

    Others: the label is the attribute “label”, else the first; further ones are told in the note. Regions of the
    picture are not read.

    Raises:
        FormatError: if it is no such file, or `index_of` knows none of its videos.
    """
    remarks = Remarks(path)
    project = parse_via_csv(path) if path.suffix.lower() == ".csv" else parse_via_json(path)
    segments: dict[str, list[ViaSegment]] = {file: [] for file in project.files}
    for segment in project.segments:
        segments[segment.file].append(segment)
    videos, missing = [], []
    for file, own in segments.items():
        try:
            name, times = known_video([base_name(file)], index_of)
        except FormatError as error:
            missing.append(error)
            remarks.add("", f"{error}; what is said of it was left out ({len(own)} times)")
            continue
        videos.append(_video(name, file, own, Placer(times, remarks)))
    if missing and not videos:
        raise missing[0]
    return Content(tuple(videos), remarks.done())


def _video(name: str, file: str, segments: Sequence[ViaSegment], placer: Placer) -> VideoEvents:
    tiers, subject, others = TierRows(), "", set[str]()
    for segment in segments:
        said = dict(segment.values)
        if segment.is_region:
            placer.remarks.add(segment.place, "it is about a region of the picture and was left out")
        elif not segment.times_s:
            subject = said.pop(_SUBJECT, "") or subject
            for title in _titles(said.pop(_TIERS, "")):
                tiers.add(title)
            if said:
                placer.remarks.add(segment.place, f"what it says of the whole file was left out: {said}")
        else:
            title = read_title(said.pop(_TIER)) if _TIER in said else TierTitle(Source.IMPORTED, "", "VIA")
            label = said.pop(_LABEL if _LABEL in said else next(iter(said), ""), "")
            further = {own: value for own, value in said.items() if own not in DETAILS and value}
            others |= set(further)
            notes = [*(f"{own}: {value}" for own, value in further.items()), said.get("note", "")]
            details = said | {"note": "; ".join(note for note in notes if note)}
            event = placer.event(segment.place, segment.times_s[0], segment.times_s[-1], label, details)
            tiers.add(title, [event] if event is not None else [])
    if others:
        placer.remarks.add(name, f"what the attributes {', '.join(sorted(others))} say stands in the notes")
    path = Path(file) if base_name(file) != file and "://" not in file else None
    return VideoEvents(name, subject, 0, 0.0, tiers.done(placer.rejected), path, union(placer.doubtful))


def _titles(text: str) -> list[TierTitle]:
    try:
        listed = json.loads(text) if text else []
    except (ValueError, RecursionError):
        listed = []
    return [read_title(own) for own in listed if isinstance(own, str)] if isinstance(listed, list) else []


def write_via(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index) -> tuple[Remark, ...]:
    """Writes a project, whole or not at all. Times are rounded to milliseconds, as VIA shows them.

    The timeline's rows are tiers, “source/person/name” or an imported tier's own name; label and details are further
    attributes. The subject and the list of tiers are said of the whole file.

    Returns:
        What the project cannot hold.

    Raises:
        FormatError: if the file cannot be written.
    """
    losses = Losses(path, "VIA")
    rows = _rows(videos, index_of, losses)
    attributes = _attributes([values for _, _, values in rows])
    ids = {attribute["aname"]: own_id for own_id, attribute in attributes.items()}
    files = [losses.text("", str(video.path or video.video)) for video in videos]
    metadata = {}
    for number, (place, times, values) in enumerate(rows, start=1):
        av = {ids[name]: value for name, value in values.items()}
        metadata[f"{place + 1}_{number:08}"] = {"vid": str(place + 1), "flg": 0, "z": times, "xy": [], "av": av}
    numbers = [str(number) for number in range(1, len(videos) + 1)]
    document = {
        "project": {
            "pid": "__VIA_PROJECT_ID__",
            "rev": "__VIA_PROJECT_REV_ID__",
            "rev_timestamp": "__VIA_PROJECT_REV_TIMESTAMP__",
            "pname": path.stem,
            "creator": "FEDN Studio",
            "created": round(datetime.now().timestamp() * 1000),
            "vid_list": numbers,
        },
        "config": {
            "file": {"loc_prefix": {"1": "", "2": "", "3": "", "4": ""}},
            "ui": {
                "file_content_align": "center",
                "file_metadata_editor_visible": True,
                "spatial_metadata_editor_visible": False,
                "temporal_segment_metadata_editor_visible": True,
                "spatial_region_label_attribute_id": "",
                "gtimeline_visible_row_count": "4",
            },
        },
        "attribute": attributes,
        "file": {
            number: {"fid": number, "fname": base_name(file), "type": _VIDEO, "loc": _LOCAL, "src": file}
            for number, file in zip(numbers, files, strict=True)
        },
        "view": {number: {"fid_list": [number]} for number in numbers},
        "metadata": metadata,
    }
    write_foreign(path, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    return losses.done()


def write_via_csv(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index) -> tuple[Remark, ...]:
    """Writes the table that VIA exports, whole or not at all; its attributes are those of `write_via`.

    Returns:
        What the table cannot hold.

    Raises:
        FormatError: if the file cannot be written.
    """
    losses = Losses(path, "VIA")
    text = io.StringIO(newline="")
    text.write("# Exported by FEDN Studio for the VGG Image Annotator 3\n")
    text.write(f"{CSV_HEADER}metadata_id,file_list,temporal_coordinates,spatial_coordinates,metadata\n")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    files = [losses.text("", str(video.path or video.video), lines=False) for video in videos]
    for number, (place, times, values) in enumerate(_rows(videos, index_of, losses), start=1):
        said = [json.dumps(value, ensure_ascii=False) for value in ([files[place]], times, [], values)]
        writer.writerow([f"{place + 1}_{number:08}", *said])
    write_foreign(path, text.getvalue().encode())
    return losses.done()


_Row = tuple[int, list[float], dict[str, str]]
"""Number of the video from 0, times in seconds, and values by attribute."""


def _rows(videos: Sequence[VideoEvents], index_of: IndexOf, losses: Losses) -> list[_Row]:
    rows: list[_Row] = []
    for place, video in enumerate(videos):
        times = index_of(video.video)
        tiers = losses.tiers(video, times)
        titles = json.dumps([plain_or_title(tier) for tier in tiers], ensure_ascii=False)
        rows.append((place, [], {_SUBJECT: losses.text("", video.subject), _TIERS: titles}))
        for tier in tiers:
            for event in in_order(tier.events):
                span = [own / 1000 for own in losses.milliseconds(f"tier “{tier.name}”", event, times)]
                details = event_details(event, tier.rejected)
                rows.append((place, span, {_TIER: plain_or_title(tier), _LABEL: event.label, **details}))
    return rows


def _attributes(said: Sequence[dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Attributes by id. The options of tiers and labels are those that are there; their ids are their texts."""
    options = {
        _TIER: list(dict.fromkeys(values[_TIER] for values in said if _TIER in values)),
        _LABEL: sorted({values[_LABEL] for values in said if _LABEL in values}),
        "kind": list(KINDS),
        "intensity": list(INTENSITIES),
        "status": [REJECTED],
    }
    anchors = dict.fromkeys((_TIER, _LABEL, *DETAILS), _SEGMENT) | dict.fromkeys((_SUBJECT, _TIERS), _FILE)
    return {
        str(number): {
            "aname": name,
            "anchor_id": anchor,
            "type": _SELECT if name in options else _TEXT,
            "desc": "",
            "options": {own: own for own in options.get(name, []) if own},
            "default_option_id": "",
        }
        for number, (name, anchor) in enumerate(anchors.items(), start=1)
    }
