"""Writing ELAN's annotation files: a new document, or only what has changed in one that ELAN has written."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from fedn.annotation.formats.content import Remark, Remarks, TierEvents, VideoEvents
from fedn.annotation.formats.eaf_document import EVENTS_TYPE, EafDocument, Media, parse_eaf
from fedn.annotation.formats.eaf_tiers import EafTiers
from fedn.annotation.formats.eaf_tree import ensure_type, set_property
from fedn.annotation.formats.eaf_vocabulary import put_vocabulary
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.formats.placed_events import Placer
from fedn.annotation.formats.tier_titles import parse_title, plain_or_title, rows_without_overlap, title_of
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.annotation.formats.writing_losses import Losses, the_video
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import FormatError

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_MIME_TYPES = {".mp4": "video/mp4", ".mpg": "video/mpeg", ".mpeg": "video/mpeg", ".mov": "video/quicktime"}


def write_eaf(
    path: Path,
    videos: Sequence[VideoEvents],
    index_of: IndexOf = no_index,
    *,
    vocabulary: Vocabulary | None = None,
    over: Path | None = None,
) -> tuple[Remark, ...]:
    """Writes one video's tiers as EAF 3.0, whole or not at all.

    A tier is named “source/person/name” and has the subject as participant, the person as annotator ("model:..." for a
    detector's); one that was imported from elsewhere keeps its name. Events that overlap are on further tiers, the same
    name with “ #2”. An event lasts from the start of its onset frame to the end of its offset frame, rounded to
    milliseconds. Its details are on tiers that hang on the event's tier, so that ELAN moves them with it.

    Args:
        videos: one video; its path is named in the file by its address and relative to `path`.
        vocabulary: becomes ELAN's controlled vocabulary of labels.
        over: a document whose content is kept as it is; only events that differ from it are changed. The tiers of this
            program that `videos` no longer has are left out.

    Returns:
        What the file cannot hold, and what of `over` could not be changed.

    Raises:
        FormatError: if there is not exactly one video, `over` is not a whole EAF file in milliseconds, or the file
            cannot be written.
    """
    video = the_video(path, videos)
    times = index_of(video.video)
    losses = Losses(path, "ELAN")
    document = _new_document(path) if over is None else parse_eaf(over)
    if document.units != "milliseconds":
        raise FormatError(f"{over} counts time in {document.units}; save it with ELAN in milliseconds first")
    media = _media(document, video, path)
    placer = Placer(times, Remarks(path))
    tiers = EafTiers(document, placer, media.origin_ms, losses)
    cleaned = losses.tiers(video, times)
    if vocabulary is not None:
        own = [tier for tier in cleaned if tier.source is not Source.IMPORTED]
        labels = {event.label for tier in own for event in tier.events}
        tiers.entries = put_vocabulary(document, vocabulary, labels, losses)
    subject = losses.text("", video.subject)
    written = [own_id for tier in cleaned for own_id in _put_tier(tiers, tier, subject)]
    for tier in document.tiers:
        if parse_title(tier.id) is not None and not tier.detail and tier.id not in written:
            tiers.remove(tier)
    tiers.finish()
    _put_properties(document, replace(video, subject=subject), cleaned)
    document.root.set("DATE", datetime.now().astimezone().isoformat(timespec="seconds"))
    write_foreign(path, _to_bytes(document.root, is_new=over is None))
    return losses.done()


def _put_tier(tiers: EafTiers, tier: TierEvents, subject: str) -> list[str]:
    """Puts a tier's rows into the document; returns the ids of their tiers."""
    rows = rows_without_overlap(tier.events)
    who = f"model:{tier.who}" if tier.source is Source.DETECTOR else tier.who
    people = {"PARTICIPANT": subject, "ANNOTATOR": who}
    # Its annotator has a place of its own, so that an imported tier can keep its name.
    plain = plain_or_title(replace(tier, who="") if tier.source is Source.IMPORTED else tier)
    if plain != tier.name or len(rows) > 1 or plain in tiers.put:
        plain = str(title_of(tier))
    ids = [plain, *(str(replace(title_of(tier), row=number)) for number in range(2, len(rows) + 1))]
    for own_id, row in zip(ids, rows, strict=True):
        tiers.put_row(own_id, {key: value for key, value in people.items() if value}, row, tier.rejected)
    return ids


def _new_document(path: Path) -> EafDocument:
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "FEDN Studio",
            "DATE": "",
            "FORMAT": "3.0",
            "VERSION": "3.0",
            f"{{{_XSI}}}noNamespaceSchemaLocation": _SCHEMA,
        },
    )
    ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    ET.SubElement(root, "TIME_ORDER")
    document = EafDocument(path, root)
    ensure_type(document, EVENTS_TYPE)
    return document


def _media(document: EafDocument, video: VideoEvents, path: Path) -> Media:
    """The document's own media file for the video, added if it has none."""
    found = document.media
    if found:
        return next((media for media in found if media.name == video.video), found[0])
    location = (video.path or path.parent / video.video).absolute()
    attributes = {"MEDIA_URL": location.as_uri(), "MIME_TYPE": _MIME_TYPES.get(location.suffix.lower(), "video/*")}
    relative = _relative(location, path.parent.absolute())
    if relative:
        attributes["RELATIVE_MEDIA_URL"] = relative
    document.header.insert(0, ET.Element("MEDIA_DESCRIPTOR", attributes))
    return Media(video.video, location, True, 0)


def _relative(location: Path, folder: Path) -> str:
    try:
        relative = Path(os.path.relpath(location, folder)).as_posix()
    except ValueError:  # Another drive.
        return ""
    return relative if relative.startswith("../") else f"./{relative}"


def _put_properties(document: EafDocument, video: VideoEvents, tiers: Sequence[TierEvents]) -> None:
    models = sorted({tier.who for tier in tiers if tier.source is Source.DETECTOR and tier.who})
    values = {
        "fedn.subject": video.subject,
        "fedn.frame_count": str(video.frame_count) if video.frame_count else "",
        "fedn.fps": repr(float(video.fps)) if video.fps else "",
        "fedn.models": ", ".join(models),
    }
    for name, value in values.items():
        set_property(document.header, name, value)


def _to_bytes(root: ET.Element, *, is_new: bool) -> bytes:
    ET.register_namespace("xsi", _XSI)
    if is_new:
        ET.indent(root, "    ")
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
