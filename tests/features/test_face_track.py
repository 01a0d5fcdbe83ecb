from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fedn.features.face_detector import Face, find_face_detector
from fedn.features.face_track import FaceTracker, TrackedFrame
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import open_video

SHAPE = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]], np.float32)


class SquareDetector:
    """Takes every bright square on a dark ground for a face."""

    name = "squares"

    def __init__(self) -> None:
        self.calls = 0

    def detect(self, image: NDArray[np.uint8], smallest: int = 24) -> list[Face]:
        import cv2

        self.calls += 1
        mask = (image[..., 0] > 100).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        found = []
        for x, y, width, height, _area in stats[1:count]:
            if min(width, height) >= max(6, smallest) and 0.7 < width / height < 1.4:
                box = np.array([x, y, width, height], np.float32)
                found.append(Face(box, 1.0, SHAPE * box[2:] + box[:2]))
        return found


def picture(*squares: tuple[int, int, int]) -> NDArray[np.uint8]:
    image = np.zeros((240, 320, 3), np.uint8)
    for x, y, side in squares:
        image[y : y + side, x : x + side] = 255
    return image


def track(frames: int, draw: Callable[[int], NDArray[np.uint8]], fps: int = 30) -> list[TrackedFrame]:
    tracker = FaceTracker(SquareDetector(), FrameIndex.regular(frames, Fraction(fps)))
    tracked = []
    for number in range(frames):
        tracked += tracker.push(number, draw(number))
    tracked += tracker.finish()
    assert [frame.number for frame in tracked] == list(range(frames))
    return tracked


def has_face(tracked: list[TrackedFrame]) -> list[bool]:
    return [frame.anchors is not None for frame in tracked]


def test_follows_a_moving_face_although_it_looks_ten_times_a_second() -> None:
    tracked = track(90, lambda number: picture((40 + number, 60, 80)))
    for frame in tracked:
        assert frame.anchors is not None
        assert np.abs(frame.anchors[0] - [40 + frame.number + 24, 60 + 32]).max() < 1.5


def test_looks_only_ten_times_a_second() -> None:
    detector = SquareDetector()
    tracker = FaceTracker(detector, FrameIndex.regular(300, Fraction(30)))
    for number in range(300):
        list(tracker.push(number, picture((100, 60, 80))))
    assert 95 < detector.calls < 115


def test_a_face_that_leaves_and_returns_is_masked_in_between() -> None:
    tracked = track(150, lambda number: picture((100, 60, 80)) if not 50 <= number < 100 else picture())
    present = np.array(has_face(tracked))
    assert present[:48].all() and present[102:].all()
    assert not present[53:97].any()


def test_a_face_hidden_for_a_moment_is_bridged() -> None:
    tracked = track(90, lambda number: picture((100, 60, 80)) if not 40 <= number < 45 else picture())
    assert all(has_face(tracked))


def test_a_false_alarm_is_no_face() -> None:
    tracked = track(90, lambda number: picture((100, 60, 80)) if 42 <= number < 44 else picture())
    assert not any(has_face(tracked))


def test_stays_with_the_person_when_another_one_passes() -> None:
    tracked = track(120, lambda number: picture((60, 60, 80), (150 + number, 70, 75)))
    ends = [frame.anchors[0, 0] for frame in tracked if frame.anchors is not None]
    assert len(ends) == 120 and np.ptp(ends) < 1
    passing = track(120, lambda number: picture((60, 60, 80)) if number < 30 else picture((60, 60, 80), (200, 60, 90)))
    assert all(frame.anchors is not None and frame.anchors[0, 0] < 100 for frame in passing)


def test_a_much_nearer_person_takes_over_without_smearing() -> None:
    tracked = track(240, lambda number: picture((20, 60, 50)) if number < 30 else picture((20, 60, 50), (150, 60, 120)))
    left = {round(float(frame.anchors[0, 0])) for frame in tracked if frame.anchors is not None}
    assert left == {20 + 15, 150 + 36}
    assert tracked[-1].anchors is not None and tracked[-1].anchors[0, 0] > 150


@pytest.mark.parametrize("fps", [2, 12, 200])
def test_other_frame_rates_work_as_well(fps: int) -> None:
    assert all(has_face(track(60, lambda number: picture((100, 60, 80)), fps)))


def test_one_picture_is_enough() -> None:
    assert has_face(track(1, lambda number: picture((100, 60, 80)))) == [True]
    assert has_face(track(1, lambda number: picture())) == [False]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("pyfeat_face_noface.mov", 0, 71), ("pyfeat_no_face.mp4", None, None)],
)
def test_finds_real_faces_where_they_are(shared_data: Path, name: str, first: int | None, last: int | None) -> None:
    with open_video(shared_data / "videos" / name, threads=1) as reader:
        tracker = FaceTracker(find_face_detector(), reader.index)
        tracked = [frame for numbered in reader.frames(0, 90) for frame in tracker.push(*numbered)]
        numbers = [frame.number for frame in [*tracked, *tracker.finish()] if frame.anchors is not None]
    if first is None:
        assert numbers == []
    else:
        assert abs(numbers[0] - first) <= 3 and abs(numbers[-1] - (last or 0)) <= 3
        assert len(numbers) == numbers[-1] - numbers[0] + 1
