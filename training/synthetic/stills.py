"""Single rendered faces with the strengths behind them: what the backbone and the face points are pre-trained on."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Event as Signal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fedn.errors import TrainingError
from fedn.progress import SILENT, Reporter
from training.pretrain.face_crops import aligned_crop, estimated, face_points, point_crop
from training.synthetic.expressions import EMOTIONS, Shapes
from training.synthetic.facekit import FaceKit, Floats
from training.synthetic.look import draw_look
from training.synthetic.person import PersonMaker
from training.synthetic.renderer import Motion, Renderer
from training.synthetic.scenes import draw_scene
from training.synthetic.sensor import Grain, spoil
from training.synthetic.still_folder import StillOrder, Stills, load_stills, open_folder

__all__ = ["Stills", "load_stills", "render_stills"]

PICTURE_SIZE, STILL_TEXELS = 288, 448
STILL_SIZE = 128
"""A hundred thousand crops of this size fit into the memory of a small machine."""
SCENES_OF_ONE = 4
NEUTRAL = len(EMOTIONS)


def render_stills(
    kit: FaceKit,
    out: Path,
    people: int,
    per_person: int,
    seed: int,
    reporter: Reporter = SILENT,
    size: int = STILL_SIZE,
    processes: int = 1,
) -> None:
    """Fills a folder of stills; the crops are kept at `size` pixels. What is there already is not rendered again.

    Raises:
        TrainingError: if the folder holds other stills, or nothing can be drawn.
    """
    order = StillOrder(people, per_person, seed, size, len(kit.names))
    arrays = open_folder(out, order)
    missing = np.flatnonzero(arrays["done"] == 0).tolist()
    if processes > 1 and len(missing) > 1:
        _render_in_processes(kit, out, order, [missing[i::processes] for i in range(processes)], reporter)
    else:
        _render_people(kit, out, order, missing, lambda: _progress(arrays, order, reporter))


def _progress(arrays: dict[str, NDArray[Any]], order: StillOrder, reporter: Reporter) -> bool:
    """Tells how far it is; whether to go on."""
    done = int(arrays["done"].sum())
    reporter.progress("rendering faces", done * order.per_person, order.people * order.per_person)
    return not reporter.stop_requested


def _render_in_processes(
    kit: FaceKit, out: Path, order: StillOrder, shares: list[list[int]], reporter: Reporter
) -> None:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    children = [
        context.Process(target=_render_share, args=(kit, out, order, share, stop), daemon=True) for share in shares
    ]
    for child in children:
        child.start()
    arrays = open_folder(out, order)
    while any(child.is_alive() for child in children):
        children[0].join(1.0)
        if not _progress(arrays, order, reporter):
            stop.set()
        if any(child.exitcode for child in children):
            stop.set()
    if any(child.exitcode for child in children):
        raise TrainingError("a process that rendered faces has ended early; try it with one process to see why")


def _render_share(kit: FaceKit, out: Path, order: StillOrder, people: list[int], stop: Signal) -> None:
    _render_people(kit, out, order, people, lambda: not stop.is_set())


def _render_people(kit: FaceKit, out: Path, order: StillOrder, people: list[int], go_on: Callable[[], bool]) -> None:
    arrays = open_folder(out, order)
    shapes, maker = Shapes(kit.names), PersonMaker(kit, STILL_TEXELS)
    renderer = Renderer(kit, (PICTURE_SIZE, PICTURE_SIZE), sharpness=1.0)
    try:
        for person in people:
            rng = np.random.default_rng([order.seed, person])
            renderer.set_person(maker.make(draw_look(rng)))
            _render_person(renderer, shapes, arrays, order, person, rng)
            for array in arrays.values():
                array.flush()  # pyright: ignore[reportAttributeAccessIssue]
            arrays["done"][person] = 1
            if not go_on():
                return
    finally:
        renderer.close()


def _render_person(
    renderer: Renderer,
    shapes: Shapes,
    arrays: dict[str, NDArray[Any]],
    order: StillOrder,
    person: int,
    rng: np.random.Generator,
) -> None:
    rows = np.arange(person * order.per_person, (person + 1) * order.per_person)
    grain = Grain(rng)
    drawn = [_draw_face(shapes, rng) for _ in rows]
    arrays["strengths"][rows] = np.stack([face for face, _ in drawn])
    arrays["emotions"][rows] = [emotion for _, emotion in drawn]
    # A few scenes per person: light and camera must not give away who it is.
    for take, part in enumerate(np.array_split(rows, SCENES_OF_ONE)):
        arrays["takes"][part] = person * SCENES_OF_ONE + take
        scene = draw_scene(rng, (PICTURE_SIZE, PICTURE_SIZE), rng.uniform(58, 80))
        motion = Motion(arrays["strengths"][part], _draw_poses(len(part), rng), _draw_hands(len(part), rng))
        pictures, landmarks = renderer.draw(scene, motion)
        for row, picture, marks, face in zip(part, pictures, landmarks, face_points(landmarks), strict=True):
            picture = spoil(picture, rng, grain)
            arrays["crops"][row], matrix = aligned_crop(picture, estimated(face, rng), order.size)
            arrays["landmarks"][row] = marks @ matrix[:, :2].T + matrix[:, 2]
            arrays["grays"][row], arrays["points"][row] = point_crop(picture, face, rng)


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


def _draw_hands(count: int, rng: np.random.Generator) -> Floats | None:
    """(N, 4) a hand at the face in a few stills of some takes, as Motion takes it."""
    if rng.random() < 0.75:
        return None
    hands = np.full((count, 4), np.nan, np.float32)
    shown = rng.random(count) < 0.5
    places = rng.normal([0.0, -9.0, 13.0, 0.0], [4.5, 3.5, 1.0, 0.5], (count, 4))
    hands[shown] = places[shown]
    return hands


def _draw_poses(count: int, rng: np.random.Generator) -> Floats:
    spread = rng.choice([0.4, 1.0, 1.5], p=[0.4, 0.4, 0.2])
    angles = rng.normal(0.0, [0.22, 0.14, 0.10], (count, 3)) * spread
    shifts = rng.normal(0.0, [0.8, 0.8, 1.5], (count, 3)) + [0.0, 0.5, 0.0]
    return np.concatenate([angles, shifts], axis=1).astype(np.float32)
