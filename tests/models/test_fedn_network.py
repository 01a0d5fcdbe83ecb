import pytest
import torch

from fedn.decoding import decode, geometry
from fedn.errors import ModelError
from fedn.model_config import CHANGES, FednConfig, faithful_config, macro_config, named_config, small_config
from fedn.models.build import build_detector
from fedn.models.segment_attention import SegmentAttention, segments_of

NARROW = {"width": 32, "head_width": 32, "window_attention_width": 16}


@pytest.mark.parametrize("name", CHANGES)
def test_every_named_network_predicts_six_intervals_at_each_location_and_learns(name: str):
    config = named_config(name, 3, **NARROW)
    detector, where = build_detector(config, seed=0), geometry(config)
    torch.manual_seed(0)
    frames = torch.randn(2, config.read_frames, config.feature_size)
    raw, count = detector(frames), len(where.points)
    assert count == 30 or name == "long"
    assert raw.free_distances.shape == (2, count, 2) and raw.anchor_deltas.shape == (2, 5 * count, 2)
    decoded = decode(raw, where, config)
    assert decoded.scores.shape == (2, 6 * count, 3) and decoded.intervals.shape == (2, 6 * count, 2)
    assert (raw.free_distances >= 0).all() and (decoded.scores >= 0).all() and (decoded.scores <= 1).all()
    assert decoded.scores.amax(dim=2).mean().item() < 0.05, "untrained scores are near the prior"
    (decoded.scores.sum() + decoded.intervals.sum()).backward()
    still = [name for name, value in detector.named_parameters() if value.grad is None]
    assert still == [], "every parameter takes part"


@pytest.mark.parametrize("name", CHANGES)
def test_a_batch_gives_what_its_windows_give_one_by_one(name: str):
    config = named_config(name, 3, **NARROW)
    detector = build_detector(config, seed=0).eval()
    torch.manual_seed(0)
    frames = torch.randn(3, config.read_frames, config.feature_size)
    together = detector(frames)
    for window in range(3):
        for whole, alone in zip(together, detector(frames[window : window + 1]), strict=True):
            torch.testing.assert_close(whole[window], alone[0], atol=1e-4, rtol=1e-3)


def test_softmax_weights_and_sigmoid_weights_agree_where_frames_are_alike():
    torch.manual_seed(0)
    frames = torch.randn(1, 1, 32).expand(1, 14, 32)
    sigmoid, softmax = (
        build_detector(faithful_config(2, **NARROW, feature_size=32, segment_weights=kind), seed=1).eval()
        for kind in ("sigmoid", "softmax")
    )
    torch.testing.assert_close(sigmoid.segment(frames), softmax.segment(frames), atol=1e-5, rtol=1e-4)
    moving = torch.randn(1, 14, 32)
    assert not torch.allclose(sigmoid.segment(moving), softmax.segment(moving), atol=1e-4)


@pytest.mark.parametrize("scores", ["shared", "channel"])
def test_untrained_window_attention_leaves_segments_alone(scores: str):
    detector = build_detector(small_config(2, window_scores=scores), seed=1).eval()
    segments = torch.randn(1, 64, 64)
    torch.testing.assert_close(detector.window(segments), segments)


def test_weights_of_a_window_sum_to_its_number_of_segments():
    for scores, channels in (("shared", 1), ("channel", 64)):
        attention = build_detector(small_config(2, window_scores=scores), seed=1).eval().window
        torch.nn.init.normal_(attention.logit.weight)
        segments = torch.rand(1, 64, 64) + 0.5
        weight = attention(segments) / segments
        torch.testing.assert_close(weight.sum(dim=1), torch.full((1, 64), 64.0), atol=1e-3, rtol=1e-4)
        apart = (weight - weight[..., :1]).abs().amax()
        assert (apart > 1e-3) == (channels == 64)


def test_without_positions_the_order_within_a_segment_makes_no_difference_and_with_them_it_does():
    frames = torch.randn(1, 8, 32)
    turned = frames.flip(1)
    for position, alike in ((False, True), (True, False)):
        segment = build_detector(small_config(2, **NARROW, segment_position=position), seed=0).eval().segment
        assert torch.allclose(segment(frames), segment(turned), atol=1e-5) == alike


def test_features_of_whole_segments_are_taken_as_they_are():
    config = named_config("features-from-file", 2, **NARROW, feature_size=48)
    detector = build_detector(config, seed=0).eval()
    rows = torch.randn(1, 64, 48)
    frames = rows.repeat_interleave(2, dim=1)
    assert (config.read_frames, config.lead_frames) == (128, 0)
    torch.testing.assert_close(detector.segments(frames), detector.project(rows))


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


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"colour": 1}, "colour"),
        ({"width": "wide"}, "width is 'wide'"),
        ({"own_heads": 1}, "own_heads"),
        ({"activation": "gelu"}, "activation is “gelu”; it must be relu or mish"),
        ({"fine_labels": [1]}, "several, but not all"),
        ({"fine_labels": [0, 1, 2]}, "several, but not all"),
        ({"fine_labels": [0, 1], "confidence_branch": True}, "choose one"),
        ({"level_strides": [8, 16]}, "one entry per level"),
        ({"segment_step": 4}, "four times segment_step"),
    ],
)
def test_numbers_that_make_no_network_are_refused_in_a_sentence(changes: dict, says: str):
    with pytest.raises(ModelError, match=says):
        named_config("faithful", 3, **changes)


def test_a_network_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ModelError, match="no network “huge”; choose from faithful"):
        named_config("huge", 3)


@pytest.mark.parametrize("name", CHANGES)
def test_every_named_network_survives_its_dict(name: str):
    config = named_config(name, 5)
    assert FednConfig.from_dict(config.to_dict()) == config


def test_motion_is_the_change_of_each_feature_since_some_frames_before():
    config = faithful_config(2, **NARROW, motion_frames=4)
    assert (config.lead_frames, config.read_frames, config.input_size) == (7, 138, 1024)
    detector = build_detector(config, seed=0).eval()
    frames = torch.randn(2, config.read_frames, 512)
    seen = detector.with_motion(frames)
    torch.testing.assert_close(seen[:, :, :512], frames[:, 4:])
    torch.testing.assert_close(seen[0, 10, 512:], frames[0, 14] - frames[0, 10])
    assert detector.segments(frames).shape == (2, 64, 32)
    with pytest.raises(ModelError, match="motion_frames"):
        faithful_config(2, motion_frames=-1)
