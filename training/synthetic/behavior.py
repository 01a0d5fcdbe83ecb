"""What a rendered person does in a long video: expressions with onset, apex and offset, and everything that is none.

Lengths follow the macro-expressions of CAS(ME)^2 (median 35 frames at 30 fps, 5 to 95 % between 19 and 75, apex at
about 37 % of the interval). Blinks, gaze, speech, chewing, swallowing, yawns, head turns and meaningless brow raises
are drawn too, and get no label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.synthetic.expressions import EMOTIONS, Shapes
from training.synthetic.facekit import Floats
from training.synthetic.renderer import Motion

# Chances of the shown emotions, in the order of EMOTIONS: between the paper's Table 1 and equal shares.
SHOWN = np.array([0.30, 0.12, 0.13, 0.15, 0.10, 0.09, 0.11])
VISIBLE = 0.08  # share of its peak from which an expression counts as begun, and until which it lasts
_MEDIAN_S, _SPREAD, _SHORTEST_S, _LONGEST_S = 35 / 30, 0.42, 16 / 30, 118 / 30


@dataclass(frozen=True)
class Shown:
    """An expression that can be seen: frames inclusive, `intensity` in [0, 1]."""

    onset: int
    apex: int
    offset: int
    emotion: str
    intensity: float


@dataclass(frozen=True)
class Performance:
    motion: Motion
    shown: tuple[Shown, ...]


def perform(shapes: Shapes, frames: int, fps: float, rng: np.random.Generator, pause_s: float = 4.5) -> Performance:
    """A random performance. `pause_s`: mean time between the end of an expression and the next onset."""
    strengths = np.zeros((frames, len(shapes.names)), np.float32)
    strengths += _resting_face(shapes, rng)
    shown = _show_emotions(shapes, strengths, fps, pause_s, rng)
    _distract(shapes, strengths, fps, rng)
    gaze = _gaze(frames, fps, rng)
    blinks = _blinks(frames, fps, rng)
    for t in range(frames):
        shapes.set_eyes(strengths[t], float(blinks[t]), float(gaze[t, 0]), float(gaze[t, 1]))
    return Performance(Motion(strengths.clip(0.0, 1.0), _head_motion(frames, fps, gaze, rng)), tuple(shown))


def time_course(length: int, apex: int, hold: int, rng: np.random.Generator) -> Floats:
    """(length,) from 0 up to 1 at `apex`, held for `hold` frames while it fades a little, and back to 0."""
    t = np.arange(length, dtype=np.float32)
    rise = _ease(np.clip(t / max(apex, 1), 0.0, 1.0)) ** rng.uniform(0.7, 1.3)
    fade = 1.0 - rng.uniform(0.0, 0.25) * np.clip((t - apex) / max(length - apex, 1), 0.0, 1.0)
    fall = _ease(np.clip((length - 1 - t) / max(length - 1 - apex - hold, 1), 0.0, 1.0)) ** rng.uniform(0.7, 1.5)
    return (np.minimum(rise, fall) * fade).astype(np.float32)


def _ease(x: NDArray) -> NDArray:
    return x * x * (3.0 - 2.0 * x)


def _show_emotions(
    shapes: Shapes, strengths: Floats, fps: float, pause_s: float, rng: np.random.Generator
) -> list[Shown]:
    shown = []
    frame = int(rng.uniform(0.3, pause_s) * fps)
    while True:
        seconds = float(np.clip(np.exp(rng.normal(np.log(_MEDIAN_S), _SPREAD)), _SHORTEST_S, _LONGEST_S))
        length = round(seconds * fps * 1.12)  # the faint ends are not labelled
        if frame + length >= len(strengths) - 2:
            return shown
        apex = int(length * np.clip(rng.beta(5.0, 8.0), 0.12, 0.75))
        hold = int((length - apex) * rng.uniform(0.0, 0.55))
        course = time_course(length, apex, hold, rng)
        emotion = EMOTIONS[rng.choice(len(EMOTIONS), p=SHOWN / SHOWN.sum())]
        intensity = float(rng.uniform(0.45, 1.0))
        target = shapes.draw_emotion(emotion, rng) * intensity
        frames = np.arange(length)
        for column in np.flatnonzero(target):
            lagging = np.interp(frames - rng.normal(0.0, 0.035 * fps), frames, course, left=0.0, right=0.0)
            part = strengths[frame : frame + length, column]
            np.maximum(part, target[column] * lagging, out=part)
        visible = np.flatnonzero(course >= VISIBLE)
        onset, offset = frame + int(visible[0]), frame + int(visible[-1])
        shown.append(Shown(onset, frame + int(course.argmax()), offset, emotion, intensity))
        overlap = rng.random() < 0.04
        gap = -rng.uniform(0.1, 0.4) * length if overlap else (0.25 + rng.exponential(pause_s)) * fps
        frame += max(1, int(length + gap))


def _resting_face(shapes: Shapes, rng: np.random.Generator) -> Floats:
    """Nobody's resting face is the mesh's: a person's own slight frown, droop or squint."""
    rest = np.zeros(len(shapes.names), np.float32)
    for shape in (
        "mouthFrown",
        "mouthPress",
        "browDown",
        "browInnerUp",
        "eyeSquint",
        "mouthSmile",
        "mouthShrugLower",
        "eyeBlink",
    ):
        if rng.random() < 0.4:
            rest[shapes.columns(shape)] = rng.uniform(0.0, 0.18)
    return rest


def _distract(shapes: Shapes, strengths: Floats, fps: float, rng: np.random.Generator) -> None:
    """Adds speech, chewing and short meaningless movements to strengths (T, 57)."""
    frames = len(strengths)
    seconds = frames / fps
    if rng.random() < 0.6:
        for _ in range(rng.poisson(seconds / 20.0)):
            _speak(shapes, strengths, int(rng.uniform(0, frames)), int(rng.uniform(1.0, 5.0) * fps), fps, rng)
    if rng.random() < 0.2:
        for _ in range(rng.poisson(seconds / 25.0)):
            _chew(shapes, strengths, int(rng.uniform(0, frames)), int(rng.uniform(1.5, 5.0) * fps), fps, rng)
    movements = {
        "browOuterUp browInnerUp": (0.15, 0.5),
        "browDown": (0.1, 0.35),
        "mouthPress mouthRollLower mouthRollUpper": (0.2, 0.6),
        "mouthLeft": (0.1, 0.4),
        "jawOpen": (0.05, 0.25),
        "mouthShrugLower": (0.1, 0.4),
        "eyeSquint": (0.2, 0.6),
        "noseSneer": (0.1, 0.3),
    }
    names = list(movements)
    for _ in range(rng.poisson(seconds / 7.0)):
        name = names[rng.integers(len(names))]
        length = int(rng.uniform(0.15, 0.45) * fps)
        _pulse(shapes, strengths, name, rng.uniform(*movements[name]), int(rng.uniform(0, frames)), length, rng)
    if rng.random() < 0.08:
        start, length = int(rng.uniform(0, frames)), int(rng.uniform(2.5, 4.0) * fps)
        _pulse(shapes, strengths, "jawOpen", rng.uniform(0.7, 1.0), start, length, rng)
        _pulse(shapes, strengths, "eyeBlink eyeSquint", rng.uniform(0.4, 1.0), start, length, rng)


def _pulse(
    shapes: Shapes, strengths: Floats, names: str, level: float, start: int, length: int, rng: np.random.Generator
) -> None:
    length = min(length, len(strengths) - start)
    if length < 3:
        return
    course = level * time_course(length, int(length * rng.uniform(0.3, 0.6)), 0, rng)
    for name in names.split():
        for column in shapes.columns(name):
            part = strengths[start : start + length, column]
            np.maximum(part, course, out=part)


def _speak(shapes: Shapes, strengths: Floats, start: int, length: int, fps: float, rng: np.random.Generator) -> None:
    """Mouth positions that follow each other four to seven times a second."""
    length = min(length, len(strengths) - start)
    if length < 4:
        return
    keys = np.arange(0, length + fps, fps / rng.uniform(4.0, 7.0))
    poses = np.stack([shapes.draw_mouth(rng) * rng.uniform(0.2, 1.0) for _ in keys])
    frames = np.arange(length)
    fade = np.minimum(1.0, np.minimum(frames, length - 1 - frames) / (0.1 * fps))
    for column in np.flatnonzero(poses.max(0)):
        part = strengths[start : start + length, column]
        np.maximum(part, np.interp(frames, keys, poses[:, column]) * fade, out=part)


def _chew(shapes: Shapes, strengths: Floats, start: int, length: int, fps: float, rng: np.random.Generator) -> None:
    length = min(length, len(strengths) - start)
    if length < 4:
        return
    phase = np.arange(length) / fps * rng.uniform(1.2, 2.2) * 2 * np.pi
    fade = np.minimum(1.0, np.minimum(np.arange(length), length - 1 - np.arange(length)) / (0.2 * fps))
    wave = (0.5 - 0.5 * np.cos(phase)) * fade
    for name, level in (
        ("jawOpen", 0.2),
        ("mouthClose", 0.2),
        ("mouthPress", 0.3),
        ("jawLeft", 0.15),
        ("cheekSquint", 0.1),
    ):
        strengths[start : start + length, shapes.columns(name)] += (wave * level * rng.uniform(0.4, 1.0))[:, None]


def _blinks(frames: int, fps: float, rng: np.random.Generator) -> Floats:
    lids = np.zeros(frames, np.float32)
    frame = rng.exponential(3.5) * fps
    every_s = rng.uniform(2.0, 6.0)
    while frame < frames:
        length = max(3, int(rng.uniform(0.13, 0.35) * fps))
        part = lids[int(frame) : int(frame) + length]
        course = time_course(length, max(1, length // 3), int(rng.uniform(0, 0.3) * length), rng)[: len(part)]
        np.maximum(part, course * rng.uniform(0.8, 1.0), out=part)
        frame += length + (0.1 if rng.random() < 0.1 else rng.exponential(every_s)) * fps
    return lids


def _gaze(frames: int, fps: float, rng: np.random.Generator) -> Floats:
    """(T, 2) fixations with saccades of a frame or two."""
    gaze = np.zeros((frames, 2), np.float32)
    frame, spread = 0, rng.uniform(0.05, 0.25)
    while frame < frames:
        length = max(2, int(rng.uniform(0.4, 3.5) * fps))
        gaze[frame : frame + length] = rng.normal(0.0, [spread, 0.7 * spread]).clip(-0.8, 0.8)
        frame += length
    kernel = np.ones(2) / 2
    return np.stack([np.convolve(gaze[:, i], kernel, "same") for i in range(2)], axis=1).astype(np.float32)


def _head_motion(frames: int, fps: float, gaze: Floats, rng: np.random.Generator) -> Floats:
    """(T, 6) slow sway, turns now and then, and a little of the gaze."""
    pose = np.zeros((frames, 6), np.float32)
    liveliness = rng.uniform(0.3, 1.3)
    rest = rng.normal(0.0, [0.10, 0.07, 0.04, 0.5, 0.4, 1.0])
    for axis, spread in enumerate([0.05, 0.04, 0.025, 0.35, 0.2, 0.6]):
        pose[:, axis] = rest[axis] + liveliness * spread * _sway(frames, fps, 0.35, rng)
    turns = np.zeros((frames, 3), np.float32)
    for _ in range(rng.poisson(frames / fps / 12.0)):
        start, length = int(rng.uniform(0, frames)), int(rng.uniform(0.8, 3.0) * fps)
        length = min(length, frames - start)
        if length > 4:
            course = time_course(length, length // 3, length // 4, rng)[:, None]
            turns[start : start + length] += course * rng.normal(0.0, [0.22, 0.14, 0.08])
    pose[:, :3] += turns
    pose[:, 0] += 0.10 * gaze[:, 0]
    pose[:, 4] += rng.normal(0.5, 0.5)
    pose[:, :3] = pose[:, :3].clip([-0.6, -0.4, -0.35], [0.6, 0.4, 0.35])
    return pose


def _sway(frames: int, fps: float, hertz: float, rng: np.random.Generator) -> Floats:
    """(T,) smooth noise of unit variance below about `hertz`."""
    keys = np.arange(0, frames / fps + 4 / hertz, 0.5 / hertz)
    values = np.interp(np.arange(frames) / fps, keys, rng.normal(0.0, 1.0, len(keys)))
    width = max(3, int(fps * 0.4))
    kernel = np.hanning(width + 2)[1:-1]
    smooth = np.convolve(np.pad(values, width, mode="edge"), kernel / kernel.sum(), "same")[width:-width]
    return (smooth / max(smooth.std(), 1e-6)).astype(np.float32)
