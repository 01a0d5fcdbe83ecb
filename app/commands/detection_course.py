"""A detection of several videos as its parent process steers it: paused, stopped, or without one of the videos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.commands.output import Output
from fedn.progress import Record, Reporter

SKIP = "skip "
APART_S = 0.2


class VideoReporter(Reporter):
    """Speaks for one of the videos: every record names it, and it can be left out while the others go on."""

    def __init__(self, course: DetectionCourse, video: Path) -> None:
        self._course = course
        self._name = str(video)
        self._told_s = 0.0
        super().__init__()

    @property
    def stop_requested(self) -> bool:
        return self._course.whole.stop_requested or self.is_skipped

    @stop_requested.setter
    def stop_requested(self, wanted: bool) -> None:
        if wanted:
            self._course.whole.stop_requested = True

    @property
    def is_paused(self) -> bool:
        return self._course.whole.is_paused

    @is_paused.setter
    def is_paused(self, paused: bool) -> None:
        if paused:
            self._course.whole.is_paused = True

    @property
    def is_skipped(self) -> bool:
        """Whether this video alone is not wanted any more."""
        return self._name in self._course.skipped

    @property
    def wants_partial(self) -> bool:
        return self._course.wants_partial

    def report(self, record: Record) -> None:
        if record.kind == "progress" and 0 < record.done < record.total:
            # A record for each frame would keep who reads them busy with nothing else.
            if record.time_s - self._told_s < APART_S:
                return
            self._told_s = record.time_s
        self._course.whole.report(replace(record, data={"video": self._name, **record.data}))


class DetectionCourse:
    """Takes the lines "pause", "resume", "stop" and "skip VIDEO" of stdin, where VIDEO is a path as it was given.

    Attributes:
        whole: speaks for all videos.
        skipped: paths of the videos that are not wanted any more.
    """

    def __init__(self, spoken: Output) -> None:
        self.whole = spoken.reporter
        self.wants_partial = spoken.as_records
        self.skipped: set[str] = set()
        spoken.on_line = self.take
        for line in spoken.unheard:
            self.take(line)

    def reporter(self, video: Path) -> VideoReporter:
        return VideoReporter(self, video)

    def take(self, line: str) -> None:
        if line in ("pause", "resume"):
            self.whole.is_paused = line == "pause"
        elif line == "stop":
            self.whole.stop_requested = True
        elif line.startswith(SKIP):
            self.skipped.add(line.removeprefix(SKIP))
