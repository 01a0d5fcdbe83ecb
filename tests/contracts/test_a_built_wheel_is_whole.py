"""Who installs a built wheel has every file that the program reads, not only its code."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PARTS = ("main.py", "app", "fedn", "training", "resources", "docs/manual")


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *PARTS], cwd=repository, capture_output=True, text=True, check=False
    )
    names = [name for name in listed.stdout.splitlines() if (repository / name).is_file()]
    if not names:
        pytest.skip("this is no clone, so that nobody knows which files belong to the program")
    return names


def test_every_file_of_the_program_is_in_the_wheel(repository: Path, tracked: list[str], tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    source = tmp_path / "source"
    for name in (*tracked, "pyproject.toml", "README.md"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        # A file of many megabytes need not be packed to know that it would be.
        if (repository / name).stat().st_size > 1_000_000:
            (source / name).write_bytes(b"large")
        else:
            shutil.copy(repository / name, source / name)
    build = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        missing = set(tracked) - set(packed.namelist())
    assert missing == set()
