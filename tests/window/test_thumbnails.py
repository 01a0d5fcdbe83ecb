"""Small pictures of frames, and the waveform, come off the GUI thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.document.edits import AddVideo, ChangeVideo
from app.session import Session
from app.thumbnails import Thumbnails
from fedn.video.content_key import describe_video
from tests.conftest import write_video
from tests.video.conftest import counter_picture, read_counter
from tests.video.test_waveform import tone, write_sound
from tests.window.conftest import wait_until


@pytest.fixture
def counted(session: Session, tmp_path: Path) -> str:
    """Id of a video whose frames carry their number, current."""
    path = tmp_path / "counted.mp4"
    write_video(path, [counter_picture(number) for number in range(60)])
    video = describe_video(path, "s1")
    assert session.do(AddVideo(video))
    session.select_video(video.id)
    wait_until(lambda: session.frame_index is not None)
    return video.id


@pytest.fixture
def thumbnails(session: Session) -> Iterator[Thumbnails]:
    made = Thumbnails(session)
    yield made
    made.shut_down()


def number_in(image) -> int:
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return read_counter(pixels[:, : image.width(), :3])


def test_a_thumbnail_comes_later_and_is_of_that_frame(thumbnails: Thumbnails, counted: str):
    told: list[tuple[str, int]] = []
    thumbnails.ready.connect(lambda video, frame: told.append((video, frame)))
    for frame in (40, 3, 41, 59):
        assert thumbnails.request(counted, frame, 64) is None
    wait_until(lambda: len(told) == 4)
    assert set(told) == {(counted, frame) for frame in (40, 3, 41, 59)}
    for frame in (40, 3, 41, 59):
        image = thumbnails.request(counted, frame, 64)
        assert image is not None and (image.width(), image.height()) == (96, 64)
        assert number_in(image) == frame
    small = thumbnails.request(counted, 40, 32)
    assert small is None
    wait_until(lambda: thumbnails.request(counted, 40, 32) is not None)


def test_asking_twice_decodes_once(thumbnails: Thumbnails, counted: str, qtbot: QtBot):
    told: list[int] = []
    thumbnails.ready.connect(lambda _video, frame: told.append(frame))
    for _ in range(5):
        thumbnails.request(counted, 7, 64)
    wait_until(lambda: thumbnails.request(counted, 7, 64) is not None)
    qtbot.wait(30)
    assert told == [7]


def test_what_cannot_be_decoded_stays_away_and_is_asked_once(
    thumbnails: Thumbnails, session: Session, counted: str, tmp_path: Path
):
    assert session.project is not None
    gone = replace(session.project.videos[counted], path=tmp_path / "gone.mp4", relative_path="")
    session.do(ChangeVideo(gone))
    told: list[int] = []
    thumbnails.ready.connect(lambda _video, frame: told.append(frame))
    assert thumbnails.request(counted, 5, 64) is None
    assert thumbnails.request(counted, -1, 64) is None and thumbnails.request("nobody", 0, 64) is None
    wait_until(lambda: told == [5])
    assert thumbnails.request(counted, 5, 64) is None


def test_another_project_forgets_them_all(thumbnails: Thumbnails, session: Session, counted: str):
    for frame in range(50):
        thumbnails.request(counted, frame, 64)
    session.close_project()
    assert thumbnails.request(counted, 3, 64) is None
    assert not thumbnails._images


def test_memory_is_bounded(thumbnails: Thumbnails, counted: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.thumbnails._BUDGET_BYTES", 10 * 96 * 64 * 4)
    for frame in range(30):
        thumbnails.request(counted, frame, 64)
        wait_until(lambda frame=frame: thumbnails.request(counted, frame, 64) is not None)
    assert len(thumbnails._images) == 10
    assert thumbnails.request(counted, 29, 64) is not None and thumbnails.request(counted, 0, 64) is None


def test_the_waveform_of_the_current_video_comes_later(session: Session, tmp_path: Path, qtbot: QtBot):
    path = write_sound(tmp_path / "tone.mp4", tone(0.5, 1.0, length_s=1.5))
    video = describe_video(path, "s1")
    assert session.do(AddVideo(video))
    assert session.waveform(video.id) is None
    session.select_video(video.id)
    wait_until(lambda: session.frame_index is not None)
    with qtbot.waitSignal(session.waveform_changed, timeout=10000) as told:
        assert session.waveform(video.id) is None
    assert told.args == [video.id]
    waveform = session.waveform(video.id)
    assert waveform is not None and waveform.peaks_between(0.6, 0.9, 1)[0] == pytest.approx([-0.5, 0.5], abs=0.08)
    assert (session.cache_folder(video) / "waveform.npz").exists()
