"""Files of events, read with the frames of a project's videos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.document.project_videos import ProjectVideos
from app.document.video_matching import VideoMatcher
from fedn.annotation.formats.content import Content
from fedn.annotation.formats.known_formats import KnownFormat, Times
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.recognize import recognize_format
from fedn.annotation.project import Project
from fedn.errors import FormatError
from fedn.progress import SILENT, Reporter


@dataclass(frozen=True, slots=True)
class ReadChoices:
    """How files are read.

    Attributes:
        known: their format, None to recognize that of each.
        video: name of the project's video that files with one video are about, "" to go by the files.
        missing_offset: for the tables of data sets.
        frame_step: for results of networks that look at every so manieth frame.
    """

    known: KnownFormat | None = None
    video: str = ""
    missing_offset: MissingOffset = MissingOffset.APEX_PLUS_20
    frame_step: int = 1


def read_files(
    project: Project, paths: Sequence[Path], choices: ReadChoices, reporter: Reporter = SILENT
) -> list[tuple[Path, Content]]:
    """Reads all files, or none.

    Raises:
        FormatError: if any cannot be read; it names them all.
        Cancelled: between files, if it is asked to stop.
    """
    reader = _FileReader(project, choices)
    found: list[tuple[Path, Content]] = []
    failures: list[FormatError] = []
    for done, path in enumerate(paths):
        reporter.check()
        reporter.progress("reading", done, len(paths))
        try:
            found.append((path, reader.read(path)))
        except FormatError as error:
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise FormatError(f"{len(failures)} of {len(paths)} files cannot be read: " + "; ".join(map(str, failures)))
    return found


class _FileReader:
    def __init__(self, project: Project, choices: ReadChoices) -> None:
        self._choices = choices
        self._videos = ProjectVideos(project)
        wanted = VideoMatcher(project).find(choices.video) if choices.video else None
        if wanted is not None and wanted.video is None:
            raise FormatError(wanted.remark)
        self._wanted = ProjectVideos(project, wanted.video) if wanted is not None else None

    def read(self, path: Path) -> Content:
        known = self._choices.known or recognize_format(path)
        if known is None:
            raise FormatError(f"{path} is a table with columns of its own; say what they mean")
        if self._wanted is not None:
            content = self._read_as(known, path, self._wanted)
            # With one video it is that one, whatever the file calls it; of several each has its own times.
            if len(content.videos) < 2 or known.times is Times.NONE:
                return content
        return self._read_as(known, path, self._videos)

    def _read_as(self, known: KnownFormat, path: Path, videos: ProjectVideos) -> Content:
        return known.read(
            path,
            videos.index_of,
            numbers_of=videos.numbers_of,
            missing_offset=self._choices.missing_offset,
            frame_step=self._choices.frame_step,
        )
