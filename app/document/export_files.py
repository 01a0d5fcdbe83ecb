"""A project's events into files of any format, with everything that a format cannot hold told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.document.file_names import distinct_names, safe_name
from app.document.project_videos import ProjectVideos
from app.document.video_matching import exported_name
from fedn.annotation.formats.content import Remark, TierEvents, VideoEvents
from fedn.annotation.formats.known_formats import Holds, KnownFormat, Times
from fedn.annotation.formats.times import FrameTimes, IndexOf
from fedn.annotation.project import Project
from fedn.annotation.tier import Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import FormatError
from fedn.progress import SILENT, Reporter


@dataclass(frozen=True, slots=True)
class ExportChoices:
    """What the user chooses for an export.

    Attributes:
        video, tier: only these, by name; "" for all.
        video_ids: only these; () for all.
        together: one file for the whole project in formats that can hold several videos. Those that are made for a
            whole study, such as results for a challenge, are always one file.
        update: files of ELAN that are there already keep whatever else they hold.
    """

    formats: tuple[KnownFormat, ...]
    video: str = ""
    tier: str = ""
    together: bool = False
    update: bool = False
    video_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """The files that were written, and what they do not hold."""

    files: tuple[Path, ...]
    remarks: tuple[Remark, ...]


def export_project(project: Project, folder: Path, choices: ExportChoices, reporter: Reporter = SILENT) -> Exported:
    """Writes the events of a project: a file for each video and format, or for all videos; each whole or not at all.

    Names of files are made from those of subjects, videos and the project, and never lead out of `folder`.

    Raises:
        FormatError: if there is no such video or tier, or a file cannot be written.
        Cancelled: between files, if it is asked to stop.
    """
    chosen = _chosen_videos(project, choices)
    make_folder(folder)
    exporter = _Exporter(project, folder, choices, reporter)
    for known in choices.formats:
        if known.holds is Holds.STUDY or (choices.together and known.holds is Holds.VIDEOS):
            exporter.together(known, chosen)
        else:
            exporter.one_by_one(known, chosen)
    return Exported(tuple(exporter.files), tuple(exporter.remarks))


def video_events(project: Project, video: Video, tier: str = "") -> VideoEvents:
    """A video with its tiers as files know it; with those of one name only, if there is one given."""
    tiers = [one for one in project.tiers_of(video.id) if not tier or one.name.casefold() == tier.casefold()]
    content = tuple(_tier_events(project, one) for one in tiers)
    return VideoEvents(
        video.name, video.subject, video.frame_count, video.fps, content, project.path_of(video.id).absolute()
    )


def _tier_events(project: Project, tier: Tier) -> TierEvents:
    events = project.events(tier.id)
    rejected = frozenset(event.id for event in events if project.is_rejected(event.id))
    return TierEvents(tier.name, tier.source, tier.who, events, rejected, tier.vocabulary)


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"the folder {folder} cannot be made ({error.strerror}); choose another one") from error


def _chosen_videos(project: Project, choices: ExportChoices) -> list[Video]:
    videos = [video for video in project.videos.values() if not choices.video_ids or video.id in choices.video_ids]
    if choices.video:
        videos = [video for video in videos if choices.video in (video.name, video.stem)]
        if not videos:
            names = ", ".join(sorted({video.name for video in project.videos.values()})) or "it has none"
            raise FormatError(f"the project has no video {choices.video}; its videos are {names}")
    if choices.tier:
        names = {tier.name for video in videos for tier in project.tiers_of(video.id)}
        if choices.tier.casefold() not in {name.casefold() for name in names}:
            known = ", ".join(sorted(names)) or "there are none"
            raise FormatError(f"no video has a tier {choices.tier}; the tiers are called {known}")
    return videos


class _Exporter:
    def __init__(self, project: Project, folder: Path, choices: ExportChoices, reporter: Reporter) -> None:
        self._project, self._folder, self._choices, self._reporter = project, folder, choices, reporter
        self._videos = ProjectVideos(project)
        every = project.videos.values()
        # Named among all videos, so that a file is called the same whichever are exported.
        names = distinct_names(map(exported_name, every))
        self._names = {video.id: name for video, name in zip(every, names, strict=True)}
        self.files: list[Path] = []
        self.remarks: list[Remark] = []

    def one_by_one(self, known: KnownFormat, videos: Sequence[Video]) -> None:
        for done, video in enumerate(videos):
            self._reporter.check()
            self._reporter.progress(f"writing {known.title}", done, len(videos))
            path = self._folder / f"{self._names[video.id]}{known.ending}"
            times = self._times(video, known)
            if isinstance(times, str) and known.times is Times.ONLY:
                self.remarks.append(Remark(path, "", f"it was not written: {times}"))
                continue
            own = video_events(self._project, video, self._choices.tier)
            self._write(known, path, [own], _always(times), vocabulary=self._vocabulary(own))

    def together(self, known: KnownFormat, videos: Sequence[Video]) -> None:
        self._reporter.check()
        path = self._folder / f"{safe_name(self._project.name, 'project')}{known.ending}"
        shared = {name for name, count in Counter(video.name for video in videos).items() if count > 1}
        contents: list[VideoEvents] = []
        times: dict[str, FrameTimes | str] = {}
        for done, video in enumerate(videos):
            self._reporter.check()
            self._reporter.progress(f"writing {known.title}", done, len(videos))
            own = video_events(self._project, video, self._choices.tier)
            found = self._times(video, known)
            if isinstance(found, str) and known.times is Times.ONLY:
                self.remarks.append(Remark(path, f"video “{video.name}”", f"it was left out: {found}"))
                continue
            if video.name in shared and known.times is Times.ONLY:
                own = replace(own, video=f"{video.subject}_{video.name}")
                told = f"several videos are called so; that of {video.subject} is “{own.video}” in the file"
                self.remarks.append(Remark(path, f"video “{video.name}”", told))
            contents.append(own)
            times[own.video] = "several videos are called so" if own.video in times else found
        self._write(known, path, contents, _by_name(times))

    def _write(
        self,
        known: KnownFormat,
        path: Path,
        videos: Sequence[VideoEvents],
        index_of: IndexOf,
        *,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        over = path if self._choices.update and path.exists() else None
        self.remarks += known.write(path, videos, index_of, vocabulary=vocabulary, over=over)
        self.files.append(path)

    def _times(self, video: Video, known: KnownFormat) -> FrameTimes | str:
        """The frame index, or why there is none; videos are not opened for formats without times."""
        if known.times is Times.NONE:
            return f"{known.title} has no times"
        try:
            return self._videos.index(video)
        except FormatError as error:
            return str(error)

    def _vocabulary(self, video: VideoEvents) -> Vocabulary | None:
        """That of all the video's tiers, if it is one."""
        names = {tier.vocabulary or self._project.vocabulary.name for tier in video.tiers}
        return next((one for one in self._project.vocabularies if names == {one.name}), None)


def _always(times: FrameTimes | str) -> IndexOf:
    def index_of(video: str) -> FrameTimes:
        if isinstance(times, str):
            raise FormatError(times)
        return times

    return index_of


def _by_name(times: dict[str, FrameTimes | str]) -> IndexOf:
    def index_of(video: str) -> FrameTimes:
        return _always(times.get(video, f"the times of {video} are not known"))(video)

    return index_of
