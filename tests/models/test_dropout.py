import pytest
import torch

from fedn.models.dropout import Dropout


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_wanted_share_becomes_zero_and_the_mean_stays(share: float):
    torch.manual_seed(0)
    values = torch.ones(401, 503)
    dropped = Dropout(share).train()(values)
    assert (dropped == 0).float().mean().item() == pytest.approx(share, abs=0.005)
    assert dropped.mean().item() == pytest.approx(1, abs=0.02)
    torch.testing.assert_close(dropped[dropped != 0], torch.full_like(dropped[dropped != 0], 1 / (1 - share)))


def test_neighbors_are_dropped_independently():
    torch.manual_seed(0)
    gone = Dropout(0.5).train()(torch.ones(100_000)) == 0
    for apart in (1, 2, 3, 4, 5):
        both = (gone[apart:] & gone[:-apart]).float().mean().item()
        assert both == pytest.approx(0.25, abs=0.01)


def test_the_gradient_passes_where_the_values_pass():
    torch.manual_seed(0)
    values = torch.randn(50, 7, requires_grad=True)
    dropped = Dropout(0.3).train()(values)
    dropped.sum().backward()
    assert values.grad is not None
    torch.testing.assert_close(values.grad, torch.where(dropped != 0, 1 / 0.7, 0.0))


def test_the_same_seed_drops_the_same_and_nothing_is_dropped_outside_of_training():
    values, module = torch.randn(1000), Dropout(0.5).train()
    torch.manual_seed(3)
    first = module(values)
    torch.manual_seed(3)
    assert torch.equal(first, module(values))
    assert module.eval()(values) is values and Dropout(0.0).train()(values) is values
