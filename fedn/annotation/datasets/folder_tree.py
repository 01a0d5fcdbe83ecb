"""What lies in the folder of a data set: folders of images, videos, workbooks, packed files. Opens none of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from fedn.errors import FormatError
from fedn.progress import SILENT, Reporter
from fedn.video.image_folder import is_image_name, natural_key

_VIDEOS = (".avi", ".mp4", ".mov", ".mkv", ".m4v", ".mpg", ".mpeg", ".wmv", ".webm")
_WORKBOOKS = (".xlsx", ".xls", ".xlsm")
_PACKED = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz")
_DEPTH_NAMES = ("depth",)
_DEEPEST = 10


@dataclass(slots=True)
class FolderTree:
    """Paths in natural order.

    Attributes:
        image_folders: those that directly hold images.
        depth_folders: folders of depth images, which no face can be seen in; not looked into.
    """

    root: Path
    image_folders: list[Path] = field(default_factory=list)
    depth_folders: list[Path] = field(default_factory=list)
    videos: list[Path] = field(default_factory=list)
    workbooks: list[Path] = field(default_factory=list)
    packed: list[Path] = field(default_factory=list)

    def has_file(self, name: str) -> bool:
        """Whether a file of that name lies directly in the root."""
        return (self.root / name).is_file()


def look_through(root: Path, reporter: Reporter = SILENT) -> FolderTree:
    """Looks through a folder and those below it, ten deep; linked folders too, each once.

    Raises:
        FormatError: if it is no folder or cannot be looked into.
    """
    if not root.is_dir():
        raise FormatError(f"there is no folder {root}; give the folder that the data set was unpacked to")
    tree, seen = FolderTree(root), set[str]()
    waiting = [(root, 0)]
    while waiting:
        reporter.check()
        folder, depth = waiting.pop()
        place = os.path.realpath(folder)
        if place in seen:
            continue
        seen.add(place)
        reporter.progress(f"looking through {root.name}", 0, 0)
        below = _sort_in(tree, folder)
        if depth < _DEEPEST:
            waiting += [(one, depth + 1) for one in below]
    for paths in (tree.image_folders, tree.depth_folders, tree.videos, tree.workbooks, tree.packed):
        paths.sort(key=lambda path: natural_key(str(path)))
    return tree


def _sort_in(tree: FolderTree, folder: Path) -> list[Path]:
    """Puts what the folder holds into its lists and returns the folders in it."""
    below: list[Path] = []
    has_images = False
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith((".", "~$", "__MACOSX")):
                    continue
                if entry.is_dir():
                    below.append(folder / entry.name)
                elif is_image_name(entry.name):
                    has_images = True
                else:
                    _sort_file(tree, folder / entry.name)
    except OSError as error:
        raise FormatError(
            f"the folder {folder} cannot be looked into ({error.strerror}); check its permissions"
        ) from None
    if has_images:
        tree.image_folders.append(folder)
    tree.depth_folders += [one for one in below if one.name.lower() in _DEPTH_NAMES]
    return [one for one in below if one.name.lower() not in _DEPTH_NAMES]


def _sort_file(tree: FolderTree, path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix in _VIDEOS:
        tree.videos.append(path)
    elif suffix in _WORKBOOKS:
        tree.workbooks.append(path)
    elif suffix in _PACKED:
        tree.packed.append(path)
