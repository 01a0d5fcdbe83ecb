"""The log of MEGC 2020 and 2021: what was there and what was found, for both data sets in one file of text.

A line "1" begins SAMM Long Videos, "2" CAS(ME)^2. Every other line is `<video> <true onset> <true offset> <predicted
onset> <predicted offset> <TP|FP|FN>`, "-" where there is none; frames count from 1, inclusive. Public code for the
challenge repeats an interval for every partner that it finds; here it is one event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, Remark, Remarks, TierEvents, VideoEvents
from fedn.annotation.formats.foreign_file import read_text, write_foreign
from fedn.annotation.formats.grouped_events import PREDICTIONS, TRUTH, GroupedEvents, TierKey, bad_rows_told
from fedn.annotation.formats.held_fields import VideoNames, pick_tier, tell_losses, tell_tiers
from fedn.annotation.formats.megc import FIRST_FRAME
from fedn.annotation.formats.table import parse_frame
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.annotation.interval import Interval
from fedn.annotation.matching import match
from fedn.annotation.tier import Source
from fedn.errors import FormatError

SAMM, CAS = 1, 2
DATA_SETS = {SAMM: "SAMM Long Videos", CAS: "CAS(ME)^2"}
_NAMES = {SAMM: re.compile(r"\d{3}_\d+"), CAS: re.compile(r"\d{2}_\d{4}.*", re.DOTALL)}
_STARTS = (0, 10, 18, 26, 34, 42)
_VERDICTS = {(True, True): "TP", (False, True): "FP", (True, False): "FN"}
IOU = 0.5


def read_megc_log(path: Path, index_of: IndexOf = no_index, *, data_set: int | None = None) -> Content:
    """The labels and the predictions of a log as two tiers of each video.

    Args:
        data_set: SAMM or CAS, to read one of them; by default both.

    Raises:
        FormatError: if the file is no log.
    """
    remarks, reader = Remarks(path), _LogReader()
    current = None
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        words = line.split()
        if len(words) == 1 and words[0] in map(str, DATA_SETS):
            current = int(words[0])
        elif words and current is None:
            raise FormatError(f"{path} is no log of MEGC 2020: its first line is neither 1 nor 2; choose another file")
        elif words and data_set in (None, current):
            place = f"line {number}"
            with bad_rows_told(remarks, place):
                reader.line(words, place, remarks)
    if current is None:
        raise FormatError(f"{path} is empty; choose another file")
    if reader.repeated:
        remarks.add("", f"intervals that stand in several lines were read once ({reader.repeated} lines more)")
    remarks.add("", "a log does not tell micro- from macro-expressions; all were taken for macro")
    return Content(reader.groups.done(), remarks.done())


class _LogReader:
    def __init__(self) -> None:
        self.groups = GroupedEvents()
        self.repeated = 0
        self._seen: set[tuple[str, TierKey, int, int]] = set()

    def line(self, words: list[str], place: str, remarks: Remarks) -> None:
        if len(words) != 6:
            raise FormatError(f"it has {len(words)} words instead of video, four frames and TP, FP or FN")
        video, verdict = words[0], words[5]
        truth, predicted = _event(words[1:3]), _event(words[3:5])
        if truth is None and predicted is None:
            raise FormatError("it has no frames at all")
        expected = _VERDICTS[truth is not None, predicted is not None]
        if verdict != expected or (truth and predicted and truth.interval.iou(predicted.interval) < IOU):
            remarks.add(place, f"its {verdict} does not follow from its frames; the frames were taken over")
        for tier, event in ((TRUTH, truth), (PREDICTIONS, predicted)):
            if event is None:
                continue
            key = (video, tier, event.onset, event.offset)
            if key in self._seen:
                self.repeated += 1
                continue
            self._seen.add(key)
            self.groups.add(video, tier, event)


def _event(words: list[str]) -> Event | None:
    if words == ["-", "-"]:
        return None
    onset, offset = (parse_frame(word, "frame", FIRST_FRAME) for word in words)
    if onset is None or offset is None or onset < 0:
        raise FormatError(f"the frames “{' '.join(words)}” do not count from 1")
    return Event(onset, offset, "")


def data_set_of(video: str) -> int:
    """Which data set a video is of, by its name.

    Raises:
        FormatError: if it is like neither's.
    """
    for data_set, names in _NAMES.items():
        if names.fullmatch(video):
            return data_set
    raise FormatError(f"{video} is called neither like videos of SAMM (006_1) nor of CAS(ME)^2 (23_0502); rename it")


def write_megc_log(
    path: Path,
    videos: Sequence[VideoEvents],
    index_of: IndexOf = no_index,
    *,
    truth: str = "",
    predictions: str = "",
    data_set_of: Callable[[str], int] = data_set_of,
) -> tuple[Remark, ...]:
    """Writes the log, with labels and predictions paired one to one at an IoU of 0.5.

    Args:
        truth, predictions: names of the tiers; by default the only one of an expert and the only one of a detector.
        data_set_of: SAMM or CAS for the name of a video, without the ending of a video file.

    Returns:
        What a log has no place for.

    Raises:
        FormatError: if it cannot be written, a video has several tiers to choose from, or is of neither data set.
    """
    remarks = Remarks(path)
    names = VideoNames(remarks)
    sections: dict[int, list[str]] = {}
    for video in videos:
        true = pick_tier(replace(video, tiers=_labels(video)), truth, TRUTH.source, path)
        predicted = pick_tier(video, predictions, PREDICTIONS.source, path, only_source=True)
        tell_tiers(video, {TRUTH: true, PREDICTIONS: predicted}, remarks)
        tiers = tuple(tier for tier in (true, predicted) if tier is not None)
        tell_losses([replace(video, tiers=tiers)], (), remarks)
        name = names.written(video)
        if len(name.split()) != 1:
            raise FormatError(f"{path} separates its words by spaces; rename the video “{name}”, which has some")
        for tier in tiers:
            _tell_repeated(name, tier, remarks)
        events = [() if tier is None else tier.events for tier in (true, predicted)]
        sections.setdefault(data_set_of(name), []).extend(_lines(name, *events))
    lines = [line for data_set in sorted(sections) for line in (str(data_set), *sections[data_set])]
    write_foreign(path, "".join(f"{line}\n" for line in lines).encode())
    return remarks.done()


def _labels(video: VideoEvents) -> tuple[TierEvents, ...]:
    return tuple(tier for tier in video.tiers if tier.source is not Source.DETECTOR)


def _tell_repeated(video: str, tier: TierEvents, remarks: Remarks) -> None:
    repeated = len(tier.events) - len({event.interval for event in tier.events})
    if repeated:
        where = f"video “{video}”, tier “{tier.name}”"
        remarks.add(where, f"events with the same interval are read as one ({repeated} in all)")


def _lines(video: str, truth: Sequence[Event], predicted: Sequence[Event]) -> Iterable[str]:
    """A line for every pair, and for every event without a partner; by the first frame of the prediction, if any."""
    pairs = match([event.interval for event in truth], [event.interval for event in predicted], IOU)
    rows: list[tuple[Interval | None, Interval | None]] = [
        (truth[pair.truth_index].interval, predicted[pair.predicted_index].interval) for pair in pairs
    ]
    matched_truth = {pair.truth_index for pair in pairs}
    matched = {pair.predicted_index for pair in pairs}
    rows += [(event.interval, None) for place, event in enumerate(truth) if place not in matched_truth]
    rows += [(None, event.interval) for place, event in enumerate(predicted) if place not in matched]
    for true, found in sorted(rows, key=lambda row: row[1] or row[0]):  # type: ignore[type-var]
        words = [video, *_frames(true), *_frames(found), _VERDICTS[true is not None, found is not None]]
        line = ""
        for start, word in zip(_STARTS, words, strict=True):
            # At least two spaces, also after a long name.
            line = (line + "  " if line else "").ljust(start) + word
        yield line


def _frames(interval: Interval | None) -> tuple[str, str]:
    if interval is None:
        return "-", "-"
    return str(interval.onset + FIRST_FRAME), str(interval.offset + FIRST_FRAME)
