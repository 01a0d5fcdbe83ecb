"""Events as files: one for each video and format, with seconds from the video's frame index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fedn.annotation.project import Project
from fedn.annotation.tier import Source
from fedn.annotation.video import Video
from fedn.errors import FednError, FormatError
from fedn.progress import Reporter

if TYPE_CHECKING:
    from fedn.annotation.formats.content import VideoEvents
    from fedn.prediction import Prediction
    from fedn.video.frame_index import FrameIndex

FORMATS = ("csv", "json", "eaf")


def parse_formats(text: str) -> tuple[str, ...]:
    """The formats in a list with commas.

    Raises:
        FormatError: if one is not known.
    """
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in FORMATS:
            raise FormatError(f"there is no format “{name}”; choose from {', '.join(FORMATS)}")
    return names


def write_prediction(
    folder: Path, stem: str, prediction: Prediction, *, model: str, index: FrameIndex, formats: Sequence[str]
) -> list[Path]:
    """Writes what `model` predicted in one video.

    Raises:
        FormatError: if a file cannot be written.
    """
    from fedn.annotation.formats.content import TierEvents, VideoEvents

    tier = TierEvents("FEDN", Source.DETECTOR, model, prediction.events)
    events = VideoEvents(prediction.video.name, "", prediction.frame_count, prediction.fps, (tier,), prediction.video)
    return write_video_events(folder, stem, prediction.video, events, index, formats)


def write_project_events(project: Project, folder: Path, formats: Sequence[str], reporter: Reporter) -> list[Path]:
    """Writes all tiers of every video; a video that cannot be opened is told and left out."""
    written: list[Path] = []
    for done, video in enumerate(project.videos.values()):
        reporter.check()
        reporter.progress("exporting", done, len(project.videos))
        try:
            index = frame_index_of(project, video)
        except FednError as error:
            reporter.warn(f"{video.name} was not exported: {error}")
            continue
        stem = f"{video.subject}-{video.stem}"
        written += write_video_events(folder, stem, video.path, video_events(project, video), index, formats)
    return written


def video_events(project: Project, video: Video) -> VideoEvents:
    """A video with all its tiers, as files know it."""
    from fedn.annotation.formats.content import TierEvents, VideoEvents

    tiers = tuple(
        TierEvents(tier.name, tier.source, tier.who, project.events(tier.id)) for tier in project.tiers_of(video.id)
    )
    return VideoEvents(video.name, video.subject, video.frame_count, video.fps, tiers, video.path)


def frame_index_of(project: Project, video: Video) -> FrameIndex:
    """The frame index of a project's video, from the project's cache when it is there."""
    from fedn.video.reader import open_video

    cache = project.folder / "cache" / video.key
    with open_video(video.path, image_fps=video.image_fps, cache_dir=cache) as reader:
        return reader.index


def write_video_events(
    folder: Path, stem: str, path: Path, video: VideoEvents, index: FrameIndex, formats: Sequence[str]
) -> list[Path]:
    """Writes one video's tiers in each format."""
    from fedn.annotation.formats.eaf import write_eaf
    from fedn.annotation.formats.event_csv import event_rows, write_event_table
    from fedn.annotation.formats.event_json import write_event_json

    make_folder(folder)
    written: list[Path] = []
    for name in formats:
        target = folder / f"{stem}.{name}"
        if name == "csv":
            rows = [
                row
                for tier in video.tiers
                for row in event_rows(video.video, tier.events, subject=video.subject, tier=tier.name, index=index)
            ]
            write_event_table(target, rows)
        elif name == "json":
            write_event_json(target, [video])
        else:
            write_eaf(target, [replace(video, path=path.absolute())], lambda _: index)
        written.append(target)
    return written


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"the folder {folder} cannot be made ({error.strerror}); choose another one") from error
