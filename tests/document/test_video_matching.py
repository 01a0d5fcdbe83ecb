from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.document.video_matching import VideoMatcher
from fedn.annotation.project import Project
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import shipped_vocabulary


def matcher(*videos: tuple[str, str]) -> VideoMatcher:
    """Of videos given as path and subject."""
    project = Project(Path("study"), "study", shipped_vocabulary())
    for path, subject in videos:
        project.put_video(Video(f"key of {path}", Path(path), subject, 100, 30.0, 64, 48))
    return VideoMatcher(project)


STUDY = (
    ("/data/s15/15_0101disgustingteeth", "s15"),
    ("/data/s16/16_0101disgustingteeth", "s16"),
    ("/data/films/Anna one.mp4", "anna"),
    ("/data/006_1.mp4", "006"),
    ("/data/006_10.mp4", "006"),
)


@pytest.mark.parametrize(
    ("name", "found", "doubt"),
    [
        ("key of /data/006_1.mp4", "006_1.mp4", ""),
        ("Anna one.mp4", "Anna one.mp4", ""),
        ("anna ONE.MP4", "Anna one.mp4", "its letters"),
        ("Anna one.avi", "Anna one.mp4", "the ending"),
        ("Anna one", "Anna one.mp4", ""),
        ("anna one", "Anna one.mp4", "the ending"),
        ("D:\\films\\Anna one.mp4", "Anna one.mp4", ""),
        ("../../etc/Anna one.mp4", "Anna one.mp4", ""),
        ("15_0101", "15_0101disgustingteeth", "the rest of its name"),
        ("006_1", "006_1.mp4", ""),
        ("006_10", "006_10.mp4", ""),
        ("anna-Anna one.boris.csv", "Anna one.mp4", ""),
        ("anna-Anna one", "Anna one.mp4", ""),
        ("15_0", None, "no video “15_0”"),
        ("Ann", None, "no video “Ann”"),
        ("", None, "no video “”"),
        ("..", None, "no video “..”"),
    ],
)
def test_a_name_means_the_video_that_it_fits_best(name: str, found: str | None, doubt: str) -> None:
    answer = matcher(*STUDY).find(name)
    assert (answer.video.name if answer.video else None) == found
    assert doubt in answer.remark and bool(doubt) == bool(answer.remark)


SAME_NAMES: Sequence[tuple[str, str]] = (("/d/spNO.1/a/color", "spNO.1"), ("/d/spNO.2/a/color", "spNO.2"))


def test_videos_of_one_name_are_told_apart_by_subject_and_by_folder_or_not_at_all() -> None:
    finder = matcher(*SAME_NAMES)
    assert getattr(finder.find("color", "spno.2").video, "subject", None) == "spNO.2"
    assert getattr(finder.find("color", path=Path("D:/elsewhere/spNO.1/a/color")).video, "subject", None) == "spNO.1"
    lost = finder.find("color")
    assert lost.video is None and "several videos" in lost.remark and "color of spNO.1" in lost.remark


def test_the_exact_path_decides_before_everything_else() -> None:
    finder = matcher(*SAME_NAMES)
    assert getattr(finder.find("other", path=Path("/d/spNO.2/a/color")).video, "subject", None) == "spNO.2"


def test_a_name_that_the_file_uses_for_several_subjects_needs_the_right_one() -> None:
    finder = matcher(("/d/1/a.mp4", "spNO.1"))
    alone = finder.find("a.mp4", "spNO.2")
    assert alone.video is not None and "“spNO.2” in the file and spNO.1 in the project" in alone.remark
    assert finder.find("a.mp4", "spNO.2", shared=True).video is None
    assert finder.find("a.mp4", "SPno.1", shared=True).remark == ""


def test_the_point_in_a_subjects_number_ends_no_name() -> None:
    finder = matcher(("/d/spNO.1_a", "spNO.1"), ("/d/spNO.2_a", "spNO.2"))
    assert finder.find("spNO.7_a").video is None
    assert getattr(finder.find("spNO.2_a.mp4").video, "subject", None) == "spNO.2"


def test_leading_zeros_are_no_other_person() -> None:
    assert matcher(("/d/a.mp4", "6")).find("a.mp4", "006").remark == ""
