"""Single rendered faces with the strengths behind them: what the backbone and the face points are pre-trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.features.align import anchor_points, similarity, warp_face
from fedn.progress import SILENT, Reporter
from training.synthetic.expressions import EMOTIONS, Shapes
from training.synthetic.facekit import FaceKit, Floats
from training.synthetic.look import draw_look
from training.synthetic.person import PersonMaker
from training.synthetic.renderer import Motion, Renderer
from training.synthetic.scenes import draw_scene
from training.synthetic.sensor import Grain, spoil

PICTURE_SIZE, STILL_TEXELS = 288, 448
STILL_SIZE = 128
"""A hundred thousand crops of this size fit into the memory of a small machine."""
POINT_CROP_SIZE = 64
SCENES_OF_ONE = 4
BESIDE_CROPS = ("strengths", "emotions", "takes", "grays", "points")
# OpenCV's cascade draws its box about 2.5 eye distances wide, centered 0.2 eye distances below the eyes (measured on
# rendered faces); the point network sees that box 1.3 times as large.
CASCADE_WIDTH, CASCADE_DROP, POINT_MARGIN = 2.5, 0.2, 1.3
NEUTRAL = len(EMOTIONS)


@dataclass(frozen=True)
class Stills:
    """N faces, memory-mapped.

    Attributes:
        crops: (N, S, S, 3) uint8 aligned faces.
        strengths: (N, 57) float32. emotions: (N,) int64, index into EMOTIONS; len(EMOTIONS) is neutral, -1 none.
        takes: (N,) int32, the same number for stills of one person in one scene.
        grays: (N, 64, 64) uint8 crops for the point network. points: (N, 5, 2) float32 in [0, 1] of them.
    """

    crops: NDArray[np.uint8]
    strengths: Floats
    emotions: NDArray[np.int64]
    takes: NDArray[np.int32]
    grays: NDArray[np.uint8]
    points: Floats


def face_points(landmarks: Floats) -> Floats:
    """Eye centers, nose tip and mouth corners (T, 5, 2) of 68 landmarks (T, 68, 2); image left first."""
    eyes = np.stack([landmarks[:, 36:42].mean(1), landmarks[:, 42:48].mean(1)], axis=1)
    return np.concatenate([eyes, landmarks[:, [30, 48, 54]]], axis=1)


def render_stills(
    kit: FaceKit,
    out: Path,
    people: int,
    per_person: int,
    seed: int,
    reporter: Reporter = SILENT,
    size: int = STILL_SIZE,
) -> None:
    """Writes a file for each attribute of Stills into `out`; the crops are kept at `size` pixels."""
    out.mkdir(parents=True, exist_ok=True)
    count = people * per_person
    shapes = Shapes(kit.names)
    maker = PersonMaker(kit, STILL_TEXELS)
    renderer = Renderer(kit, (PICTURE_SIZE, PICTURE_SIZE), sharpness=1.0)
    grain = Grain(np.random.default_rng(seed))
    crops = np.lib.format.open_memmap(out / "crops.npy", "w+", np.uint8, (count, size, size, 3))
    grays = np.empty((count, POINT_CROP_SIZE, POINT_CROP_SIZE), np.uint8)
    strengths = np.empty((count, len(kit.names)), np.float32)
    emotions = np.empty(count, np.int64)
    takes = np.empty(count, np.int32)
    points = np.empty((count, 5, 2), np.float32)
    for person in range(people):
        rng = np.random.default_rng([seed, person])
        rows = slice(person * per_person, (person + 1) * per_person)
        renderer.set_person(maker.make(draw_look(rng)))
        drawn = [_draw_face(shapes, rng) for _ in range(per_person)]
        strengths[rows] = np.stack([face for face, _ in drawn])
        emotions[rows] = [emotion for _, emotion in drawn]
        # A few scenes per person: light and camera must not give away who it is.
        for take, part in enumerate(np.array_split(np.arange(rows.start, rows.stop), SCENES_OF_ONE)):
            takes[part] = person * SCENES_OF_ONE + take
            scene = draw_scene(rng, (PICTURE_SIZE, PICTURE_SIZE), rng.uniform(58, 80))
            motion = Motion(strengths[part], _draw_poses(len(part), rng))
            pictures, landmarks = renderer.draw(scene, motion)
            for row, picture, face in zip(part, pictures, face_points(landmarks), strict=True):
                picture = spoil(picture, rng, grain)
                matrix = similarity(anchor_points(_estimated(face, rng)))
                crops[row] = cv2.resize(warp_face(picture, matrix), (size, size), interpolation=cv2.INTER_AREA)
                grays[row], points[row] = _point_crop(picture, face, rng)
        reporter.progress("rendering faces", rows.stop, count)
        if reporter.stop_requested:
            break
    crops.flush()
    renderer.close()
    arrays = (strengths, emotions, takes, grays, points)
    for name, values in zip(BESIDE_CROPS, arrays, strict=True):
        np.save(out / f"{name}.npy", values)


def load_stills(folders: list[Path]) -> list[Stills]:
    """One entry per folder that render_stills wrote."""
    return [
        Stills(
            np.load(f / "crops.npy", mmap_mode="r"),
            *(np.load(f / f"{name}.npy") for name in BESIDE_CROPS),
        )
        for f in folders
    ]


def _draw_face(shapes: Shapes, rng: np.random.Generator) -> tuple[Floats, int]:
    kind = rng.random()
    emotion = -1
    if kind < 0.45:
        choice = int(rng.integers(len(EMOTIONS)))
        intensity = rng.uniform(0.1, 1.0)
        strengths = shapes.draw_emotion(EMOTIONS[choice], rng) * intensity
        emotion = choice if intensity > 0.25 else -1
        if rng.random() < 0.15:
            strengths = np.maximum(strengths, 0.6 * shapes.draw_mouth(rng))
    elif kind < 0.60:
        strengths, emotion = np.zeros(len(shapes.names), np.float32), NEUTRAL
    elif kind < 0.75:
        strengths = shapes.draw_mouth(rng)
    elif kind < 0.95:
        strengths = shapes.draw_mixture(rng)
    else:
        pair = rng.choice(len(EMOTIONS), 2, replace=False)
        strengths = np.maximum(*(shapes.draw_emotion(EMOTIONS[e], rng) * rng.uniform(0.2, 0.8) for e in pair))
    blink = float(rng.choice([0.0, rng.uniform(0.0, 0.3), rng.uniform(0.3, 1.0)], p=[0.5, 0.3, 0.2]))
    shapes.set_eyes(
        strengths, blink, float(np.clip(rng.normal(0, 0.3), -1, 1)), float(np.clip(rng.normal(0, 0.25), -1, 1))
    )
    return strengths, emotion


def _draw_poses(count: int, rng: np.random.Generator) -> Floats:
    spread = rng.choice([0.4, 1.0, 1.5], p=[0.4, 0.4, 0.2])
    angles = rng.normal(0.0, [0.22, 0.14, 0.10], (count, 3)) * spread
    shifts = rng.normal(0.0, [0.8, 0.8, 1.5], (count, 3)) + [0.0, 0.5, 0.0]
    return np.concatenate([angles, shifts], axis=1).astype(np.float32)


def _estimated(points: Floats, rng: np.random.Generator) -> Floats:
    """Points as a detector would find them: off by a few percent of the eye distance."""
    eyes = float(np.linalg.norm(points[1] - points[0]))
    common = rng.normal(0.0, 0.04 * eyes, (1, 2))
    return (points + common + rng.normal(0.0, 0.035 * eyes, points.shape)).astype(np.float32)


def _point_crop(picture: NDArray[Any], points: Floats, rng: np.random.Generator) -> tuple[NDArray[Any], Floats]:
    eyes = float(np.linalg.norm(points[1] - points[0]))
    vertical = float(np.linalg.norm(points[3:].mean(0) - points[:2].mean(0)))
    reach = max(eyes, 0.95 * vertical)
    side = CASCADE_WIDTH * POINT_MARGIN * reach * rng.uniform(0.82, 1.2)
    center = points[:2].mean(0) + [0.0, CASCADE_DROP * reach] + rng.normal(0.0, 0.09 * reach, 2)
    corner = center - side / 2
    scale = POINT_CROP_SIZE / side
    matrix = np.array([[scale, 0.0, -corner[0] * scale], [0.0, scale, -corner[1] * scale]])
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    crop = cv2.warpAffine(
        gray, matrix, (POINT_CROP_SIZE, POINT_CROP_SIZE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return crop, ((points - corner) / side).astype(np.float32)
