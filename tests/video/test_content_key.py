import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fedn.errors import VideoError
from fedn.video.content_key import content_key, describe_video


def test_follows_the_content_and_not_the_name(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(3_000_000)
    (tmp_path / "a.mp4").write_bytes(content)
    (tmp_path / "b.mov").write_bytes(content)
    assert content_key(tmp_path / "a.mp4") == content_key(tmp_path / "b.mov")
    for other in (content[:-1], content[:-1] + b"!", b"!" + content[1:], content + b"!", b""):
        (tmp_path / "b.mov").write_bytes(other)
        assert content_key(tmp_path / "b.mov") != content_key(tmp_path / "a.mp4")


def test_sees_an_image_that_was_added_to_a_folder(tmp_path: Path) -> None:
    for number in range(3):
        Image.fromarray(np.full((8, 10, 3), number, np.uint8)).save(tmp_path / f"{number}.png")
    before = content_key(tmp_path)
    assert content_key(tmp_path) == before
    Image.fromarray(np.zeros((8, 10, 3), np.uint8)).save(tmp_path / "3.png")
    assert content_key(tmp_path) != before


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="is not there"):
        content_key(tmp_path / "absent.mp4")


def test_describes_a_file_and_a_folder(tiny_video: Path, tmp_path: Path) -> None:
    video = describe_video(tiny_video, "S1", project_folder=tiny_video.parent / "study", cache_root=tmp_path / "cache")
    assert (video.frame_count, video.width, video.height, video.subject) == (24, 64, 48, "S1")
    assert video.fps == pytest.approx(30)
    assert video.relative_path == "../tiny.mp4"
    assert video.size_bytes == tiny_video.stat().st_size
    assert (tmp_path / "cache" / video.key / "frame-index.npz").is_file()
    Image.fromarray(np.zeros((8, 10, 3), np.uint8)).save(tmp_path / "1.png")
    folder = describe_video(tmp_path, "S2", image_fps=200)
    assert (folder.frame_count, folder.width, folder.image_fps, folder.relative_path) == (1, 10, 200, "")
