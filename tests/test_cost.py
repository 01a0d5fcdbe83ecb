import pytest
import torch

from fedn.checkpoint import Model
from fedn.cost import PAPER_GFLOP, backbone_flop, model_cost, window_cost
from fedn.errors import ModelError
from fedn.features.backbone_runtime import FLOPS_PER_FRAME
from fedn.model_config import faithful_config, named_config, small_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.predictors.fedn import FednPredictor


@pytest.mark.parametrize("name", [name for name in PAPER_GFLOP if name != "features-from-file"])
def test_every_row_of_table_three_costs_what_the_paper_says(name: str):
    assert window_cost(named_config(name, 4)).cached_flop / 1e9 == pytest.approx(PAPER_GFLOP[name], rel=0.001)


def test_the_parts_of_the_published_cost_add_up():
    cost = window_cost(faithful_config(4))
    assert 128 * cost.backbone_flop / 1e9 == pytest.approx(464.27, rel=0.001)
    assert cost.trunk_flop_per_segment / 1e9 == pytest.approx(2.06, rel=0.01)
    assert cost.cached_flop / 1e9 == pytest.approx(466.3, rel=0.001)
    assert cost.uncached_flop / 1e9 == pytest.approx(1859, rel=0.001)
    without = window_cost(named_config("without-segment-attention", 4))
    assert without.cached_flop / 1e9 == pytest.approx(465.2, rel=0.001)


def test_projecting_a_frame_once_saves_exactly_the_repeated_projections():
    own = window_cost(named_config("own-heads", 4))
    assert own.trunk_flop_per_segment - own.trunk_flop == 2 * (512 - 134) * 512 * (1536 + 1)
    assert own.trunk_flop / 1e9 == pytest.approx(1.478, rel=0.001)


def test_zeros_between_joined_levels_cost_a_hundredth():
    shared, own = window_cost(faithful_config(4)), window_cost(named_config("own-heads", 4))
    assert shared.trunk_flop_per_segment == own.trunk_flop_per_segment
    # Three rows beside the thirty, through three convolutions of kernel 3 in each of four branches.
    rows, outputs = 3, 2 + 4 + 10 + 20
    assert shared.trunk_flop - own.trunk_flop == 2 * rows * 3 * (4 * (512 + 256) * 256 + 256 * outputs)


def test_the_trunk_has_the_published_number_of_parameters():
    assert window_cost(faithful_config(4)).parameters / 1e6 == pytest.approx(16.2, rel=0.01)
    assert window_cost(named_config("own-heads", 4)).parameters / 1e6 == pytest.approx(36.0, rel=0.01)
    assert window_cost(named_config("own-heads", 4)).cached_flop == window_cost(faithful_config(4)).cached_flop


def test_features_from_files_cost_no_backbone():
    cost = window_cost(named_config("features-from-file", 4))
    assert cost.cached_flop == cost.trunk_flop_per_segment < 2e9


def test_a_smaller_face_costs_a_quarter():
    assert backbone_flop() == FLOPS_PER_FRAME
    assert backbone_flop(112) / backbone_flop() == pytest.approx(0.25, rel=0.08)  # the last layer rounds 3.5 places up


def test_a_second_of_video_costs_its_frames_its_segments_and_its_windows():
    config = small_config(3)
    model = Model(ResNet18(), build_detector(config), ModelInfo("m", ("a", "b", "c"), config))
    cost = model_cost(FednPredictor(model, "cpu"))
    window = window_cost(config)
    backbone = sum(value.numel() for value in model.backbone.parameters())
    assert cost.parameters == window.parameters + backbone
    # 128 frames of windows hold 64 segments, of which a window that begins 16 frames later computes eight anew.
    assert 30 * backbone_flop() < cost.flop_per_second_of_video < 30 * backbone_flop() + 2 * window.trunk_flop
    assert torch.get_default_device() == torch.device("cpu")


def test_what_does_not_count_is_refused():
    with pytest.raises(ModelError, match="not counted"):
        model_cost(object())
