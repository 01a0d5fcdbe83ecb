"""ELAN's annotation files (EAF 3.0), for writing: milliseconds, no overlap within a tier."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Remark, TierEvents, VideoEvents
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.formats.times import FrameTimes, IndexOf, no_index
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import FormatError

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_EVENTS, _DETAILS = "expressions", "details"
_MIME_TYPES = {".mp4": "video/mp4", ".mpg": "video/mpeg", ".mpeg": "video/mpeg", ".mov": "video/quicktime"}


def write_eaf(
    path: Path,
    videos: Sequence[VideoEvents],
    index_of: IndexOf = no_index,
    *,
    vocabulary: Vocabulary | None = None,
    over: Path | None = None,
) -> tuple[Remark, ...]:
    """Writes one video's tiers, whole or not at all.

    An event lasts from the start of its onset frame to the end of its offset frame, rounded to milliseconds. Apex
    frame, score, intensity and note become tiers that hang on the event's tier, so that ELAN moves them with it.

    Args:
        videos: one video; its path is named in the file by its address and relative to `path`.
        vocabulary: becomes ELAN's controlled vocabulary of labels.

    Raises:
        FormatError: if there is not exactly one video, or the file cannot be written.
    """
    if len(videos) != 1:
        raise FormatError(f"{path} can hold one video, not {len(videos)}; write one file for each")
    (video,) = videos
    writer = _EafWriter(path, video.path or Path(video.video))
    for tier in video.tiers:
        writer.add_tier(tier, video.subject, index_of(video.video))
    root = writer.finish(vocabulary)
    ET.indent(root)
    write_foreign(path, ET.tostring(root, encoding="UTF-8", xml_declaration=True))
    return ()


class _EafWriter:
    """Builds the document; ids are numbered in the order in which they are made."""

    def __init__(self, path: Path, media: Path) -> None:
        ET.register_namespace("xsi", _XSI)
        self._root = ET.Element(
            "ANNOTATION_DOCUMENT",
            {
                "AUTHOR": "FEDN Studio",
                "DATE": datetime.now().astimezone().isoformat(timespec="seconds"),
                "FORMAT": "3.0",
                "VERSION": "3.0",
                f"{{{_XSI}}}noNamespaceSchemaLocation": _SCHEMA,
            },
        )
        header = ET.SubElement(self._root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
        attributes = {
            "MEDIA_URL": media.absolute().as_uri(),
            "MIME_TYPE": _MIME_TYPES.get(media.suffix.lower(), "unknown"),
        }
        relative = _relative(media, path.parent)
        if relative is not None:
            attributes["RELATIVE_MEDIA_URL"] = relative
        ET.SubElement(header, "MEDIA_DESCRIPTOR", attributes)
        self._last_id = ET.SubElement(header, "PROPERTY", {"NAME": "lastUsedAnnotationId"})
        self._time_order = ET.SubElement(self._root, "TIME_ORDER")
        self._annotation_count = 0
        self._times: list[tuple[int, ET.Element, str]] = []
        self._tier_names: set[str] = set()

    def add_tier(self, tier: TierEvents, subject: str, index: FrameTimes) -> None:
        for events in _without_overlap(tier.events):
            name = self._free_name(_writable(tier.name))
            who = f"model:{tier.who}" if tier.source is Source.DETECTOR else tier.who
            people = {"PARTICIPANT": _writable(subject), "ANNOTATOR": _writable(who)}
            people = {key: value for key, value in people.items() if value}
            element = ET.SubElement(self._root, "TIER", {"TIER_ID": name, "LINGUISTIC_TYPE_REF": _EVENTS, **people})
            ids = [self._add_event(element, event, index) for event in events]
            for detail in ("apex", "score", "intensity", "note"):
                values = [(own_id, _detail(event, detail)) for own_id, event in zip(ids, events, strict=True)]
                self._add_details(name, f"{name} {detail}", people, [pair for pair in values if pair[1]])

    def _add_event(self, tier: ET.Element, event: Event, index: FrameTimes) -> str:
        start_ms = round(index.time_s(event.onset) * 1000)
        stop_ms = max(start_ms + 1, round(index.end_s(event.offset) * 1000))
        own_id = self._new_annotation_id()
        holder = ET.SubElement(ET.SubElement(tier, "ANNOTATION"), "ALIGNABLE_ANNOTATION", {"ANNOTATION_ID": own_id})
        self._times.append((start_ms, holder, "TIME_SLOT_REF1"))
        self._times.append((stop_ms, holder, "TIME_SLOT_REF2"))
        ET.SubElement(holder, "ANNOTATION_VALUE").text = _writable(event.label)
        return own_id

    def _add_details(self, parent: str, name: str, people: dict[str, str], values: list[tuple[str, str]]) -> None:
        if not values:
            return
        attributes = {"TIER_ID": self._free_name(name), "LINGUISTIC_TYPE_REF": _DETAILS, "PARENT_REF": parent, **people}
        tier = ET.SubElement(self._root, "TIER", attributes)
        for of_id, value in values:
            own_id = self._new_annotation_id()
            attributes = {"ANNOTATION_ID": own_id, "ANNOTATION_REF": of_id}
            holder = ET.SubElement(ET.SubElement(tier, "ANNOTATION"), "REF_ANNOTATION", attributes)
            ET.SubElement(holder, "ANNOTATION_VALUE").text = _writable(value)

    def finish(self, vocabulary: Vocabulary | None) -> ET.Element:
        # Slots stand in order of time; the sort is stable, so those of one moment stay in the order of events.
        for number, (time_ms, holder, reference) in enumerate(sorted(self._times, key=lambda slot: slot[0]), start=1):
            slot = {"TIME_SLOT_ID": f"ts{number}", "TIME_VALUE": str(time_ms)}
            ET.SubElement(self._time_order, "TIME_SLOT", slot)
            holder.set(reference, f"ts{number}")
        self._last_id.text = str(self._annotation_count)
        events_type = {"LINGUISTIC_TYPE_ID": _EVENTS, "TIME_ALIGNABLE": "true", "GRAPHIC_REFERENCES": "false"}
        if vocabulary is not None:
            events_type["CONTROLLED_VOCABULARY_REF"] = vocabulary.name
        ET.SubElement(self._root, "LINGUISTIC_TYPE", events_type)
        details_type = {"LINGUISTIC_TYPE_ID": _DETAILS, "TIME_ALIGNABLE": "false", "GRAPHIC_REFERENCES": "false"}
        ET.SubElement(self._root, "LINGUISTIC_TYPE", {**details_type, "CONSTRAINTS": "Symbolic_Association"})
        language = {"LANG_ID": "eng", "LANG_DEF": "http://cdb.iso.org/lg/CDB-00138502-001", "LANG_LABEL": "English"}
        if vocabulary is not None:
            ET.SubElement(self._root, "LANGUAGE", language)
        constraint = {"STEREOTYPE": "Symbolic_Association", "DESCRIPTION": "1-1 association with a parent annotation"}
        ET.SubElement(self._root, "CONSTRAINT", constraint)
        if vocabulary is not None:
            self._add_vocabulary(vocabulary)
        return self._root

    def _add_vocabulary(self, vocabulary: Vocabulary) -> None:
        element = ET.SubElement(self._root, "CONTROLLED_VOCABULARY", {"CV_ID": vocabulary.name})
        ET.SubElement(element, "DESCRIPTION", {"LANG_REF": "eng"})
        for number, label in enumerate(vocabulary.labels):
            entry = ET.SubElement(element, "CV_ENTRY_ML", {"CVE_ID": f"cve{number}"})
            ET.SubElement(entry, "CVE_VALUE", {"LANG_REF": "eng", "DESCRIPTION": ""}).text = label.name

    def _new_annotation_id(self) -> str:
        self._annotation_count += 1
        return f"a{self._annotation_count}"

    def _free_name(self, name: str) -> str:
        free, number = name, 2
        while free in self._tier_names:
            free, number = f"{name} {number}", number + 1
        self._tier_names.add(free)
        return free


def _without_overlap(events: Sequence[Event]) -> list[list[Event]]:
    """The events on as few rows as it takes; one row, possibly empty, if none overlap."""
    rows: list[list[Event]] = [[]]
    for event in sorted(events, key=lambda event: (event.onset, event.offset)):
        row = next((row for row in rows if not row or row[-1].offset < event.onset), None)
        if row is None:
            rows.append(row := [])
        row.append(event)
    return rows


def _detail(event: Event, name: str) -> str:
    value = getattr(event, name)
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _writable(text: str) -> str:
    """The text without the control characters that XML cannot hold."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")


def _relative(media: Path, folder: Path) -> str | None:
    try:
        return "./" + media.absolute().relative_to(folder.absolute()).as_posix()
    except ValueError:
        return None
