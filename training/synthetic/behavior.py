"""What a rendered person does in a long video: expressions with onset, apex and offset, and everything that is none.

Lengths follow the macro-expressions of CAS(ME)^2 (median 35 frames at 30 fps, 5 to 95 % between 19 and 75, apex at
about 37 % of the interval; one pair in twenty overlaps). Micro-expressions (up to half a second, weak) are an option
and have a kind of their own. What `distractors` adds gets no label.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fedn.errors import TrainingError
from training.synthetic.courses import time_course
from training.synthetic.disagreement import draw_feeling
from training.synthetic.distractors import absences, blinks, distract, gaze, head_motion, touches
from training.synthetic.expressions import Shapes
from training.synthetic.facekit import Floats
from training.synthetic.renderer import Motion

VISIBLE = 0.08  # share of its peak from which an expression counts as begun, and until which it lasts
INTENSITIES = {"A": 0.14, "B": 0.32, "C": 0.52, "D": 0.76, "E": 0.95}  # FACS levels, middle of each
_MEDIAN_S, _SPREAD, _SHORTEST_S, _LONGEST_S = 35 / 30, 0.42, 16 / 30, 118 / 30
_MICRO_S = (0.2, 0.5)
_OVERLAPPING = 0.05  # share of the expressions that begin before the one before them is over


@dataclass(frozen=True)
class Shown:
    """An expression that can be seen: frames inclusive, `intensity` in [0, 1], `felt`: what the subject will report."""

    onset: int
    apex: int
    offset: int
    emotion: str
    intensity: float
    felt: str = ""
    kind: Literal["macro", "micro"] = "macro"

    @property
    def level(self) -> str:
        """The FACS level A to E whose middle is nearest."""
        return min(INTENSITIES, key=lambda level: abs(INTENSITIES[level] - self.intensity))


@dataclass(frozen=True)
class Performance:
    motion: Motion
    shown: tuple[Shown, ...]


def perform(
    shapes: Shapes,
    frames: int,
    fps: float,
    rng: np.random.Generator,
    pause_s: float = 4.5,
    *,
    expressiveness: float = 1.0,
    micro_every_s: float | None = None,
    feelings: list[tuple[str, str]] | None = None,
) -> Performance:
    """A random performance.

    Args:
        pause_s: mean time between the end of an expression and the next onset.
        expressiveness: factor on intensities, of the person.
        micro_every_s: mean time between micro-expressions; None: there are none.
        feelings: what shows and what is felt in each expression, if their number is to be exact; they are then spread
            over the whole video, whatever the pause.
    """
    events, passing, eyes, head, hands = rng.spawn(5)  # so that one change does not move everything after it
    strengths = np.zeros((frames, len(shapes.names)), np.float32) + _resting_face(shapes, events)
    if feelings is None:
        places = _drawn_places(frames, fps, pause_s, events)
        feelings = [draw_feeling(events) for _ in places]
    else:
        places = _exact_places(frames, fps, len(feelings), events)
    shown = []
    for (start, length), (emotion, felt) in zip(places, feelings, strict=True):
        intensity = float(np.clip(events.uniform(0.35, 1.05) * expressiveness, 0.2, 1.0))
        item = Shown(start, start, start + length, emotion, intensity, felt)
        shown.append(_show(shapes, strengths, item, fps, events))
    if micro_every_s is not None:
        shown += _show_micro(shapes, strengths, fps, micro_every_s, shown, events)
    busy = [(item.onset, item.offset) for item in shown]
    distract(shapes, strengths, fps, passing)
    looked, lids = gaze(frames, fps, eyes), blinks(frames, fps, eyes)
    for t in range(frames):
        shapes.set_eyes(strengths[t], float(lids[t]), float(looked[t, 0]), float(looked[t, 1]))
    pose = head_motion(frames, fps, looked, head)
    away = absences(frames, fps, busy, head)
    pose[:, 3] += 60.0 * away
    pose[:, 0] += 0.5 * away
    motion = Motion(strengths.clip(0.0, 1.0), pose, touches(frames, fps, busy, hands))
    return Performance(motion, tuple(sorted(shown, key=lambda item: item.onset)))


def _length(fps: float, rng: np.random.Generator) -> int:
    """Frames of an expression with its faint ends, which are not labelled."""
    seconds = float(np.clip(np.exp(rng.normal(np.log(_MEDIAN_S), _SPREAD)), _SHORTEST_S, _LONGEST_S))
    return round(seconds * fps * 1.22)


def _drawn_places(frames: int, fps: float, pause_s: float, rng: np.random.Generator) -> list[tuple[int, int]]:
    """First frames and lengths of as many expressions as fit, with random pauses."""
    places = []
    frame = int(rng.uniform(0.3, max(0.6, min(pause_s, 8.0))) * fps)
    while True:
        length = _length(fps, rng)
        if frame + length >= frames - 2:
            return places
        places.append((frame, length))
        overlap = rng.random() < _OVERLAPPING
        gap = -rng.uniform(0.1, 0.4) * length if overlap else (0.25 + rng.exponential(pause_s)) * fps
        frame += max(1, int(length + gap))


def _exact_places(frames: int, fps: float, count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """First frames and lengths of `count` expressions.

    Raises:
        TrainingError: if so many do not fit into the video.
    """
    for _ in range(100):
        lengths = np.array([_length(fps, rng) for _ in range(count)], int)
        least = np.where(rng.random(count) < _OVERLAPPING, -0.3 * lengths, 0.3 * fps).astype(int)
        free = frames - 4 - int(lengths.sum() + least.sum())
        if free > 0:
            gaps = least + (rng.dirichlet(np.ones(count + 1))[:count] * free).astype(int)
            starts = 2 + np.cumsum(gaps) + np.concatenate([[0], np.cumsum(lengths)[:-1]])
            starts = np.maximum(starts, 1)
            return [(int(start), int(length)) for start, length in zip(starts, lengths, strict=True)]
    raise TrainingError(f"{count} expressions do not fit into {frames} frames; make the videos longer")


def _show_micro(
    shapes: Shapes, strengths: Floats, fps: float, every_s: float, shown: list[Shown], rng: np.random.Generator
) -> list[Shown]:
    micro: list[Shown] = []
    for start in np.sort(rng.integers(0, len(strengths), rng.poisson(len(strengths) / fps / every_s))):
        length = max(4, round(rng.uniform(*_MICRO_S) * fps))
        onset, offset = int(start), int(start) + length
        taken = any(item.onset - 8 < offset and onset < item.offset + 8 for item in [*shown, *micro])
        if not taken and offset < len(strengths) - 2:
            emotion, felt = draw_feeling(rng)
            item = Shown(onset, onset, offset, emotion, float(rng.uniform(0.15, 0.4)), felt, "micro")
            micro.append(_show(shapes, strengths, item, fps, rng))
    return micro


def _show(shapes: Shapes, strengths: Floats, item: Shown, fps: float, rng: np.random.Generator) -> Shown:
    """Adds one expression to strengths (T, 57) and returns it with the frames between which it can be seen.

    Its parts lag a little, and one side may lead or be stronger.
    """
    start, length = item.onset, item.offset - item.onset
    apex = int(length * np.clip(rng.beta(5.0, 8.0), 0.12, 0.75))
    hold = int((length - apex) * rng.uniform(0.0, 0.55))
    course = time_course(length, apex, hold, rng)
    target = shapes.draw_emotion(item.emotion, rng) * item.intensity
    frames = np.arange(length)
    side_lag = rng.normal(0.0, 0.02 * fps)
    lag = {name.removesuffix("_L"): rng.normal(0.0, 0.035 * fps) for name in shapes.names if not name.endswith("_R")}
    for column in np.flatnonzero(target):
        name = shapes.names[column]
        late = lag[name.removesuffix("_L").removesuffix("_R")] + (side_lag if name.endswith("_L") else 0.0)
        lagging = np.interp(frames - late, frames, course, left=0.0, right=0.0)
        part = strengths[start : start + length, column]
        np.maximum(part, target[column] * lagging, out=part)
    visible = np.flatnonzero(course >= VISIBLE)
    onset, offset = start + int(visible[0]), start + int(visible[-1])
    return replace(item, onset=onset, apex=start + int(course.argmax()), offset=offset)


def _resting_face(shapes: Shapes, rng: np.random.Generator) -> Floats:
    """Nobody's resting face is the mesh's: a person's own slight frown, droop or squint."""
    rest = np.zeros(len(shapes.names), np.float32)
    names = (
        "mouthFrown",
        "mouthPress",
        "browDown",
        "browInnerUp",
        "eyeSquint",
        "mouthSmile",
        "mouthShrugLower",
        "eyeBlink",
    )
    for shape in names:
        if rng.random() < 0.4:
            rest[shapes.columns(shape)] = rng.uniform(0.0, 0.18)
    return rest
