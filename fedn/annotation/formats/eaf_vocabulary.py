"""A project's vocabulary as ELAN's controlled vocabulary."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Set

from fedn.annotation.formats.eaf_document import EVENTS_TYPE, EafDocument
from fedn.annotation.formats.eaf_tree import ensure_type, insert_after, insert_in_order
from fedn.annotation.formats.writing_losses import Losses
from fedn.annotation.vocabulary import Vocabulary

_LANGUAGE = {"LANG_ID": "und", "LANG_DEF": "http://cdb.iso.org/lg/CDB-00130975-001", "LANG_LABEL": "undetermined (und)"}
_FIRST_FORMAT = (2, 8)


def put_vocabulary(document: EafDocument, vocabulary: Vocabulary, labels: Set[str], losses: Losses) -> dict[str, str]:
    """Makes the vocabulary the one of the tiers of events; one of the same name that they have is only added to.

    Args:
        labels: what events are called; a label outside of the vocabulary is no loss, but told.

    Returns:
        Ids of entries by label.
    """
    if _format_of(document) < _FIRST_FORMAT:
        losses.add("", f"the vocabulary “{vocabulary.name}” was not added: the original is of an older format of ELAN")
        return {}
    others = sorted(labels - set(vocabulary.names) - {""})
    if others:
        losses.add(
            "", f"labels outside of the vocabulary “{vocabulary.name}” are free text in ELAN: {', '.join(others)}"
        )
    name, element = _vocabulary_element(document, losses.text("", vocabulary.name, lines=False))
    entries = {value: own.get("CVE_ID", "") for own in element.findall("CV_ENTRY_ML") if (value := _value(own))}
    used = {own_id for own in document.vocabularies.values() for own_id in own}
    language = _language(element)
    for label in vocabulary.labels:
        value = losses.text("", label.name)
        if value in entries:
            continue
        number = len(used) + 1
        while f"cve_{number}" in used:
            number += 1
        entries[value] = f"cve_{number}"
        used.add(entries[value])
        entry = ET.Element("CV_ENTRY_ML", {"CVE_ID": entries[value]})
        ET.SubElement(entry, "CVE_VALUE", {"LANG_REF": language, "DESCRIPTION": ""}).text = value
        insert_after(element, len(element) - 1, entry, level=2)
    ensure_type(document, EVENTS_TYPE).set("CONTROLLED_VOCABULARY_REF", name)
    return entries


def _format_of(document: EafDocument) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in document.root.get("FORMAT", "2.7").split("."))
    except ValueError:
        return (0,)


def _vocabulary_element(document: EafDocument, wanted: str) -> tuple[str, ET.Element]:
    """The vocabulary that the tiers of events already have under this name, or a new one with a name of its own."""
    root = document.root
    own = ensure_type(document, EVENTS_TYPE).get("CONTROLLED_VOCABULARY_REF", "")
    by_name = {element.get("CV_ID", ""): element for element in root.findall("CONTROLLED_VOCABULARY")}
    if own in by_name and re.fullmatch(rf"{re.escape(wanted)}( \(\d+\))?", own):
        return own, by_name[own]
    name, number = wanted, 2
    while name in by_name:
        name, number = f"{wanted} ({number})", number + 1
    if not any(language.get("LANG_ID") == _LANGUAGE["LANG_ID"] for language in root.findall("LANGUAGE")):
        insert_in_order(root, ET.Element("LANGUAGE", _LANGUAGE))
    element = ET.Element("CONTROLLED_VOCABULARY", {"CV_ID": name})
    ET.SubElement(element, "DESCRIPTION", {"LANG_REF": _LANGUAGE["LANG_ID"]})
    insert_in_order(root, element)
    return name, element


def _language(element: ET.Element) -> str:
    described = element.find("DESCRIPTION")
    return _LANGUAGE["LANG_ID"] if described is None else described.get("LANG_REF", _LANGUAGE["LANG_ID"])


def _value(entry: ET.Element) -> str:
    return entry.findtext("CVE_VALUE") or ""
