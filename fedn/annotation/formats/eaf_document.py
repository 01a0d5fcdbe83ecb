"""ELAN's document (EAF 2.7 to 3.0) as a tree of XML with what reader and writer need of it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from urllib.parse import unquote, urlsplit

from fedn.annotation.formats.event_details import DETAILS
from fedn.annotation.formats.foreign_file import parse_xml
from fedn.errors import FormatError

ALIGNABLE, REF = "ALIGNABLE_ANNOTATION", "REF_ANNOTATION"
EVENTS_TYPE = "expressions"
DETAIL_TYPES = {f"expression {name}": name for name in DETAILS}
"""The linguistic type of a tier that hangs on a tier of events tells which detail it holds, whatever its name."""
UNIT_MS = {"milliseconds": 1.0, "PAL-frames": 40.0, "NTSC-frames": 1001 / 30}
_LONGEST_MS = 10**11
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation. An alignable one lies between two time slots, the others hang on another annotation.

    Attributes:
        holder: the ANNOTATION element, whose only child is `element`.
        start, stop: ids of time slots, "" for one that hangs.
        of: id of the annotation that it hangs on, "" for an alignable one.
        previous: id of the one before it under the same annotation, "" for the first or only one.
    """

    id: str
    holder: ET.Element
    element: ET.Element
    start: str = ""
    stop: str = ""
    of: str = ""
    previous: str = ""

    @property
    def value(self) -> str:
        return self.element.findtext("ANNOTATION_VALUE") or ""


@dataclass(frozen=True, slots=True)
class EafTier:
    """A tier; `parent` is the id of the tier that it hangs on or divides, "" for one that stands alone."""

    element: ET.Element
    id: str
    type: str
    parent: str
    annotations: tuple[Annotation, ...]

    @property
    def detail(self) -> str:
        """Which detail of its parent's events it holds, "" for all other tiers."""
        return DETAIL_TYPES.get(self.type, "") if self.parent else ""


@dataclass(frozen=True, slots=True)
class Media:
    """A media file of the document. Its time is the annotations' time plus `origin_ms`."""

    name: str
    path: Path | None
    is_video: bool
    origin_ms: int


class EafDocument:
    """A parsed document.

    Attributes:
        root: the tree; the writer changes it.
        slots_ms: time of every slot in milliseconds, None for one that is not aligned.
        vocabularies: values of controlled vocabularies' entries by the ids of both, one for each language.
    """

    def __init__(self, path: Path, root: ET.Element) -> None:
        self.path, self.root = path, root
        header, order = root.find("HEADER"), root.find("TIME_ORDER")
        if root.tag != "ANNOTATION_DOCUMENT" or header is None or order is None:
            raise FormatError(f"{path} is not a file of ELAN; choose an .eaf file")
        _refuse_depth(path, root)
        self.header, self.time_order = header, order
        self.units = header.get("TIME_UNITS", "milliseconds")
        if self.units not in UNIT_MS:
            raise FormatError(f"{path} counts time in “{self.units}”; save it with ELAN in milliseconds")
        self.slots_ms = self._slots()
        self.tiers = [self._tier(element) for element in root.findall("TIER")]
        self.vocabularies = {
            element.get("CV_ID", ""): {
                entry.get("CVE_ID", ""): [value.text or "" for value in entry.findall("CVE_VALUE")]
                for entry in element.findall("CV_ENTRY_ML")
            }
            for element in root.findall("CONTROLLED_VOCABULARY")
        }
        self._types = {element.get("LINGUISTIC_TYPE_ID", ""): element for element in root.findall("LINGUISTIC_TYPE")}
        self._check_ids()

    @property
    def media(self) -> list[Media]:
        """Media files, those with a picture first."""
        found = [_media(element, self.path) for element in self.header.findall("MEDIA_DESCRIPTOR")]
        return sorted((media for media in found if media.name), key=lambda media: not media.is_video)

    def properties(self) -> dict[str, str]:
        return {element.get("NAME", ""): element.text or "" for element in self.header.findall("PROPERTY")}

    def children(self, tier_id: str) -> Iterator[EafTier]:
        return (tier for tier in self.tiers if tier.parent == tier_id and tier.id != tier_id)

    def label(self, tier: EafTier, annotation: Annotation) -> str:
        """What an annotation says; an entry of a controlled vocabulary counts more than an outdated text."""
        kind = self._types.get(tier.type)
        entries = {} if kind is None else self.vocabularies.get(kind.get("CONTROLLED_VOCABULARY_REF", ""), {})
        values = entries.get(annotation.element.get("CVE_REF", ""), [])
        return annotation.value if annotation.value in values or not values else values[0]

    def _slots(self) -> dict[str, float | None]:
        slots: dict[str, float | None] = {}
        for element in self.time_order.findall("TIME_SLOT"):
            own_id, value = element.get("TIME_SLOT_ID", ""), element.get("TIME_VALUE")
            if not own_id or own_id in slots:
                raise FormatError(
                    f"{self.path}: the time slot “{own_id}” has no id of its own; save it again with ELAN"
                )
            if value is not None and not (re.fullmatch(r"\s*\d{1,12}\s*", value) and int(value) < _LONGEST_MS):
                raise FormatError(
                    f"{self.path}: “{value[:40]}” of the time slot “{own_id}” is not a time in milliseconds"
                )
            slots[own_id] = None if value is None else int(value) * UNIT_MS[self.units]
        return slots

    def _tier(self, element: ET.Element) -> EafTier:
        own_id = element.get("TIER_ID")
        if own_id is None:
            raise FormatError(f"{self.path} has a tier without a name; save it again with ELAN")
        annotations = tuple(
            self._annotation(own_id, holder, child)
            for holder in element.findall("ANNOTATION")
            for child in holder
            if child.tag in (ALIGNABLE, REF)
        )
        parent = element.get("PARENT_REF", "")
        return EafTier(element, own_id, element.get("LINGUISTIC_TYPE_REF", ""), parent, annotations)

    def _annotation(self, tier: str, holder: ET.Element, element: ET.Element) -> Annotation:
        own_id = element.get("ANNOTATION_ID", "")
        if element.tag == REF:
            of = element.get("ANNOTATION_REF", "")
            found = Annotation(own_id, holder, element, of=of, previous=element.get("PREVIOUS_ANNOTATION", ""))
            complete = bool(of)
        else:
            start, stop = element.get("TIME_SLOT_REF1", ""), element.get("TIME_SLOT_REF2", "")
            found = Annotation(own_id, holder, element, start, stop)
            complete = start in self.slots_ms and stop in self.slots_ms
        if not own_id or not complete:
            raise FormatError(
                f"{self.path}, tier “{tier}”: the annotation “{own_id}” does not say what it refers to; "
                "save the file again with ELAN"
            )
        return found

    def _check_ids(self) -> None:
        for what, ids in (
            ("tier", [tier.id for tier in self.tiers]),
            ("annotation", [own.id for tier in self.tiers for own in tier.annotations]),
        ):
            if len(set(ids)) < len(ids):
                seen: set[str] = set()
                twice = next(own_id for own_id in ids if own_id in seen or seen.add(own_id))
                raise FormatError(f"{self.path} has two {what}s “{twice}”; rename one of them with ELAN")


def parse_eaf(path: Path) -> EafDocument:
    """Reads a document.

    Raises:
        FormatError: if it is missing, not an EAF file or refers to what is not there.
    """
    return EafDocument(path, parse_xml(path))


def _refuse_depth(path: Path, root: ET.Element) -> None:
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise FormatError(f"{path} is nested too deeply for a file of ELAN; export it again")
        level = [child for element in level for child in element]


def _media(element: ET.Element, document: Path) -> Media:
    url, relative = element.get("MEDIA_URL", ""), element.get("RELATIVE_MEDIA_URL", "")
    path = _path_of(url) or (document.parent / relative if relative and "\0" not in relative else None)
    name = PureWindowsPath(unquote(url.rpartition("/")[2] or relative)).name
    origin = element.get("TIME_ORIGIN", "")
    is_video = element.get("MIME_TYPE", "").startswith("video") or not element.get("MIME_TYPE", "").startswith("audio")
    origin_ms = int(origin) if re.fullmatch(r"-?\d{1,11}", origin) else 0
    return Media(name, path, is_video, origin_ms)


def _path_of(url: str) -> Path | None:
    """The file of a file: address on any system, None for other addresses. It need not exist."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme != "file" or not parts.path or "\0" in unquote(parts.path):
        return None
    path = unquote(parts.path)
    return Path(path.lstrip("/") if re.match(r"/+[A-Za-z]:", path) else "/" + path.lstrip("/"))
