import pytest
import torch

from fedn.errors import ModelError
from fedn.fesnet_config import FesnetConfig
from fedn.models.fesnet import Fesnet, build_fesnet
from fedn.models.fesnet_space import discrepancy

WIDE = 256 * 49


def small(label_count: int = 3, **changes) -> FesnetConfig:
    return FesnetConfig(label_count, **{"width": 16, "side": 3, "time_width": 8, "blocks": 2, **changes})


@pytest.fixture(scope="module")
def network() -> Fesnet:
    return build_fesnet(small(), seed=0).eval()


def rows(batch: int, frames: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(batch, frames, WIDE, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    "config", [FesnetConfig(7), small(), small(1), small(refinements=0), small(refine_features=True)]
)
@torch.no_grad()
def test_every_stage_speaks_of_every_frame(config: FesnetConfig):
    output = build_fesnet(config, seed=0).eval()(rows(2, 9).half())
    assert len(output.stages) == 2 + config.refinements
    assert all(stage.shape == (2, 9, 3) for stage in output.stages)
    if config.label_count == 1:
        assert output.labels is None
    else:
        assert output.labels is not None and output.labels.shape == (2, 9, config.label_count)


@torch.no_grad()
def test_the_first_frame_does_not_differ_from_itself(network: Fesnet):
    tokens = network.tokens(rows(2, 5))
    apart = discrepancy(tokens, torch.zeros(2, dtype=torch.int64))
    assert apart.shape == (2, 5, 9, 32)
    assert (apart[:, 0] == 0).all() and (apart[:, 1:] != 0).any()
    torch.testing.assert_close(
        apart[1, 3], torch.cat([tokens[1, 3] - tokens[1, 0], (tokens[1, 3] - tokens[1, 0]).abs()], 1)
    )


@torch.no_grad()
def test_another_reference_frame_is_the_one_without_a_difference(network: Fesnet):
    apart = discrepancy(network.tokens(rows(2, 5)), torch.tensor([3, 0]))
    assert (apart[0, 3] == 0).all() and (apart[1, 0] == 0).all() and (apart[0, 0] != 0).any()


@torch.no_grad()
def test_a_face_that_does_not_move_looks_the_same_whoever_it_is(network: Fesnet):
    one, other = (network(rows(1, 1, seed).expand(1, 6, WIDE)) for seed in (1, 2))
    for first, second in zip(one.stages, other.stages, strict=True):
        torch.testing.assert_close(first, second)


@torch.no_grad()
def test_intervals_in_a_batch_do_not_know_of_each_other(network: Fesnet):
    together, alone = network(rows(3, 8)), network(rows(3, 8)[1:2])
    assert together.labels is not None and alone.labels is not None
    torch.testing.assert_close(together.labels[1:2], alone.labels, atol=1e-5, rtol=1e-4)
    for stage, own in zip(together.stages, alone.stages, strict=True):
        torch.testing.assert_close(stage[1:2], own, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_an_interval_of_one_frame_is_no_special_case(network: Fesnet):
    assert all(torch.isfinite(stage).all() for stage in network(rows(1, 1)).stages)


@torch.no_grad()
def test_refinements_see_the_stage_before_and_nothing_else(network: Fesnet):
    output = network(rows(1, 12))
    said = torch.softmax(output.stages[1], dim=-1).transpose(1, 2)
    again = network.time.refinements[0](said).transpose(1, 2)
    torch.testing.assert_close(again, output.stages[2])


def test_every_weight_takes_part_in_learning():
    network = build_fesnet(small(), seed=0)
    output = network(rows(2, 8))
    assert output.labels is not None
    (sum(stage.square().sum() for stage in output.stages) + output.labels.square().sum()).backward()
    assert all(value.grad is not None and value.grad.any() for value in network.parameters())


def test_numbers_that_cannot_be_are_refused():
    for change in [{"reference": "last"}, {"kernels": (2,)}, {"width": 12}, {"window_step": 65}, {"side": 8}]:
        with pytest.raises(ModelError):
            FesnetConfig(3, **change)
    with pytest.raises(ModelError, match="unknown"):
        FesnetConfig.from_dict({"label_count": 3, "depth": 2})
    assert FesnetConfig.from_dict(small().to_dict()) == small()
