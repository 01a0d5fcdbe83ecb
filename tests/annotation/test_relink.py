from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fedn.annotation.project import Project
from fedn.annotation.relink import find_moved, missing_videos
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.progress import Cancelled, Record, Reporter
from fedn.video.content_key import content_key, relative_path

BIG = 2_000_000  # More than is read of it, so that content is sampled.


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """Three video files of one size, and a folder of images."""
    folder = tmp_path / "videos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.mp4").write_bytes(bytes([number]) * BIG)
    (folder / "images").mkdir()
    for number in range(1, 12):
        (folder / "images" / f"img{number}.jpg").write_bytes(bytes([number]) * number)
    return folder


@pytest.fixture
def project(videos: Path, tmp_path: Path) -> Project:
    project = Project(tmp_path / "study.fedn", "study", shipped_vocabulary())
    for path in sorted(videos.iterdir()):
        size = sum(one.stat().st_size for one in path.iterdir()) if path.is_dir() else path.stat().st_size
        fps = 25.0 if path.is_dir() else None
        place = relative_path(path, project.folder)
        project.put_video(Video(content_key(path), path, "s1", 9, 30.0, 64, 48, place, size, fps, id=path.stem))
    return project


def test_videos_in_their_place_are_not_looked_for(project: Project, videos: Path) -> None:
    assert missing_videos(project) == []
    result = find_moved(project, [videos])
    assert (result.found, result.missing) == ((), ())


def test_a_project_moved_together_with_its_videos_misses_nothing(
    project: Project, videos: Path, tmp_path: Path
) -> None:
    (tmp_path / "study.fedn").mkdir()
    (tmp_path / "elsewhere").mkdir()
    for name in ("study.fedn", "videos"):
        shutil.move(tmp_path / name, tmp_path / "elsewhere" / name)
    project.folder = tmp_path / "elsewhere" / "study.fedn"
    assert missing_videos(project) == []
    assert project.path_of("0") == tmp_path / "elsewhere" / "videos" / "0.mp4"


def test_moved_and_renamed_videos_are_found_by_their_content(project: Project, videos: Path, tmp_path: Path) -> None:
    new = tmp_path / "new place" / "deep"
    new.mkdir(parents=True)
    before = {path: path.read_bytes() for path in videos.glob("*.mp4")}
    (videos / "0.mp4").rename(new / "renamed.avi")
    (videos / "1.mp4").rename(new / "0.mp4")  # The name of another one.
    (videos / "2.mp4").unlink()
    (new / "2.mp4").write_bytes(b"\7" * BIG)  # The name and the size, but not the content.
    (videos / "images").rename(new / "pictures")
    result = find_moved(project, [tmp_path / "new place"])
    assert {video.id: video.path for video in result.found} == {
        "0": new / "renamed.avi",
        "1": new / "0.mp4",
        "images": new / "pictures",
    }
    assert [video.id for video in result.missing] == ["2"]
    assert {video.relative_path for video in result.found} >= {"../new place/deep/renamed.avi"}
    assert (new / "renamed.avi").read_bytes() == before[videos / "0.mp4"]
    for video in result.found:
        assert replace(video, path=project.video(video.id).path, relative_path="") == replace(
            project.video(video.id), relative_path=""
        )
        project.put_video(video)
    assert [video.id for video in missing_videos(project)] == ["2"]


def test_a_video_of_unknown_size_is_found_by_its_name(project: Project, videos: Path, tmp_path: Path) -> None:
    project.put_video(replace(project.video("0"), size_bytes=0))
    (tmp_path / "new").mkdir()
    (videos / "0.mp4").rename(tmp_path / "new" / "0.mp4")
    (found,) = find_moved(project, [tmp_path]).found
    assert found.path == tmp_path / "new" / "0.mp4"


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_circles_of_links_and_unreadable_folders_do_not_stop_the_search(project: Project, videos: Path) -> None:
    (videos / "circle").symlink_to(videos)
    (videos / "nowhere.mp4").symlink_to(videos / "not there")
    (videos / "0.mp4").rename(videos / "renamed.mp4")
    assert [video.id for video in find_moved(project, [videos / "no such folder", videos]).found] == ["0"]


def test_the_search_tells_where_it_is_and_stops_when_asked(project: Project, videos: Path) -> None:
    (videos / "0.mp4").rename(videos / "renamed.mp4")

    class Impatient(Reporter):
        def report(self, record: Record) -> None:
            assert record.kind == "progress" and str(videos) in record.text
            self.stop_requested = True

    with pytest.raises(Cancelled):
        find_moved(project, [videos], Impatient())
