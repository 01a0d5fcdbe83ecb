"""Putting elements where the schema of EAF 3.0 wants them, without touching those that are there."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from fedn.annotation.formats.eaf_document import EafDocument
from fedn.errors import FormatError

_ORDER = (
    "LICENSE", "HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", "LOCALE", "LANGUAGE", "CONSTRAINT",
    "CONTROLLED_VOCABULARY", "LEXICON_REF", "REF_LINK_SET", "EXTERNAL_REF",
)  # fmt: skip
_INDENT = "    "


def insert_in_order(root: ET.Element, element: ET.Element) -> None:
    """Puts an element behind the last one that may stand before it."""
    rank = _ORDER.index(element.tag)
    before = [number for number, child in enumerate(root) if child.tag in _ORDER and _ORDER.index(child.tag) <= rank]
    insert_after(root, before[-1] if before else -1, element)


def insert_after(parent: ET.Element, position: int, element: ET.Element, level: int = 1) -> None:
    """Puts an element behind the child at `position`, -1 for the first place, with the line breaks of its neighbors."""
    ET.indent(element, _INDENT, level)
    if position >= 0:
        element.tail, parent[position].tail = parent[position].tail, "\n" + _INDENT * level
    elif len(parent):
        element.tail = "\n" + _INDENT * level
    else:
        parent.text, element.tail = "\n" + _INDENT * level, "\n" + _INDENT * (level - 1)
    parent.insert(position + 1, element)


def remove_child(parent: ET.Element, child: ET.Element) -> None:
    """Takes a child out; the line break behind the last one moves to the one before."""
    position = list(parent).index(child)
    if position and position == len(parent) - 1:
        parent[position - 1].tail = child.tail
    parent.remove(child)
    if not len(parent) and (parent.text or "").isspace():
        parent.text = None


def set_property(header: ET.Element, name: str, value: str) -> None:
    """Sets a property of the document, or takes it out for ""."""
    found = next((own for own in header.findall("PROPERTY") if own.get("NAME") == name), None)
    if not value:
        if found is not None:
            remove_child(header, found)
    elif found is None:
        element = ET.Element("PROPERTY", {"NAME": name})
        element.text = value
        insert_after(header, len(header) - 1, element, level=2)
    else:
        found.text = value


def ensure_type(document: EafDocument, type_id: str, constraint: str = "") -> ET.Element:
    """The linguistic type of that name, added with its constraint if it is not there.

    Raises:
        FormatError: if the document has one of that name and of another kind.
    """
    for element in document.root.findall("LINGUISTIC_TYPE"):
        if element.get("LINGUISTIC_TYPE_ID") == type_id:
            if element.get("CONSTRAINTS", "") != constraint:
                raise FormatError(
                    f"{document.path} has a type “{type_id}” of another kind than this program's; rename it with ELAN"
                )
            return element
    alignable = "false" if constraint else "true"
    element = ET.Element(
        "LINGUISTIC_TYPE",
        {"LINGUISTIC_TYPE_ID": type_id, "TIME_ALIGNABLE": alignable, "GRAPHIC_REFERENCES": "false"},
    )
    insert_in_order(document.root, element)
    if constraint:
        element.set("CONSTRAINTS", constraint)
        if all(own.get("STEREOTYPE") != constraint for own in document.root.findall("CONSTRAINT")):
            about = {"STEREOTYPE": constraint, "DESCRIPTION": "1-1 association with a parent annotation"}
            insert_in_order(document.root, ET.Element("CONSTRAINT", about))
    return element
