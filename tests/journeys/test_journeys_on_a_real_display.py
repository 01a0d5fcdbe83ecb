"""Off the screen Qt hides clashes of plugins and has no window manager: some journeys also go through an X server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

JOURNEYS = ("test_a_prediction_is_corrected_by_mouse_only.py", "test_a_video_is_annotated_by_keyboard_only.py")


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="xvfb-run is not installed")
def test_journeys_on_a_real_display(repository: Path, tmp_path: Path) -> None:
    command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", sys.executable, "-m", "pytest", "--headed"]
    command += ["-p", "no:cacheprovider", f"--basetemp={tmp_path / 'journeys'}", "--import-mode=importlib"]
    command += [str(repository / "tests" / "journeys" / name) for name in JOURNEYS]

    ended = subprocess.run(
        command,
        env={**os.environ, "QT_QPA_PLATFORM": "xcb"},
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "3 passed" in ended.stdout
