from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from fedn.errors import VideoError
from fedn.video.decoded_frame import PixelFrame
from fedn.video.reader import open_video
from tests.video.conftest import CounterVideo, counter_picture, read_counter

B_FRAMES = {"g": "12", "bf": "3", "b-adapt": "0"}


@pytest.mark.parametrize("rotation", [0, 90, 180, -90])
@pytest.mark.parametrize("aspect", [None, Fraction(4, 3)])
def test_scaled_pixels_are_the_full_ones_made_smaller(
    make_video: CounterVideo, rotation: int, aspect: Fraction | None
) -> None:
    name = f"turned{rotation}-{'wide' if aspect else 'square'}.mp4"
    with open_video(make_video(name, 5, rotation=rotation, aspect=aspect, options={"crf": "10"})) as reader:
        frame = reader.decoded(3)
        full = frame.rgb()
        assert full.shape == (reader.height, reader.width, 3)
        for width, height in ((reader.width, reader.height), (reader.width // 2, reader.height // 2), (41, 37)):
            shown = frame.bgra(width, height)
            assert shown.shape == (height, width, 4) and shown.flags.c_contiguous and (shown[:, :, 3] == 255).all()
            expected = cv2.resize(full, (width, height), interpolation=cv2.INTER_AREA)
            # Edges of blocks fall between pixels; their insides must agree.
            assert np.median(np.abs(shown[:, :, 2::-1].astype(int) - expected)) <= 4


def test_pixels_are_scaled_both_ways() -> None:
    frame = PixelFrame(counter_picture(5))
    assert np.array_equal(frame.bgra(96, 64)[:, :, 2::-1], counter_picture(5))
    assert read_counter(frame.bgra(192, 128)[::2, ::2, 2::-1]) == 5
    assert frame.bgra(20, 10).shape == (10, 20, 4)


def test_frames_left_out_on_the_way_change_nothing(make_video: CounterVideo) -> None:
    with open_video(make_video("h264.mp4", 80, options=B_FRAMES)) as reader:
        in_order = [reader.frame(number) for number in range(80)]
        for number in (11, 10, 9, 8, 35, 34, 23, 70, 62):
            assert np.array_equal(reader.frame(number), in_order[number])


@pytest.mark.parametrize(("how", "sentence"), [("gone", "no longer there"), ("shorter", "was changed")])
def test_a_file_that_is_not_the_same_any_more_is_told(
    make_video: CounterVideo, tmp_path: Path, how: str, sentence: str
) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(make_video("h264.mp4", 80, options=B_FRAMES).read_bytes())
    with open_video(path) as reader:
        assert read_counter(reader.frame(70)) == 70
        if how == "gone":
            path.unlink()
        else:
            os.truncate(path, path.stat().st_size // 2)
        with pytest.raises(VideoError, match=sentence):
            reader.frame(5)
