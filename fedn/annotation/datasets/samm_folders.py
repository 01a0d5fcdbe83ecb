"""Where SAMM Long Videos keeps its videos: SAMM_longvideos/006_1/006_1_0001.jpg."""

from __future__ import annotations

import re

from fedn.annotation.datasets.folder_tree import FolderTree
from fedn.annotation.datasets.recordings import Copy, Recording
from fedn.annotation.formats.content import Remark

_NAME = re.compile(r"(\d{3})_(\d+)")


def samm_copies(tree: FolderTree) -> tuple[list[Copy], list[Remark]]:
    """The videos in a folder of SAMM Long Videos, and what was not taken as one."""
    copies: list[Copy] = []
    remarks: list[Remark] = []
    for path, is_images in [*((path, False) for path in tree.videos), *((path, True) for path in tree.image_folders)]:
        if path == tree.root:
            continue
        found = _NAME.fullmatch(path.name if is_images else path.stem)
        if found is None:
            remarks.append(Remark(path, "", "it is not called like a video, “006_1”; it was not taken as one"))
        else:
            copies.append(Copy(Recording(f"{found[1]}_{int(found[2])}", found[1], path, is_images), path.parent))
    return copies, remarks
