from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.cascade_config import CascadeConfig
from fedn.ceflnet_config import CeflnetConfig
from fedn.checkpoint import save_model
from fedn.errors import ModelError
from fedn.model_config import small_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.ceflnet import build_ceflnet
from fedn.models.resnet import ResNet18
from fedn.prediction import Prediction
from fedn.predictor import load_predictor
from fedn.predictors.cascade import CascadePredictor, write_cascade
from fedn.predictors.ceflnet import CeflnetModel, save_ceflnet
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
