"""Copies of a video show the same frames in another size and light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fedn.video.reader import open_video
from tests.conftest import write_video
from training.robustness import CONDITIONS, Condition, write_copy


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """12 frames of 64x48, each a bit brighter."""
    path = tmp_path / "film.mp4"
    write_video(path, [np.full((48, 64, 3), 40 + 10 * number, np.uint8) for number in range(12)])
    return path


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.folder)
def test_a_copy_has_every_frame_in_its_place(film: Path, tmp_path: Path, condition: Condition) -> None:
    copy = tmp_path / "copy.mp4"
    write_copy(film, copy, condition)
    with open_video(film) as one, open_video(copy) as other:
        assert other.index.frame_count == one.index.frame_count
        assert (other.width, other.height) == (round(64 * condition.scale), round(48 * condition.scale))
        brightness = [float(frame.mean()) for _, frame in other.frames()]
    assert brightness == sorted(brightness)


def test_light_is_dark_and_warm_as_asked(film: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    write_copy(film, copy, Condition("dark and warm", gamma=1.7, warmth=1.15, crf=10))
    with open_video(film) as one, open_video(copy) as other:
        before, after = one.frame(6).reshape(-1, 3).mean(0), other.frame(6).reshape(-1, 3).mean(0)
    assert after[1] == pytest.approx(255 * (before[1] / 255) ** 1.7, abs=3)
    assert after[0] > after[1] > after[2]
