from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fedn.decoding import (
    decode,
    decode_anchors,
    decode_free,
    encode_anchors,
    encode_free,
    geometry,
    label_scores,
)
from fedn.model_config import faithful_config, macro_config, small_config
from fedn.models.build import build_detector

WHERE = geometry(faithful_config(2))


@given(st.floats(0, 120), st.floats(1, 128))
def test_encoding_an_interval_and_decoding_it_gives_it_back(start: float, length: float):
    interval = torch.tensor([start, start + length])
    free = interval.expand(len(WHERE.points), 2)
    torch.testing.assert_close(decode_free(encode_free(free, WHERE), WHERE), free, atol=1e-3, rtol=0)
    # Within the clamp of the length ratio, which no interval assigned to an anchor ever leaves.
    ratio = length / WHERE.anchors[:, 1]
    fits = (ratio > 0.05) & (ratio < 50)
    anchored = interval.expand(len(WHERE.anchors), 2)
    decoded = decode_anchors(encode_anchors(anchored, WHERE), WHERE)
    torch.testing.assert_close(decoded[fits], anchored[fits], atol=1e-3, rtol=1e-4)


def test_locations_sit_where_the_paper_puts_them():
    assert len(WHERE.points) == 30 and len(WHERE.anchors) == 150
    assert WHERE.points[:2].tolist() == [4, 12] and WHERE.points[-2:].tolist() == [32, 96]
    assert WHERE.anchors[0].tolist() == [4, 4] and WHERE.anchors[-1].tolist() == [96, 128]


def test_decoding_keeps_the_order_free_then_anchors():
    config = macro_config(3, width=64, head_width=32)
    raw = build_detector(config, seed=0).eval()(torch.randn(2, config.read_frames, 512))
    decoded = decode(raw, geometry(config), config)
    assert decoded.intervals.shape == (2, 180, 2) and decoded.scores.shape == (2, 180, 3)
    torch.testing.assert_close(decoded.scores[:, :30], torch.sigmoid(raw.free_logits))
    assert (decoded.intervals[..., 1] >= decoded.intervals[..., 0]).all()


@given(st.lists(st.tuples(st.floats(0, 120), st.floats(1, 128)), min_size=1, max_size=4))
def test_every_location_and_anchor_gives_random_intervals_back_in_batches(spans: list[tuple[float, float]]):
    rows = torch.tensor([[start, start + length] for start, length in spans])
    free = rows[:, None].expand(-1, len(WHERE.points), 2)
    torch.testing.assert_close(decode_free(encode_free(free, WHERE), WHERE), free, atol=1e-3, rtol=0)
    for anchor in WHERE.anchors[::9]:
        only = WHERE._replace(anchors=anchor[None])
        ratio = (rows[:, 1] - rows[:, 0]) / anchor[1]
        fits = (ratio > 0.05) & (ratio < 50)
        deltas = encode_anchors(rows[fits, None], only)
        torch.testing.assert_close(decode_anchors(deltas, only), rows[fits, None], atol=1e-3, rtol=1e-4)


def test_a_confidence_is_the_score_and_the_likeliest_label_has_it():
    config = small_config(3, confidence_branch=True)
    logits, confidence = torch.randn(50, 3), torch.randn(50, 1)
    scores = label_scores(logits, confidence, config)
    torch.testing.assert_close(scores.amax(dim=1), torch.sigmoid(confidence[:, 0]))
    assert torch.equal(scores.argmax(dim=1), logits.argmax(dim=1))
    product = label_scores(logits, confidence, replace(config, confidence_times_label=True))
    torch.testing.assert_close(product.sum(dim=1), torch.sigmoid(confidence[:, 0]))


def test_a_fine_label_scores_its_share_of_the_coarse_one():
    config = small_config(4, fine_labels=(1, 3))
    logits = torch.tensor([[0.3, -1.0, 2.0, 0.5, 1.5]])
    told = torch.sigmoid(logits)[0].tolist()
    expected = [told[0], told[1] * told[4], told[2], told[3] * told[4]]
    assert label_scores(logits, logits[:, :0], config)[0].tolist() == pytest.approx(expected)


def test_wild_outputs_decode_to_finite_intervals():
    config = small_config(1)
    where = geometry(config)
    wild = torch.full((1, 150, 2), 1e3)
    assert torch.isfinite(decode_anchors(wild, where)).all()
