import shutil
from pathlib import Path

import pytest

from app.open_path import project_for
from fedn.annotation.store import load_project
from fedn.errors import VideoError
from main import main


def test_a_video_is_opened_in_a_project_beside_it_that_is_made_once(tmp_path: Path, tiny_video: Path) -> None:
    video = Path(shutil.copy(tiny_video, tmp_path / "smile.mp4"))
    folder = project_for(video)
    assert folder == tmp_path / "smile.fedn"
    assert [found.name for found in load_project(folder).videos.values()] == ["smile.mp4"]
    assert project_for(video) == project_for(folder) == folder
    assert len(load_project(folder).videos) == 1


def test_a_file_that_is_no_video_makes_no_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    with pytest.raises(VideoError):
        project_for(notes)
    assert main([str(notes)]) == main([str(tmp_path / "gone.mp4")]) == 2
    assert "notes.txt" in (said := capsys.readouterr().err) and "gone.mp4" in said
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
