from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from app.commands.models import application as models_command
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.cascade_config import CascadeConfig
from fedn.ceflnet_config import CeflnetConfig
from fedn.checkpoint import save_model
from fedn.errors import ModelError
from fedn.model_config import small_config
from fedn.model_info import ModelInfo, read_model_info
from fedn.models.build import build_detector
from fedn.models.ceflnet import build_ceflnet
from fedn.models.resnet import ResNet18
from fedn.prediction import Prediction
from fedn.predictor import load_predictor
from fedn.predictors.cascade import CascadePredictor, write_cascade
from fedn.predictors.ceflnet import CeflnetModel, save_ceflnet
from fedn.registry import resolve_model
from fedn.video.reader import open_video
from tests.conftest import tiny_frame, write_video

LABELS = ("happiness", "anger")


class FixedSpotter:
    """Finds the same two events in every video."""

    info = ModelInfo("spotter", ("expression",), small_config(1))
    found = (Event(10, 29, "expression", apex=15, score=0.9), Event(50, 69, "expression", score=0.6))

    def detect(self, video: Path, **options: object) -> Prediction:
        curves = np.zeros((1, 100), np.float16)
        curves[0, 10:30] = 0.8
        return Prediction(video, 100, 30.0, 100, self.found, self.found[::-1], ("expression",), curves)


class ByPlace:
    """Names what begins early happiness, what begins late anger."""

    labels = LABELS

    def recognize(self, video: Path, intervals: Sequence[Interval], **options: object) -> np.ndarray:
        rows = [[0.75, 0.25] if interval.start < 40 else [0.1, 0.9] for interval in intervals]
        return np.array(rows, np.float32)


def cascade(score: str) -> Prediction:
    info = ModelInfo("both", LABELS, CascadeConfig(2, "a", "b", score), kind="cascade")  # type: ignore[arg-type]
    return CascadePredictor(FixedSpotter(), ByPlace(), info).detect(Path("v.mp4"))  # type: ignore[arg-type]


def test_intervals_stay_untouched_and_only_labels_change() -> None:
    found = cascade("spotter")
    for named, spotted in zip(found.events, FixedSpotter.found, strict=True):
        assert (named.onset, named.apex, named.offset, named.score) == (
            spotted.onset, spotted.apex, spotted.offset, spotted.score,
        )  # fmt: skip
    assert [event.label for event in found.events] == ["happiness", "anger"]
    assert found.labels == LABELS


def test_the_product_ranks_by_both_scores() -> None:
    found = cascade("product")
    assert [event.score for event in found.events] == pytest.approx([0.9 * 0.75, 0.6 * 0.9])
    assert [event.label for event in found.candidates] == ["happiness", "anger"], "best first"


def test_curves_share_the_spotters_score_among_the_labels() -> None:
    curves = cascade("product").curves
    assert curves.shape == (2, 100)
    assert curves[:, 20].tolist() == pytest.approx([0.6, 0.2], abs=1e-3) and not curves[:, 80].any()


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Path, Path]:
    spotter, recognizer = tmp_path / "models" / "spotter", tmp_path / "models" / "named"
    network = small_config(1)
    save_model(
        spotter,
        backbone=ResNet18(),
        detector=build_detector(network, seed=0),
        info=ModelInfo("spotter", ("expression",), network, threshold=0.0),
    )
    config = CeflnetConfig(2)
    info = ModelInfo("named", LABELS, config, kind="ceflnet")
    save_ceflnet(recognizer, CeflnetModel(ResNet18().eval(), build_ceflnet(config, seed=0).eval(), info))
    return spotter, recognizer


def test_a_cascade_is_a_model_folder_that_can_move_with_its_parts(parts: tuple[Path, Path], tmp_path: Path) -> None:
    folder = write_cascade(tmp_path / "models" / "both", spotter=parts[0], recognizer=parts[1], name="both")
    (tmp_path / "models").rename(tmp_path / "elsewhere")
    predictor = load_predictor(tmp_path / "elsewhere" / folder.name, "cpu")
    assert isinstance(predictor, CascadePredictor) and predictor.info.labels == LABELS
    write_video(tmp_path / "v.mp4", [tiny_frame(number) for number in range(12)])
    assert predictor.detect(tmp_path / "v.mp4").frame_count == 12
    assert predictor.cost().parameters > predictor.spotter.cost().parameters  # type: ignore[attr-defined]


def test_a_missing_part_and_a_cascade_of_cascades_are_refused(parts: tuple[Path, Path], tmp_path: Path) -> None:
    folder = write_cascade(tmp_path / "models" / "both", spotter=parts[0], recognizer=parts[1], name="both")
    with pytest.raises(ModelError, match="not of another cascade"):
        write_cascade(tmp_path / "models" / "three", spotter=folder, recognizer=parts[1], name="three")
    parts[1].rename(tmp_path / "gone")
    with pytest.raises(ModelError, match=r"there is no model “\.\./named”"):
        load_predictor(folder, "cpu")


def test_parts_that_cannot_do_theirs_are_refused_when_the_cascade_is_made(
    parts: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"“named” \(ceflnet\) names given intervals and finds none"):
        write_cascade(tmp_path / "x", spotter=parts[1], recognizer=parts[1], name="x")
    with pytest.raises(ModelError, match=r"“spotter” \(fedn\) does not name given intervals"):
        write_cascade(tmp_path / "x", spotter=parts[0], recognizer=parts[0], name="x")
    assert not (tmp_path / "x").exists()


def test_what_the_spotter_without_labels_finds_is_named_and_nothing_else_changes(
    parts: tuple[Path, Path], repository: Path, tmp_path: Path
) -> None:
    made = CliRunner().invoke(
        models_command,
        ["cascade", "optical-flow", str(parts[1]), "--out", str(tmp_path / "both"), "--score", "spotter"],
    )
    assert made.exit_code == 0, made.output
    assert read_model_info(tmp_path / "both").network.to_dict()["spotter"] == "optical-flow", (
        "wherever the program lies"
    )
    with open_video(repository / "resources" / "demo" / "videos" / "r103" / "r103_1.mp4") as reader:
        write_video(tmp_path / "v.mp4", [image for number, image in reader.frames() if 60 <= number < 180])
    options = {"cache_dir": tmp_path / "cache"}
    alone = load_predictor(resolve_model("optical-flow")).detect(tmp_path / "v.mp4", **options)
    named = load_predictor(tmp_path / "both", "cpu").detect(tmp_path / "v.mp4", **options)
    assert alone.events and [(e.interval, e.apex, e.score) for e in named.events] == [
        (e.interval, e.apex, e.score) for e in alone.events
    ]
    assert [(e.interval, e.score) for e in named.candidates] == [(e.interval, e.score) for e in alone.candidates]
    assert {event.label for event in named.candidates} <= set(LABELS)
