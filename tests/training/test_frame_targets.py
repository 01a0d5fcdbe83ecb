from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.time_grid import TimeGrid
from fedn.video.frame_index import FrameIndex
from training.datasets.sample import Sample
from training.frame_targets import IGNORED, MACRO, MICRO, NEUTRAL, frame_targets, inverse_root_weights

LABELS = ("joy", "anger")


def sample(*events: Event, frames: int = 40, fps: int = 30) -> Sample:
    return Sample(
        video="v",
        subject="s",
        features=np.zeros((frames, 4), np.float16),
        has_face=np.ones(frames, bool),
        frame_index=FrameIndex.regular(frames, Fraction(fps)),
        events=events,
        reviewed=(Interval(0, frames),),
    )


def targets(of: Sample):
    return frame_targets(of, LABELS, TimeGrid.of(of.frame_index))


def test_onset_and_offset_belong_to_the_expression_and_their_neighbors_do_not():
    found = targets(sample(Event(10, 29, "anger"), Event(33, 38, "joy", kind="micro")))
    assert (found.kinds[10:30] == MACRO).all() and (found.labels[10:30] == 1).all()
    assert (found.kinds[33:39] == MICRO).all() and (found.labels[33:39] == 0).all()
    rest = np.r_[0:10, 30:33, 39:40]
    assert (found.kinds[rest] == NEUTRAL).all() and (found.labels[rest] == IGNORED).all()
    assert found.events.tolist() == [[10, 30, 1], [33, 39, 0]]


def test_of_two_expressions_at_once_the_shorter_one_counts():
    long, short = Event(0, 30, "joy"), Event(10, 15, "anger", kind="micro")
    for events in [(long, short), (short, long)]:
        found = targets(sample(*events))
        assert found.kinds[9] == found.kinds[16] == MACRO and (found.kinds[10:16] == MICRO).all()
        assert found.labels[[9, 10, 15, 16]].tolist() == [0, 1, 1, 0]
        assert len(found.events) == 2


def test_unreviewed_time_is_not_neutral_and_an_expression_cut_by_it_counts_where_it_was_seen():
    seen = replace(sample(Event(5, 14, "joy"), Event(25, 30, "joy")), reviewed=(Interval(10, 28),))
    found = targets(seen)
    assert (found.kinds[:10] == IGNORED).all() and (found.kinds[28:] == IGNORED).all()
    assert (found.kinds[10:15] == MACRO).all() and (found.kinds[15:25] == NEUTRAL).all()
    assert len(found.events) == 0


def test_an_unknown_label_is_an_expression_all_the_same_and_where_no_face_is_nothing_is_known():
    hidden = sample(Event(5, 14, "boredom"))
    hidden.has_face[8:10] = False
    found = targets(hidden)
    assert (found.kinds[5:8] == MACRO).all() and (found.kinds[8:10] == IGNORED).all()
    assert (found.labels == IGNORED).all() and len(found.events) == 0


def test_a_single_label_is_that_of_every_expression():
    found = frame_targets(sample(Event(5, 14, "boredom")), ("expression",), TimeGrid.same_rate(40))
    assert (found.labels[5:15] == 0).all() and found.events.tolist() == [[5, 15, 0]]


def test_frames_of_another_rate_are_brought_to_the_grid():
    found = targets(sample(Event(20, 59, "joy"), frames=120, fps=60))
    assert len(found.kinds) == 60
    assert np.flatnonzero(found.kinds == MACRO).tolist() == list(range(10, 30))


def test_a_single_frame_and_an_event_on_the_last_frame_have_a_place():
    assert targets(sample(frames=1)).kinds.tolist() == [NEUTRAL]
    assert targets(sample(Event(0, 0, "joy"), frames=1)).kinds.tolist() == [MACRO]
    assert targets(sample(Event(39, 39, "joy"))).kinds[39] == MACRO


def test_rare_kinds_weigh_more_by_the_root_of_their_share():
    weights = inverse_root_weights(np.array([900, 100, 0]))
    assert weights[1] / weights[0] == pytest.approx(3) and weights[:2].mean() == pytest.approx(1) and weights[2] == 1
    assert inverse_root_weights(np.zeros(3, np.int64)).tolist() == [1, 1, 1]
