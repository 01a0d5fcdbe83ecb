"""Where CAS(ME)^2 keeps its videos: rawpic/s15/15_0101disgustingteeth/img001.jpg, rawvideo/s15/15_0101….avi and so on.

A video is known by the first seven characters of its name: folder number of the subject and code of the stimulus.
"""

from __future__ import annotations

import re
from pathlib import Path

from fedn.annotation.datasets.folder_tree import FolderTree
from fedn.annotation.datasets.recordings import Copy, Recording
from fedn.annotation.formats.casme2 import STIMULI, video_name
from fedn.annotation.formats.content import Remark

_NAME = re.compile(r"(\d{1,3})_(\d{4})")
_SUBJECT_FOLDER = re.compile(r"s(\d+)", re.IGNORECASE)
# Whole pictures before crops; “selectedpic” has only the expressions, cut out of the videos.
_PLACES = ("rawvideo", "rawpic", "longvideofacecropped", "cropped")
_CLIPS = ("selectedpic",)
_AS_RELEASED = "unnyfarting"


def casme2_copies(tree: FolderTree) -> tuple[list[Copy], list[Remark]]:
    """The videos in a folder of CAS(ME)^2, and what is odd about where they lie or how they are called."""
    copies: list[Copy] = []
    remarks: list[Remark] = []
    clips = [path for path in tree.image_folders if _place(tree.root, path).name.lower() in _CLIPS]
    if clips:
        text = "it holds single expressions cut out of the videos; they were not taken as videos"
        remarks.append(Remark(_place(tree.root, clips[0]), "", text))
    for path, is_images in [*((path, False) for path in tree.videos), *((path, True) for path in tree.image_folders)]:
        found = _NAME.match(path.name)
        if path in clips or path == tree.root:
            continue
        if found is None:
            remarks.append(Remark(path, "", "its name does not begin like “15_0101”; it was not taken as a video"))
            continue
        place = _place(tree.root, path)
        lost = _is_misplaced(path, found[1])
        if lost:
            text = f"by its name it is a video of subject s{found[1]}, although it lies in {path.parent.name}"
            remarks.append(Remark(path, "", f"{text}; it was taken as one of s{found[1]}"))
        recording = Recording(video_name(found[1], found[2]), f"s{found[1]}", path, is_images)
        copies.append(Copy(recording, place, 2 * _rank(place) + lost))
    return copies, [*remarks, *_names(tree.root, copies)]


def _place(root: Path, path: Path) -> Path:
    """The folder above those of the subjects."""
    above = path.parent
    if _SUBJECT_FOLDER.fullmatch(above.name) and above != root:
        above = above.parent
    return above


def _rank(place: Path) -> int:
    name = place.name.lower()
    return _PLACES.index(name) if name in _PLACES else len(_PLACES)


def _is_misplaced(path: Path, subject: str) -> bool:
    found = _SUBJECT_FOLDER.fullmatch(path.parent.name)
    return found is not None and int(found[1]) != int(subject)


def _names(root: Path, copies: list[Copy]) -> list[Remark]:
    """Names that differ from those of the release, and the one that the release spells wrong."""
    remarks: list[Remark] = []
    as_released = 0
    for copy in copies:
        path = copy.recording.path
        name = path.name if copy.recording.is_images else path.stem
        found = _NAME.match(name)
        stimulus = name[found.end() :] if found is not None else ""
        as_released += stimulus == _AS_RELEASED
        if found is not None and stimulus not in ("", STIMULI.get(found[2], stimulus)):
            text = f"the release calls it {copy.recording.video}; it was known by the first seven characters"
            remarks.append(Remark(path, "", text))
    if as_released:
        count = "1 video is" if as_released == 1 else f"{as_released} videos are"
        text = f"{count} called “{_AS_RELEASED}”, as the release spells it; known by the first seven characters"
        remarks.append(Remark(root, "", text))
    return remarks
