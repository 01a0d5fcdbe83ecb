"""A published data set in a folder, recognized by its label tables: its videos, and their labels with every remark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedn.annotation.datasets.casme2_folders import casme2_copies
from fedn.annotation.datasets.casme3_folders import casme3_copies
from fedn.annotation.datasets.folder_tree import FolderTree, look_through
from fedn.annotation.datasets.kinds import DatasetKind
from fedn.annotation.datasets.recordings import Copy, Recording, choose
from fedn.annotation.datasets.samm_folders import samm_copies
from fedn.annotation.formats.casme2 import casme2_content, is_casme2
from fedn.annotation.formats.casme3 import casme3_content, is_casme3
from fedn.annotation.formats.content import Content, Remark
from fedn.annotation.formats.frame_numbers import NumbersOf
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.samm import is_samm, is_samm_micro, samm_content
from fedn.annotation.formats.workbook import Workbook, read_workbook
from fedn.errors import FormatError
from fedn.progress import SILENT, Reporter
from fedn.video.image_folder import natural_key

MANY_WORKBOOKS = 50


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set whose videos have been found and whose label tables have been opened, but not read.

    Attributes:
        labels: the workbooks with labels, the best first.
        remarks: on folders and files.
    """

    root: Path
    kind: DatasetKind
    recordings: tuple[Recording, ...]
    labels: tuple[Workbook, ...]
    remarks: tuple[Remark, ...]

    def read_labels(self, numbers_of: NumbersOf, missing_offset: MissingOffset) -> Content:
        """The events of all videos that `numbers_of` knows, and a remark on everything odd.

        Raises:
            FormatError: if the tables lack something without which no row can be placed.
        """
        match self.kind:
            case DatasetKind.CASME2:
                return casme2_content(self.labels[0], numbers_of=numbers_of, missing_offset=missing_offset)
            case DatasetKind.CASME3:
                return casme3_content(self.labels, numbers_of=numbers_of, missing_offset=missing_offset)
            case DatasetKind.SAMM:
                long_videos, *micro = self.labels
                codes = micro[0] if micro else None
                return samm_content(long_videos, codes, numbers_of=numbers_of, missing_offset=missing_offset)
            case _:
                raise FormatError(f"{self.root} has its labels in labels.csv, not in a workbook")


def open_dataset(
    root: Path, kind: DatasetKind | None = None, *, prefer_images: bool = False, reporter: Reporter = SILENT
) -> Dataset:
    """Finds the videos and label tables of a data set.

    Args:
        kind: None recognizes it by its label tables.
        prefer_images: folders of images are taken where there are video files as well; else the files.

    Raises:
        FormatError: if it is no data set that this program knows, or lacks its labels or its videos.
    """
    tree = look_through(root, reporter)
    if kind in (None, DatasetKind.SYNTHETIC) and tree.has_file("manifest.json"):
        return Dataset(root, DatasetKind.SYNTHETIC, (), (), ())
    books, remarks = _open_books(tree, reporter)
    kind = kind or _recognize(root, books)
    labels, told = _labels(root, kind, books)
    copies, odd = _COPIES[kind](tree)
    recordings, left = choose(copies, prefer_images=prefer_images)
    if not recordings:
        raise FormatError(
            f"{root} has labels of {kind.title} but none of its videos; put the folders with the images or videos there"
        )
    subjects = {recording.subject for recording in recordings}
    packed = [Remark(path, "", _packed_text(path, subjects)) for path in tree.packed]
    # What is to be said of the whole folder comes first.
    every = sorted((*remarks, *told, *odd, *left, *packed), key=lambda remark: remark.file != root)
    return Dataset(root, kind, tuple(recordings), labels, tuple(every))


_COPIES: dict[DatasetKind, Callable[[FolderTree], tuple[list[Copy], list[Remark]]]] = {
    DatasetKind.CASME2: casme2_copies,
    DatasetKind.CASME3: casme3_copies,
    DatasetKind.SAMM: samm_copies,
}


def _packed_text(path: Path, subjects: set[str]) -> str:
    if path.stem in subjects:
        return f"it was not opened; {path.stem} was taken from the unpacked folder"
    return "it was not opened; unpack it if its videos are missing"


def _open_books(tree: FolderTree, reporter: Reporter) -> tuple[list[Workbook], list[Remark]]:
    books: list[Workbook] = []
    remarks: list[Remark] = []
    if len(tree.workbooks) > MANY_WORKBOOKS:
        raise FormatError(f"{tree.root} holds {len(tree.workbooks)} workbooks; give the folder of one data set")
    for done, path in enumerate(tree.workbooks):
        reporter.check()
        reporter.progress(f"opening {path.name}", done, len(tree.workbooks))
        try:
            books.append(read_workbook(path))
        except FormatError as error:
            remarks.append(Remark(path, "", f"it was not read: {error}"))
    return books, remarks


def _recognize(root: Path, books: Sequence[Workbook]) -> DatasetKind:
    tests = {DatasetKind.CASME2: is_casme2, DatasetKind.CASME3: is_casme3, DatasetKind.SAMM: is_samm}
    found = [kind for kind, test in tests.items() if any(map(test, books))]
    if len(found) == 1:
        return found[0]
    if found:
        titles = " and ".join(kind.title for kind in found)
        raise FormatError(f"{root} holds {titles}; give the folder of one of them, or say which with --dataset-kind")
    raise FormatError(
        f"{root} is no data set that this program knows: it has neither the annotation workbook of CAS(ME)^2, "
        "CAS(ME)^3 or SAMM Long Videos nor a manifest.json; put the workbook into the folder"
    )


def _labels(root: Path, kind: DatasetKind, books: Sequence[Workbook]) -> tuple[tuple[Workbook, ...], list[Remark]]:
    """The workbooks that are read, the best first, and remarks on the others."""
    match kind:
        case DatasetKind.CASME2:
            found = _best(books, is_casme2)[:1]
        case DatasetKind.CASME3:
            found = _best(books, is_casme3)
        case DatasetKind.SAMM:
            found = [*_best(books, is_samm)[:1], *_best(books, is_samm_micro)[:1]]
        case _:
            raise FormatError(f"{root} has no manifest.json; make a data set with main.py synth")
    if not found or (kind is DatasetKind.SAMM and not is_samm(found[0])):
        raise FormatError(f"{root} has no annotation workbook of {kind.title}; put it into the folder")
    remarks = []
    for book in books:
        if book not in found:
            text = f"it was not read; the labels are from {' and '.join(one.path.name for one in found)}"
            remarks.append(Remark(book.path, "", text))
    return tuple(found), remarks


def _best(books: Sequence[Workbook], test: Callable[[Workbook], bool]) -> list[Workbook]:
    """The workbooks of a kind, corrected editions and higher versions first."""

    def order(book: Workbook) -> tuple[bool, object]:
        return "updated" in book.path.name.lower(), natural_key(book.path.name)

    return sorted(filter(test, books), key=order, reverse=True)
