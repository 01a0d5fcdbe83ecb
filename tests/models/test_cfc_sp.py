import numpy as np
import pytest
import torch

from fedn.cfc_sp_config import CfcSpConfig
from fedn.coarse_fine import coarse_fine
from fedn.errors import ModelError
from fedn.models.cfc_sp import CfcSp, build_cfc_sp
from fedn.models.resnet import ResNet18
from fedn.models.resnet_front import LAST_BUT_ONE, ResNetFront

LABELS = ("happiness", "anger", "disgust", "surprise", "fear", "sadness", "others")


def network_of(labels: tuple[str, ...] = LABELS, **changes) -> CfcSp:
    return build_cfc_sp(CfcSpConfig(len(labels), hidden=16, **changes), coarse_fine(labels), seed=0).eval()


@torch.no_grad()
def test_the_coarse_network_knows_neutral_and_the_groups_and_the_fine_one_the_negative_labels():
    output = network_of()(torch.randn(5, 512).half(), torch.zeros(512))
    assert output.coarse.shape == (5, 5) and output.fine.shape == (5, 4)
    already_coarse = network_of(("positive", "negative", "surprise", "others"))
    assert already_coarse.fine is None and already_coarse(torch.randn(2, 512), torch.zeros(512)).fine.shape == (2, 0)


def test_the_two_networks_share_nothing():
    network = network_of()
    output = network(torch.randn(4, 512), torch.zeros(512))
    output.coarse.square().sum().backward()
    assert network.fine is not None
    assert all(value.grad is None for value in network.fine.parameters())
    assert all(value.grad is not None for value in network.coarse.parameters())


@torch.no_grad()
def test_frames_in_a_batch_do_not_know_of_each_other():
    network, rows = network_of(), torch.randn(6, 512)
    references = torch.randn(6, 512)
    together, alone = network(rows, references), network(rows[2:3], references[2:3])
    torch.testing.assert_close(together.coarse[2:3], alone.coarse)
    torch.testing.assert_close(together.fine[2:3], alone.fine)


def test_the_face_at_rest_is_the_median_of_the_frames_that_have_one():
    rows = np.random.default_rng(0).normal(size=(40, 512)).astype(np.float16)
    faces = np.arange(40) % 3 > 0
    found = network_of(reference="median").reference(rows, faces)
    # torch takes the lower of the two middle values
    np.testing.assert_allclose(found.numpy(), np.sort(rows[faces], axis=0)[(faces.sum() - 1) // 2], atol=1e-6)
    assert not network_of(reference="median").reference(rows, np.zeros(40, bool)).any()
    assert not network_of(reference="none").reference(rows, faces).any()


@torch.no_grad()
def test_own_blocks_begin_as_the_backbones_last_one():
    torch.manual_seed(0)
    backbone, pictures = ResNet18(112).eval(), torch.randn(3, 3, 112, 112)
    network = network_of(own_block=True)
    network.start_from(backbone.layer4[1])
    maps = ResNetFront(backbone, blocks=LAST_BUT_ONE).eval()(pictures).flatten(1)
    assert maps.shape == (3, network.row_size)
    for net in network.nets:
        torch.testing.assert_close(net.features(maps), backbone(pictures), atol=1e-4, rtol=1e-4)
    assert network.coarse.block is not network.nets[1].block


def test_training_moves_the_own_blocks_but_neither_their_norms_statistics_nor_the_face_at_rest():
    network = network_of(own_block=True, dropout=0.0).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    rows = torch.randn(4, network.row_size)
    optimizer = torch.optim.SGD([value for value in network.parameters() if value.requires_grad], 0.1)
    output = network(rows, torch.zeros(512))
    (output.coarse.square().sum() + output.fine.square().sum()).backward()
    optimizer.step()
    moved = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert "coarse.block.conv2.weight" in moved and "fine.block.conv1.weight" in moved
    assert not any(name.startswith("rest.") or "running" in name for name in moved)


def test_standardized_features_have_mean_zero_and_deviation_one():
    network, rows = network_of(), 3 * torch.randn(500, 512) + 2
    references = torch.randn(500, 512)
    network.fit_scale(rows, references)
    x = network.standard(network.coarse, rows, references)
    assert float(x.mean().abs()) < 0.01 and abs(float(x.std()) - 1) < 0.01


def test_numbers_that_cannot_be_are_refused():
    for change in [{"smooth_frames": 16}, {"cascade": "soft"}, {"reference": "mean"}]:
        with pytest.raises(ModelError):
            CfcSpConfig(3, **change)
    with pytest.raises(ModelError, match="must look like"):
        CfcSpConfig.from_dict({"label_count": 3, "hidden": "wide"})
    assert CfcSpConfig.from_dict(CfcSpConfig(3, smooth_frames=31).to_dict()).smooth_frames == 31
