"""Tiers of events in ELAN's document, brought to what they should hold with as little change as possible."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Remarks
from fedn.annotation.formats.eaf_document import (
    ALIGNABLE,
    DETAIL_TYPES,
    EVENTS_TYPE,
    REF,
    Annotation,
    EafDocument,
    EafTier,
)
from fedn.annotation.formats.eaf_matching import event_content, matching
from fedn.annotation.formats.eaf_reader import Spans, annotation_details, annotation_spans, tier_events
from fedn.annotation.formats.eaf_tree import ensure_type, insert_after, insert_in_order, remove_child, set_property
from fedn.annotation.formats.event_details import DETAILS, event_details
from fedn.annotation.formats.placed_events import Placer
from fedn.annotation.formats.writing_losses import Losses

_ASSOCIATION = "Symbolic_Association"
_LAST_ID = "lastUsedAnnotationId"


@dataclass(slots=True)
class EafTiers:
    """Changes a document's tiers; ids of new annotations and slots go on from the document's.

    Attributes:
        entries: ids of the controlled vocabulary's entries by label.
        put: ids of the tiers that were put so far.
    """

    document: EafDocument
    placer: Placer
    origin_ms: int
    losses: Losses
    entries: dict[str, str] = field(default_factory=dict)
    put: set[str] = field(default_factory=set)
    _new_slots: list[tuple[int, ET.Element, str]] = field(default_factory=list)
    _freed_slots: set[str] = field(default_factory=set)
    _last_id: int = 0
    _spans: Spans = field(init=False)
    _details: dict[str, dict[str, str]] = field(init=False)
    _hanging: dict[str, list[tuple[EafTier, Annotation]]] = field(default_factory=dict)
    _gone: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._spans = annotation_spans(self.document, Remarks(self.document.path))
        self._details = annotation_details(self.document)
        for tier in self.document.tiers:
            for own in tier.annotations:
                self._hanging.setdefault(own.of, []).append((tier, own))
        numbers = [re.search(r"\d{1,9}\Z", own.id) for tier in self.document.tiers for own in tier.annotations]
        stated = self.document.properties().get(_LAST_ID, "")
        self._last_id = max(
            [int(stated) if re.fullmatch(r"\d{1,9}", stated) else 0, *(int(found[0]) for found in numbers if found)]
        )

    def put_row(self, tier_id: str, people: dict[str, str], events: Sequence[Event], rejected: Collection[str]) -> None:
        """Makes a tier hold just these events, which do not overlap; `rejected` are ids of events."""
        self.put.add(tier_id)
        place = f"tier “{tier_id}”"
        spans = [self.losses.milliseconds(place, event, self.placer.times) for event in events]
        if any(start_ms < self.origin_ms for start_ms, _ in spans):
            self.losses.add(place, "events before time 0 of the original were left out")
            kept = [(event, span) for event, span in zip(events, spans, strict=True) if span[0] >= self.origin_ms]
            events, spans = [event for event, _ in kept], [span for _, span in kept]
        tier = next((tier for tier in self.document.tiers if tier.id == tier_id), None)
        if tier is None:
            ensure_type(self.document, EVENTS_TYPE)
            element = ET.Element("TIER", {"TIER_ID": tier_id, "LINGUISTIC_TYPE_REF": EVENTS_TYPE, **people})
            insert_in_order(self.document.root, element)
            ids = [self._add(element, event, span) for event, span in zip(events, spans, strict=True)]
            children: list[EafTier] = []
        else:
            element, children = tier.element, list(self.document.children(tier_id))
            old = self._events_of(tier)
            rejected = {*rejected, *self.placer.rejected}
            contents = [sorted(event_content(own, rejected) for own in held) for held in (old.values(), events)]
            if contents[0] == contents[1]:
                return
            if self._cannot_change(tier, children):
                self.losses.add(place, "it divides another tier or is divided by one in the original, "
                                "so that it was left as it is there")  # fmt: skip
                return
            ids = self._change(tier, events, spans, matching(old, events, rejected), old)
        for name in DETAILS:
            details = [event_details(event, rejected).get(name, "") for event in events]
            values = {own_id: value for own_id, value in zip(ids, details, strict=True) if value}
            held = [child for child in children if child.detail == name]
            self._put_detail(element, name, people, held[0] if held else None, values)

    def remove(self, tier: EafTier) -> None:
        """Takes a tier and all that hang on it out of the document."""
        waiting = [tier]
        while waiting:
            own = waiting.pop()
            if own.element in list(self.document.root):
                waiting += self.document.children(own.id)
                self._free(own.annotations)
                remove_child(self.document.root, own.element)
                if not own.detail:
                    self.losses.add(f"tier “{own.id}”", "the project no longer has it, so that it was left out")

    def finish(self) -> None:
        """Puts the new slots into the order of time and takes out those that nothing refers to any more."""
        used = {
            own.get(name) for own in self.document.root.iter(ALIGNABLE) for name in ("TIME_SLOT_REF1", "TIME_SLOT_REF2")
        }
        order = self.document.time_order
        unused = self._freed_slots - used
        for slot in [own for own in order if own.get("TIME_SLOT_ID") in unused]:
            remove_child(order, slot)
        self._insert_slots(order)
        set_property(self.document.header, _LAST_ID, str(self._last_id))

    def _insert_slots(self, order: ET.Element) -> None:
        numbers = [re.fullmatch(r"ts(\d{1,9})", own_id) for own_id in self.document.slots_ms]
        last = max((int(found[1]) for found in numbers if found), default=0)
        slots = list(order)
        times: list[float] = []
        for slot in slots:  # A slot without a time belongs behind the one before it.
            own_ms = self.document.slots_ms.get(slot.get("TIME_SLOT_ID", ""))
            times.append(own_ms if own_ms is not None else (times[-1] if times else 0.0))
        position = 0
        for number, (time_ms, holder, reference) in enumerate(
            sorted(self._new_slots, key=lambda new: new[0]), start=last + 1
        ):
            while position < len(times) and times[position] <= time_ms:
                position += 1
            slot = ET.Element("TIME_SLOT", {"TIME_SLOT_ID": f"ts{number}", "TIME_VALUE": str(time_ms)})
            insert_after(order, position - 1, slot, level=2)
            times.insert(position, time_ms)
            position += 1
            holder.set(reference, f"ts{number}")

    def _events_of(self, tier: EafTier) -> dict[str, Event]:
        """What a tier of the document holds, by the annotation's id."""
        events = tier_events(self.document, tier, self._spans, self._details, self.placer, self.origin_ms)
        return {own_id: event for own_id, event in events.items() if event is not None}

    @staticmethod
    def _cannot_change(tier: EafTier, children: Sequence[EafTier]) -> bool:
        divided = any(own.start for child in children for own in child.annotations)
        return bool(tier.parent) or divided

    def _change(
        self,
        tier: EafTier,
        events: Sequence[Event],
        spans: Sequence[tuple[int, int]],
        pairs: dict[int, str],
        old: dict[str, Event],
    ) -> list[str]:
        """Turns the annotations of a tier into the events; returns the id of each event's annotation.

        An annotation stays the one of its event, and with it what hangs on it.

        Args:
            pairs: the id of the annotation that an event was, by the event's number.
            old: what annotations held, by their id.
        """
        by_id = {own.id: own for own in tier.annotations}
        kept = set(pairs.values())
        for own_id in [own_id for own_id in old if own_id not in kept]:
            self._free([by_id[own_id]])
            self._drop_hanging(own_id)
            remove_child(tier.element, by_id[own_id].holder)
        ids: list[str] = []
        for number, (event, span) in enumerate(zip(events, spans, strict=True)):
            if number not in pairs:
                ids.append(self._add(tier.element, event, span))
                continue
            own, before = by_id[pairs[number]], old[pairs[number]]
            ids.append(own.id)
            if (before.onset, before.offset) != (event.onset, event.offset):
                self._free([own])
                self._place(own.element, span)
            elif before.label == event.label:
                continue
            if tier.type == EVENTS_TYPE or before.label != event.label:
                self._set_label(tier.element, own.element, event.label)
        starts = dict(zip(ids, (start_ms - self.origin_ms for start_ms, _ in spans), strict=True))
        _sort_children(tier.element, lambda own_id: starts.get(own_id, self._spans.get(own_id, (0.0, 0.0))[0]))
        return ids

    def _add(self, tier: ET.Element, event: Event, span_ms: tuple[int, int]) -> str:
        holder = ET.Element("ANNOTATION")
        element = ET.SubElement(holder, ALIGNABLE, {"ANNOTATION_ID": self._new_id()})
        ET.SubElement(element, "ANNOTATION_VALUE")
        self._set_label(tier, element, event.label)
        self._place(element, span_ms)
        insert_after(tier, len(tier) - 1, holder, level=2)
        return element.get("ANNOTATION_ID", "")

    def _place(self, element: ET.Element, span_ms: tuple[int, int]) -> None:
        for time_ms, reference in zip(span_ms, ("TIME_SLOT_REF1", "TIME_SLOT_REF2"), strict=True):
            element.set(reference, "")
            self._new_slots.append((time_ms - self.origin_ms, element, reference))

    def _set_label(self, tier: ET.Element, element: ET.Element, label: str) -> None:
        value = element.find("ANNOTATION_VALUE")
        if value is None:
            value = ET.SubElement(element, "ANNOTATION_VALUE")
        value.text = label
        element.attrib.pop("CVE_REF", None)
        if label in self.entries and tier.get("LINGUISTIC_TYPE_REF") == EVENTS_TYPE:
            element.set("CVE_REF", self.entries[label])

    def _free(self, annotations: Sequence[Annotation]) -> None:
        self._freed_slots |= {slot for own in annotations for slot in (own.start, own.stop) if slot}

    def _drop_hanging(self, own_id: str) -> None:
        """Takes out what hangs on an annotation that goes."""
        waiting = [own_id]
        while waiting:
            for tier, own in self._hanging.get(waiting.pop(), []):
                if own.id in self._gone:
                    continue
                self._gone.add(own.id)
                waiting.append(own.id)
                remove_child(tier.element, own.holder)
                if not tier.detail:
                    self.losses.add(f"tier “{tier.id}”", "an annotation went with the event on which it hung")

    def _put_detail(
        self, parent: ET.Element, name: str, people: dict[str, str], tier: EafTier | None, values: dict[str, str]
    ) -> None:
        """Makes the tier of one detail hold just these values, by the id of the annotation on which each hangs."""
        held = {own.of: own for own in tier.annotations if own.id not in self._gone} if tier else {}
        if not values:
            if tier is not None:
                remove_child(self.document.root, tier.element)
            return
        element = tier.element if tier else self._new_detail_tier(parent, name, people)
        for of, own in held.items():
            if of not in values:
                remove_child(element, own.holder)
        for of, value in values.items():
            if of in held:
                self._set_label(element, held[of].element, value)
                continue
            holder = ET.Element("ANNOTATION")
            ids = {"ANNOTATION_ID": self._new_id(), "ANNOTATION_REF": of}
            ET.SubElement(ET.SubElement(holder, REF, ids), "ANNOTATION_VALUE").text = value
            insert_after(element, len(element) - 1, holder, level=2)

    def _new_detail_tier(self, parent: ET.Element, name: str, people: dict[str, str]) -> ET.Element:
        kind = next(own for own, detail in DETAIL_TYPES.items() if detail == name)
        ensure_type(self.document, kind, _ASSOCIATION)
        used = {own.get("TIER_ID") for own in self.document.root.findall("TIER")}
        tier_id, number = f"{parent.get('TIER_ID')} {name}", 2
        while tier_id in used:
            tier_id, number = f"{parent.get('TIER_ID')} {name} {number}", number + 1
        attributes = {"TIER_ID": tier_id, "LINGUISTIC_TYPE_REF": kind, "PARENT_REF": parent.get("TIER_ID", "")}
        element = ET.Element("TIER", attributes | people)
        insert_in_order(self.document.root, element)
        return element

    def _new_id(self) -> str:
        self._last_id += 1
        return f"a{self._last_id}"


def _sort_children(tier: ET.Element, start_of: Callable[[str], float]) -> None:
    """Brings annotations into the order of time, the line breaks between them staying as they are."""
    holders, tails = list(tier), [holder.tail for holder in tier]
    holders.sort(key=lambda holder: start_of(next((own.get("ANNOTATION_ID", "") for own in holder), "")))
    tier[:] = holders
    for holder, tail in zip(holders, tails, strict=True):
        holder.tail = tail
