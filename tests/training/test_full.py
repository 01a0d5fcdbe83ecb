from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import training.crops
import training.run
from fedn.checkpoint import load_model
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.model_config import small_config
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from training.backbone import LiveBackbone
from training.config import AugmentationConfig, DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.crops import CropStore
from training.run import train
from training.windows import Place, collate, to_grid

from .conftest import LABELS, SampleMaker

FRAMES = 140


def crops(*_, **__) -> Iterator[tuple[int, np.ndarray | None]]:
    """A crop in every twelfth frame: a smooth picture whose brightness changes. Smaller than real ones, for speed."""
    slope = np.linspace(0, 90, 64)
    for frame in range(FRAMES):
        picture = (slope[:, None] + slope + frame % 60).astype(np.uint8)
        yield frame, np.stack([picture] * 3, axis=2) if frame % 12 == 0 else None


@pytest.fixture
def store(tmp_path: Path) -> CropStore:
    store = CropStore(tmp_path, "v")
    assert not store.open()
    store.fill(crops())
    return store


def test_crops_come_back_nearly_as_they_were_also_in_another_process(store: CropStore, tmp_path: Path):
    again = CropStore(tmp_path, "v")
    assert again.open() and again.frames() == list(range(0, FRAMES, 12))
    for frame, crop in crops():
        found = again.read(frame)
        assert (found is None) == (crop is None)
        if crop is not None and found is not None:
            assert np.abs(found.astype(int) - crop).mean() < 2


def test_the_gradient_in_two_passes_is_the_gradient_in_one(store: CropStore, sample_of: SampleMaker):
    torch.manual_seed(0)
    config = small_config(3, width=32, head_width=32, dropout=0.0, score_dropout=0.0)
    backbone, detector = ResNet18().eval(), build_detector(config, seed=0).eval()
    sample = to_grid(sample_of("v", "s", frames=FRAMES, events=1), LABELS, detector)
    live = LiveBackbone(backbone, detector, [store], frames=60, device=torch.device("cpu"), bfloat16=False)
    place = Place(0, 0, 1.0)
    batch = live.replace(collate([sample], [place], config), [sample], [place], seed=0)
    output = detector(batch.frames)
    sum(part.square().sum() for part in output).backward()
    live.backward()
    found = [parameter.grad.clone() for parameter in live.parameters() if parameter.grad is not None]

    # Clipped to norm 1, as a direct computation has to be too.
    images = torch.stack([torch.from_numpy(store.read(frame)) for frame in store.frames()])
    changed = (batch.frames[0] != collate([sample], [place], config).frames[0]).any(dim=1)
    positions = torch.nonzero(changed).flatten()
    shown = [store.frames().index(int(np.clip(position - 3, 0, FRAMES - 1))) for position in positions.tolist()]
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    inputs = ((images[shown].float() / 255 - mean) / deviation).permute(0, 3, 1, 2)
    backbone.zero_grad()
    features = backbone(inputs)
    frames = batch.frames.detach().clone()
    frames[0, positions] = (features - sample.reference - detector.feature_mean) / detector.feature_scale
    sum(part.square().sum() for part in detector(frames)).backward()
    torch.nn.utils.clip_grad_norm_(backbone.parameters(), 1.0)
    expected = [parameter.grad for parameter in backbone.parameters() if parameter.grad is not None]
    assert len(found) == len(expected) > 50
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, atol=2e-4, rtol=2e-2)


def test_the_full_scope_moves_the_backbone_and_saves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker
):
    samples = [
        replace(sample_of(f"v{n}", f"s{n}", frames=FRAMES, events=1, seed=n), path=tmp_path / f"v{n}.mp4")
        for n in range(2)
    ]
    monkeypatch.setattr(training.run, "load_samples", lambda *_: samples)
    monkeypatch.setattr(training.crops, "aligned_faces", crops)
    config = TrainingConfig(
        data=DataConfig(folder=".", validation_share=0.0),
        start=StartConfig(labels=LABELS, size="small", network={"width": 32, "head_width": 32}),
        augmentation=AugmentationConfig(speed=0.0),
        optimization=OptimizationConfig(
            scope="full", epochs=1, batch_size=2, gradient_frames=24, steps_per_epoch=1, warmup_epochs=0
        ),
    )
    before = training.run.starting_model(config).backbone
    train(config, tmp_path / "run")
    after = load_model(tmp_path / "run" / "model").backbone
    assert isinstance(after, ResNet18)
    assert BackboneRuntime(after).hash != BackboneRuntime(before).hash
    assert not torch.equal(after.layer4[1].conv2.weight, before.layer4[1].conv2.weight.half().float())
    assert torch.equal(after.bn1.running_mean, before.bn1.running_mean)
