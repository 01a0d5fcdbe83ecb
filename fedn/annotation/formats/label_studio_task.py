"""One task of a Label Studio file: a video with what people and models say of it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Remarks, VideoEvents
from fedn.annotation.formats.even_frames import is_even
from fedn.annotation.formats.event_details import details_or_note
from fedn.annotation.formats.placed_events import Placer
from fedn.annotation.formats.tier_titles import TierRows, TierTitle, read_title
from fedn.annotation.formats.times import FrameTimes
from fedn.annotation.interval import union
from fedn.annotation.tier import Source
from fedn.errors import FormatError

FIRST_FRAME = 1
RESULT_TYPE = "timelinelabels"
_MOST_EVENTS = 10_000
"""Of one region, which has one range and few labels."""
_UPLOADED = re.compile(r"[0-9a-f]{8}-(?=.)")
"""What Label Studio puts before the name of an uploaded file."""


@dataclass(frozen=True, slots=True)
class LabelStudioTask:
    """One task of a file: a video with what people and models say of it."""

    path: Path
    place: str
    task: dict[str, Any]
    remarks: Remarks

    @property
    def data(self) -> dict[str, Any]:
        data = self.task.get("data")
        return data if isinstance(data, dict) else self.task

    def names(self) -> list[str]:
        """Names that the video may have, the one without Label Studio's own prefix last."""
        name = PureWindowsPath(self.file()).name
        return list(dict.fromkeys(own for own in (name, _UPLOADED.sub("", name, count=1)) if own))

    def file(self) -> str:
        """Path or address of the video, of a local file that Label Studio serves the path."""
        texts = [self.data.get("video"), *(value for value in self.data.values() if _is_video(value))]
        text = next((own for own in texts if isinstance(own, str) and own), "")
        try:
            parts = urlsplit(text)
            if "d" in parse_qs(parts.query):
                return parse_qs(parts.query)["d"][0]
            served = parts.scheme in ("http", "https", "s3", "gs") or text.startswith("/data/upload/")
            return unquote(parts.path) if served else text
        except ValueError:
            return text

    def read(self, name: str, times: FrameTimes, rate: float) -> VideoEvents:
        placer = Placer(times, self.remarks)
        if not is_even(times, rate):
            text = f"{name} does not have {rate:g} frames a second all the time; its frames were found by their time"
            self.remarks.add(self.place, text)
        tiers = TierRows()
        used: set[TierTitle] = set()
        for title, results, place in self._entries():
            own, number = title, 2
            while own in used:
                own, number = replace(title, name=f"{title.name} ({number})"), number + 1
            used.add(own)
            tiers.add(own, self._events(results, place, placer, rate))
        subject, count = self.data.get("subject"), self.data.get("frame_count")
        file = self.file()
        return VideoEvents(
            name,
            subject if isinstance(subject, str) else "",
            count if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 2**31 else 0,
            frame_rate(self.data.get("fps")),
            tiers.done(placer.rejected),
            Path(file) if PureWindowsPath(file).name not in ("", file) and "://" not in file else None,
            union(placer.doubtful),
        )

    def _entries(self) -> Iterator[tuple[TierTitle, list[Any], str]]:
        """Titles of tiers with their results, in the file's order."""
        if "data" not in self.task:  # JSON-MIN: a list of values for each control.
            who = _person(self.task.get("annotator"))
            for control, values in self.task.items():
                if isinstance(values, list) and any(isinstance(own, dict) and RESULT_TYPE in own for own in values):
                    results = [{"type": RESULT_TYPE, "value": own} for own in values]
                    yield TierTitle(Source.IMPORTED, who, control), results, f"{self.place}, {control}"
            return
        found: list[tuple[float, tuple[TierTitle, list[Any], str]]] = []
        for kind in ("annotations", "predictions"):
            entries = self.task.get(kind) or []
            if not isinstance(entries, list) or not all(isinstance(own, dict) for own in entries):
                raise FormatError(f"{self.path}, {self.place}: its {kind} are not a list; export it again as JSON")
            for number, entry in enumerate(entries, start=1):
                place = f"{self.place}, {kind.removesuffix('s')} {entry.get('id', number)}"
                results = entry.get("result") or []
                if not isinstance(results, list) or not all(isinstance(own, dict) for own in results):
                    raise FormatError(f"{self.path}, {place}: its result is not a list; export it again as JSON")
                if entry.get("was_cancelled"):
                    self.remarks.add(place, "it was cancelled and left out")
                    continue
                order = _frame(entry.get("tier_number"))
                found.append((order if order >= 0 else math.inf, (self._title(entry, results, kind), results, place)))
        yield from (entry for _, entry in sorted(found, key=lambda own: own[0]))

    def _title(self, entry: dict[str, Any], results: list[dict[str, Any]], kind: str) -> TierTitle:
        if isinstance(entry.get("tier"), str):
            return read_title(entry["tier"])
        controls = [own.get("from_name") for own in results if own.get("type") == RESULT_TYPE]
        name = next((own for own in controls if isinstance(own, str)), "Label Studio")
        if kind == "predictions":
            return TierTitle(Source.DETECTOR, _person(entry.get("model_version")), name)
        return TierTitle(Source.IMPORTED, _person(entry.get("completed_by")), name)

    def _events(self, results: list[dict[str, Any]], place: str, placer: Placer, rate: float) -> list[Event]:
        events: list[Event] = []
        others: list[str] = []
        for number, result in enumerate(results, start=1):
            value = result.get("value")
            if result.get("type") != RESULT_TYPE or not isinstance(value, dict):
                others.append(str(result.get("type"))[:40])
                continue
            labels, ranges = value.get(RESULT_TYPE) or [""], value.get("ranges") or []
            if not isinstance(labels, list) or not isinstance(ranges, list):
                raise FormatError(f"{self.path}, {place}, result {number} has no list of ranges; export it again")
            if len(labels) * len(ranges) > _MOST_EVENTS:
                raise FormatError(f"{self.path}, {place}, result {number} has {len(ranges)} ranges; export it again")
            for own in ranges:
                start, end = (_frame(own.get(name)) if isinstance(own, dict) else math.nan for name in ("start", "end"))
                times = ((start - FIRST_FRAME) / rate, (end - FIRST_FRAME + 1) / rate)
                for label in labels:
                    event = placer.event(f"{place}, result {number}", *times, str(label), _details(result))
                    events += [event] if event is not None else []
        if others:
            kinds = ", ".join(sorted(set(others)))
            self.remarks.add(place, f"{len(others)} results that are not on the timeline ({kinds}) were left out")
        return events


def _details(result: dict[str, Any]) -> dict[str, str]:
    """What the region's meta text and its score say."""
    meta = result.get("meta")
    text = meta.get("text") if isinstance(meta, dict) else None
    texts = text if isinstance(text, list) else [text]
    details = details_or_note("\n".join(own for own in texts if isinstance(own, str)))
    score = result.get("score")
    if isinstance(score, (int, float)) and not isinstance(score, bool) and "score" not in details:
        details["score"] = repr(score)
    return details


def _frame(value: Any) -> float:
    """A number of a frame, NaN for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 2**31:
        return math.nan
    return float(value)


def frame_rate(value: Any) -> float:
    """A frame rate, 0 if it is none."""
    return float(value) if 0.001 <= _frame(value) <= 100_000 else 0.0


def _is_video(value: Any) -> bool:
    return isinstance(value, str) and bool(re.search(r"\.(mp4|avi|mov|mkv|webm|mpe?g|m4v|wmv)\b", value.lower()))


def _person(value: Any) -> str:
    """A person of Label Studio: by address, name or number."""
    if isinstance(value, dict):
        names = " ".join(str(value[name]) for name in ("first_name", "last_name") if value.get(name))
        return str(value.get("email") or names or value.get("id") or "")
    return "" if value is None else str(value)[:200]
