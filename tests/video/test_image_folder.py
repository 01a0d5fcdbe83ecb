from pathlib import Path

import cv2
import numpy as np
import pytest

from fedn.errors import VideoError
from fedn.video.image_folder import image_names, image_number, natural_key
from fedn.video.reader import open_video


def write_grey(path: Path, brightness: int, size: int = 8) -> None:
    done, content = cv2.imencode(".png", np.full((size, size, 3), brightness, np.uint8))
    assert done
    path.write_bytes(content.tobytes())


@pytest.mark.parametrize(
    "names",
    [
        ["img998.jpg", "img999.jpg", "img1000.jpg", "img2052.jpg"],
        ["img_1.jpg", "img_2.jpg", "img_10.jpg"],
        ["3.jpg", "4.jpg", "20.jpg", "100.jpg"],
        ["006_1_0009.jpg", "006_1_0010.jpg", "006_1_10000.jpg"],
    ],
)
def test_images_are_in_the_order_of_their_numbers(names: list[str], tmp_path: Path) -> None:
    for name in sorted(names):
        (tmp_path / name).touch()
    for name in ("._img1.jpg", "Thumbs.db", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg").mkdir()
    assert image_names(tmp_path) == names


def test_text_and_numbers_are_sorted_together() -> None:
    assert sorted(["b", "10", "a2", "", "9", "a10"], key=natural_key) == ["", "9", "10", "a2", "a10", "b"]


@pytest.mark.parametrize(
    ("name", "number"),
    [("img001.jpg", 1), ("img_12.jpg", 12), ("006_1_0007.jpg", 7), ("1.jpg", 1), ("frame.jpg", None), ("a.1.jpg", 1)],
)
def test_the_number_of_an_image_is_the_last_in_its_name(name: str, number: int | None) -> None:
    assert image_number(name) == number


def test_a_damaged_image_shows_the_one_before_and_is_told(tmp_path: Path) -> None:
    for number in range(1, 6):
        write_grey(tmp_path / f"{number}.png", number * 10)
    (tmp_path / "3.png").write_bytes(b"no image")
    (tmp_path / "4.png").write_bytes(b"")
    with open_video(tmp_path) as reader:
        assert reader.warnings == ()
        assert [int(reader.frame(at)[0, 0, 0]) for at in range(5)] == [10, 20, 20, 20, 50]
        assert int(reader.frame(2)[0, 0, 0]) == 20
        (warning,) = reader.warnings
    assert "2 images are damaged, the first is 3.png" in warning


def test_where_the_first_image_is_damaged_the_next_stands_in(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"no image")
    write_grey(tmp_path / "2.png", 70)
    with open_video(tmp_path) as reader:
        assert reader.index.frame_count == 2
        assert int(reader.frame(0)[0, 0, 0]) == 70


def test_a_folder_of_nothing_but_damaged_images_gets_a_sentence(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"no image")
    with pytest.raises(VideoError, match="has no image that can be read"):
        open_video(tmp_path)


def test_an_image_that_is_gone_is_told_and_not_replaced(tmp_path: Path) -> None:
    for number in range(3):
        write_grey(tmp_path / f"{number}.png", number)
    with open_video(tmp_path) as reader:
        (tmp_path / "2.png").unlink()
        with pytest.raises(VideoError, match=r"2\.png cannot be read"):
            reader.frame(2)
