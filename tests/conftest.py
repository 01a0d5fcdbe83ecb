"""Settings every test needs before Qt or torch is imported, and the fixtures that several rooms share."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

REPOSITORY = Path(__file__).resolve().parent.parent

# Qt reads the platform when its application is made; worker threads of several processes share few cores.
if "--headed" not in sys.argv:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("PYTEST_QT_API", "pyside6")

# How long an example takes says more about the machine than about the code.
settings.register_profile("fedn", deadline=None)
settings.load_profile("fedn")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--headed", action="store_true", help="show the windows on the screen instead of off it")
    parser.addoption("--kill-rounds", type=int, default=24, help="how often the test of kills kills an editor")
    parser.addoption("--monkey-acts", type=int, default=1500, help="how many random keys, clicks and drags")
    parser.addoption("--monkey-seed", type=int, default=1, help="which ones")
    parser.addoption("--seeks", type=int, default=30, help="how many random frames the player is asked for, by kind")


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The program's own application, with its guard of keys, for every test that needs one: there can be only one."""
    from app.startup import make_application

    return make_application()


@pytest.fixture(scope="session")
def kinds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the videos of tests/video/kinds.py lie during a run."""
    return tmp_path_factory.mktemp("kinds")


@pytest.fixture(autouse=True)
def own_user_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, recent projects and downloaded models of the person who runs the tests stay out of them."""
    folder = tmp_path_factory.getbasetemp() / "user"
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder / name.lower()))


@pytest.fixture(autouse=True)
def one_torch_thread() -> None:
    """A test that has imported torch runs it on one thread; torch is not imported for those that have not."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != 1:
        torch.set_num_threads(1)


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real videos and models that lies beside the repository on the machines of those who develop it."""
    folder = Path(os.environ.get("FEDN_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the test data folder {folder} is not here; name it in FEDN_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def tiny_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 frames of 64x48 at 30 frames a second; frame i is a grey of brightness 10 * i with a bright moving column."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.mp4"
    write_video(path, [tiny_frame(i) for i in range(24)])
    return path


def tiny_frame(index: int) -> np.ndarray:
    """Frame `index` of the tiny video, uint8 (48, 64, 3) RGB."""
    image = np.full((48, 64, 3), 10 * index, dtype=np.uint8)
    image[:, 2 * index : 2 * index + 8] = 255
    return image


def write_video(path: Path, images: list[np.ndarray], fps: int = 30) -> None:
    """Encodes RGB images as H.264 with a keyframe every twelve frames."""
    import av

    height, width = images[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps), options={"g": "12", "crf": "12"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
