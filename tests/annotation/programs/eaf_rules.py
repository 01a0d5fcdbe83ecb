"""The rules of EAF 3.0's schema and of ELAN itself, written down a second time for the tests."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

ORDER = [
    "LICENSE",
    "HEADER",
    "TIME_ORDER",
    "TIER",
    "LINGUISTIC_TYPE",
    "LOCALE",
    "LANGUAGE",
    "CONSTRAINT",
    "CONTROLLED_VOCABULARY",
    "LEXICON_REF",
    "REF_LINK_SET",
    "EXTERNAL_REF",
]
HEADER_ORDER = ["MEDIA_DESCRIPTOR", "LINKED_FILE_DESCRIPTOR", "PROPERTY"]
ANNOTATIONS = ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
REQUIRED = {
    "ANNOTATION_DOCUMENT": ("AUTHOR", "DATE", "FORMAT", "VERSION"),
    "MEDIA_DESCRIPTOR": ("MEDIA_URL", "MIME_TYPE"),
    "TIME_SLOT": ("TIME_SLOT_ID",),
    "TIER": ("TIER_ID", "LINGUISTIC_TYPE_REF"),
    "ALIGNABLE_ANNOTATION": ("ANNOTATION_ID", "TIME_SLOT_REF1", "TIME_SLOT_REF2"),
    "REF_ANNOTATION": ("ANNOTATION_ID", "ANNOTATION_REF"),
    "LINGUISTIC_TYPE": ("LINGUISTIC_TYPE_ID",),
    "LANGUAGE": ("LANG_ID",),
    "CONSTRAINT": ("STEREOTYPE",),
    "CONTROLLED_VOCABULARY": ("CV_ID",),
    "CV_ENTRY_ML": ("CVE_ID",),
    "CVE_VALUE": ("LANG_REF",),
    "PROPERTY": ("NAME",),
}
PERMITTED = {
    "TIER": {"TIER_ID", "PARTICIPANT", "ANNOTATOR", "LINGUISTIC_TYPE_REF", "DEFAULT_LOCALE", "PARENT_REF", "EXT_REF",
             "LANG_REF"},
    "ALIGNABLE_ANNOTATION": {"ANNOTATION_ID", "TIME_SLOT_REF1", "TIME_SLOT_REF2", "SVG_REF", "EXT_REF", "LANG_REF",
                             "CVE_REF"},
    "REF_ANNOTATION": {"ANNOTATION_ID", "ANNOTATION_REF", "PREVIOUS_ANNOTATION", "EXT_REF", "LANG_REF", "CVE_REF"},
    "LINGUISTIC_TYPE": {"LINGUISTIC_TYPE_ID", "TIME_ALIGNABLE", "CONSTRAINTS", "GRAPHIC_REFERENCES",
                        "CONTROLLED_VOCABULARY_REF", "EXT_REF", "LEXICON_REF"},
}  # fmt: skip
NAME = re.compile(r"[A-Za-z_][\w.-]*")


def check_eaf(path: Path) -> ET.Element:
    """The root of a document that keeps all rules."""
    root = ET.parse(path).getroot()
    assert root.tag == "ANNOTATION_DOCUMENT"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", root.get("DATE", ""))
    assert root.get("FORMAT") == "3.0"
    ranks = [ORDER.index(child.tag) for child in root]
    assert ranks == sorted(ranks)
    assert [child.tag for child in root].count("HEADER") == [child.tag for child in root].count("TIME_ORDER") == 1
    header = root.find("HEADER")
    assert header is not None
    assert header.get("TIME_UNITS") == "milliseconds"
    assert [child.tag for child in header] == sorted((child.tag for child in header), key=HEADER_ORDER.index)
    for element in root.iter():
        assert all(element.get(name) is not None for name in REQUIRED.get(element.tag, ())), element.attrib
        assert set(element.attrib) <= PERMITTED.get(element.tag, set(element.attrib)), element.attrib
    check_references(root)
    check_times(root)
    return root


def check_references(root: ET.Element) -> None:
    slots, annotations = ids(root, "TIME_SLOT", "TIME_SLOT_ID"), annotation_ids(root)
    tiers, types = ids(root, "TIER", "TIER_ID"), ids(root, "LINGUISTIC_TYPE", "LINGUISTIC_TYPE_ID")
    languages, vocabularies = ids(root, "LANGUAGE", "LANG_ID"), ids(root, "CONTROLLED_VOCABULARY", "CV_ID")
    constraints = ids(root, "CONSTRAINT", "STEREOTYPE")
    assert all(NAME.fullmatch(own) for own in {*slots, *annotations})
    assert not slots & annotations
    refer(root, "TIER", "LINGUISTIC_TYPE_REF", types)
    refer(root, "TIER", "PARENT_REF", tiers)
    refer(root, "LINGUISTIC_TYPE", "CONTROLLED_VOCABULARY_REF", vocabularies)
    refer(root, "LINGUISTIC_TYPE", "CONSTRAINTS", constraints)
    refer(root, "REF_ANNOTATION", "ANNOTATION_REF", annotations)
    refer(root, "DESCRIPTION", "LANG_REF", languages)
    refer(root, "CVE_VALUE", "LANG_REF", languages)
    for name in ("TIME_SLOT_REF1", "TIME_SLOT_REF2"):
        refer(root, "ALIGNABLE_ANNOTATION", name, slots)
    kinds = {own.get("LINGUISTIC_TYPE_ID"): own for own in root.iter("LINGUISTIC_TYPE")}
    for tier in root.iter("TIER"):
        kind = kinds[tier.get("LINGUISTIC_TYPE_REF")]
        assert (kind.get("CONSTRAINTS") is None) == (tier.get("PARENT_REF") is None)
        wanted = "ALIGNABLE_ANNOTATION" if kind.get("TIME_ALIGNABLE") == "true" else "REF_ANNOTATION"
        assert {own.tag for holder in tier for own in holder} <= {wanted}
        entries = entry_ids(root, kind.get("CONTROLLED_VOCABULARY_REF"))
        assert {own.get("CVE_REF") for own in tier.iter("ALIGNABLE_ANNOTATION")} - {None} <= entries
        if kind.get("CONSTRAINTS") == "Symbolic_Association":
            parents = [own.get("ANNOTATION_REF") for own in tier.iter("REF_ANNOTATION")]
            assert len(set(parents)) == len(parents)
            above = next(own for own in root.iter("TIER") if own.get("TIER_ID") == tier.get("PARENT_REF"))
            assert set(parents) <= annotation_ids(above)


def check_times(root: ET.Element) -> None:
    slots = {own.get("TIME_SLOT_ID"): own.get("TIME_VALUE") for own in root.iter("TIME_SLOT")}
    aligned = [int(value) for value in slots.values() if value is not None]
    assert aligned == sorted(aligned)
    assert all(value >= 0 for value in aligned)
    for tier in root.iter("TIER"):
        spans = [
            (slots[own.get("TIME_SLOT_REF1")], slots[own.get("TIME_SLOT_REF2")])
            for own in tier.iter("ALIGNABLE_ANNOTATION")
        ]
        times = [(int(start), int(stop)) for start, stop in spans if start is not None and stop is not None]
        assert all(start < stop for start, stop in times)
        assert all(first[1] <= second[0] for first, second in pairwise(times))


def refer(root: ET.Element, tag: str, name: str, known: set[str]) -> None:
    assert {own.get(name, "") for own in root.iter(tag) if own.get(name) is not None} <= known, (tag, name)


def ids(root: ET.Element, tag: str, name: str) -> set[str]:
    found = [own.get(name, "") for own in root.iter(tag)]
    assert len(set(found)) == len(found), (tag, name)
    return set(found)


def annotation_ids(root: ET.Element) -> set[str]:
    found = [
        own.get("ANNOTATION_ID", "") for own in root.iter() if own.tag in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
    ]
    assert len(set(found)) == len(found)
    return set(found)


def entry_ids(root: ET.Element, name: str | None) -> set[str]:
    found = next((own for own in root.iter("CONTROLLED_VOCABULARY") if own.get("CV_ID") == name), None)
    return set() if found is None else {own.get("CVE_ID", "") for own in found.iter("CV_ENTRY_ML")}
