import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from fedn.errors import VideoError
from fedn.features import extract
from fedn.features.backbone_runtime import MEAN, STD, BackboneRuntime, backbone_hash
from fedn.features.extract import aligned_faces, extract_features
from fedn.features.face_detector import Face
from fedn.models.resnet import ResNet18
from fedn.progress import Cancelled, Record, Reporter
from fedn.video.face_boxes import load_face_boxes


class WholePicture:
    """Takes every picture with some light for a face, whatever is on it."""

    name = "whole"

    def detect(self, image: NDArray[np.uint8], smallest: int = 24) -> list[Face]:
        if image.mean() < 60:
            return []
        height, width = image.shape[:2]
        shape = np.array([[0.3, 0.3], [0.7, 0.3], [0.5, 0.5], [0.35, 0.7], [0.65, 0.7]], np.float32)
        return [Face(np.array([0, 0, width, height], np.float32), 1.0, shape * [width, height])]


class MeanColor(BackboneRuntime):
    """A backbone whose features are the mean color, so that tests need no second of computing."""

    def __init__(self) -> None:
        self.device, self.precision, self.hash, self.batch = torch.device("cpu"), torch.float32, "color", 8
        self.frames = 0
        self._lock = threading.Lock()

    def __call__(self, crops: NDArray[np.uint8]) -> NDArray[np.float16]:
        with self._lock:
            self.frames += len(crops)
        return np.repeat(crops.mean(axis=(1, 2)), 171, axis=1)[:, :512].astype(np.float16)


@pytest.fixture(autouse=True)
def whole_picture_is_the_face(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "find_face_detector", WholePicture)


def test_every_row_belongs_to_its_frame(tiny_video: Path) -> None:
    expected = {number: crop.mean() for number, crop in aligned_faces(tiny_video) if crop is not None}
    result = extract_features(tiny_video, MeanColor(), cache_dir=None)
    assert result.features.shape == (24, 512) and result.features.dtype == np.float16
    assert np.flatnonzero(result.has_face).tolist() == sorted(expected)
    assert 3 < len(expected) < 24
    for number in range(24):
        mean = result.features[number, :513].astype(float).mean() if number in expected else 0.0
        assert mean == pytest.approx(expected.get(number, 0.0), abs=0.6)
    assert set(result.stage_seconds) == {"decode", "face", "align", "backbone", "total"}


def test_the_second_time_comes_from_the_cache(tiny_video: Path, tmp_path: Path) -> None:
    runtime = MeanColor()
    first = extract_features(tiny_video, runtime, cache_dir=tmp_path)
    frames = runtime.frames
    second = extract_features(tiny_video, runtime, cache_dir=tmp_path)
    assert runtime.frames == frames > 0
    assert np.array_equal(first.features, second.features) and np.array_equal(first.has_face, second.has_face)
    assert second.stage_seconds == {}
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["face-track.npz", "faces-1-whole-color.npz", "features-1-whole-color.npy", "frame-index.npz"]
    boxes = load_face_boxes(tmp_path, 24)
    assert boxes is not None and np.array_equal(np.isfinite(boxes).all(axis=1), first.has_face)
    second.features[0] = 7
    assert not np.array_equal(extract_features(tiny_video, runtime, cache_dir=tmp_path).features, second.features)


def test_a_damaged_or_foreign_cache_is_made_again(tiny_video: Path, tmp_path: Path) -> None:
    runtime = MeanColor()
    good = extract_features(tiny_video, runtime, cache_dir=tmp_path).features.copy()
    for name in ("features-1-whole-color.npy", "faces-1-whole-color.npz"):
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[: len(content) // 2])
        assert np.array_equal(extract_features(tiny_video, runtime, cache_dir=tmp_path).features, good)
    with np.load(tmp_path / "faces-1-whole-color.npz") as content:
        np.savez(tmp_path / "faces-1-whole-color.npz", has_face=content["has_face"], key=np.array("another video"))
    before = runtime.frames
    extract_features(tiny_video, runtime, cache_dir=tmp_path)
    assert runtime.frames > before


class StopsAtOnce(Reporter):
    def report(self, record: Record) -> None:
        self.stop_requested = True


def test_cancelling_leaves_no_half_file(tiny_video: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        extract_features(tiny_video, MeanColor(), cache_dir=tmp_path, reporter=StopsAtOnce())
    assert [path.name for path in tmp_path.iterdir()] == ["frame-index.npz"]
    assert threading.active_count() < 6


def test_a_failure_in_a_thread_reaches_the_caller(tiny_video: Path, tmp_path: Path) -> None:
    class Broken(MeanColor):
        def __call__(self, crops: NDArray[np.uint8]) -> NDArray[np.float16]:
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        extract_features(tiny_video, Broken(), cache_dir=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["frame-index.npz"]
    with pytest.raises(VideoError, match="is not there"):
        extract_features(tmp_path / "absent.mp4", MeanColor(), cache_dir=None)


def test_features_are_those_of_the_backbone() -> None:
    torch.manual_seed(0)
    backbone = ResNet18()
    for module in backbone.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
    backbone.eval()
    crops = np.random.default_rng(0).integers(0, 255, (2, 224, 224, 3), dtype=np.uint8)
    with torch.inference_mode():
        pictures = (torch.from_numpy(crops).float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
        expected = backbone(pictures.permute(0, 3, 1, 2)).numpy()
    found = BackboneRuntime(backbone, "cpu")(crops).astype(np.float32)
    similarity = (found * expected).sum(axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(expected, axis=1)
    assert similarity.min() > 0.999
    assert np.abs(found - expected).max() < 0.05 * np.abs(expected).max()


def test_the_hash_names_the_weights_and_survives_half_precision() -> None:
    torch.manual_seed(0)
    backbone = ResNet18()
    name = backbone_hash(backbone)
    backbone.half().float()
    assert backbone_hash(backbone) == name
    with torch.no_grad():
        backbone.conv1.weight[0, 0, 0, 0] += 0.1
    assert backbone_hash(backbone) != name
