import torch

from fedn.decoding import geometry
from fedn.model_config import faithful_config
from training.targets import ABSENT, IGNORED, NEGATIVE, TRUE, UNCERTAIN, Truth, assign, pairwise_iou

WHERE = geometry(faithful_config(2))


def truth_of(*events: tuple[float, float, int], known: torch.Tensor | None = None) -> Truth:
    rows = torch.tensor(events, dtype=torch.float32).reshape(1, -1, 3)
    return Truth(
        rows[..., :2],
        torch.zeros(rows.shape[:2], dtype=torch.int64),
        rows[..., 2].long(),
        torch.ones(1, 128, dtype=torch.bool) if known is None else known,
    )


def test_a_location_belongs_to_the_shortest_event_that_its_level_is_made_for():
    free = assign(truth_of((20, 60, TRUE), (36, 52, TRUE)), WHERE).free[0]
    for place, point in enumerate(WHERE.points.tolist()):
        low, high = WHERE.point_ranges[place].tolist()
        fitting = [
            (stop - start, row)
            for row, (start, stop) in enumerate([(20, 60), (36, 52)])
            if start < point < stop and low <= max(point - start, stop - point) < high
        ]
        assert free[place].item() == (min(fitting)[1] if fitting else NEGATIVE)


def test_anchors_follow_the_thresholds():
    truth = truth_of((20, 60, TRUE))
    anchors = assign(truth, WHERE).anchors[0]
    center, length = WHERE.anchors.unbind(-1)
    iou = pairwise_iou(torch.stack([center - length / 2, center + length / 2], -1), truth.intervals)[0, :, 0]
    assert (anchors[iou > 0.5] == 0).all() and (anchors[iou <= 0.4] == NEGATIVE).all()
    assert (anchors[(iou > 0.4) & (iou <= 0.5)] == IGNORED).all()


def test_an_event_that_no_anchor_fits_gets_the_best_one():
    anchors = assign(truth_of((61, 62.5, TRUE)), WHERE).anchors[0]
    assert (anchors == 0).sum() == 1


def test_uncertain_events_are_neither_right_nor_wrong():
    assigned = assign(truth_of((20, 60, UNCERTAIN)), WHERE)
    assert not (assigned.free >= 0).any() and not (assigned.anchors >= 0).any()
    inside = (WHERE.points > 20) & (WHERE.points < 60)
    assert (assigned.free[0][inside] == IGNORED).all() and (assigned.free[0][~inside] == NEGATIVE).all()
    assert (assigned.anchors[0] == IGNORED).any()


def test_nothing_is_learned_from_frames_that_nobody_reviewed():
    known = torch.arange(128)[None] < 64
    assigned = assign(truth_of((20, 50, TRUE), known=known), WHERE)
    assert (assigned.free[0][WHERE.points >= 64] == IGNORED).all()
    assert (assigned.anchors[0][WHERE.anchors[:, 0] > 96] == IGNORED).all()
    assert (assigned.anchors[0] == 0).any()


def test_filling_up_with_absent_events_changes_nothing():
    one, other = assign(truth_of((20, 60, TRUE)), WHERE), assign(truth_of((20, 60, TRUE), (0, 0, ABSENT)), WHERE)
    assert torch.equal(one.free, other.free) and torch.equal(one.anchors, other.anchors)


def test_windows_without_any_event_are_negative_throughout():
    assigned = assign(truth_of((0, 0, ABSENT)), WHERE)
    assert (assigned.free == NEGATIVE).all() and (assigned.anchors == NEGATIVE).all()


def test_the_event_with_the_higher_overlap_gets_the_anchor_whatever_the_order():
    events = [(20.0, 60.0, TRUE), (24.0, 56.0, TRUE)]
    one, other = assign(truth_of(*events), WHERE), assign(truth_of(*reversed(events)), WHERE)
    swapped = torch.where(other.anchors >= 0, 1 - other.anchors, other.anchors)
    assert torch.equal(one.anchors, swapped) and (one.anchors == 1).any() and (one.anchors == 0).any()
