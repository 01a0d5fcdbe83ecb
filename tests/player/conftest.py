"""A player that shows one generated video, and what its painted picture says which frame it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.document.edits import AddVideo
from app.session import Session
from app.views.player.player_view import PlayerView
from fedn.annotation.video import Video
from fedn.video.content_key import describe_video
from tests.video.conftest import BITS, BLOCK
from tests.video.kinds import Kind


class Shown:
    """A player with one video; what it painted is read from a grab of its picture, not from the decoder."""

    def __init__(self, session: Session, view: PlayerView, video: Video, kind: Kind) -> None:
        self.session, self.view, self.video, self._kind = session, view, video, kind
        self._points = counter_points(kind)

    def go(self, frame: int, qtbot: QtBot) -> int:
        """Puts the playhead on a frame and gives the one that is painted then."""
        self.session.set_playhead(frame)
        qtbot.waitUntil(lambda: self.view.picture.shown_frame == frame, timeout=20000)
        return self.painted()

    def painted(self) -> int:
        """Number of the frame that is on the screen."""
        return self.number_in(self.view.picture.grab().toImage()) - self._kind.first

    def number_in(self, image: QImage) -> int:
        """The counter in the painted picture area."""
        space = self.view.picture.size()
        rect = self.view.picture.place.rect(QSizeF(self.video.width, self.video.height), QSizeF(space))
        pixels, ratio = gray(image), image.width() / space.width()
        number = 0
        for bit, (x, y) in enumerate(self._points):
            column = round((rect.left() + x * rect.width()) * ratio)
            row = round((rect.top() + y * rect.height()) * ratio)
            number |= int(pixels[row - 2 : row + 3, column - 2 : column + 3].mean() > 127) << bit
        return number


def gray(image: QImage) -> NDArray[np.uint8]:
    image = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())[:, : image.width()]


def counter_points(kind: Kind) -> list[tuple[float, float]]:
    """Middles of the counter's blocks in the upright picture, from 0 to 1."""
    height, width = 64, 96
    pixels = np.rot90(np.arange(height * width).reshape(height, width), kind.rotation // 90)
    if kind.flip:
        pixels = pixels[:, ::-1]
    points = []
    for bit in range(BITS):
        row, column = divmod(bit, 6)
        middle = (row * BLOCK + BLOCK // 2) * width + column * BLOCK + BLOCK // 2
        y, x = np.argwhere(pixels == middle)[0]
        points.append(((x + 0.5) / pixels.shape[1], (y + 0.5) / pixels.shape[0]))
    return points


@pytest.fixture
def show(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Shown]]:
    """show(path, kind) -> Shown, with frame 0 painted."""
    theme.apply(qapp, "dark")
    session = Session(who="coder B")
    assert session.create_project(tmp_path / "study.fedn", "Study")
    views: list[PlayerView] = []

    def open_in_player(path: Path, kind: Kind | None = None) -> Shown:
        video = describe_video(path, "s1", image_fps=30.0 if path.is_dir() else None)
        assert session.do(AddVideo(video))
        view = PlayerView(session)
        views.append(view)
        qtbot.addWidget(view)
        view.resize(400, 360)
        view.show()
        session.select_video(video.id)
        qtbot.waitUntil(lambda: view.picture.shown_frame == 0, timeout=30000)
        return Shown(session, view, video, kind or Kind())

    yield open_in_player
    for view in views:
        view.shut_down()
    session.close_project()
