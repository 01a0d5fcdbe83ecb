import torch
from hypothesis import given
from hypothesis import strategies as st

from fedn.decoding import decode, decode_anchors, decode_free, encode_anchors, encode_free, geometry
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


def test_wild_outputs_decode_to_finite_intervals():
    config = small_config(1)
    where = geometry(config)
    wild = torch.full((1, 150, 2), 1e3)
    assert torch.isfinite(decode_anchors(wild, where)).all()
