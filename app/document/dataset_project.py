"""A published data set becomes a project in one go: videos, every label source as a tier, and a list of remarks."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.document.project_content import create_from_dataset
from fedn.annotation.datasets.dataset import Dataset, open_dataset
from fedn.annotation.datasets.kinds import AUTO, DatasetKind, parse_kind
from fedn.annotation.datasets.recordings import Recording, recording_numbers
from fedn.annotation.formats.content import Remark, VideoEvents
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.formats.frame_numbers import FrameNumbers
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary, shipped_vocabulary
from fedn.errors import ProjectError, VideoError
from fedn.progress import SILENT, Reporter

if TYPE_CHECKING:
    from app.document.document import Document
    from app.document.edits import Edit

REMARKS_NAME = "import-remarks.csv"


@dataclass(frozen=True, slots=True)
class NewProject:
    """What a project made from a data set is to be. `image_fps` None takes the data set's own rate."""

    folder: Path
    name: str
    vocabulary: Vocabulary | None = None
    who: str = ""
    missing_offset: MissingOffset = MissingOffset.APEX_PLUS_20
    image_fps: float | None = None


def create_with_dataset(
    new: NewProject, root: Path, *, kind: str = AUTO, prefer_images: bool = False, reporter: Reporter = SILENT
) -> tuple[Document, tuple[Remark, ...]]:
    """A new project with all videos and labels of a data set, opened, and everything that was odd about them.

    Args:
        kind: as on the command line; "auto" recognizes the data set by its label tables.
        prefer_images: folders of images are taken where there are video files as well; else the files.

    Raises:
        FormatError: if it is no data set that this program knows.
        ProjectError: if the project's folder is not empty or cannot be written.
    """
    from app.document.document import Document

    dataset = open_dataset(root, parse_kind(kind), prefer_images=prefer_images, reporter=reporter)
    if dataset.kind is DatasetKind.SYNTHETIC:
        with _made_beside(new.folder) as folder:
            create_from_dataset(
                folder, new.name, root, vocabulary=new.vocabulary, who=new.who, reporter=reporter
            ).close()
        return Document.open(new.folder, new.who), ()
    return _create(new, dataset, reporter)


def _create(new: NewProject, dataset: Dataset, reporter: Reporter) -> tuple[Document, tuple[Remark, ...]]:
    """A project of a data set whose labels lie in workbooks.

    It is made beside its place and moved there when it is whole. A video is one undo step with its labels. A video that
    cannot be read is left out with a remark. The remarks also lie in the project's folder, as `REMARKS_NAME`.
    """
    from app.document.document import Document

    with _made_beside(new.folder) as folder:
        with Document.create(folder, new.name, new.vocabulary, new.who) as document:
            remarks = (*dataset.remarks, *_fill(document, new, dataset, reporter))
        write_remarks(folder / REMARKS_NAME, remarks, dataset.root)
    return Document.open(new.folder, new.who), remarks


@contextmanager
def _made_beside(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one that takes its place in the end, or goes away if something fails."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(f"{folder} is there already and not empty; name a folder that does not exist yet")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    except OSError as error:
        raise ProjectError(f"{folder} cannot be made ({error.strerror}); choose another folder") from error
    try:
        yield unfinished
        unfinished.chmod(0o777 & ~_umask())  # Temporary folders are for their owner alone.
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _fill(document: Document, new: NewProject, dataset: Dataset, reporter: Reporter) -> list[Remark]:
    """Adds the videos and their labels."""
    remarks: list[Remark] = []
    fps = new.image_fps or dataset.kind.fps
    videos: dict[str, Video] = {}
    numbers: dict[str, FrameNumbers] = {}
    for recording, video in _described(document, dataset.recordings, fps, reporter, remarks):
        videos[recording.video] = video
        numbers[recording.video], told = recording_numbers(recording, video.frame_count)
        remarks += told
    reporter.check()
    content = dataset.read_labels(numbers.get, new.missing_offset)
    labels = {own.video: own for own in content.videos}
    for done, (name, video) in enumerate(videos.items()):
        reporter.check()
        reporter.progress("adding labels", done, len(videos))
        own = labels.get(name)
        if own is None:
            text = "no label table has a row for it; it was added without events and not marked as reviewed"
            remarks.append(Remark(video.path, "", text))
        _add(document, video, own)
    return [*remarks, *content.remarks]


def _described(
    document: Document, recordings: Sequence[Recording], fps: float, reporter: Reporter, remarks: list[Remark]
) -> Iterator[tuple[Recording, Video]]:
    """The recordings that can be read, each content once."""
    from fedn.video.content_key import describe_video

    known: dict[str, Path] = {}
    for done, recording in enumerate(recordings):
        reporter.check()
        reporter.progress("looking at videos", done, len(recordings))
        path = Path(os.path.normpath(recording.path.absolute()))
        try:
            video = describe_video(
                path,
                recording.subject,
                project_folder=document.folder,
                image_fps=fps if recording.is_images else None,
                cache_root=document.folder / "cache",
            )
        except VideoError as error:
            way = " (--images takes its images instead)" if recording.images is not None else ""
            remarks.append(Remark(path, "", f"the video was not added: {str(error).rstrip('.')}{way}"))
            continue
        if video.key in known:
            remarks.append(Remark(path, "", f"it is the same as {known[video.key]}; it was not added again"))
            continue
        known[video.key] = path
        yield recording, video


def _add(document: Document, video: Video, labels: VideoEvents | None) -> None:
    """Adds a video with its tiers. What an expert has labelled counts as reviewed, except where rows were left out."""
    from app.document.edits import AddTier, AddVideo, Group, MarkReviewed, PutVocabulary, ReplaceEvents, UnmarkReviewed

    edits: list[Edit] = [AddVideo(video)]
    project = document.project
    for own in labels.tiers if labels is not None else ():
        if own.vocabulary and own.vocabulary not in {vocabulary.name for vocabulary in project.vocabularies}:
            edits.append(PutVocabulary(shipped_vocabulary(own.vocabulary)))
        tier = Tier(video.id, own.name, own.source, own.who, vocabulary=own.vocabulary)
        edits += [AddTier(tier), ReplaceEvents(tier.id, own.events)]
    if labels is not None and any(own.source is Source.EXPERT for own in labels.tiers):
        edits.append(MarkReviewed(video.id, Interval(0, video.frame_count)))
        edits += [UnmarkReviewed(video.id, interval) for interval in labels.doubtful]
    document.do(Group(tuple(edits), f"Add {video.name} with its labels"))


def write_remarks(path: Path, remarks: Sequence[Remark], root: Path) -> None:
    """Writes remarks as a table that spreadsheet programs open: file (from the data set's folder), place, remark.

    Raises:
        FormatError: if it cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("file", "place", "remark"))
    writer.writerows(remark_columns(remark, root).values() for remark in remarks)
    # Excel takes a file without the mark for one in the old Windows code.
    write_foreign(path, text.getvalue().encode("utf-8-sig"))


def remark_columns(remark: Remark, root: Path) -> dict[str, str]:
    return {"file": shown_path(remark.file, root), "place": remark.place, "remark": remark.text}


def shown_path(path: Path, root: Path) -> str:
    """A path as people look for it: from the data set's folder, if it lies there."""
    path, root = path.absolute(), root.absolute()
    if path == root:
        return root.name
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
