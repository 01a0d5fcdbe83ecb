"""Reading ELAN's annotation files."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, Remarks, VideoEvents
from fedn.annotation.formats.eaf_document import Annotation, EafDocument, EafTier, Media, parse_eaf
from fedn.annotation.formats.placed_events import Placer, known_video
from fedn.annotation.formats.tier_titles import TierRows, TierTitle, parse_title
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.annotation.interval import union
from fedn.annotation.tier import Source

Spans = dict[str, tuple[float, float]]
"""Start and stop of annotations in milliseconds of the document's time, by their id."""


def read_eaf(path: Path, index_of: IndexOf = no_index) -> Content:
    """Reads a file of ELAN, format 2.7 to 3.0. Tiers that `write_eaf` wrote come back as they were.

    Other tiers are imported under their names, their annotator as `who`. Annotations that hang on others get their
    times: an association all of them, the parts of a subdivision equal shares.

    Raises:
        FormatError: if it is not a whole EAF file, or `index_of` knows none of its videos.
    """
    remarks = Remarks(path)
    document = parse_eaf(path)
    media = document.media
    names = list(dict.fromkeys(own.name for own in media)) or [path.stem]
    name, times = known_video(names, index_of)
    own = next((own for own in media if own.name == name), Media(name, None, True, 0))
    _remark_on_document(document, names, name, own, remarks)
    placer = Placer(times, remarks)
    spans = annotation_spans(document, remarks)
    details = annotation_details(document)
    tiers = TierRows()
    for tier in document.tiers:
        if not tier.detail:
            events = tier_events(document, tier, spans, details, placer, own.origin_ms)
            tiers.add(tier_title(tier), [event for event in events.values() if event is not None])
    properties = document.properties()
    frame_count, fps = properties.get("fedn.frame_count", ""), properties.get("fedn.fps", "")
    video = VideoEvents(
        name,
        _subject(document, remarks),
        int(frame_count) if re.fullmatch(r"\d{1,9}", frame_count) else 0,
        float(fps) if re.fullmatch(r"\d{1,6}(\.\d{1,20})?", fps) else 0.0,
        tiers.done(placer.rejected),
        own.path,
        union(placer.doubtful),
    )
    return Content((video,), remarks.done())


def tier_title(tier: EafTier) -> TierTitle:
    """What a tier's name says; a tier from elsewhere is imported, its annotator as `who`."""
    return parse_title(tier.id) or TierTitle(Source.IMPORTED, tier.element.get("ANNOTATOR", ""), tier.id)


def tier_events(
    document: EafDocument,
    tier: EafTier,
    spans: Spans,
    details: dict[str, dict[str, str]],
    placer: Placer,
    origin_ms: int,
) -> dict[str, Event | None]:
    """The events of a tier by the id of their annotation, None for those that have no place in the video."""
    events: dict[str, Event | None] = {}
    for own in tier.annotations:
        if own.id not in spans:
            events[own.id] = None
            placer.doubt()
            continue
        start_ms, stop_ms = spans[own.id]
        place = f"tier “{tier.id}”, annotation {own.id}"
        onset_s, offset_s = (start_ms + origin_ms) / 1000, (stop_ms + origin_ms) / 1000
        events[own.id] = placer.event(place, onset_s, offset_s, document.label(tier, own), details.get(own.id))
    return events


def annotation_details(document: EafDocument) -> dict[str, dict[str, str]]:
    """Details by the id of the annotation that they hang on."""
    details: dict[str, dict[str, str]] = defaultdict(dict)
    for tier in document.tiers:
        if tier.detail:
            for own in tier.annotations:
                details[own.of][tier.detail] = own.value
    return details


def annotation_spans(document: EafDocument, remarks: Remarks) -> Spans:
    """When annotations are, whether they have times of their own or hang on others."""
    spans: Spans = {}
    for tier in document.tiers:
        placed = _aligned_spans(document, tier)
        spans |= placed
        between = sum(own.id in placed and _is_unaligned(document, own) for own in tier.annotations)
        if between:
            remarks.add(
                f"tier “{tier.id}”",
                f"{between} annotations have no times of their own and were placed evenly between their neighbors",
            )
    spans |= _hanging_spans(document, spans)
    for tier in document.tiers:
        lost = [own.id for own in tier.annotations if own.id not in spans]
        if lost:
            remarks.add(
                f"tier “{tier.id}”", f"{len(lost)} annotations have no times and were left out, {lost[0]} first"
            )
    return spans


def _is_unaligned(document: EafDocument, own: Annotation) -> bool:
    return not own.of and (document.slots_ms[own.start] is None or document.slots_ms[own.stop] is None)


def _aligned_spans(document: EafDocument, tier: EafTier) -> Spans:
    """Annotations between slots; a chain whose inner slots have no times is divided evenly."""
    spans: Spans = {}
    aligned = [own for own in tier.annotations if not own.of]
    following = {own.start: own for own in aligned}
    for own in aligned:
        start_ms = document.slots_ms[own.start]
        if start_ms is None:
            continue
        chain = [own]
        while document.slots_ms[chain[-1].stop] is None:
            after = following.get(chain[-1].stop)
            if after is None or len(chain) > len(aligned):
                break
            chain.append(after)
        stop_ms = document.slots_ms[chain[-1].stop]
        if stop_ms is not None:
            step = (stop_ms - start_ms) / len(chain)
            for number, link in enumerate(chain):
                spans[link.id] = (start_ms + number * step, start_ms + (number + 1) * step)
            spans[chain[-1].id] = (spans[chain[-1].id][0], stop_ms)
    return spans


def _hanging_spans(document: EafDocument, known: Spans) -> Spans:
    """Annotations that hang on others, from those outward whose times are known."""
    groups: dict[str, list[list[Annotation]]] = defaultdict(list)
    for tier in document.tiers:
        of: dict[str, list[Annotation]] = defaultdict(list)
        for own in tier.annotations:
            if own.of:
                of[own.of].append(own)
        for parent, siblings in of.items():
            groups[parent].append(_in_sequence(siblings))
    spans: Spans = {}
    waiting = list(known.items())
    while waiting:
        parent, (start_ms, stop_ms) = waiting.pop()
        for siblings in groups.pop(parent, []):
            step = (stop_ms - start_ms) / len(siblings)
            for number, own in enumerate(siblings):
                spans[own.id] = (start_ms + number * step, start_ms + (number + 1) * step)
                waiting.append((own.id, spans[own.id]))
    return spans


def _in_sequence(siblings: list[Annotation]) -> list[Annotation]:
    """The parts of one annotation in the order that each says of the one before it."""
    if len(siblings) < 2:
        return siblings
    after = {own.previous: own for own in siblings}
    ids = {own.id for own in siblings}
    ordered: list[Annotation] = []
    own = next((own for own in siblings if own.previous not in ids), None)
    while own is not None and len(ordered) < len(siblings):
        ordered.append(own)
        own = after.get(own.id)
    return ordered if len(ordered) == len(siblings) else siblings


def _subject(document: EafDocument, remarks: Remarks) -> str:
    people = list(dict.fromkeys(tier.element.get("PARTICIPANT", "") for tier in document.tiers))
    people = [person for person in people if person]
    stated = document.properties().get("fedn.subject", "")
    if stated and (stated in people or not people):
        return stated
    if len(people) > 1:
        remarks.add("", f"its tiers are about several people ({', '.join(people)}); the video was given no subject")
    return people[0] if len(people) == 1 else ""


def _remark_on_document(document: EafDocument, names: list[str], name: str, own: Media, remarks: Remarks) -> None:
    if not document.media:
        remarks.add("", f"it does not name a video; “{name}” was taken from the file's own name")
    others = [other for other in names if other != name]
    if others:
        remarks.add("", f"it is about several media files; its times were taken for those of {name}, "
                    f"{', '.join(others)} was left out")  # fmt: skip
    if own.origin_ms:
        remarks.add("", f"its time 0 is at {own.origin_ms / 1000:.3f} s of {name}; times were shifted")
    if document.units != "milliseconds":
        remarks.add("", f"it counts time in {document.units}, which were taken for frames of that television system")
    if document.root.find("REF_LINK_SET") is not None:
        remarks.add("", "links between its annotations were not read")
