import json
from pathlib import Path

import numpy as np
import pytest
import torch

from fedn.checkpoint import load_model, save_model
from fedn.errors import ModelError, TrainingError
from fedn.features.backbone_runtime import backbone_hash
from fedn.features.feature_files import FeatureFiles
from fedn.model_config import small_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.predictor import load_predictor
from tests.conftest import write_video
from training.config import DataConfig, OptimizationConfig, StartConfig, TrainingConfig, read_config, with_settings
from training.run import train
from training.start import feature_source, new_network, starting_backbone, starting_model

RECIPES = Path(__file__).parents[2] / "training" / "recipes"
CHANNELS = 6


def test_a_backbone_comes_from_a_model_by_name_or_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    torch.manual_seed(0)
    backbone = ResNet18()
    network = small_config(1, width=32, head_width=32)
    info = ModelInfo("other", ("a",), network)
    save_model(tmp_path / "other", backbone=backbone, detector=build_detector(network), info=info)
    monkeypatch.setenv("FEDN_MODELS", str(tmp_path))
    for given in ("other", str(tmp_path / "other")):
        assert backbone_hash(starting_backbone(given, 0)) == backbone_hash(backbone)
    with pytest.raises(ModelError, match="there is no model “nobody”"):
        starting_backbone("nobody", 0)
    assert backbone_hash(starting_backbone("", 1)) == backbone_hash(starting_backbone("", 1))


def test_fine_labels_are_named_and_must_be_among_the_labels():
    start = StartConfig(labels=("joy", "fear", "anger"), fine_labels=("anger", "fear"), size="small")
    assert new_network(start).fine_labels == (2, 1) and new_network(start).label_outputs == 4
    with pytest.raises(TrainingError, match="“disgust” is not among"):
        new_network(StartConfig(labels=("joy", "fear"), fine_labels=("disgust", "fear")))


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (StartConfig(), "names no labels"),
        (StartConfig(labels=("a",), size="giant"), "no network “giant”"),
        (StartConfig(labels=("a",), network={"widht": 3}), "unknown network setting “widht”"),
    ],
)
def test_a_recipe_that_describes_no_network_is_refused(start: StartConfig, says: str):
    with pytest.raises(TrainingError, match=says):
        starting_model(TrainingConfig(start=start))


def test_a_parent_can_be_given_slow_looks_and_nothing_else(tmp_path: Path):
    network = small_config(2, width=32, head_width=32)
    save_model(
        tmp_path / "m",
        backbone=ResNet18(),
        detector=build_detector(network),
        info=ModelInfo("m", ("a", "b"), network),
    )

    def start(**changes) -> StartConfig:
        return StartConfig(parent=str(tmp_path / "m"), network=changes, new_labels=("c",))

    slow = starting_model(TrainingConfig(start=start(speeds=[1, 2, 4])))
    plain = starting_model(TrainingConfig(start=start()))
    assert slow.detector.config.speeds == (1, 2, 4) and slow.info.network == slow.detector.config
    one, other = slow.detector.state_dict(), plain.detector.state_dict()
    assert one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)
    with pytest.raises(TrainingError, match="leave “width” out"):
        starting_model(TrainingConfig(start=start(width=64)))
    with pytest.raises(TrainingError, match="begin with 1 and grow"):
        starting_model(TrainingConfig(start=start(speeds=[2])))


def files_config(tmp_path: Path, **changes) -> TrainingConfig:
    network = {"feature_size": CHANNELS, "width": 32, "head_width": 32, "window_attention_width": 16}
    config = TrainingConfig(
        data=DataConfig(folder=str(tmp_path), features=str(tmp_path / "i3d"), validation=("ben",), **changes),
        start=StartConfig(labels=("joy",), size="features-from-file", network=network),
        optimization=OptimizationConfig(epochs=2, batch_size=4, learning_rate=1e-3, bfloat16=False),
    )
    return with_settings(config, ["augmentation.mix=0"])


def test_features_from_files_need_a_folder_and_a_step(tmp_path: Path):
    config = files_config(tmp_path)
    start = starting_model(config)
    with pytest.raises(TrainingError, match="i3d” does not exist"):
        feature_source(config, start)
    (tmp_path / "i3d").mkdir()
    assert feature_source(config, start) == FeatureFiles(tmp_path / "i3d", CHANNELS, 2, 4.0)
    with pytest.raises(TrainingError, match="names no folder"):
        feature_source(with_settings(config, ["data.features="]), start)
    with pytest.raises(TrainingError, match="cannot be trained further"):
        feature_source(with_settings(config, ["optimization.scope=full"]), start)
    plain = starting_model(TrainingConfig(start=StartConfig(labels=("joy",), size="small", network={"width": 32})))
    with pytest.raises(TrainingError, match="feature_step is 0"):
        feature_source(config, plain)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Two people with a video of 260 frames each and features of another program; labels “joy” and “fear”."""
    rows, videos = ["video,subject,tier,onset,apex,offset,label"], []
    (tmp_path / "i3d").mkdir()
    for subject in ("anna", "ben"):
        path = tmp_path / "videos" / subject / f"{subject}1.mp4"
        path.parent.mkdir(parents=True)
        write_video(path, [np.full((48, 64, 3), 60 + frame % 5, np.uint8) for frame in range(260)])
        values = np.random.default_rng(1).normal(size=(127, CHANNELS))
        for number, (onset, label) in enumerate([(20, "joy"), (90, "fear"), (180, "joy")]):
            rows.append(f"{path.name},{subject},expert,{onset},{onset + 15},{onset + 39},{label}")
            values[(onset - 4) // 2 : (onset + 36) // 2, number % CHANNELS] += 4
        np.save(tmp_path / "i3d" / f"{subject}1.npy", values.astype(np.float32))
        videos.append({"file": f"videos/{subject}/{path.name}", "subject": subject, "frames": 260, "fps": 30.0})
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "manifest.json").write_text(json.dumps({"subjects": ["anna", "ben"], "videos": videos, "seed": 0}))
    return tmp_path


def test_a_model_is_trained_on_features_of_another_program_and_one_label(dataset: Path):
    config = files_config(dataset, single_label="joy")
    report = train(config, dataset / "run")
    assert report.model.provenance.data["events_by_label"] == {"joy": 3}
    model = load_model(dataset / "run" / "model")
    assert model.detector.config.feature_step == 2 and model.info.labels == ("joy",)
    with pytest.raises(ModelError, match="reads features from files"):
        load_predictor(dataset / "run" / "model", "cpu").detect(dataset / "videos" / "anna" / "anna1.mp4")


def test_the_command_detects_with_features_of_another_program(dataset: Path, capsys: pytest.CaptureFixture[str]):
    from app.commands.command_line import run_command

    train(files_config(dataset, single_label="joy"), dataset / "run")
    video = dataset / "videos" / "anna" / "anna1.mp4"
    call = ["detect", str(video), "--model", str(dataset / "run" / "model"), "--json", "--threshold", "0"]
    call += ["--cache", str(dataset / "cache")]
    assert run_command([*call, "--features", str(dataset / "i3d")]) == 0
    (told,) = json.loads(capsys.readouterr().out)["videos"]
    assert told["frames"] == 260 and told["faces"] == 260
    assert run_command(call) == 2
    assert "reads features from files" in capsys.readouterr().err


def test_a_faithful_model_keeps_what_the_recipe_says_about_detection():
    info = starting_model(read_config(RECIPES / "table3-without-both-attentions.toml")).info
    assert (info.nms_iou, info.candidate_nms_iou, info.vote_iou) == (0.2, 0.3, 1.0)
    assert (info.most_events, info.most_candidates) == (30, 100)
