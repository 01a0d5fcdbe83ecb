"""Files of events, read with the frames of a project's videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.document.project_videos import ProjectVideos
from app.document.video_matching import VideoMatcher
from fedn.annotation.formats.column_guess import guess_mapping
from fedn.annotation.formats.column_mapping import ColumnMapping, find_mapping, load_mapping, save_mapping
from fedn.annotation.formats.content import Content
from fedn.annotation.formats.known_formats import KnownFormat, Times
from fedn.annotation.formats.mapped_table import read_mapped
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.recognize import recognize_format
from fedn.annotation.formats.table import read_table
from fedn.annotation.project import Project
from fedn.annotation.video import Video
from fedn.errors import FormatError
from fedn.progress import SILENT, Reporter

if TYPE_CHECKING:
    from fedn.annotation.formats.openface import OpenFaceRecording

ROWS_TO_LOOK_AT = 12
MAPPINGS = "mappings"
"""The folder of a project that holds what the columns of tables were said to be."""


class UnknownTable(FormatError):
    """A table whose columns only its maker knows.

    Attributes:
        path: of the table.
        guess: what its columns seem to be, for a person to confirm.
        rows: the first ones, for that person to look at.
    """

    def __init__(self, path: Path, guess: ColumnMapping, rows: Sequence[Sequence[str]], sentence: str = "") -> None:
        super().__init__(sentence or f"{path} is a table of no known format; say what its columns are")
        self.path, self.guess, self.rows = path, guess, rows[:ROWS_TO_LOOK_AT]


class UnfinishedMapping(UnknownTable):
    """What its columns are is known but for something that has to be said of each table, such as its video."""


@dataclass(frozen=True, slots=True)
class ReadChoices:
    """How files are read.

    Attributes:
        known: their format, None to recognize that of each.
        video: name of the project's video that files with one video are about, "" to go by the files.
        tier: name for the tier of tables that name none.
        confirmed: what the columns of single files are, as a person has just said.
        mapping: a file that says what the columns of tables of no known format are, None for those kept in the project.
        missing_offset: for the tables of data sets.
        frame_step: for results of networks that look at every so manieth frame.
        presence_frames: for files of OpenFace, fewest frames of a run of an action unit that becomes an event; 0 for
            none.
    """

    known: KnownFormat | None = None
    video: str = ""
    tier: str = ""
    mapping: Path | None = None
    missing_offset: MissingOffset = MissingOffset.APEX_PLUS_20
    frame_step: int = 1
    presence_frames: int = 0
    confirmed: Mapping[Path, ColumnMapping] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file and what it holds.

    Attributes:
        mapping: by which a table of no known format was read.
        recording: what a file of OpenFace measured, with the video that it is of.
    """

    path: Path
    content: Content
    mapping: ColumnMapping | None = None
    recording: tuple[Video, OpenFaceRecording] | None = None


def read_files(
    project: Project, paths: Sequence[Path], choices: ReadChoices, reporter: Reporter = SILENT
) -> list[ReadFile]:
    """Reads all files, or none.

    Raises:
        UnknownTable: if one is a table of which neither `choices` nor the project says what its columns are.
        FormatError: if any cannot be read; it names them all.
        Cancelled: between files, if it is asked to stop.
    """
    reader = _FileReader(project, choices)
    found: list[ReadFile] = []
    failures: list[FormatError] = []
    for done, path in enumerate(paths):
        reporter.check()
        reporter.progress("reading", done, len(paths))
        try:
            found.append(reader.read(path))
        except FormatError as error:
            failures.append(error)
    if failures and (len(failures) == 1 or all(isinstance(error, UnknownTable) for error in failures)):
        raise failures[0]
    if failures:
        raise FormatError(f"{len(failures)} of {len(paths)} files cannot be read: " + "; ".join(map(str, failures)))
    return found


def table_rows(path: Path) -> list[tuple[str, ...]]:
    """The first rows of a table that has been read before."""
    return [row.cells for row in read_table(path).rows[:ROWS_TO_LOOK_AT]]


def keep_what_was_read(project: Project, files: Sequence[ReadFile]) -> None:
    """Keeps in the project what is no event: what columns were said to be, and recordings of OpenFace.

    Raises:
        FormatError: if a file cannot be written.
    """
    for file in files:
        if file.mapping is not None:
            # Which video one table was about is not said of the next one with these columns.
            named = file.mapping.place("video") is not None
            save_mapping(project.folder / MAPPINGS, replace(file.mapping, video="", confirmed=named))
        if file.recording is not None:
            from fedn.annotation.formats.openface import recording_path, save_recording

            video, recording = file.recording
            save_recording(recording_path(project.folder, video.key), recording)


class _FileReader:
    def __init__(self, project: Project, choices: ReadChoices) -> None:
        self._choices = choices
        self._mappings = project.folder / MAPPINGS
        self._given = load_mapping(choices.mapping) if choices.mapping is not None else None
        self._videos = ProjectVideos(project)
        wanted = VideoMatcher(project).find(choices.video) if choices.video else None
        if wanted is not None and wanted.video is None:
            raise FormatError(wanted.remark)
        self._wanted = ProjectVideos(project, wanted.video) if wanted is not None else None

    def read(self, path: Path) -> ReadFile:
        known = self._choices.known or recognize_format(path)
        is_given = path in self._choices.confirmed or (self._given is not None and self._choices.known is None)
        if known is None or is_given:
            return self._read_mapped(path)
        if known.name == "openface":
            return self._read_recording(path)
        if self._wanted is not None:
            content = self._read_as(known, path, self._wanted)
            # With one video it is that one, whatever the file calls it; of several each has its own times.
            if len(content.videos) < 2 or known.times is Times.NONE:
                return ReadFile(path, content)
        return ReadFile(path, self._read_as(known, path, self._videos))

    def _read_as(self, known: KnownFormat, path: Path, videos: ProjectVideos) -> Content:
        return known.read(
            path,
            videos.index_of,
            numbers_of=videos.numbers_of,
            missing_offset=self._choices.missing_offset,
            frame_step=self._choices.frame_step,
        )

    def _read_mapped(self, path: Path) -> ReadFile:
        table = read_table(path)
        if len(table.header) < 2:
            raise FormatError(f"{path} is no table; choose another file")
        cells = [row.cells for row in table.rows]
        mapping = self._choices.confirmed.get(path) or self._given or find_mapping(self._mappings, table.header)
        if mapping is None:
            raise UnknownTable(path, guess_mapping(table.header, cells), cells)
        if mapping.place("video") is None and self._choices.video:
            mapping = replace(mapping, video=self._choices.video)
        try:
            mapping = mapping.confirm()
        except FormatError as error:
            raise UnfinishedMapping(path, mapping, cells, f"{path}: {error}") from error
        videos = self._wanted if self._wanted is not None and mapping.place("video") is None else self._videos
        tier = self._choices.tier or path.stem
        return ReadFile(path, read_mapped(path, mapping, videos.index_of, tier=tier), mapping)

    def _read_recording(self, path: Path) -> ReadFile:
        from fedn.annotation.formats.openface_content import recording_content
        from fedn.annotation.formats.openface_csv import read_openface

        video = (self._wanted or self._videos).video(path.name.removesuffix(path.suffix))
        recording = read_openface(path, frame_count=video.frame_count)
        content = recording_content(path, video.name, recording, self._choices.presence_frames)
        return ReadFile(path, content, recording=(video, recording))
