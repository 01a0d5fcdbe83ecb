import numpy as np
import pytest
import torch

from fedn.features.backbone_runtime import MEAN, STD, BackboneRuntime
from fedn.features.map_runtime import MapRuntime
from fedn.models.resnet import ResNet18
from fedn.models.resnet_front import LAST_BUT_ONE, LAYER_3, ResNetFront


@pytest.fixture(scope="module")
def backbone() -> ResNet18:
    torch.manual_seed(0)
    return ResNet18(112).eval()


def crops(count: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, 224, 224, 3), np.uint8)


def normalized(pictures: np.ndarray) -> torch.Tensor:
    return ((torch.from_numpy(pictures).float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)).permute(0, 3, 1, 2)


@torch.no_grad()
def test_the_blocks_left_over_make_of_the_maps_what_the_whole_network_makes_of_the_picture(backbone: ResNet18):
    pictures = normalized(crops(2))
    maps = ResNetFront(backbone, blocks=LAYER_3).eval()(pictures)
    assert maps.shape == (2, 256, 7, 7)
    torch.testing.assert_close(backbone.layer4(maps).mean(dim=(2, 3)), backbone(pictures))
    later = ResNetFront(backbone, blocks=LAST_BUT_ONE).eval()(pictures)
    assert later.shape == (2, 512, 4, 4)
    torch.testing.assert_close(backbone.layer4[1](later).mean(dim=(2, 3)), backbone(pictures))


@pytest.mark.parametrize("blocks", [LAYER_3, LAST_BUT_ONE])
@torch.no_grad()
def test_the_fast_way_gives_the_same_maps_in_rows(backbone: ResNet18, blocks: int):
    front = ResNetFront(backbone, blocks=blocks).eval()
    runtime = MapRuntime(front, "cpu")
    rows = runtime(crops(3))
    assert rows.dtype == np.float16 and rows.shape == (3, runtime.width)
    expected = front(normalized(crops(3))).flatten(1).numpy()
    assert np.abs(rows - expected).mean() < 0.01 * np.abs(expected).mean() + 0.01
    assert runtime.hash not in (BackboneRuntime(backbone, "cpu").hash, "")


def test_a_backbone_that_sees_more_pixels_gives_maps_of_the_same_side():
    large = ResNetFront(ResNet18(224).eval(), blocks=LAYER_3).eval()
    assert large(normalized(crops(1))).shape == (1, 256, 7, 7)
    assert MapRuntime(large, "cpu")(crops(1)).shape == (1, 256 * 49)


def test_the_front_keeps_its_own_weights(backbone: ResNet18):
    front = ResNetFront(backbone, blocks=LAYER_3)
    with torch.no_grad():
        front.conv1.weight.zero_()
    assert backbone.conv1.weight.abs().sum() > 0
    assert not any(name.startswith("layer4") for name in front.state_dict())
