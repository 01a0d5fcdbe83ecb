"""One face followed through a video: five measurements of its place in half a second are enough for smooth points.

Detection runs ten times a second, in a small region around the last place. Between measurements the points are
interpolated and smoothed; a face that is lost for a moment (a hand, a blink) is bridged, a longer gap is one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.features.align import SMOOTHING_S, anchor_points, smooth_at
from fedn.features.face_detector import Face, FaceDetector
from fedn.video.frame_index import FrameIndex

DETECTION_GAP_S = 0.08
BRIDGED_S = 0.35
_LOOKAHEAD_S = max(3 * SMOOTHING_S, BRIDGED_S)

_WIDE_SIDE_PX = 480
_WIDE_EVERY_S = 2.0
_NEAR_FACE_PX = 80
_NEAR_REGION = 1.8
_UPRIGHT_DEGREES = 8.0
_WAITING_S = 1.0
_MUCH_LARGER = 1.5
# In sizes of the face, from where the chosen person should be: taken up at all; where the person must be then; and no
# longer that person.
_CHOSEN_REACH, _AT_PLACE, _STRAYED = 2.0, 0.75, 1.5

Place = tuple[float, float, float]
Expected = Callable[[float], Place]


@dataclass(frozen=True, slots=True)
class TrackedFrame:
    """A frame and where eyes and mouth are in it: `anchors` (3, 2) in pixels, None without a face."""

    number: int
    image: NDArray[np.uint8]
    anchors: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class _Measurement:
    """One look for the face; `run` counts how often another face, or the same after a gap, was taken up."""

    time_s: float
    anchors: NDArray[np.float64] | None
    run: int


class FaceFollower:
    """Decides which face of a frame is the followed one, and looks for it near its last place first.

    Args:
        expected: where the chosen person should be at a time in seconds: center x, y and size in pixels; None follows
            the largest face.
    """

    def __init__(self, detector: FaceDetector, expected: Expected | None = None) -> None:
        self._detector = detector
        self._expected = expected
        self._face: Face | None = None
        self._seen_s = -1e9
        self._wide_s = -1e9
        self._rival_seen = False
        self._missed = False
        self.run = 0

    def look(self, image: NDArray[np.uint8], time_s: float) -> Face | None:
        """The followed face in a frame later than all before, or None."""
        found = self._find(image, time_s)
        if found is None:
            self._missed = True
            return None
        # Frames may be further apart than what is bridged: without a miss it is still one run.
        if self._missed and time_s - self._seen_s > BRIDGED_S:
            self.run += 1
        self._face, self._seen_s, self._missed = found, time_s, False
        return found

    def _find(self, image: NDArray[np.uint8], time_s: float) -> Face | None:
        if self._face is not None and time_s - self._seen_s <= BRIDGED_S:
            near = _same_face(self._face, _detect_near(self._detector, image, self._face), within=0.5)
            if near is not None and time_s - self._wide_s < _WIDE_EVERY_S:
                return near
            return self._look_wide(image, time_s, near)
        return self._look_wide(image, time_s, None)

    def _look_wide(self, image: NDArray[np.uint8], time_s: float, near: Face | None) -> Face | None:
        """The followed face among all of the picture; another one once that is gone for long or much smaller."""
        self._wide_s = time_s
        faces = faces_in(self._detector, image)
        largest = max(faces, key=_eye_distance, default=None)
        if near is None and self._face is not None and time_s - self._seen_s <= _WAITING_S:
            near = _same_face(self._face, faces, within=1.0)
            if near is not None:
                # Measured again at the scale of all other measurements.
                near = _same_face(near, _detect_near(self._detector, image, near), within=0.5) or near
        if self._expected is not None:
            return self._chosen(image, time_s, near, faces, self._expected(time_s))
        if near is not None:
            # Twice in a row, because a false alarm must not take over.
            rival = largest is not None and _is_much_larger(largest, near)
            if not (rival and self._rival_seen):
                self._rival_seen = rival
                return near
        elif largest is None or (len(faces) > 1 and time_s - self._seen_s <= _WAITING_S):
            return None
        assert largest is not None
        self._rival_seen = False
        chosen = _same_face(largest, _detect_near(self._detector, image, largest), within=0.5) or largest
        if near is not None or time_s - self._seen_s <= BRIDGED_S:
            self.run += 1
        return chosen

    def _chosen(
        self, image: NDArray[np.uint8], time_s: float, near: Face | None, faces: list[Face], place: Place
    ) -> Face | None:
        """The face at the place of the chosen person; the one followed so far unless it is clearly somebody else."""
        wanted = min(faces, key=lambda face: _away(face, place), default=None)
        if wanted is None or _away(wanted, place) > _CHOSEN_REACH:
            # Whoever moves about is followed; nobody else is taken up instead.
            return near
        if near is not None and (_away(near, place) < _STRAYED or _away(wanted, place) > _AT_PLACE):
            return near
        chosen = _same_face(wanted, _detect_near(self._detector, image, wanted), within=0.5) or wanted
        if near is not None or time_s - self._seen_s <= BRIDGED_S:
            self.run += 1
        return chosen


class FaceTracker:
    """Frames go in one by one and come out with smooth points about half a second later.

    Args:
        detector: finds the faces.
        index: when the frames are shown.
        expected: as for `FaceFollower`.
    """

    def __init__(self, detector: FaceDetector, index: FrameIndex, expected: Expected | None = None) -> None:
        self._follower = FaceFollower(detector, expected)
        self._index = index
        self._waiting: deque[tuple[int, NDArray[np.uint8]]] = deque()
        self._measured: deque[_Measurement] = deque()

    def push(self, number: int, image: NDArray[np.uint8]) -> Iterator[TrackedFrame]:
        """Takes the next frame and gives those whose points no later frame can change."""
        time_s = self._index.time_s(number)
        self._waiting.append((number, image))
        if not self._measured or time_s - self._measured[-1].time_s >= DETECTION_GAP_S - 1e-6:
            face = self._follower.look(image, time_s)
            anchors = None if face is None else anchor_points(face.points)
            self._measured.append(_Measurement(time_s, anchors, self._follower.run))
        while self._waiting and self._index.time_s(self._waiting[0][0]) < time_s - _LOOKAHEAD_S:
            yield self._resolve(*self._waiting.popleft())

    def finish(self) -> Iterator[TrackedFrame]:
        """The frames that were still held back at the end of the video."""
        while self._waiting:
            yield self._resolve(*self._waiting.popleft())

    def _resolve(self, number: int, image: NDArray[np.uint8]) -> TrackedFrame:
        time_s = self._index.time_s(number)
        while len(self._measured) > 1 and self._measured[0].time_s < time_s - _LOOKAHEAD_S - DETECTION_GAP_S:
            self._measured.popleft()
        seen = [measurement for measurement in self._measured if measurement.anchors is not None]
        run = self._run_at(time_s, seen)
        if run is None:
            return TrackedFrame(number, image, None)
        own = [measurement for measurement in seen if measurement.run == run]
        times = np.array([measurement.time_s for measurement in own])
        points = np.array([measurement.anchors for measurement in own])
        return TrackedFrame(number, image, smooth_at(time_s, times, points))

    def _run_at(self, time_s: float, seen: list[_Measurement]) -> int | None:
        """Which run of measurements shows the face at a time; None if the face is not there."""
        before = max((m for m in seen if m.time_s <= time_s), key=lambda m: m.time_s, default=None)
        after = min((m for m in seen if m.time_s > time_s), key=lambda m: m.time_s, default=None)
        if before is not None and after is not None and before.run == after.run:
            return before.run
        for measurement in sorted((m for m in (before, after) if m), key=lambda m: abs(m.time_s - time_s)):
            looks = [look.time_s for look in self._measured if look is not measurement]
            nearest_look = min((abs(look - time_s) for look in looks), default=np.inf)
            lonely = len(self._measured) > 2 and sum(m.run == measurement.run for m in seen) < 2
            if not lonely and abs(measurement.time_s - time_s) <= nearest_look:
                return measurement.run
        return None


def size_of(face: Face) -> float:
    return float(max(face.box[2], face.box[3]))


def _away(face: Face, place: Place) -> float:
    """How far a face is from a place, in sizes."""
    return float(np.hypot(*(center_of(face) - np.array(place[:2])))) / max(1.0, place[2])


def _eye_distance(face: Face) -> float:
    """Prefers faces seen from the front among those of one size."""
    return float(np.linalg.norm(face.points[1] - face.points[0]))


def _is_much_larger(face: Face, other: Face) -> bool:
    # A turned head has a short eye distance: it takes both.
    sizes = size_of(face) / size_of(other), _eye_distance(face) / max(1.0, _eye_distance(other))
    return min(sizes) > _MUCH_LARGER


def center_of(face: Face) -> NDArray[np.float32]:
    return np.asarray(face.box[:2] + face.box[2:] / 2, np.float32)


def _same_face(known: Face, faces: list[Face], within: float) -> Face | None:
    """The face nearest to a known one, at most `within` of its size away and of similar size."""
    size = size_of(known)
    near = [face for face in faces if 0.6 < size_of(face) / size < 1.7]
    best = min(near, key=lambda face: float(np.linalg.norm(center_of(face) - center_of(known))), default=None)
    if best is None or float(np.linalg.norm(center_of(best) - center_of(known))) > within * size:
        return None
    return best


def faces_in(detector: FaceDetector, image: NDArray[np.uint8]) -> list[Face]:
    """All faces, searched in a reduced picture."""
    small, to_image = _reduced(image, (0, 0), min(1.0, _WIDE_SIDE_PX / max(image.shape[:2])))
    return [_mapped(face, to_image) for face in detector.detect(small, smallest=30)]


def _detect_near(detector: FaceDetector, image: NDArray[np.uint8], known: Face) -> list[Face]:
    """Faces around the place of a known one, which is scaled to the same size and turned upright every time."""
    reach = _NEAR_REGION * size_of(known) / 2
    left, top = np.maximum(0, np.floor(center_of(known) - reach)).astype(int)
    right, bottom = np.ceil(center_of(known) + reach).astype(int)
    region = image[top : max(bottom, top + 8), left : max(right, left + 8)]
    if min(region.shape[:2]) < 8:
        return []
    scale = min(1.0, _NEAR_FACE_PX / size_of(known))
    small, to_image = _reduced(region, (int(left), int(top)), scale)
    across = known.points[1] - known.points[0]
    roll = float(np.degrees(np.arctan2(across[1], across[0])))
    if _UPRIGHT_DEGREES < abs(roll) < 60:
        size = (small.shape[1], small.shape[0])
        turn = cv2.getRotationMatrix2D(((size[0] - 1) / 2, (size[1] - 1) / 2), roll, 1.0)
        turned = cv2.warpAffine(small, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        small = np.asarray(turned, np.uint8)
        to_image = to_image @ np.vstack([cv2.invertAffineTransform(turn), [0, 0, 1]])
    smallest = round(0.6 * scale * size_of(known))
    return [_mapped(face, to_image) for face in detector.detect(small, smallest)]


def _reduced(
    image: NDArray[np.uint8], origin: tuple[int, int], scale: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A smaller picture, and the matrix (3, 3) from its pixels to those of the picture that `image` was cut from."""
    small = np.ascontiguousarray(image)
    if scale < 1:
        size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
        small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    across, down = image.shape[1] / small.shape[1], image.shape[0] / small.shape[0]
    # Pixel centers: the first of the small picture lies in the middle of those that it stands for.
    return small, np.array(
        [[across, 0, origin[0] + across / 2 - 0.5], [0, down, origin[1] + down / 2 - 0.5], [0, 0, 1]]
    )


def _mapped(face: Face, matrix: NDArray[np.float64]) -> Face:
    """The face in the coordinates that a similarity (3, 3) leads to; its box stays upright."""
    points = face.points @ matrix[:2, :2].T + matrix[:2, 2]
    center = matrix[:2, :2] @ center_of(face) + matrix[:2, 2]
    size = face.box[2:] * np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    return Face(np.concatenate([center - size / 2, size]).astype(np.float32), face.score, points.astype(np.float32))
