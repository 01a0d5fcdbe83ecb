"""Who is seen in a video: the faces of a few frames, told apart by their places.

A survey, not a recognition: people who sit or stand side by side are found; whoever is seen only alone, one after the
other, counts as one. It looks at frames from which decoding can begin, so that an hour takes seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.video import FaceChoice
from fedn.features.face_detector import Face, FaceDetector, find_face_detector
from fedn.features.face_track import Place, center_of, faces_in, size_of
from fedn.model_info import write_atomically
from fedn.progress import SILENT, Reporter
from fedn.video.content_key import content_key
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import VideoReader, open_video

LOOKS = 16
TOGETHER = 3
"""In so many of the frames that were looked at two people have to be seen together."""
LEAST_SHARE = 0.25
LEAST_SIZE = 0.4
LEAST_SCORE = 0.3
SURVEY_VERSION = 1
_SAME_PLACE, _SAME_SIZE = 1.2, 2.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """A face in one frame: `x`, `y`, `width`, `height` of its box as shares of the picture's width and height."""

    frame: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Person:
    """`sightings` by frame; `share` of the frames looked at in which the person was seen."""

    sightings: tuple[Sighting, ...]
    share: float

    @property
    def best(self) -> Sighting:
        """Where the face is largest: the one to show."""
        return max(self.sightings, key=lambda sighting: sighting.height)

    @property
    def choice(self) -> FaceChoice:
        """What says that this person is to be followed."""
        best = self.best
        x, y = best.x + best.width / 2, best.y + best.height / 2
        return FaceChoice(best.frame, round(min(1.0, max(0.0, x)), 4), round(min(1.0, max(0.0, y)), 4))


def survey(
    video: Path, *, image_fps: float | None = None, cache_dir: Path | None = None, reporter: Reporter = SILENT
) -> tuple[Person, ...]:
    """The people of a video, the one seen largest first, from the cache if they are there.

    Raises:
        VideoError: if the video cannot be read.
        Cancelled: if `reporter` asked to stop.
    """
    detector = find_face_detector()
    path = None if cache_dir is None else cache_dir / f"people-{SURVEY_VERSION}-{detector.name}.json"
    key = content_key(video)
    if path is not None and (known := _load(path, key)) is not None:
        return known
    with open_video(video, image_fps=image_fps, cache_dir=cache_dir) as reader:
        people = find_people(reader, detector, reporter)
    if path is not None:
        content = {"key": key, "people": [asdict(person) for person in people]}
        write_atomically(path, json.dumps(content).encode())
    return people


def find_people(reader: VideoReader, detector: FaceDetector, reporter: Reporter = SILENT) -> tuple[Person, ...]:
    """As `survey`, of an open video."""
    frames = frames_to_look_at(reader.index)
    seen: list[list[tuple[int, Face]]] = []
    for frame in frames:
        reporter.check()
        image = reader.frame(frame)
        taken: set[int] = set()
        for face in sorted(faces_in(detector, image), key=size_of, reverse=True):
            person = _nearest(seen, face, taken)
            if person is None:
                seen.append([])
                person = len(seen) - 1
            taken.add(person)
            seen[person].append((frame, face))
    kept = [faces for faces in seen if len(faces) >= max(min(2, len(frames)), LEAST_SHARE * len(frames))]
    largest = max((_median_size(faces) for faces in kept), default=0.0)
    clearest = max((_median_score(faces) for faces in kept), default=0.0)
    kept = [
        faces
        for faces in kept
        if _median_size(faces) >= LEAST_SIZE * largest and _median_score(faces) >= LEAST_SCORE * clearest
    ]
    kept.sort(key=_median_size, reverse=True)
    return tuple(_person(faces, reader, len(frames)) for faces in kept)


def are_several(people: tuple[Person, ...]) -> bool:
    """Whether two of them are seen at the same time, and not by accident."""
    frames = [sighting.frame for person in people for sighting in person.sightings]
    return sum(frames.count(frame) > 1 for frame in set(frames)) >= TOGETHER


def expected_place(
    people: tuple[Person, ...], choice: FaceChoice, index: FrameIndex, width: int, height: int
) -> Callable[[float], Place]:
    """Where the chosen person should be at a time in seconds, by where the survey has seen that person.

    If the survey has seen nobody there, it is where the choice was made, all the time.
    """
    person = _chosen(people, choice)
    if person is None:
        size = 0.25 * height
        return lambda _time_s: (choice.x * width, choice.y * height, size)
    times = [index.time_s(sighting.frame) for sighting in person.sightings]
    xs = [(sighting.x + sighting.width / 2) * width for sighting in person.sightings]
    ys = [(sighting.y + sighting.height / 2) * height for sighting in person.sightings]
    sizes = [max(sighting.width * width, sighting.height * height) for sighting in person.sightings]
    return lambda time_s: tuple(float(np.interp(time_s, times, values)) for values in (xs, ys, sizes))  # type: ignore[return-value]


def frames_to_look_at(index: FrameIndex) -> list[int]:
    """Evenly spread; the nearest frame from which decoding can begin, where there is one not far away."""
    count = index.frame_count
    wanted = np.unique(np.linspace(0, count - 1, min(LOOKS, count) + 2).round().astype(int)[1:-1])
    keys = np.unique(np.searchsorted(index.pts, index.seek_points).clip(0, count - 1))
    reach = max(1, count // (3 * LOOKS))
    nearest = keys[np.abs(keys[None] - wanted[:, None]).argmin(axis=1)] if len(keys) else wanted
    return sorted(
        {int(key if abs(key - frame) <= reach else frame) for key, frame in zip(nearest, wanted, strict=True)}
    )


def _nearest(seen: list[list[tuple[int, Face]]], face: Face, taken: set[int]) -> int | None:
    """Number of the person who was last seen at the place of a face, of those not yet found in this frame."""
    best, best_distance = None, _SAME_PLACE
    for number, faces in enumerate(seen):
        last = faces[-1][1]
        size = (size_of(last) + size_of(face)) / 2
        distance = float(np.linalg.norm(center_of(last) - center_of(face))) / size
        alike = 1 / _SAME_SIZE <= size_of(face) / size_of(last) <= _SAME_SIZE
        if number not in taken and alike and distance < best_distance:
            best, best_distance = number, distance
    return best


def _median_size(faces: list[tuple[int, Face]]) -> float:
    return float(np.median([size_of(face) for _, face in faces]))


def _median_score(faces: list[tuple[int, Face]]) -> float:
    return float(np.median([face.score for _, face in faces]))


def _person(faces: list[tuple[int, Face]], reader: VideoReader, looks: int) -> Person:
    across: NDArray[np.float64] = np.array([reader.width, reader.height] * 2, np.float64)
    boxes = [(frame, (face.box / across).round(5).tolist()) for frame, face in faces]
    return Person(tuple(Sighting(frame, *box) for frame, box in boxes), round(len(faces) / looks, 3))


def _chosen(people: tuple[Person, ...], choice: FaceChoice) -> Person | None:
    def distance(person: Person) -> float:
        near = min(person.sightings, key=lambda sighting: abs(sighting.frame - choice.frame))
        x, y = near.x + near.width / 2 - choice.x, near.y + near.height / 2 - choice.y
        return float(np.hypot(x / near.width, y / near.height))

    best = min(people, key=distance, default=None)
    return best if best is not None and distance(best) < 1.0 else None


def _load(path: Path, key: str) -> tuple[Person, ...] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["key"] != key:
            return None
        return tuple(
            Person(tuple(Sighting(**sighting) for sighting in person["sightings"]), float(person["share"]))
            for person in content["people"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
