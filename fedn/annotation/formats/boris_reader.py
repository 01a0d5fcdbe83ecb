"""Reading BORIS's projects: every observation's rows as events of the videos that it was made on."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

from fedn.annotation.event import Event
from fedn.annotation.formats.boris_pairs import Occurrence, pair_rows
from fedn.annotation.formats.boris_project import BorisMedia, BorisProject, BorisRow, Observation, parse_boris
from fedn.annotation.formats.content import Content, Remarks, VideoEvents
from fedn.annotation.formats.event_details import text_label
from fedn.annotation.formats.placed_events import Placer
from fedn.annotation.formats.tier_titles import TierRows, TierTitle, parse_title, read_title
from fedn.annotation.formats.times import FrameTimes, IndexOf, no_index
from fedn.annotation.interval import union
from fedn.annotation.tier import Source
from fedn.errors import FormatError

SUBJECT, TIERS = "subject", "fedn tiers"
"""Independent variables: the filmed person, and the titles of a video's tiers as a JSON list."""


def read_boris(path: Path, index_of: IndexOf = no_index) -> Content:
    """Reads a project of BORIS. Observations that `write_boris` wrote come back as they were.

    Others: every subject is an imported tier (without a subject the observation is), codes are labels, modifiers and
    comments go into the note. Point events are expressions of one frame; on images a state event lasts until the image
    of its stop, inclusive. Observations without media are told.

    Raises:
        FormatError: if it is not a whole project, or `index_of` knows none of its videos.
    """
    remarks = Remarks(path)
    project = parse_boris(path)
    used = Counter(name for own in project.observations for name in {media.name for media in _shown(own)})
    videos: dict[str, _Video] = {}
    missing: list[FormatError] = []
    for observation in project.observations:
        _Reading(project, observation, remarks, videos, missing, used, index_of).read()
    if missing and not videos:
        raise missing[0]
    return Content(tuple(video.done() for video in videos.values()), remarks.done())


@dataclass(slots=True)
class _Video:
    """A video while the observations on it are read."""

    name: str
    placer: Placer
    path: Path | None
    fps: float
    subjects: list[str] = field(default_factory=list)
    tiers: TierRows = field(default_factory=TierRows)

    def done(self) -> VideoEvents:
        people = list(dict.fromkeys(subject for subject in self.subjects if subject))
        if len(people) > 1:
            self.placer.remarks.add(
                self.name, f"its observations are about several people ({', '.join(people)}); it was given no subject"
            )
        subject = people[0] if len(people) == 1 else ""
        tiers = self.tiers.done(self.placer.rejected)
        return VideoEvents(self.name, subject, 0, self.fps, tiers, self.path, union(self.placer.doubtful))


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one observation into the videos that it is about."""

    project: BorisProject
    observation: Observation
    remarks: Remarks
    videos: dict[str, _Video]
    missing: list[FormatError]
    used: Counter[str]
    index_of: IndexOf

    def read(self) -> None:
        place = f"observation “{self.observation.id}”"
        shown = _shown(self.observation)
        if not shown:
            self.remarks.add(place, f"it was made without a video; its {len(self.observation.rows)} rows were left out")
            return
        others = [player[0].name for player in self.observation.players[1:]]
        if others:
            self.remarks.add(place, f"further players show {', '.join(others)} at the same time; its events were taken "
                             "for those of the first player")  # fmt: skip
        occurrences, unpaired = pair_rows(self.observation.rows, lambda row: row.code in self.project.points)
        for row in unpaired:
            self.remarks.add(
                f"{place}, event {row.number}", f"the state event “{row.code}” never stops; it was left out"
            )
        unknown = sorted({row.code for row in self.observation.rows} - self.project.points - self.project.states)
        if unknown:
            self.remarks.add(
                place, f"the ethogram does not have {', '.join(unknown)}; they were taken for state events"
            )
        points = sum(own.start is own.stop for own in occurrences)
        if points:
            self.remarks.add(place, f"{points} point events became expressions of one frame")
        self._read_media(place, shown, occurrences, unpaired)

    def _read_media(
        self, place: str, shown: list[BorisMedia], occurrences: list[Occurrence], unpaired: list[BorisRow]
    ) -> None:
        """Puts what occurred on the media that was shown then: they were shown one after the other."""
        start_s = self.observation.offset_s
        remaining = occurrences
        for number, media in enumerate(shown):
            video = self._video(media)
            length_s = media.length_s or (_length_s(video.placer.times) if video else 0.0)
            is_last = number == len(shown) - 1
            if not is_last and not length_s:
                self.remarks.add(place, f"how long {media.name} lasts is not known; what comes after it was left out")
                remaining, is_last = remaining, True
            stop_s = math.inf if is_last else start_s + length_s
            own = [one for one in remaining if (one.start.time_s or 0.0) < stop_s]
            remaining = [one for one in remaining if (one.start.time_s or 0.0) >= stop_s]
            if video is None:
                self.remarks.add(place, f"{self.missing[-1]}; its {len(own)} events were left out")
            else:
                self._add(video, place, own, start_s)
                for row in unpaired:
                    if start_s <= (row.time_s or 0.0) < stop_s:
                        video.placer.doubt((row.time_s or 0.0) - start_s)
            if is_last:
                break
            start_s += length_s

    def _video(self, media: BorisMedia) -> _Video | None:
        if media.name not in self.videos:
            try:
                times = self.index_of(media.name)
            except FormatError as error:
                self.missing.append(error)
                return None
            path = Path(media.file) if media.file != media.name else None
            self.videos[media.name] = _Video(media.name, Placer(times, self.remarks), path, media.fps)
        return self.videos[media.name]

    def _add(self, video: _Video, place: str, occurrences: list[Occurrence], start_s: float) -> None:
        for text in self._titles():
            video.tiers.add(read_title(text))
        for one in occurrences:
            event = self._event(video, f"{place}, event {one.start.number}", one, start_s)
            if event is not None:
                video.tiers.add(self._title(video, one.start), [event])
        focal = {row.subject for row in self.observation.rows if row.subject and parse_title(row.subject) is None}
        alone = next(iter(focal)) if len(focal) == 1 and not self._titles() else ""
        video.subjects.append(self.observation.variables.get(SUBJECT, "") or alone)

    def _event(self, video: _Video, place: str, one: Occurrence, start_s: float) -> Event | None:
        label = text_label(one.start.code.strip())
        if self.observation.kind != "IMAGES":
            onset_s, offset_s = (one.start.time_s or 0.0) - start_s, (one.stop.time_s or 0.0) - start_s
            return video.placer.event(place, onset_s, offset_s, label, one.details())
        onset, offset = ((row.image or 1) - 1 for row in (one.start, one.stop))
        if not 0 <= onset <= offset < video.placer.times.frame_count:
            video.placer.remarks.add(place, f"the images {onset + 1} to {offset + 1} are not there; it was left out")
            return None
        return video.placer.event_of_frames(place, onset, offset, label, one.details())

    def _title(self, video: _Video, row: BorisRow) -> TierTitle:
        """The tier of a row; where several observations are on one video, their ids tell their tiers apart."""
        if row.subject in self._titles() or parse_title(row.subject) is not None:
            return read_title(row.subject)
        parts = [self.observation.id] if self.used[video.name] > 1 or not row.subject else []
        return TierTitle(Source.IMPORTED, "", " ".join([*parts, row.subject]).strip())

    def _titles(self) -> list[str]:
        """Titles of the tiers that `write_boris` has listed."""
        try:
            listed = json.loads(self.observation.variables.get(TIERS, "[]"))
        except (ValueError, RecursionError):
            return []
        return [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []


def _shown(observation: Observation) -> list[BorisMedia]:
    """The media files whose time the rows have, one after the other; a folder of images is one."""
    if observation.kind == "IMAGES":
        names = [folder for folder in observation.folders if PureWindowsPath(folder).name]
        return [BorisMedia(folder, 0.0, 0.0) for folder in names[:1]]
    return list(observation.players[0]) if observation.kind == "MEDIA" and observation.players else []


def _length_s(times: FrameTimes) -> float:
    return times.end_s(times.frame_count - 1)
