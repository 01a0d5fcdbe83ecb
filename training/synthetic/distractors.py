"""What faces do that is no expression: blinks, gaze, speech, chewing, yawns, raised brows, hands, turns, absence."""

from __future__ import annotations

import numpy as np

from training.synthetic.courses import ease, sway, time_course
from training.synthetic.expressions import Shapes
from training.synthetic.facekit import Floats

# Short movements that mean nothing: shapes, and how strong they may be.
_MOVEMENTS: dict[str, tuple[float, float]] = {
    "browOuterUp browInnerUp": (0.15, 0.6),
    "browDown": (0.1, 0.4),
    "mouthPress mouthRollLower mouthRollUpper": (0.2, 0.6),
    "mouthLeft": (0.1, 0.4),
    "jawOpen": (0.05, 0.25),
    "mouthShrugLower": (0.1, 0.4),
    "eyeSquint": (0.2, 0.6),
    "noseSneer": (0.1, 0.3),
    "mouthSmile": (0.05, 0.18),
}


def distract(shapes: Shapes, strengths: Floats, fps: float, rng: np.random.Generator) -> None:
    """Adds speech, chewing, yawns and short meaningless movements to strengths (T, 57)."""
    frames = len(strengths)
    seconds = frames / fps
    if rng.random() < 0.55:
        for _ in range(rng.poisson(seconds / 20.0)):
            _speak(shapes, strengths, int(rng.uniform(0, frames)), int(rng.uniform(1.0, 5.0) * fps), fps, rng)
    if rng.random() < 0.2:
        for _ in range(rng.poisson(seconds / 25.0)):
            _chew(shapes, strengths, int(rng.uniform(0, frames)), int(rng.uniform(1.5, 5.0) * fps), fps, rng)
    names = list(_MOVEMENTS)
    for _ in range(rng.poisson(seconds / 7.0)):
        name = names[rng.integers(len(names))]
        length = int(rng.uniform(0.15, 0.5) * fps)
        _pulse(shapes, strengths, name, rng.uniform(*_MOVEMENTS[name]), int(rng.uniform(0, frames)), length, rng)
    if rng.random() < min(0.5, seconds / 600.0):
        start, length = int(rng.uniform(0, frames)), int(rng.uniform(2.5, 4.5) * fps)
        _pulse(shapes, strengths, "jawOpen", rng.uniform(0.7, 1.0), start, length, rng)
        _pulse(shapes, strengths, "eyeBlink eyeSquint", rng.uniform(0.4, 1.0), start, length, rng)


def _pulse(
    shapes: Shapes, strengths: Floats, names: str, level: float, start: int, length: int, rng: np.random.Generator
) -> None:
    length = min(length, len(strengths) - start)
    if length < 3:
        return
    course = level * time_course(length, int(length * rng.uniform(0.3, 0.6)), 0, rng)
    sides = rng.choice([(1.0, 1.0), (1.0, 0.2), (0.2, 1.0)], p=[0.7, 0.15, 0.15])
    for name in names.split():
        for column, side in zip(shapes.columns(name), sides, strict=False):
            part = strengths[start : start + length, column]
            np.maximum(part, side * course, out=part)


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
    frames = np.arange(length)
    phase = frames / fps * rng.uniform(1.2, 2.2) * 2 * np.pi
    fade = np.minimum(1.0, np.minimum(frames, length - 1 - frames) / (0.2 * fps))
    wave = (0.5 - 0.5 * np.cos(phase)) * fade
    levels = {"jawOpen": 0.2, "mouthClose": 0.2, "mouthPress": 0.3, "jawLeft": 0.15, "cheekSquint": 0.1}
    for name, level in levels.items():
        strengths[start : start + length, shapes.columns(name)] += (wave * level * rng.uniform(0.4, 1.0))[:, None]


def blinks(frames: int, fps: float, rng: np.random.Generator) -> Floats:
    """(T,) how far the lids are down."""
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


def gaze(frames: int, fps: float, rng: np.random.Generator) -> Floats:
    """(T, 2) fixations with saccades of a frame or two."""
    looked = np.zeros((frames, 2), np.float32)
    frame, spread = 0, rng.uniform(0.05, 0.25)
    while frame < frames:
        length = max(2, int(rng.uniform(0.4, 3.5) * fps))
        looked[frame : frame + length] = rng.normal(0.0, [spread, 0.7 * spread]).clip(-0.8, 0.8)
        frame += length
    kernel = np.ones(2) / 2
    return np.stack([np.convolve(looked[:, i], kernel, "same") for i in range(2)], axis=1).astype(np.float32)


def head_motion(frames: int, fps: float, looked: Floats, rng: np.random.Generator) -> Floats:
    """(T, 6) slow sway, turns now and then, a little of the gaze; seldom, the person leaves the picture for seconds."""
    pose = np.zeros((frames, 6), np.float32)
    liveliness = rng.uniform(0.3, 1.3)
    rest = rng.normal(0.0, [0.10, 0.07, 0.04, 0.5, 0.4, 1.0])
    for axis, spread in enumerate([0.05, 0.04, 0.025, 0.35, 0.2, 0.6]):
        pose[:, axis] = rest[axis] + liveliness * spread * sway(frames, fps, 0.35, rng)
    turns = np.zeros((frames, 3), np.float32)
    for _ in range(rng.poisson(frames / fps / 12.0)):
        start = int(rng.uniform(0, frames))
        length = min(int(rng.uniform(0.8, 3.0) * fps), frames - start)
        if length > 4:
            course = time_course(length, length // 3, length // 4, rng)[:, None]
            turns[start : start + length] += course * rng.normal(0.0, [0.22, 0.14, 0.08])
    pose[:, :3] += turns
    pose[:, 0] += 0.10 * looked[:, 0]
    pose[:, 4] += rng.normal(0.5, 0.5)
    pose[:, :3] = pose[:, :3].clip([-0.6, -0.4, -0.35], [0.6, 0.4, 0.35])
    return pose


def absences(frames: int, fps: float, busy: list[tuple[int, int]], rng: np.random.Generator) -> Floats:
    """(T,) how far the person has moved out of the picture, 0 to 1 or -1; never during an expression."""
    away = np.zeros(frames, np.float32)
    if rng.random() < min(0.3, frames / fps / 1200.0):
        step = int(0.9 * fps)
        length = int(rng.uniform(3.0, 7.0) * fps)
        start = _free_place(frames, length, busy, rng)
        if start is not None:
            side = rng.choice([-1.0, 1.0])
            ramp = ease(np.arange(step) / step)
            away[start : start + length] = side
            away[start : start + step] = side * ramp
            away[start + length - step : start + length] = side * ramp[::-1]
    return away


def touches(frames: int, fps: float, busy: list[tuple[int, int]], rng: np.random.Generator) -> Floats | None:
    """(T, 4) a hand at chin, cheek, nose or brow, as Motion takes it; None: it never comes. Not over expressions."""
    hand = np.full((frames, 4), np.nan, np.float32)
    places = (
        (0.0, -12.5, 11.5, 0.2),
        (6.5, -9.0, 9.0, -0.4),
        (1.5, -8.0, 14.0, 0.1),
        (5.0, -1.5, 12.0, 0.5),
        (0.0, -7.0, 14.5, 0.0),
    )
    for _ in range(rng.poisson(frames / fps / 60.0)):
        length = int(rng.uniform(0.8, 3.5) * fps)
        start = _free_place(frames, length, busy, rng)
        if start is None:
            continue
        place = np.array(places[rng.integers(len(places))]) + rng.normal(0.0, [1.0, 1.2, 0.4, 0.2])
        if rng.random() < 0.5:
            place[[0, 3]] *= -1
        reach = time_course(length, int(0.3 * length), int(0.4 * length), rng)[:, None]
        below = place + [np.sign(place[0]) * 5.0, -16.0, 2.0, 0.0]
        hand[start : start + length] = below + (place - below) * np.minimum(1.15 * reach, 1.0)
    return hand if np.isfinite(hand).any() else None


def _free_place(frames: int, length: int, busy: list[tuple[int, int]], rng: np.random.Generator) -> int | None:
    """A start at which `length` frames do not touch a busy interval (first and last frame)."""
    for _ in range(20):
        if frames - length <= 2:
            return None
        start = int(rng.integers(1, frames - length))
        if all(start + length < first - 5 or start > last + 5 for first, last in busy):
            return start
    return None
