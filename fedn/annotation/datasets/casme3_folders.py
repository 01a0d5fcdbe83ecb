"""Where CAS(ME)^3 keeps its videos: part_A/data/part_A/spNO.1/a/color/1.jpg, with depth images beside."""

from __future__ import annotations

import re
from pathlib import Path

from fedn.annotation.datasets.folder_tree import FolderTree
from fedn.annotation.datasets.recordings import Copy, Recording
from fedn.annotation.formats.casme3 import subject_name
from fedn.annotation.formats.content import Remark

_COLOR = ("color", "colour", "rgb")
_LETTER = re.compile(r"[a-z]", re.IGNORECASE)
_JOINED = re.compile(r"(spno\.?\d+)_([a-z])", re.IGNORECASE)
_PART = re.compile(r"part_?([abc])", re.IGNORECASE)


def casme3_copies(tree: FolderTree) -> tuple[list[Copy], list[Remark]]:
    """The videos of parts A and C in a folder of CAS(ME)^3, and what was not taken."""
    copies: list[Copy] = []
    unlabelled: list[Path] = []
    unknown: dict[Path, int] = {}
    for path, is_images in [*((path, False) for path in tree.videos), *((path, True) for path in tree.image_folders)]:
        part = _part(tree.root, path)
        copy = _copy(path, is_images, part)
        if part == "b":
            unlabelled.append(path)
        elif copy is not None:
            copies.append(copy)
        elif path != tree.root:
            unknown[path.parent] = unknown.get(path.parent, 0) + 1
    return copies, _told(tree, unlabelled, unknown)


def _part(root: Path, path: Path) -> str:
    """The part that the nearest folder above names, "a" if none does."""
    for name in reversed(path.relative_to(root).parts):
        found = _PART.match(name)
        if found:
            return found[1].lower()
    return "a"


def _copy(path: Path, is_images: bool, part: str) -> Copy | None:
    """The video in a folder of images or a file; None if the path does not say which it is."""
    own = path if is_images else path.with_suffix("") if path.suffix else path
    if own.name.lower() in _COLOR:
        own = own.parent
    joined = _JOINED.fullmatch(own.name)
    if joined is not None:
        subject, letter = subject_name(joined[1]), joined[2]
        place = own.parent
    else:
        subject, letter = subject_name(own.parent.name), own.name
        place = own.parent.parent
    if subject is not None and _LETTER.fullmatch(letter) and part == "a":
        return Copy(Recording(f"{subject}_{letter.lower()}", subject, path, is_images), place)
    if part == "c":
        name = subject_name(own.name) or own.name
        return Copy(Recording(name, name, path, is_images), own.parent)
    return None


def _told(tree: FolderTree, unlabelled: list[Path], unknown: dict[Path, int]) -> list[Remark]:
    remarks: list[Remark] = []
    if unlabelled:
        what = "1 video of part B has" if len(unlabelled) == 1 else f"{len(unlabelled)} videos of part B have"
        text = f"{what} no labels; they were not added (main.py project add adds them)"
        remarks.append(Remark(tree.root, "", text))
    for place, count in unknown.items():
        what = "1 folder or file in it is" if count == 1 else f"{count} folders or files in it are"
        text = f"{what} not called like a video of a subject (spNO.1/a); cut out clips and other things are not taken"
        remarks.append(Remark(place, "", text))
    if tree.depth_folders:
        count = len(tree.depth_folders)
        what = "1 folder of depth images was" if count == 1 else f"{count} folders of depth images were"
        remarks.append(Remark(tree.root, "", f"{what} not looked at; only the color images show a face"))
    return remarks
