"""Events from a file made to fit a video and a vocabulary; every change becomes a remark."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Remarks
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary
from fedn.counted import counted


def inside(event: Event, video: Video, place: str, remarks: Remarks) -> Event | None:
    """The event as far as it lies in the video; None if it does not."""
    last = video.frame_count - 1
    frames = f"the event at frames {event.onset} to {event.offset}"
    if event.offset <= last:
        return event
    if event.onset > last:
        remarks.add(place, f"{frames} lies after the last frame of {video.name}, {last}, and was left out")
        return None
    apex = event.apex if event.apex is None or event.apex <= last else None
    lost = "" if apex == event.apex else f"; its apex at {event.apex} was left out"
    remarks.add(place, f"{frames} was ended at the last frame of {video.name}, {last}{lost}")
    return replace(event, offset=last, apex=apex)


@dataclass(slots=True)
class LabelReader:
    """Takes labels as the vocabulary spells them, and keeps those that it does not have."""

    vocabulary: Vocabulary
    _respelled: Counter[tuple[str, str]] = field(default_factory=Counter)
    _unknown: Counter[str] = field(default_factory=Counter)

    def read(self, event: Event) -> Event:
        if not event.label or event.label in self.vocabulary.names:
            return event
        meant = next((name for name in self.vocabulary.names if name.casefold() == event.label.casefold()), None)
        if meant is None:
            self._unknown[event.label] += 1
            return event
        self._respelled[event.label, meant] += 1
        return replace(event, label=meant)

    def tell(self, place: str, remarks: Remarks) -> None:
        for (label, meant), count in self._respelled.items():
            told = f"the label “{label}” of {counted(count, 'event')} was spelled “{meant}”, as in the vocabulary"
            remarks.add(place, told)
        for label, count in self._unknown.items():
            told = f"the label “{label}” of {counted(count, 'event')} is not in the vocabulary “{self.vocabulary.name}”"
            remarks.add(place, f"{told}; it was kept, add it there or relabel the events")


def differences(event: Event, other: Event) -> list[str]:
    """What two events of the same frames and label say differently, in words."""
    names = ("apex", "kind", "score", "intensity", "action_units", "note")
    return [name.replace("_", " ") for name in names if getattr(event, name) != getattr(other, name)]
