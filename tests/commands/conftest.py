"""What the commands work on: a tiny dataset, an untrained model, and `main.py` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, tiny_frame, write_video

Main = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    user = tmp_path_factory.mktemp("user")
    folders = {
        name: str(user / name) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
    }
    return os.environ | folders | {"OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def main(environment: dict[str, str]) -> Main:
    """Runs `main.py` with these arguments and returns the finished process."""

    def run(*arguments: object, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, str(REPOSITORY / "main.py"), *map(str, arguments)]
        return subprocess.run(call, capture_output=True, text=True, env=environment, timeout=timeout_s)

    return run


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two subjects with a video of 24 frames each, labelled by an expert and by the subjects; nobody is to be seen."""
    folder = tmp_path_factory.mktemp("dataset")
    rows = ["video,subject,tier,onset,apex,offset,label"]
    videos = []
    for subject, label in (("anna", "happiness"), ("ben", "anger")):
        path = folder / "videos" / subject / f"{subject}1.mp4"
        path.parent.mkdir(parents=True)
        frames = [tiny_frame(i) for i in range(24)]
        write_video(path, frames if subject == "anna" else frames[::-1])
        rows += [f"{path.name},{subject},expert,4,9,14,{label}", f"{path.name},{subject},self-report,5,9,15,others"]
        videos.append({"file": f"videos/{subject}/{path.name}", "subject": subject, "frames": 24, "fps": 30.0})
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    (folder / "manifest.json").write_text(json.dumps({"subjects": ["anna", "ben"], "videos": videos, "seed": 0}))
    return folder


@pytest.fixture(scope="session")
def untrained_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as it is before training, small, in a folder of its own."""
    import torch

    from fedn.annotation.vocabulary import shipped_vocabulary
    from fedn.checkpoint import save_model
    from fedn.model_config import small_config
    from fedn.model_info import ModelInfo
    from fedn.models.build import build_detector
    from fedn.models.resnet import ResNet18

    torch.manual_seed(0)
    labels = shipped_vocabulary().names
    network = small_config(len(labels))
    folder = tmp_path_factory.mktemp("models") / "untrained"
    info = ModelInfo("untrained", labels, network)
    save_model(folder, backbone=ResNet18(), detector=build_detector(network), info=info)
    return folder
