from pathlib import Path

import pytest
import torch

from fedn.checkpoint import fill, load_model, load_weights, save_model, save_weights
from fedn.errors import ModelError
from fedn.features.backbone_runtime import backbone_hash
from fedn.model_config import small_config
from fedn.model_info import ModelInfo, Provenance, read_model_info
from fedn.model_kinds import KINDS, imported
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.predictor import load_predictor
from fedn.predictors.fedn import FednPredictor
from fedn.recognizer import load_recognizer
from fedn.registry import free_model_name, list_models, resolve_model

LABELS = ("happiness", "surprise")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "first"
    torch.manual_seed(0)
    info = ModelInfo(
        "first",
        LABELS,
        small_config(2),
        threshold=0.4,
        metrics={"spotting": {"f1": 0.5, "nothing": None}},
        provenance=Provenance(parent="fedn-base", data={"subjects": ["a", "b"]}),
    )
    save_model(folder, backbone=ResNet18(), detector=build_detector(info.network), info=info)
    return folder


def test_a_model_comes_back_as_it_was_saved(saved: Path):
    model = load_model(saved)
    info = model.info
    assert (info.name, info.labels, info.threshold) == ("first", LABELS, 0.4)
    assert info.metrics == {"spotting": {"f1": 0.5}} and info.provenance.data == {"subjects": ["a", "b"]}
    assert not model.detector.training and not model.backbone.training
    assert backbone_hash(model.backbone) == info.provenance.backbone_hash


def test_saving_what_was_loaded_changes_nothing(saved: Path, tmp_path: Path):
    model = load_model(saved)
    save_model(tmp_path / "again", backbone=model.backbone, detector=model.detector, info=model.info)
    assert (tmp_path / "again" / "weights.safetensors").read_bytes() == (saved / "weights.safetensors").read_bytes()


def test_a_folder_without_a_description_is_refused_in_a_sentence(tmp_path: Path):
    with pytest.raises(ModelError, match="is not a model"):
        read_model_info(tmp_path)


def test_damaged_descriptions_and_weights_are_refused(saved: Path, tmp_path: Path):
    text = (saved / "model.toml").read_text()
    for wrong, says in [
        ("= nonsense", "damaged"),
        ("title = 1", "does not describe"),
        (text.replace("schema = 1", "schema = 9"), "newer version"),
        (text.replace('kind = "fedn"', 'kind = "yolo"'), "yolo"),
        (text.replace("labels", "lables"), "misspells"),
    ]:
        (tmp_path / "model.toml").write_text(wrong)
        with pytest.raises(ModelError, match=says):
            read_model_info(tmp_path)
    (tmp_path / "model.toml").write_text(text)
    with pytest.raises(ModelError, match="missing"):
        load_model(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes((saved / "weights.safetensors").read_bytes()[:5000])
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes((saved / "weights.safetensors").read_bytes())
    (tmp_path / "model.toml").write_text(text.replace("head_width = 64", "head_width = 32"))
    with pytest.raises(ModelError, match="does not fit"):
        load_model(tmp_path)


def test_weights_of_any_kind_come_back_as_they_were_saved(tmp_path: Path):
    weights = {"filters": torch.randn(3, 2), "bias": torch.zeros(2)}
    info = ModelInfo("plain", LABELS, small_config(2))
    assert save_weights(tmp_path / "plain", weights, info).folder == tmp_path / "plain"
    loaded = load_weights(tmp_path / "plain")
    assert loaded.keys() == weights.keys() and all(torch.equal(loaded[name], weights[name]) for name in weights)
    network = torch.nn.Linear(3, 2)
    with pytest.raises(ModelError, match="does not fit"):
        fill(network, weights, "", tmp_path)
    fill(network, {"own.weight": torch.ones(2, 3), "own.bias": torch.zeros(2)}, "own.", tmp_path)
    assert (network.weight == 1).all()


def test_a_model_is_run_by_the_predictor_of_its_kind(saved: Path):
    predictor = load_predictor(saved, "cpu")
    assert isinstance(predictor, FednPredictor) and predictor.info.folder == saved
    with pytest.raises(ModelError, match="does not name given intervals"):
        load_recognizer(saved)


def test_the_code_of_every_kind_is_where_its_table_says():
    for kind in KINDS.values():
        assert callable(imported(kind.config).from_dict)
        for place in filter(None, (kind.predictor, kind.recognizer)):
            assert callable(imported(place).load)
        assert kind.predictor or kind.recognizer


def test_models_are_found_by_name_and_by_folder(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FEDN_MODELS", str(saved.parent))
    assert [info.name for info in list_models(tmp_path)] == ["first"]
    assert resolve_model("first") == saved and resolve_model(saved) == saved
    assert free_model_name("first", tmp_path) == "first-2"
    assert free_model_name("my model/.", tmp_path) == "my-model"
    with pytest.raises(ModelError, match="the models here are: first"):
        resolve_model("second", tmp_path)
