"""`main.py models`: models that come, go and are compared, as scripts use it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from app.document.document import Document
from fedn.annotation.store import load_project
from fedn.model_info import INFO_FILE
from fedn.registry import DEFAULT_MODEL

from .conftest import Main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "study.fedn"
    Document.create(folder, "Study").close()
    return folder


def test_a_model_goes_out_comes_in_is_used_and_deleted(main: Main, project: Path, tmp_path: Path):
    sent = tmp_path / "flow.zip"
    told = main("models", "export", project, "optical-flow", "--out", sent, "--json")
    assert told.returncode == 0 and json.loads(told.stdout) == {"model": "optical-flow", "file": str(sent)}
    with zipfile.ZipFile(sent) as archive:
        assert archive.namelist() == [f"flow/{INFO_FILE}"], "this kind has no weights"
    taken = main("models", "import", project, sent, "--json")
    assert taken.returncode == 0, taken.stderr
    assert json.loads(taken.stdout)["model"] == "optical-flow-2", "no name is there twice"
    assert main("models", "use", project, "optical-flow-2").returncode == 0
    refused = main("models", "delete", project, "optical-flow-2", "--yes")
    assert refused.returncode == 2 and "is in use" in refused.stderr and len(refused.stderr.splitlines()) == 1
    assert main("models", "use", project, DEFAULT_MODEL).returncode == 0
    refused = main("models", "delete", project, "optical-flow-2")
    assert refused.returncode == 2 and "--yes" in refused.stderr
    gone = main("models", "delete", project, "optical-flow-2", "--yes", "--json")
    assert json.loads(gone.stdout) == {"deleted": "optical-flow-2", "copies": []}
    assert list((project / "models").iterdir()) == []


def test_a_note_is_kept_in_the_project_and_goes_along_with_the_model(main: Main, project: Path, tmp_path: Path):
    assert main("models", "note", project, "optical-flow", "No labels.", "--title", "The baseline").returncode == 0
    assert load_project(project).model_note("optical-flow") == "No labels."
    shown = json.loads(main("models", "note", project, "optical-flow", "--json").stdout)
    assert shown == {"model": "optical-flow", "title": "The baseline", "note": "No labels."}
    main("models", "export", project, "optical-flow", "--out", tmp_path / "out")
    assert 'title = "The baseline"' in (tmp_path / "out" / INFO_FILE).read_text()


def test_what_is_no_model_is_refused_in_one_sentence(main: Main, project: Path, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("/etc/model.toml", "x")
    for given in (tmp_path / "evil.zip", tmp_path / "missing.zip", tmp_path):
        refused = main("models", "import", project, given)
        assert refused.returncode == 2 and len(refused.stderr.splitlines()) == 1, refused.stderr
        assert str(given) in refused.stderr and refused.stdout == ""


def test_comparing_needs_labels_of_people(main: Main, project: Path):
    refused = main("models", "compare", project, DEFAULT_MODEL, "optical-flow")
    assert refused.returncode == 2 and "labels of people" in refused.stderr
