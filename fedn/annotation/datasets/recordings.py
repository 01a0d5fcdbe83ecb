"""The videos of a data set as they lie on a disk, and which is taken where one lies there more than once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from fedn.annotation.formats.content import Remark
from fedn.annotation.formats.frame_numbers import FrameNumbers
from fedn.video.image_folder import image_names, image_number, natural_key


@dataclass(frozen=True, slots=True)
class Recording:
    """A video of a data set.

    Attributes:
        video: what the label tables call it.
        path: the file or the folder of images.
        images: for a file a folder with its images, if there is one: the label tables count those.
    """

    video: str
    subject: str
    path: Path
    is_images: bool
    images: Path | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """One of the places in which a recording lies.

    Attributes:
        place: the folder that holds all copies of this sort, such as “rawpic”.
        rank: copies of a lower one are preferred.
    """

    recording: Recording
    place: Path
    rank: int = 0


def choose(copies: Sequence[Copy], *, prefer_images: bool) -> tuple[list[Recording], list[Remark]]:
    """One copy of every recording, in natural order of subject and video.

    Args:
        prefer_images: folders of images are taken where there are video files as well; else the files.

    Returns:
        The recordings, and what was not taken.
    """
    chosen: dict[str, Copy] = {}
    best_first = sorted(copies, key=lambda copy: (copy.recording.is_images != prefer_images, copy.rank))
    for copy in best_first:
        chosen.setdefault(copy.recording.video, copy)
    left = [copy for copy in best_first if chosen[copy.recording.video] is not copy]
    images = {copy.recording.video: copy.recording.path for copy in reversed(left) if copy.recording.is_images}
    recordings = [
        copy.recording if copy.recording.is_images else replace(copy.recording, images=images.get(video))
        for video, copy in chosen.items()
    ]
    ordered = sorted(recordings, key=_order)
    return ordered, _left_out(left, chosen, prefer_images)


def _order(recording: Recording) -> tuple[object, object]:
    return natural_key(recording.subject), natural_key(recording.video)


def _left_out(left: Sequence[Copy], chosen: dict[str, Copy], prefer_images: bool) -> list[Remark]:
    """One remark for each place whose copies were not taken, one for each copy in the same place as the chosen."""
    remarks: list[Remark] = []
    counts: dict[tuple[Path, Path, bool], int] = {}
    for copy in left:
        taken = chosen[copy.recording.video]
        if taken.place == copy.place:
            text = f"it is the same video as {taken.recording.path}, which was taken"
            remarks.append(Remark(copy.recording.path, "", text))
        else:
            key = (copy.place, taken.place, taken.recording.is_images != copy.recording.is_images)
            counts[key] = counts.get(key, 0) + 1
    for (place, taken_place, other_sort), count in counts.items():
        what = "1 video that is" if count == 1 else f"{count} videos that are"
        way = f"; --{'videos' if prefer_images else 'images'} takes these instead" if other_sort else ""
        remarks.append(Remark(place, "", f"it holds {what} in {taken_place.name} too, which was taken{way}"))
    return remarks


def recording_numbers(recording: Recording, frame_count: int) -> tuple[FrameNumbers, tuple[Remark, ...]]:
    """The numbers by which the label tables call a recording's frames.

    Args:
        frame_count: frames of the file; images are counted here.
    """
    if not recording.is_images:
        return FrameNumbers(frame_count), _counted_otherwise(recording, frame_count)
    names = image_names(recording.path)
    found = [image_number(name) for name in names]
    numbers = [number for number in found if number is not None]
    if len(numbers) < len(found) or any(after <= before for before, after in pairwise(numbers)):
        text = "its images are not numbered each with its own number; labels were placed by counting the images from 1"
        return FrameNumbers(len(names)), (Remark(recording.path, "", text),)
    named = FrameNumbers.of_named_images(tuple(numbers))
    return named, tuple(Remark(recording.path, "", text) for text in _gaps(numbers))


def _counted_otherwise(recording: Recording, frame_count: int) -> tuple[Remark, ...]:
    count = len(image_names(recording.images)) if recording.images is not None else frame_count
    if count == frame_count or recording.images is None:
        return ()
    text = f"it has {frame_count} frames but {count} images in {recording.images}; labels may be shifted"
    return (Remark(recording.path, "", f"{text} (--images takes the images)"),)


def _gaps(numbers: Sequence[int]) -> list[str]:
    texts = []
    if numbers[0] > 1:
        texts.append(f"its images begin with number {numbers[0]}; labels were placed by the numbers")
    missing = numbers[-1] - numbers[0] + 1 - len(numbers)
    if missing:
        gaps = [(a + 1, b - 1) for a, b in pairwise(numbers) if b > a + 1]
        words = ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in gaps[:5])
        more = f" and {len(gaps) - 5} more gaps" if len(gaps) > 5 else ""
        what = "1 image is" if missing == 1 else f"{missing} images are"
        texts.append(f"{what} missing in between ({words}{more}); labels were placed by the numbers")
    return texts
