"""What goes to other people and comes back, and what hostile people send."""

import io
import stat
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from app.commands.model_files import imported_document
from fedn.checkpoint import load_model, save_model
from fedn.errors import ModelError
from fedn.model_archive import MOST_BYTES, export_model
from fedn.model_check import check_model
from fedn.model_config import small_config
from fedn.model_files import copies_of, delete_model, import_model
from fedn.model_info import INFO_FILE, WEIGHTS_FILE, ModelInfo, Provenance, read_model_info
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.progress import Cancelled, Record, Reporter
from fedn.registry import DEFAULT_MODEL, list_models, resolve_model

LABELS = ("joy", "anger", "fear")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ModelInfo:
    """A small real model."""
    network = small_config(3, width=32, head_width=32)
    torch.manual_seed(0)
    info = ModelInfo("study-1", LABELS, network, title="The good one", note="Of the pilot.\nNot for the paper.")
    folder = tmp_path_factory.mktemp("made") / "study-1"
    return save_model(folder, backbone=ResNet18(), detector=build_detector(network, seed=0), info=info)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "study.fedn"
    folder.mkdir()
    return folder


def own_models(project: Path) -> list[Path]:
    return [path for path in (project / "models").rglob("*") if path.is_file()] if (project / "models").exists() else []


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_an_exported_model_is_the_same_after_import(made: ModelInfo, project: Path, tmp_path: Path, name: str):
    exported = export_model(made, tmp_path / name)
    taken = import_model(exported, project, check_model)
    assert taken.folder == project / "models" / "study-1"
    assert (taken.name, taken.labels, taken.title, taken.note) == (made.name, LABELS, made.title, made.note)
    old, new = (load_model(folder).detector.state_dict() for folder in (made.folder, taken.folder))
    assert all(torch.equal(old[key], new[key]) for key in old)
    assert sorted(path.name for path in own_models(project)) == [INFO_FILE, WEIGHTS_FILE]
    again = import_model(exported, project, check_model)
    assert again.name == "study-1-2", "a name that is taken gets a number"


def test_an_export_never_replaces_what_is_there_and_leaves_no_half_when_cancelled(made: ModelInfo, tmp_path: Path):
    there = tmp_path / "out.zip"
    there.write_text("precious")
    with pytest.raises(ModelError, match="is there already"):
        export_model(made, there)
    assert there.read_text() == "precious"
    stopping = Reporter()
    stopping.stop_requested = True
    for name in ("other.zip", "other"):
        with pytest.raises(Cancelled):
            export_model(made, tmp_path / name, stopping)
    assert list(tmp_path.iterdir()) == [there]


def test_a_zip_that_a_person_packed_again_is_taken(made: ModelInfo, project: Path, tmp_path: Path):
    packed = tmp_path / "again.zip"
    assert made.folder is not None
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._model.toml", "x")
        archive.writestr("anna/.DS_Store", "x")
        for name in (INFO_FILE, WEIGHTS_FILE):
            archive.write(made.folder / name, f"anna/{name}")
    assert import_model(packed, project, check_model).labels == LABELS


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def described(made: ModelInfo, old: str = "", new: str = "") -> bytes:
    text = made.to_toml()
    assert old in text
    return text.replace(old, new).encode() if old else text.encode()


def hostile(made: ModelInfo, kind: str, folder: Path) -> Path:
    assert made.folder is not None
    toml, weights = made.to_toml().encode(), save({"detector.x": torch.zeros(20_000)})
    path, good, heavy = folder / f"{kind}.zip", (INFO_FILE, toml), (WEIGHTS_FILE, weights)
    match kind:
        case "no zip":
            path.write_bytes(b"hello")
            return path
        case "cut":
            whole = zipped(folder / "whole.zip", good, heavy).read_bytes()
            path.write_bytes(whole[: len(whole) // 2] + whole[-200:])
            return path
        case "flipped":
            whole = bytearray(zipped(folder / "whole.zip", good, heavy).read_bytes())
            whole[len(whole) // 2] ^= 255
            path.write_bytes(whole)
            return path
        case "larger than it says":
            whole = bytearray(zipped(folder / "whole.zip", heavy, good).read_bytes())
            place = whole.rindex(WEIGHTS_FILE.encode()) - 46 + 24
            struct.pack_into("<I", whole, place, 10)
            path.write_bytes(whole)
            return path
        case "bomb":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(INFO_FILE, b"#" * (MOST_BYTES[INFO_FILE] + 1))
            return path
    entries = {
        "leads out": [("../../evil.toml", toml), good],
        "leads out with the right name": [(f"../{INFO_FILE}", toml), heavy],
        "absolute": [(f"/tmp/{INFO_FILE}", toml), heavy],
        "of windows": [(f"C:\\models\\{INFO_FILE}", toml), heavy],
        "link": [(link(WEIGHTS_FILE), b"/etc/passwd"), good],
        "pickle": [good, heavy, ("weights.pkl", b"x")],
        "program": [good, heavy, ("run.py", b"x")],
        "deep": [(f"a/b/{INFO_FILE}", toml), (f"a/b/{WEIGHTS_FILE}", weights)],
        "two models": [(f"a/{INFO_FILE}", toml), (f"b/{WEIGHTS_FILE}", weights)],
        "many": [(f"{number}/", b"") for number in range(200)],
        "no description": [heavy],
        "no weights": [good],
        "empty weights": [good, (WEIGHTS_FILE, b"")],
        "cut weights": [good, (WEIGHTS_FILE, weights[: len(weights) // 2])],
        "other weights": [good, (WEIGHTS_FILE, save({"detector.x": torch.zeros(20_000_000, dtype=torch.int8)}))],
        "pickled weights": [good, (WEIGHTS_FILE, pickled())],
        "endless header": [good, (WEIGHTS_FILE, struct.pack("<Q", 1 << 62) + b"{}")],
        "newer": [(INFO_FILE, described(made, "schema = 1", "schema = 99")), heavy],
        "unknown kind": [(INFO_FILE, described(made, 'kind = "fedn"', 'kind = "os:system"')), heavy],
        "no toml": [(INFO_FILE, b"\xff\xfe\x00"), heavy],
        "deep toml": [(INFO_FILE, b"a = " + b"[" * 100_000), heavy],
        "huge network": [(INFO_FILE, described(made, "width = 32", "width = 900000000")), heavy],
        "large network": [(INFO_FILE, described(made, "width = 32", "width = 8192")), heavy],
        "endless label": [(INFO_FILE, described(made, '"joy"', '"' + "joy" * 100 + '"')), heavy],
        "label twice": [(INFO_FILE, described(made, '"joy"', '"anger"')), heavy],
        "label missing": [(INFO_FILE, described(made, '    "joy",\n', "")), heavy],
    }
    return zipped(path, *entries[kind])


def pickled() -> bytes:
    stream = io.BytesIO()
    torch.save({"x": torch.zeros(2)}, stream)
    return stream.getvalue()


HOSTILE = {
    "no zip": "neither a .zip nor a folder",
    "cut": "damaged|neither",
    "flipped": "damaged",
    "larger than it says": "larger than it says|damaged",
    "bomb": "too large for a model",
    "leads out": "leads out of it",
    "leads out with the right name": "leads out of it",
    "absolute": "leads out of it",
    "of windows": "leads out of it",
    "link": "a link and no plain file",
    "pickle": "“weights.pkl”, which is no part of a model",
    "program": "“run.py”, which is no part of a model",
    "deep": "no part of a model",
    "two models": "in several folders",
    "many": "holds 200 files",
    "no description": f"it has no {INFO_FILE}",
    "no weights": "is missing",
    "empty weights": "cannot be read|too small",
    "cut weights": "cannot be read|too small",
    "other weights": "does not fit|too small",
    "pickled weights": "cannot be read|too small",
    "endless header": "cannot be read|too small",
    "newer": "newer version of FEDN Studio",
    "unknown kind": "no kind of model",
    "no toml": "is damaged",
    "deep toml": "nested too deeply|is damaged",
    "huge network": "above 8192",
    "large network": "too small for this network",
    "endless label": "endless",
    "label twice": "there twice",
    "label missing": "lists 2 labels",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence_and_leaves_nothing(
    made: ModelInfo, project: Path, tmp_path: Path, kind: str
):
    given = hostile(made, kind, tmp_path)
    around = {path for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ModelError, match=HOSTILE[kind]) as caught:
        import_model(given, project, check_model)
    text = str(caught.value)
    assert "\n" not in text and len(text) < 400 and ".import." not in text, text
    assert kind.split()[0] in text, "it names the file"
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == around
    assert own_models(project) == [] and list_models(project) == list_models(None)


def test_weights_that_are_not_finite_are_refused(made: ModelInfo, project: Path, tmp_path: Path):
    model = load_model(made.folder)
    with torch.no_grad():
        next(model.detector.parameters()).fill_(float("nan"))
    broken = save_model(tmp_path / "nan", backbone=model.backbone, detector=model.detector, info=made)
    with pytest.raises(ModelError, match="not finite"):
        import_model(broken.folder, project, check_model)


def test_links_in_a_folder_are_refused(made: ModelInfo, project: Path, tmp_path: Path):
    assert made.folder is not None
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / INFO_FILE).write_bytes(made.to_toml().encode())
    (folder / WEIGHTS_FILE).symlink_to(made.folder / WEIGHTS_FILE)
    with pytest.raises(ModelError, match="a link or no plain file"):
        import_model(folder, project, check_model)


def test_an_import_that_is_cancelled_leaves_nothing(made: ModelInfo, project: Path, tmp_path: Path):
    class Stopping(Reporter):
        def report(self, record: Record) -> None:
            self.stop_requested = True

    exported = export_model(made, tmp_path / "out.zip")
    with pytest.raises(Cancelled):
        import_model(exported, project, check_model, Stopping())
    assert own_models(project) == []


def test_a_model_in_use_or_of_the_program_is_not_deleted(made: ModelInfo, project: Path):
    assert made.folder is not None
    mine = import_model(made.folder, project, check_model)
    with pytest.raises(ModelError, match="is in use"):
        delete_model(mine, project, "study-1")
    with pytest.raises(ModelError, match="comes with the program"):
        delete_model(replace(mine, folder=made.folder), project, "")
    assert read_model_info(project / "models" / "study-1") == mine
    delete_model(mine, project, "")
    assert own_models(project) == []


def test_copies_of_a_model_are_found_by_their_weights(made: ModelInfo, project: Path):
    assert made.folder is not None
    mine = import_model(made.folder, project, check_model)
    assert copies_of(mine, project) == []
    run = project / "runs" / "one" / "model"
    run.mkdir(parents=True)
    (run / WEIGHTS_FILE).write_bytes((made.folder / WEIGHTS_FILE).read_bytes())
    assert copies_of(mine, project) == [run]


def test_a_model_is_listed_once_under_the_name_of_its_folder(made: ModelInfo, project: Path):
    assert made.folder is not None
    for name in ("renamed-by-hand", DEFAULT_MODEL):
        folder = project / "models" / name
        folder.mkdir(parents=True)
        (folder / INFO_FILE).write_bytes(made.to_toml().encode())
    names = [info.name for info in list_models(project)]
    assert names.count(DEFAULT_MODEL) == 1 and "renamed-by-hand" in names and "study-1" not in names
    assert all(resolve_model(info.name, project) == info.folder for info in list_models(project))


def test_labels_that_the_project_does_not_have_are_told(made: ModelInfo):
    told = imported_document(made, {"happiness", "anger", "fear"})
    assert told["remark"] == "study-1 also names labels that this project does not have: joy."
    told = imported_document(made, {"happiness"})
    assert told["remark"] == "study-1 names other labels than this project: joy, anger, fear."
    assert imported_document(made, {*LABELS, "more"})["remark"] == ""


def test_nobody_is_named_in_what_goes_to_others(made: ModelInfo, tmp_path: Path):
    people = {"subjects": ["Zoe", "Maximilian"], "held_out": ["Ingrid"]}
    learned = {**people, "videos": 3, "keys": ["k1"], "run": "secret-run"}
    data = {"videos": ["zoe.mp4"], "subjects": ["Zoe"], "learned": learned}
    source = Provenance("base", "recipe", data, "main.py retrain /home/zoe")
    sent = export_model(replace(made, provenance=source), tmp_path / "out")
    text = (sent / INFO_FILE).read_text()
    assert not any(word in text.casefold() for word in ("zoe", "maximilian", "ingrid", "secret", "/home"))
    kept = read_model_info(sent).provenance.data
    assert kept["subjects"] == 1 and kept["learned"]["subjects"] == 2 and kept["learned"]["keys"] == ["k1"]
