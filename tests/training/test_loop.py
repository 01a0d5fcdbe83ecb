import numpy as np
import pytest
import torch

from fedn.decoding import decode, geometry
from fedn.model_config import small_config
from fedn.models.build import build_detector
from training.config import AugmentationConfig, OptimizationConfig
from training.losses import criterion, interval_iou
from training.targets import TRUE, assign
from training.windows import collate, draw_places, to_grid, window_truth

from .conftest import LABELS, SampleMaker

STILL = AugmentationConfig(0, 0, 0, 0, 0, 0, 0)


@pytest.mark.slow
def test_eight_windows_are_learned_by_heart(sample_of: SampleMaker):
    config = small_config(3, dropout=0.0, score_dropout=0.0)
    detector, where = build_detector(config, seed=0), geometry(config)
    samples = [to_grid(sample_of(f"v{n}", f"s{n}", frames=512, seed=n), LABELS, detector) for n in range(3)]
    random = np.random.default_rng(0)
    places = draw_places(samples, config, step=32, negatives=0, augmentation=STILL, random=random)
    places = [place for place in places if (window_truth(samples[place.row], place, config)[2] == TRUE).any()][:8]
    batch = collate(samples, places, config)
    assignment = assign(batch.truth, where)
    optimizer = torch.optim.Adam(detector.parameters(), 1e-3)
    for step in range(300):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1 - step / 300) + 1e-5
        losses = criterion(detector(batch.frames), batch.truth, assignment, where, config, OptimizationConfig())
        optimizer.zero_grad()
        losses.total.backward()
        optimizer.step()
    decoded = decode(detector.eval()(batch.frames), where, config)
    for window in range(8):
        for row in torch.nonzero(batch.truth.roles[window] == TRUE).flatten():
            wanted, label = batch.truth.intervals[window, row], int(batch.truth.labels[window, row])
            sure = decoded.scores[window, :, label] > 0.5
            assert interval_iou(decoded.intervals[window, sure], wanted).max() > 0.9
    quiet = decoded.scores[:, :, :].amax(dim=2)[torch.cat([assignment.free, assignment.anchors], dim=1) == -1]
    assert (quiet > 0.5).float().mean() < 0.01
