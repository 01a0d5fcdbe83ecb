import numpy as np
import torch

from fedn.fesnet_config import FesnetConfig
from fedn.models.fesnet import build_fesnet
from training.config import AugmentationConfig, OptimizationConfig
from training.fesnet import references, vary_maps
from training.fesnet_losses import fesnet_loss
from training.frame_targets import inverse_root_weights
from training.frame_windows import FrameSample, Place, collate

from .conftest import LABELS
from .map_samples import map_sample


def small(**changes) -> FesnetConfig:
    return FesnetConfig(3, **{"width": 32, "side": 7, "time_width": 32, "blocks": 4, "dropout": 0.0, **changes})


def test_eight_intervals_are_learned_by_heart():
    torch.manual_seed(0)
    samples = [FrameSample.of(map_sample(f"v{n}", f"s{n}", seed=n), LABELS) for n in range(3)]
    places = [
        Place(row, int(max(0, min(236, first - 20))))
        for row, sample in enumerate(samples)
        for first, _, _ in sample.targets.events
    ][:8]
    batch = collate(samples, places, 64)
    network = build_fesnet(small(), seed=0)
    network.space.fit_scale(batch.rows[:, ::8].reshape(-1, 256, 7, 7))
    weights = torch.from_numpy(inverse_root_weights(np.bincount(batch.kinds.flatten(), minlength=3)))
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3)
    rows, how = batch.rows.float(), OptimizationConfig(beta=1.0)
    for step in range(300):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (1 - step / 300) + 1e-5
        output = network(rows)
        accuracy = (output.stages[-1].argmax(dim=-1) == batch.kinds).float().mean()
        assert output.labels is not None
        named = [
            int(output.labels[row, start:stop].mean(dim=0).argmax()) == label
            for row, start, stop, label in zip(*(column.tolist() for column in batch.expressions), strict=True)
        ]
        if accuracy > 0.98 and all(named):
            break
        optimizer.zero_grad()
        fesnet_loss(output, batch.kinds, batch.expressions, weights, how).total.backward()
        optimizer.step()
    assert accuracy > 0.98 and all(named) and len(named) >= 8


def test_a_neutral_frame_is_the_reference_where_the_network_wants_a_calm_one():
    kinds = torch.tensor([[1, 1, 0, 0, -1], [1, 1, 1, 2, -1]])
    random = np.random.default_rng(0)
    assert references(kinds, small(), random).tolist() == [0, 0]
    drawn = {tuple(references(kinds, small(reference="calm"), random).tolist()) for _ in range(30)}
    assert drawn == {(2, 0), (3, 0)}


def test_variations_are_the_same_for_all_frames_and_places_of_an_interval():
    rows = torch.rand(4, 6, 256 * 49) + 0.5
    varied = vary_maps(rows, AugmentationConfig(gain=0.3, channel_dropout=0.2), np.random.default_rng(0))
    factors = (varied / rows).reshape(4, 6, 256, 49)
    torch.testing.assert_close(factors, factors[:, :1, :, :1].expand_as(factors))
    silent = (factors[:, 0, :, 0] == 0).float().mean()
    assert 0.1 < silent < 0.3 and factors[factors > 0].min() >= 0.7 and factors.max() <= 1.3
    still = vary_maps(rows, AugmentationConfig(gain=0, channel_dropout=0), np.random.default_rng(0))
    assert torch.equal(still, rows)
