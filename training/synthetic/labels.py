"""The two human labels of a rendered expression: an expert sees what shows, a subject says what was felt.

They disagree as in CAS(ME)^2 (paper, Table 1 and figure 6): of the expert's negatives 39 % are reported as anger, 25 %
as disgust, 12 % as fear, 10 % as surprise; half of the expert's "others" are reported as disgust, many of the rest as
happiness.
"""

from __future__ import annotations

import numpy as np

from fedn.annotation.event import Event
from training.synthetic.behavior import Shown
from training.synthetic.expressions import EMOTIONS

# Rows: what shows; columns: what the subject reports; both in the order of EMOTIONS.
REPORTED = np.array(
    [
        [0.92, 0.03, 0.00, 0.02, 0.00, 0.00, 0.03],  # happiness
        [0.15, 0.62, 0.05, 0.06, 0.10, 0.00, 0.02],  # surprise
        [0.02, 0.06, 0.66, 0.17, 0.05, 0.02, 0.02],  # anger
        [0.03, 0.05, 0.18, 0.66, 0.04, 0.02, 0.02],  # disgust
        [0.02, 0.16, 0.14, 0.12, 0.52, 0.02, 0.02],  # fear
        [0.03, 0.03, 0.18, 0.12, 0.06, 0.54, 0.04],  # sadness
        [0.28, 0.04, 0.06, 0.46, 0.03, 0.03, 0.10],  # others
    ]
)


def expert_events(shown: tuple[Shown, ...], frames: int, rng: np.random.Generator) -> list[Event]:
    """What an expert writes down: boundaries off by a frame or two, weak expressions now and then "others"."""
    events = []
    for item in shown:
        doubtful = item.intensity < 0.5 and rng.random() < 0.10
        events.append(_event(item, "others" if doubtful else item.emotion, 1.2, frames, rng))
    return events


def self_report_events(shown: tuple[Shown, ...], frames: int, rng: np.random.Generator) -> list[Event]:
    """What the subject reports afterwards; now and then something that was felt and never showed."""
    events = []
    for item in shown:
        if rng.random() < 0.96:
            emotion = EMOTIONS[rng.choice(len(EMOTIONS), p=REPORTED[EMOTIONS.index(item.emotion)])]
            events.append(_event(item, emotion, 2.5, frames, rng))
    if rng.random() < 0.3 and frames > 200:
        onset = int(rng.uniform(10, frames - 90))
        hidden = Shown(onset, onset + 20, onset + 50, "sadness", 0.0)
        if all(event.offset < onset - 15 or event.onset > onset + 65 for event in events):
            events.append(_event(hidden, EMOTIONS[rng.choice([3, 4, 5])], 3.0, frames, rng))
    return sorted(events, key=lambda event: event.onset)


def _event(item: Shown, label: str, jitter_frames: float, frames: int, rng: np.random.Generator) -> Event:
    onset = int(np.clip(round(item.onset + rng.normal(0.0, jitter_frames)), 0, item.apex))
    offset = int(np.clip(round(item.offset + rng.normal(0.0, 1.5 * jitter_frames)), item.apex, frames - 1))
    return Event(onset=onset, offset=offset, label=label, apex=item.apex)
