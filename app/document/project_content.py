"""Videos and labels into a project, and what is in one: shared by `project` and `demo`."""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.errors import FormatError, ProjectError
from fedn.progress import SILENT, Reporter
from fedn.registry import DEFAULT_MODEL

if TYPE_CHECKING:
    from app.document.document import Document
    from fedn.annotation.formats.event_csv import EventRow
    from fedn.annotation.vocabulary import Vocabulary

# Tier names in tables of labels, and how the window calls those tiers.
KNOWN_TIERS = {"expert": ("Expert", Source.EXPERT), "self-report": ("Self-report", Source.SELF_REPORT)}


def create_from_dataset(
    folder: Path,
    name: str,
    dataset: Path,
    *,
    vocabulary: Vocabulary | None = None,
    who: str = "",
    reporter: Reporter = SILENT,
) -> Document:
    """A new project with the videos and labels of a dataset folder, opened. If that fails no project is left behind.

    Raises:
        FormatError: if `dataset` is not a dataset.
        ProjectError: if there is a project already, or it cannot be written.
    """
    from app.document.document import Document

    videos = dataset_videos(dataset)
    existed = folder.exists()
    document = Document.create(folder, name, vocabulary, who)
    try:
        add_videos(document, videos, reporter=reporter)
        add_labels(document, dataset / "labels.csv", who="")
    except BaseException:
        document.close()
        # Half a project would be taken for a whole one the next time.
        if not existed:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return document


def dataset_videos(folder: Path) -> list[tuple[Path, str]]:
    """Videos and subjects of a dataset folder, as its manifest lists them.

    Raises:
        FormatError: if the folder is not a dataset.
    """
    path = folder / "manifest.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [(_dataset_file(folder, str(row["file"])), str(row["subject"])) for row in content["videos"]]
    except FileNotFoundError:
        raise FormatError(f"{folder} is not a dataset: it has no manifest.json; make one with main.py synth") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{path} is damaged ({error!r}); make the dataset again with main.py synth") from None


def _dataset_file(folder: Path, name: str) -> Path:
    """Manifests name files from the dataset's folder; older ones from its folder `videos`."""
    return folder / name if (folder / name).exists() else folder / "videos" / name


def add_videos(
    document: Document,
    videos: Sequence[tuple[Path, str]],
    *,
    image_fps: float | None = None,
    reporter: Reporter = SILENT,
) -> list[Video]:
    """Adds (path, subject) pairs; a video whose content the project already has is left as it is."""
    from app.document.edits import AddVideo
    from fedn.video.content_key import describe_video

    known = {video.key for video in document.project.videos.values()}
    added: list[Video] = []
    for done, (path, subject) in enumerate(videos):
        reporter.check()
        reporter.progress("adding videos", done, len(videos))
        video = describe_video(
            Path(os.path.normpath(path.absolute())),
            subject,
            project_folder=document.project.folder,
            image_fps=image_fps,
        )
        if video.key in known:
            reporter.warn(f"{path.name} is already in the project; it was not added again")
            continue
        document.do(AddVideo(video))
        known.add(video.key)
        added.append(video)
    return added


def add_labels(document: Document, table: Path, *, who: str) -> int:
    """Adds the events of a table as tiers: rows are found by video name, tiers are named as in the table.

    Whole videos count as reviewed when an expert has labelled them: what is not labelled there is background.

    Returns:
        The number of events added.

    Raises:
        ProjectError: if the table names a video that the project does not have.
    """
    from app.document.edits import AddTier, Group, MarkReviewed, ReplaceEvents
    from fedn.annotation.formats.event_csv import read_event_table

    project = document.project
    rows: dict[tuple[str, str], list[EventRow]] = defaultdict(list)
    for row in read_event_table(table):
        rows[row.video, row.tier].append(row)
    edits: list[Any] = []
    for (name, tier_name), own in rows.items():
        video = project.video_named(name)
        if video is None:
            raise ProjectError(f"{table} has labels of {name}, which is not in the project; add that video first")
        tier = _tier(project, video, tier_name, who)
        if tier.id not in project.tiers:
            edits.append(AddTier(tier))
        edits.append(ReplaceEvents(tier.id, tuple(row.event for row in own)))
        if tier.source is Source.EXPERT:
            edits.append(MarkReviewed(video.id, Interval(0, video.frame_count)))
    if edits:
        document.do(Group(tuple(edits), f"Add labels from {table.name}"))
    return sum(map(len, rows.values()))


def _tier(project: Project, video: Video, name: str, who: str) -> Tier:
    shown, source = KNOWN_TIERS.get(name.lower(), (name or "Imported", Source.IMPORTED))
    return project.tier_named(video.id, shown) or Tier(video.id, shown, source, who)


def summary(project: Project) -> dict[str, Any]:
    """What is in a project, as plain values."""
    return {
        "name": project.name,
        "folder": str(project.folder),
        "vocabulary": project.vocabulary.name,
        "model": project.model_in_use or DEFAULT_MODEL,
        "subjects": project.subjects(),
        "videos": [_video_summary(project, video) for video in project.videos.values()],
    }


def _video_summary(project: Project, video: Video) -> dict[str, Any]:
    return {
        "video": video.name,
        "subject": video.subject,
        "frames": video.frame_count,
        "fps": video.fps,
        "path": str(video.path),
        "reviewed_frames": total_frames(project.reviewed(video.id)),
        "tiers": [
            {"name": tier.name, "source": str(tier.source), "who": tier.who, "events": len(project.events(tier.id))}
            for tier in project.tiers_of(video.id)
        ],
    }


def total_frames(intervals: Iterable[Interval]) -> int:
    return sum(interval.length for interval in intervals)
