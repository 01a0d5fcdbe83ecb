"""The two human labels of a rendered expression: an expert sees what shows, a subject says what was felt."""

from __future__ import annotations

from typing import Literal

import numpy as np

from fedn.annotation.event import Event
from training.synthetic.behavior import Shown
from training.synthetic.disagreement import coarse_label, fine_label

# "emotions": both in the seven words of EMOTIONS; "casme2": four words of the expert, ten of the subject.
Vocabulary = Literal["emotions", "casme2"]
_EXPERT_JITTER, _SUBJECT_JITTER = 1.2, 2.5  # frames by which a boundary is off (standard deviation at the onset)


def expert_events(
    shown: tuple[Shown, ...], frames: int, rng: np.random.Generator, vocabulary: Vocabulary = "emotions"
) -> list[Event]:
    """What an expert writes down: boundaries off by a frame or two, weak expressions now and then "others"."""
    events = []
    for item in shown:
        doubtful = vocabulary == "emotions" and item.intensity < 0.5 and rng.random() < 0.10
        label = coarse_label(item.emotion) if vocabulary == "casme2" else item.emotion
        events.append(_event(item, "others" if doubtful else label, _EXPERT_JITTER, frames, rng))
    return events


def self_report_events(
    shown: tuple[Shown, ...], frames: int, rng: np.random.Generator, vocabulary: Vocabulary = "emotions"
) -> list[Event]:
    """What the subject reports afterwards; in "emotions" now and then something that was felt and never showed."""
    macro = [item for item in shown if item.kind == "macro"]
    if vocabulary == "casme2":
        return [_event(item, item.felt, _SUBJECT_JITTER, frames, rng) for item in macro]
    events = []
    for item in macro:
        if rng.random() < 0.96:
            events.append(_event(item, fine_label(item.felt), _SUBJECT_JITTER, frames, rng))
    if rng.random() < 0.3 and frames > 200:
        onset = int(rng.uniform(10, frames - 90))
        if all(event.offset < onset - 15 or event.onset > onset + 65 for event in events):
            hidden = Shown(onset, onset + 20, onset + 50, "sadness", 0.0)
            felt = ("disgust", "fear", "sadness")[rng.integers(3)]
            events.append(_event(hidden, felt, _SUBJECT_JITTER, frames, rng))
    return sorted(events, key=lambda event: event.onset)


def _event(item: Shown, label: str, jitter_frames: float, frames: int, rng: np.random.Generator) -> Event:
    if item.kind == "micro":
        jitter_frames *= 0.4
    onset = int(np.clip(round(item.onset + rng.normal(0.0, jitter_frames)), 0, item.apex))
    offset = int(np.clip(round(item.offset + rng.normal(0.0, 1.5 * jitter_frames)), item.apex, frames - 1))
    return Event(onset, offset, label, item.apex, item.kind, intensity=item.level if item.intensity > 0 else None)
