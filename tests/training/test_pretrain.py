from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from fedn.errors import TrainingError
from fedn.models.resnet import load_backbone_weights
from fedn.progress import Record, Reporter
from training.pretrain.augmentation import augmented
from training.pretrain.backbone import Phase, PretrainConfig, pretrain_backbone
from training.pretrain.face_points import point_error, train_face_points
from training.synthetic.stills import Stills

NAMES = ("PupilDilate_L", "PupilDilate_R", "mouthSmile_L", "mouthSmile_R", "jawOpen")


def spots(count: int, seed: int) -> Stills:
    """Faces so simple that an epoch teaches them: a bright spot whose brightness is the smile."""
    rng = np.random.default_rng(seed)
    strengths = np.zeros((count, len(NAMES)), np.float32)
    strengths[:, 2] = strengths[:, 3] = rng.uniform(0, 1, count)
    strengths[:, 4] = rng.uniform(0, 1, count)
    crops = np.full((count, 32, 32, 3), 40, np.uint8)
    crops[:, 20:28, 8:24] += (200 * strengths[:, 2]).astype(np.uint8)[:, None, None, None]
    crops[:, 4:12, 8:24] += (200 * strengths[:, 4]).astype(np.uint8)[:, None, None, None]
    grays = np.full((count, 64, 64), 60, np.uint8)
    points = np.zeros((count, 5, 2), np.float32)
    for row in range(count):
        x, y = rng.integers(16, 48, 2)
        grays[row, y - 4 : y + 4, x - 8 : x + 8] = 250
        corners = [(x - 8, y - 4), (x + 8, y - 4), (x, y), (x - 8, y + 4), (x + 8, y + 4)]
        points[row] = np.array(corners, np.float32) / 64
    emotions = np.where(strengths[:, 2] > 0.5, 0, -1).astype(np.int64)
    takes = (np.arange(count) // 4).astype(np.int32)
    return Stills(crops, strengths, emotions, takes, grays, points)


def test_a_backbone_learns_strengths_and_remembers_the_size_of_its_pictures(tmp_path) -> None:
    out = tmp_path / "backbone.safetensors"
    config = PretrainConfig(phases=(Phase(32, 6.0, 2e-3, 16),))
    figures = pretrain_backbone([spots(160, 0)], spots(32, 1), NAMES, out, config)
    assert figures["correlation"] > 0.5
    backbone, unused = load_backbone_weights(out)
    assert int(backbone.input_size) == 32
    assert {name.split(".")[0] for name in unused} == {"strengths", "emotion", "mean", "deviation"}


class _StopsAfter(Reporter):
    """Asks to stop when it has heard of progress so many times: once a phase, so small is the material."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._left = steps

    def report(self, record: Record) -> None:
        self._left -= record.kind == "progress"
        self.stop_requested = self._left <= 0


def test_a_pretraining_that_was_cut_off_goes_on_as_if_it_had_not_been(tmp_path) -> None:
    stills, held_out = [spots(64, 0)], spots(16, 1)
    config = PretrainConfig(phases=(Phase(24, 2.0, 2e-3, 16), Phase(32, 2.0, 1e-3, 16)), save_every=3)
    at_once, in_parts = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    pretrain_backbone(stills, held_out, NAMES, at_once, config)

    pretrain_backbone(stills, held_out, NAMES, in_parts, config, reporter=_StopsAfter(2))
    assert in_parts.with_suffix(".checkpoint").is_file()
    pretrain_backbone(stills, held_out, NAMES, in_parts, config)

    assert not in_parts.with_suffix(".checkpoint").exists()
    expected, found = load_file(at_once), load_file(in_parts)
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_the_checkpoint_of_another_training_is_refused(tmp_path) -> None:
    stills, out = [spots(64, 0)], tmp_path / "a.safetensors"
    first = PretrainConfig(phases=(Phase(24, 2.0, 2e-3, 16),))
    pretrain_backbone(stills, spots(16, 1), NAMES, out, first, reporter=_StopsAfter(1))
    with pytest.raises(TrainingError, match="checkpoint is of another training"):
        pretrain_backbone(stills, spots(16, 1), NAMES, out, replace(first, seed=1))


def test_augmentation_says_which_faces_it_mirrored() -> None:
    crops = torch.zeros(64, 32, 32, 3, dtype=torch.uint8)
    crops[:, :, :12] = 255
    pictures, mirrored = augmented(crops, 32, torch.Generator().manual_seed(0))
    is_bright_left = pictures[:, :, :, :10].mean((1, 2, 3)) > pictures[:, :, :, 22:].mean((1, 2, 3))
    assert 16 < mirrored.sum() < 48
    assert ((is_bright_left != mirrored).float().mean()) > 0.9
    assert pictures.shape == (64, 3, 32, 32) and pictures.isfinite().all()


def test_face_points_get_better_with_training(tmp_path) -> None:
    stills = spots(128, 0)
    first = train_face_points([stills], stills, tmp_path / "a.safetensors", epochs=1, batch=64)
    error = train_face_points([stills], stills, tmp_path / "b.safetensors", epochs=30, batch=64)
    assert error < 0.5 * first


def test_the_error_of_points_is_in_eye_distances() -> None:
    stills = spots(4, 0)

    class Shifted(torch.nn.Module):
        def forward(self, crops: torch.Tensor) -> torch.Tensor:
            return torch.from_numpy(stills.points) + torch.tensor([0.025, 0.0])

    assert point_error(Shifted(), stills) == pytest.approx(0.1, abs=1e-3)  # type: ignore[arg-type]
