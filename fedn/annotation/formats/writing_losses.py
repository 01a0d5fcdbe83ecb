"""What is lost when events are written for another program, counted and told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Remark, TierEvents, VideoEvents
from fedn.annotation.formats.tier_titles import distinct_tiers
from fedn.annotation.formats.times import FrameTimes, interval_frames
from fedn.errors import FormatError

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?")


def the_video(path: Path, videos: Sequence[VideoEvents]) -> VideoEvents:
    """The video of a format that has one file for each.

    Raises:
        FormatError: if there is not exactly one.
    """
    if len(videos) != 1:
        raise FormatError(f"{path} can hold one video, not {len(videos)}; write one file for each")
    return videos[0]


@dataclass(slots=True)
class Losses:
    """Collects what a file of `program` cannot hold; the same loss at the same place is told once, with its number.

    Attributes:
        keeps_spaces: whether texts of the file may begin and end with spaces.
    """

    path: Path
    program: str
    keeps_spaces: bool = True
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, place: str, text: str) -> None:
        self._counts[place, text] += 1

    def done(self) -> tuple[Remark, ...]:
        return tuple(
            Remark(self.path, place, text if count == 1 else f"{text} ({count} times)")
            for (place, text), count in self._counts.items()
        )

    def text(self, place: str, text: str, *, lines: bool = True) -> str:
        """The text without what files cannot hold; without line breaks unless `lines`."""
        kept = _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text))
        if kept != text:
            self.add(place, f"control characters of a text were left out: {self.program} cannot hold them")
        if not lines and "\n" in kept:
            self.add(place, f"line breaks of a text became spaces: {self.program} cannot hold them")
            kept = kept.replace("\n", " ")
        if not self.keeps_spaces and kept != kept.strip():
            self.add(place, f"spaces around a text were left out: {self.program} cannot hold them")
            kept = kept.strip()
        return kept

    def tiers(self, video: VideoEvents, times: FrameTimes | None = None, *, lines: bool = True) -> list[TierEvents]:
        """The video's tiers as they can be written: distinct names, clean texts, events inside of the video.

        What no other program's file has a place for is told: which predictions events were accepted from, and which of
        the project's vocabularies a tier's labels are from.
        """
        return distinct_tiers([self._tier(tier, times, lines) for tier in video.tiers], partial(self.add, ""))

    def _tier(self, tier: TierEvents, times: FrameTimes | None, lines: bool) -> TierEvents:
        place = f"tier “{tier.name}”"
        clean = partial(self.text, place, lines=lines)
        events = tuple(
            replace(event, label=self._label(place, clean(event.label)), note=clean(event.note))
            for event in tier.events
            if self._is_inside(place, event, times)
        )
        for event in events:
            if event.origin is not None:
                lost = "which prediction an event was accepted from (its origin) is not kept"
                self.add(place, f"{lost}: {self.program} has no place for it")
        if tier.vocabulary:
            self.add(place, f"that its labels are from the vocabulary “{tier.vocabulary}” is not kept: {self.program} "
                     "has no place for it")  # fmt: skip
        return replace(tier, name=clean(tier.name), who=clean(tier.who), events=events)

    def _label(self, place: str, label: str) -> str:
        if label != label.strip():
            self.add(place, f"spaces around the label “{label.strip()}” were left out")
        return label.strip()

    def _is_inside(self, place: str, event: Event, times: FrameTimes | None) -> bool:
        if times is None or event.offset < times.frame_count:
            return True
        self.add(place, f"the event at frames {event.onset} to {event.offset} was left out: "
                 f"the video has {times.frame_count} frames")  # fmt: skip
        return False

    def milliseconds(self, place: str, event: Event, times: FrameTimes) -> tuple[int, int]:
        """Start of the onset frame and end of the offset frame, rounded; at least one millisecond apart."""
        start_ms = round(times.time_s(event.onset) * 1000)
        stop_ms = max(start_ms + 1, round(times.end_s(event.offset) * 1000))
        if interval_frames(times, start_ms / 1000, stop_ms / 1000)[:2] != (event.onset, event.offset):
            self.add(place, f"frames shorter than {self.program}'s milliseconds: an event will be read back moved")
        return start_ms, stop_ms
