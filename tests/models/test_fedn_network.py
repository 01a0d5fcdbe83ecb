import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from fedn.errors import ModelError
from fedn.model_config import FednConfig, faithful_config, macro_config, small_config
from fedn.models.build import build_detector
from fedn.models.segment_attention import SegmentAttention, segments_of


def parameters(config: FednConfig) -> float:
    return sum(value.numel() for value in build_detector(config).parameters()) / 1e6


def test_the_published_network_has_the_published_size():
    assert parameters(faithful_config(4)) == pytest.approx(16.2, abs=0.1)
    assert parameters(faithful_config(4, own_heads=True)) == pytest.approx(36.0, abs=0.1)


def test_one_window_costs_what_the_table_says_less_what_shared_projections_save():
    detector = build_detector(faithful_config(4)).eval()
    with FlopCounterMode(display=False) as counter:
        detector(torch.zeros(1, 134, 512))
    # 2.06 GFLOP if the 512 frames of 64 segments are projected one by one; the 134 that differ are projected once.
    saved = 2 * (512 - 134) * 512 * 1536 / 1e9
    assert counter.get_total_flops() / 1e9 + saved == pytest.approx(2.06, abs=0.03)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"segment_attention": False},
        {"window_attention": False},
        {"own_heads": True},
        {"segment_pool": "max", "window_residual": True},
    ],
)
def test_every_variant_predicts_180_intervals_per_window(changes: dict):
    config = small_config(3, **changes)
    raw = build_detector(config, seed=0).eval()(torch.randn(2, config.read_frames, 512))
    assert raw.free_distances.shape == (2, 30, 2) and raw.free_logits.shape == (2, 30, 3)
    assert raw.anchor_deltas.shape == (2, 150, 2) and raw.anchor_logits.shape == (2, 150, 3)
    assert (raw.free_distances >= 0).all()


def test_untrained_scores_are_near_the_prior():
    config = small_config(3)
    raw = build_detector(config, seed=0).eval()(torch.randn(2, config.read_frames, 512))
    assert torch.sigmoid(raw.anchor_logits).mean().item() == pytest.approx(config.score_prior, rel=0.3)


def test_a_segment_is_centered_on_the_frames_it_owns():
    config = faithful_config(2)
    assert (config.segment_count, config.lead_frames, config.read_frames) == (64, 3, 134)
    frames = torch.arange(-3.0, 131.0).reshape(1, 134, 1)
    members = segments_of(frames, 8, 2)[0, :, :, 0]
    assert members[5].tolist() == [7, 8, 9, 10, 11, 12, 13, 14]  # owns 10 and 11


def test_segment_attention_with_shared_projections_equals_attention_segment_by_segment():
    torch.manual_seed(0)
    module = SegmentAttention(small_config(2, width=32)).eval()
    frames = torch.randn(1, 14, 32)
    together = module(frames)
    one_by_one = torch.cat([module(frames[:, first : first + 8]) for first in range(0, 7, 2)], dim=1)
    torch.testing.assert_close(together, one_by_one)


def test_untrained_window_attention_leaves_segments_alone():
    detector = build_detector(small_config(2), seed=1).eval()
    segments = torch.randn(1, 64, 64)
    torch.testing.assert_close(detector.window(segments), segments)


def test_the_reference_removes_what_distinguishes_a_face_at_rest():
    detector = build_detector(macro_config(2, width=64, head_width=64))
    torch.manual_seed(0)
    movement = torch.randn(200, 512) * 0.01
    movement[50:80] += 1.0
    seen = torch.ones(200, dtype=torch.bool)
    one = detector.prepare(movement + torch.randn(512), seen)
    other = detector.prepare(movement, seen)
    torch.testing.assert_close(one, other, atol=1e-4, rtol=0)


def test_frames_without_a_face_are_zero_and_do_not_move_the_reference():
    detector = build_detector(small_config(2))
    features = torch.randn(100, 512)
    seen = torch.arange(100) < 60
    features[60:] = 1e4
    prepared = detector.prepare(features, seen)
    assert (prepared[60:] == 0).all() and prepared.abs().max() < 100


def test_a_video_without_any_face_is_all_zero():
    detector = build_detector(small_config(2))
    assert (detector.prepare(torch.randn(20, 512), torch.zeros(20, dtype=torch.bool)) == 0).all()


def test_the_same_seed_gives_the_same_network_and_leaves_the_generator_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, other = build_detector(small_config(2), seed=3), build_detector(small_config(2), seed=3)
    assert torch.equal(before, torch.get_rng_state())
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_config_survives_its_dict_and_refuses_what_it_does_not_know():
    config = macro_config(7, own_heads=True)
    assert FednConfig.from_dict(config.to_dict()) == config
    with pytest.raises(ModelError, match="colour"):
        FednConfig.from_dict({**config.to_dict(), "colour": 1})
    with pytest.raises(ModelError, match="label_count"):
        FednConfig.from_dict({})
    with pytest.raises(ModelError, match="multiple"):
        macro_config(7, window_frames=100)
