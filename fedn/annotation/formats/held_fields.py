"""What a format with few columns has no place for, counted and told before it is lost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Remarks, TierEvents, VideoEvents
from fedn.annotation.formats.grouped_events import TierKey, key_of
from fedn.annotation.formats.spreadsheet_text import writable_text
from fedn.annotation.tier import Source
from fedn.errors import FormatError

VIDEO_ENDINGS = (".avi", ".mp4", ".mov", ".mkv", ".wmv", ".webm", ".mpg", ".mpeg", ".m4v")
_FIELDS: dict[str, tuple[str, Callable[[Event], bool]]] = {
    "label": ("a label", lambda event: event.label != ""),
    "kind": ("the kind micro", lambda event: event.kind != "macro"),
    "apex": ("an apex", lambda event: event.apex is not None),
    "score": ("a score", lambda event: event.score is not None),
    "intensity": ("an intensity", lambda event: event.intensity is not None),
    "action_units": ("action units", lambda event: bool(event.action_units)),
    "note": ("a note", lambda event: event.note != ""),
    "origin": ("an origin (the prediction that an annotator accepted)", lambda event: event.origin is not None),
}


def tell_losses(videos: Sequence[VideoEvents], held: Collection[str], remarks: Remarks) -> None:
    """A remark for everything in the videos that is not among `held`: names of an event's fields, and "subject"."""
    for name, (said, has) in _FIELDS.items():
        found = [(video, event) for video in videos for tier in video.tiers for event in tier.events if has(event)]
        if name not in held and found:
            video, event = found[0]
            where = f"video “{video.video}”, frame {event.onset}"
            remarks.add(where, f"events have {said} but this format no place for it ({len(found)} in all, first here)")
    for video in videos:
        where = f"video “{video.video}”"
        if "subject" not in held and video.subject:
            remarks.add(where, f"this format has no place for its subject {video.subject}")
        if not any(tier.events for tier in video.tiers):
            remarks.add(where, "it has no events to write; this format cannot name it")
        for tier in video.tiers:
            rejected = sum(event.id in tier.rejected for event in tier.events)
            if rejected:
                remarks.add(where, f"rejected predictions were written like the others ({rejected} in all)")


def with_one_tier(videos: Sequence[VideoEvents], name: str, read_as: TierKey, remarks: Remarks) -> list[VideoEvents]:
    """The videos with the one tier of each that a file can hold; what becomes of the tiers is told.

    Args:
        name: of the tier; "" for the only one of `read_as`'s source, or else the only one.
        read_as: the tier that the file's reader makes.

    Raises:
        FormatError: if there are several to choose from.
    """
    found: list[VideoEvents] = []
    for video in videos:
        tier = pick_tier(video, name, read_as.source, remarks.file)
        tell_tiers(video, {read_as: tier}, remarks)
        found.append(replace(video, tiers=() if tier is None else (tier,)))
    return found


def pick_tier(
    video: VideoEvents, name: str, source: Source, file: Path, *, only_source: bool = False
) -> TierEvents | None:
    """The tier with events of that name; without a name the only one of the source, or else the only one.

    Args:
        only_source: leave it at the source.

    Raises:
        FormatError: if there are several to choose from.
    """
    filled = [tier for tier in video.tiers if tier.events and name in ("", tier.name)]
    if not name:
        of_source = [tier for tier in filled if tier.source is source]
        filled = of_source if of_source or only_source else filled
    if len(filled) > 1:
        names = ", ".join(f"“{tier.name}”" for tier in filled)
        raise FormatError(f"{file} has one place for the tiers {names} of {video.video}; choose one by its name")
    return filled[0] if filled else None


def tell_tiers(video: VideoEvents, written: Mapping[TierKey, TierEvents | None], remarks: Remarks) -> None:
    """Remarks on the tiers that are not written, and on those that a reader will call otherwise."""
    for tier in video.tiers:
        where = f"video “{video.video}”, tier “{tier.name}”"
        read_as = next((key for key, one in written.items() if one is tier), None)
        if read_as is None:
            remarks.add(where, "the tier was not written, because it is empty or this format has no place for it")
        elif key_of(tier) != read_as:
            remarks.add(where, "this format has no place for the tier's name, source, person and vocabulary")


class VideoNames:
    """The names that videos have in a file: short ones, and told if two videos get the same."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._seen: set[tuple[str, str]] = set()

    def written(self, video: VideoEvents, *, subject: str = "", cut_ending: bool = True) -> str:
        """The name to write.

        Args:
            subject: as it is written beside the name, "" if the file does not have it.
            cut_ending: whether the ending of a video file is left out, as challenges and other networks do.

        Raises:
            FormatError: if no name is left.
        """
        cut = cut_ending and video.video.lower().endswith(VIDEO_ENDINGS)
        name = writable_text(Path(video.video).stem if cut else video.video)
        if not name:
            raise FormatError(f"{self._remarks.file} cannot hold the events of a video without a name; give it one")
        place = f"video “{video.video}”"
        if name != video.video:
            self._remarks.add(place, f"it is called “{name}” in the file")
        if "/" in name or "\\" in name:
            self._remarks.add(place, "a reader may take it for a path, the video is called what follows the last slash")
        if (name, subject) in self._seen:
            self._remarks.add(place, f"another video is called “{name}” in the file too; a reader takes both for one")
        self._seen.add((name, subject))
        return name


def told_text(text: str, place: str, remarks: Remarks) -> str:
    """A text as a table's cell can hold it, with a remark if that is not all of it."""
    kept = writable_text(text)
    if kept != text:
        remarks.add(place, f"“{text}” was written as “{kept}”: cells hold no spaces around texts or control characters")
    return kept
