"""Made-up features with expressions in them: what a backbone would give, without any video."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.progress import Reporter
from fedn.video.frame_index import FrameIndex
from training.control import Control
from training.datasets.sample import Sample

LABELS = ("happiness", "surprise", "anger")
SampleMaker = Callable[..., Sample]


def make_sample(name: str, subject: str, *, frames: int = 600, events: int = 5, seed: int = 0, fps: int = 30) -> Sample:
    """Each label moves the features along its own direction, up to the apex and back; the person adds a constant."""
    random = np.random.default_rng(seed)
    directions = np.random.default_rng(99).normal(size=(len(LABELS), 512))
    person = np.random.default_rng(sum(map(ord, subject))).normal(size=512)
    values = person + 0.3 * random.normal(size=(frames, 512))
    found, slot = [], frames // max(1, events)
    for number in range(events):
        length = int(random.integers(20, min(90, slot - 8)))
        onset = number * slot + int(random.integers(2, slot - length - 2))
        label = int(random.integers(len(LABELS)))
        apex = onset + int(0.4 * length)
        curve = np.interp(np.arange(frames), [onset - 1, apex, onset + length], [0, 1, 0], left=0, right=0)
        values += np.sqrt(curve)[:, None] * directions[label]
        found.append(Event(onset, onset + length - 1, LABELS[label], apex=apex))
    return Sample(
        video=name,
        subject=subject,
        features=np.abs(values).astype(np.float16),
        has_face=np.ones(frames, dtype=bool),
        frame_index=FrameIndex.regular(frames, Fraction(fps)),
        events=tuple(found),
        reviewed=(Interval(0, frames),),
    )


@pytest.fixture(scope="session")
def sample_of() -> SampleMaker:
    return make_sample


class CancelAtStep(Control):
    """Cancels when so many steps have been taken."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.left = step

    def check(self, reporter: Reporter) -> None:
        self.left -= 1
        if self.left == 0:
            self.command("cancel")
        super().check(reporter)
