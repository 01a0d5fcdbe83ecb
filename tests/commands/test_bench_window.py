from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.commands.window_benchmarks.videos import SIZE, _numbered, read_number, repeat, with_variable_rate
from fedn.video.reader import open_video
from tests.video.conftest import read_counter
from tests.video.kinds import COUNT, make_kind


def test_a_repeated_video_has_all_its_frames_again_and_again(kinds_folder: Path, tmp_path: Path) -> None:
    path = repeat(make_kind("every-frame-key.mp4", kinds_folder), tmp_path / "long.mp4", 5)
    with open_video(path) as reader:
        assert reader.index.frame_count == 5 * COUNT and reader.index.is_constant
        for number in (0, COUNT - 1, COUNT, 3 * COUNT + 17, 5 * COUNT - 1, 2 * COUNT):
            assert read_counter(reader.frame(number)) == number % COUNT


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_variable_rate_changes_the_times_and_not_the_frames(kinds_folder: Path, tmp_path: Path, suffix: str) -> None:
    path = with_variable_rate(make_kind("h264.mp4", kinds_folder), tmp_path / f"variable.{suffix}")
    with open_video(path) as reader:
        assert reader.index.frame_count == COUNT and not reader.index.is_constant
        assert [read_counter(frame) for _, frame in reader.frames()] == list(range(COUNT))
        assert read_counter(reader.frame(33)) == 33


@pytest.mark.parametrize("number", [0, 1, 479, 40_000, 65_535])
def test_a_number_is_read_back_at_any_size(number: int) -> None:
    picture = _numbered(np.full((SIZE[1], SIZE[0], 3), 90, np.uint8), number)
    assert read_number(picture, *SIZE) == number
    assert read_number(picture[::3, ::3], SIZE[0] // 3, SIZE[1] // 3) == number
