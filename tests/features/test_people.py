"""Who is seen in a video, and that the chosen one is followed, with bright squares for faces."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fedn.annotation.video import FaceChoice
from fedn.features.face_track import FaceTracker
from fedn.features.people import are_several, expected_place, find_people, frames_to_look_at
from fedn.video.face_boxes import load_face_boxes, save_face_boxes
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import VideoReader
from tests.features.test_face_track import SquareDetector, picture

FRAMES = 240


class Drawn(VideoReader):
    """A video whose frames are drawn when they are asked for."""

    def __init__(self, draw: Callable[[int], NDArray[np.uint8]], frames: int = FRAMES) -> None:
        self.path, self.width, self.height = Path("drawn"), 320, 240
        self.index = FrameIndex.regular(frames, Fraction(30))
        self._draw = draw

    def frame(self, number: int) -> NDArray[np.uint8]:
        return self._draw(number)


def two(number: int) -> NDArray[np.uint8]:
    """A larger one on the left that moves a little, a smaller one on the right."""
    return picture((20 + number // 20, 60, 80), (210, 80, 60))


def centers(video: Drawn, choice: FaceChoice | None) -> NDArray[np.float64]:
    """(T, 2) of the followed face, NaN without one."""
    expected = None
    if choice is not None:
        expected = expected_place(find_people(video, SquareDetector()), choice, video.index, 320, 240)
    tracker = FaceTracker(SquareDetector(), video.index, expected)
    tracked = [one for number, image in video.frames() for one in tracker.push(number, image)]
    tracked += tracker.finish()
    return np.array([[np.nan] * 2 if one.anchors is None else one.anchors.mean(axis=0) for one in tracked])


def test_two_who_are_seen_together_are_two_the_larger_first() -> None:
    people = find_people(Drawn(two), SquareDetector())
    assert are_several(people) and [person.share for person in people] == [1.0, 1.0]
    assert people[0].choice.x < 0.3 < 0.7 < people[1].choice.x


def test_one_who_moves_is_one_and_so_are_two_after_each_other() -> None:
    moving = find_people(Drawn(lambda number: picture((20 + number // 2, 60, 80))), SquareDetector())
    assert len(moving) == 1 and not are_several(moving)
    in_turn = find_people(
        Drawn(lambda number: two(number) * 0 + picture((20 if number < 120 else 210, 60, 80))), SquareDetector()
    )
    assert not are_several(in_turn)


def test_somebody_who_passes_by_in_the_background_is_nobody_to_ask_about() -> None:
    far = Drawn(lambda number: picture((20, 60, 90), (250, 80, 30)))
    assert not are_several(find_people(far, SquareDetector()))
    passing = Drawn(lambda number: picture((20, 60, 90), *([(220, 80, 60)] if 100 < number < 130 else [])))
    assert not are_several(find_people(passing, SquareDetector()))


def test_the_chosen_one_is_followed_although_another_is_larger() -> None:
    video = Drawn(two)
    people = find_people(video, SquareDetector())
    for choice, left, right in ((None, 50, 80), (people[0].choice, 50, 80), (people[1].choice, 230, 250)):
        x = centers(video, choice)[:, 0]
        assert np.isfinite(x).all() and left < x.min() and x.max() < right


def test_while_the_chosen_one_is_away_nobody_else_is_taken_instead() -> None:
    video = Drawn(lambda number: two(number) if not 90 <= number < 150 else picture((20 + number // 20, 60, 80)))
    choice = FaceChoice(10, 240 / 320, 110 / 240)
    x = centers(video, choice)[:, 0]
    assert np.isnan(x[105:140]).all()
    assert np.isfinite(x[:80]).all() and np.isfinite(x[165:]).all() and np.nanmin(x) > 200


def test_a_choice_where_the_survey_saw_nobody_means_that_place() -> None:
    place = expected_place((), FaceChoice(3, 0.5, 0.25), FrameIndex.regular(10, Fraction(30)), 320, 240)
    assert place(0.1)[:2] == (160.0, 60.0)


@pytest.mark.parametrize("count", [1, 2, 15, 240])
def test_the_frames_that_are_looked_at_lie_in_the_video(count: int) -> None:
    frames = frames_to_look_at(FrameIndex.regular(count, Fraction(30)))
    assert frames and frames == sorted(set(frames)) and frames[0] >= 0 and frames[-1] < count


def test_the_boxes_of_each_choice_are_kept_apart(tmp_path: Path) -> None:
    largest, chosen = np.full((3, 4), 1.0, np.float32), np.full((3, 4), 2.0, np.float32)
    choice = FaceChoice(2, 0.5, 0.5)
    save_face_boxes(tmp_path, largest)
    save_face_boxes(tmp_path, chosen, choice)
    assert np.array_equal(load_face_boxes(tmp_path, 3), largest)
    assert np.array_equal(load_face_boxes(tmp_path, 3, choice), chosen)
    assert load_face_boxes(tmp_path, 3, FaceChoice(1, 0.5, 0.5)) is None
