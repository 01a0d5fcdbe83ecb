from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from fedn.errors import ModelError
from fedn.features.face_detector import (
    BUNDLED_MODELS,
    FACE_POINTS_NAME,
    CascadeFaceDetector,
    YuNetFaceDetector,
    find_face_detector,
)
from fedn.features.face_points import (
    FacePointNet,
    crop_square,
    cut_square,
    face_crop,
    find_face_points,
    load_face_points,
)
from fedn.video.reader import open_video

YUNET = "models/face_detection_yunet_2023mar.onnx"


def first_frame(shared_data: Path) -> np.ndarray:
    with open_video(shared_data / "videos" / "pyfeat_single_face.mp4", threads=1) as reader:
        return reader.frame(0)


def test_the_point_network_is_small_and_gives_five_points() -> None:
    network = FacePointNet().eval()
    assert sum(parameter.numel() for parameter in network.parameters()) < 600_000
    with torch.inference_mode():
        assert network(torch.zeros(3, 1, 64, 64)).shape == (3, 5, 2)


def test_an_untrained_network_points_at_the_middle_of_the_box() -> None:
    gray = np.random.default_rng(0).integers(0, 255, (200, 300), dtype=np.uint8)
    points = find_face_points(FacePointNet().eval(), gray, np.array([100, 50, 60, 60], np.float32))
    assert np.abs(points - [130, 80]).max() < 1


def test_crops_at_the_edge_repeat_it_and_are_standardized() -> None:
    gray = np.tile(np.arange(100, dtype=np.uint8), (100, 1))
    assert crop_square(np.array([10, 10, 20, 20], np.float32)) == (7, 7, 26)
    square = cut_square(gray, -10, 90, 30)
    assert square.shape == (30, 30) and (square[:, :10] == 0).all()
    crop = face_crop(gray, np.array([80, 80, 40, 40], np.float32))
    assert crop.shape == (64, 64) and abs(crop.mean()) < 1e-4 and abs(crop.std() - 1) < 0.01


def test_foreign_weights_are_refused_by_name(tmp_path: Path) -> None:
    save_file({"other": torch.zeros(3)}, tmp_path / "points.safetensors")
    with pytest.raises(ModelError, match=r"points\.safetensors"):
        load_face_points(tmp_path / "points.safetensors")
    with pytest.raises(ModelError, match="missing"):
        load_face_points(tmp_path / "absent.safetensors")


def test_bundled_and_downloaded_detectors_agree_on_a_real_face(shared_data: Path) -> None:
    if not (BUNDLED_MODELS / FACE_POINTS_NAME).is_file():
        pytest.skip(f"{FACE_POINTS_NAME} is not in resources/models")
    image = first_frame(shared_data)
    bundled = CascadeFaceDetector(load_face_points(BUNDLED_MODELS / FACE_POINTS_NAME)).detect(image, 60)
    downloaded = YuNetFaceDetector(shared_data / YUNET).detect(image)
    assert len(bundled) == len(downloaded) == 1
    eyes = np.linalg.norm(downloaded[0].points[1] - downloaded[0].points[0])
    assert np.abs(bundled[0].points - downloaded[0].points).max() < 0.2 * eyes


def test_the_cascade_works_without_the_point_network(shared_data: Path) -> None:
    face = CascadeFaceDetector().detect(first_frame(shared_data), 60)[0]
    expected = YuNetFaceDetector(shared_data / YUNET).detect(first_frame(shared_data))[0]
    assert np.abs(face.points - expected.points).max() < 0.3 * np.ptp(expected.points[:, 0])


def test_a_named_detector_is_used_and_a_wrong_name_is_said(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FEDN_YUNET", raising=False)
    assert find_face_detector().name.startswith("cascade")
    monkeypatch.setenv("FEDN_YUNET", str(shared_data / YUNET))
    assert find_face_detector().name == "yunet"
    assert find_face_detector().detect(np.zeros((100, 100, 3), np.uint8)) == []
    monkeypatch.setenv("FEDN_YUNET", str(tmp_path / "absent.onnx"))
    with pytest.raises(ModelError, match=r"absent\.onnx"):
        find_face_detector()
    (tmp_path / "text.onnx").write_text("no network")
    monkeypatch.setenv("FEDN_YUNET", str(tmp_path / "text.onnx"))
    with pytest.raises(ModelError, match=r"text\.onnx"):
        find_face_detector()
