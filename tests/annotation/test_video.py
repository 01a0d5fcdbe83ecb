from pathlib import Path

import pytest

from fedn.annotation.video import Video


def video(path: str, image_fps: float | None = None) -> Video:
    return Video("key", Path(path), "s1", 10, 30.0, 8, 8, image_fps=image_fps)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/data/rawpic/s15/15_0101disgustingteeth", "15_0101disgustingteeth"),
        ("/data/part_A/spNO.1/a/color", "spNO.1_a"),
        ("/data/part_A/spNO.1/a", "spNO.1_a"),
        ("/data/color", "data"),
    ],
)
def test_a_folder_of_images_is_named_so_that_it_is_told_from_others(path: str, name: str) -> None:
    assert video(path, 30.0).name == name
    assert video(path, 30.0).stem == name


def test_a_file_is_named_as_it_is_and_its_stem_lacks_the_ending() -> None:
    assert (video("/data/s.15/a.mp4").name, video("/data/s.15/a.mp4").stem) == ("a.mp4", "a")
    assert video("/data/color.avi").name == "color.avi"
