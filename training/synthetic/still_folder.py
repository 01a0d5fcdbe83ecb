"""A folder of rendered faces: arrays on disk that several processes fill, person by person, and that training maps.

`done.npy` tells which people are there; a run that was stopped goes on with the others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fedn.errors import TrainingError
from training.pretrain.face_crops import POINT_CROP_SIZE
from training.synthetic.facekit import Floats
from training.synthetic.renderer import RENDERER_VERSION

BESIDE_CROPS = ("strengths", "emotions", "takes", "grays", "points")
ARRAYS = ("crops", *BESIDE_CROPS, "landmarks")


@dataclass(frozen=True)
class Stills:
    """N faces, memory-mapped.

    Attributes:
        crops: (N, S, S, 3) uint8 aligned faces.
        strengths: (N, 57) float32, NaN where they are not known.
        emotions: (N,) int64, index into EMOTIONS; len(EMOTIONS) is neutral, -1 none.
        takes: (N,) int32, the same number for stills of one person in one scene.
        grays: (N, 64, 64) uint8 crops for the point network. points: (N, 5, 2) float32 in [0, 1] of them.
        landmarks: (N, 68, 2) float16, 68 landmarks in pixels of the crops; None in folders of an earlier version.
    """

    crops: NDArray[np.uint8]
    strengths: Floats
    emotions: NDArray[np.int64]
    takes: NDArray[np.int32]
    grays: NDArray[np.uint8]
    points: Floats
    landmarks: NDArray[np.float16] | None = None


@dataclass(frozen=True)
class StillOrder:
    """What is to be rendered: everything that the stills depend on."""

    people: int
    per_person: int
    seed: int
    size: int
    shapes: int


def open_folder(out: Path, order: StillOrder) -> dict[str, NDArray[Any]]:
    """The arrays by name, writable, with `done` (people,); made if they are not there.

    Raises:
        TrainingError: if the folder holds something else.
    """
    content = {"renderer": RENDERER_VERSION, **vars(order)}
    path = out / "stills.json"
    if path.exists():
        if json.loads(path.read_text(encoding="utf-8")) != content:
            raise TrainingError(f"{out} holds other stills; choose a new folder")
        return {name: np.load(out / f"{name}.npy", mmap_mode="r+") for name in (*ARRAYS, "done")}
    if (out / "crops.npy").exists():
        raise TrainingError(f"{out} holds stills of an earlier version; choose a new folder")
    arrays = make_arrays(out, order.people * order.per_person, order.size, order.shapes)
    arrays["done"] = np.lib.format.open_memmap(out / "done.npy", "w+", np.uint8, (order.people,))
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return arrays


def make_arrays(out: Path, count: int, size: int, shapes: int) -> dict[str, NDArray[Any]]:
    """Empty arrays on disk for `count` faces, by name.

    Raises:
        OSError: if the disk is full or may not be written to.
    """
    out.mkdir(parents=True, exist_ok=True)
    sides: dict[str, tuple[Any, tuple[int, ...]]] = {
        "crops": (np.uint8, (size, size, 3)),
        "strengths": (np.float32, (shapes,)),
        "emotions": (np.int64, ()),
        "takes": (np.int32, ()),
        "grays": (np.uint8, (POINT_CROP_SIZE, POINT_CROP_SIZE)),
        "points": (np.float32, (5, 2)),
        "landmarks": (np.float16, (68, 2)),
    }
    return {
        name: np.lib.format.open_memmap(out / f"{name}.npy", "w+", dtype, (count, *side))
        for name, (dtype, side) in sides.items()
    }


def shorten_arrays(out: Path, count: int) -> None:
    """Keeps the first `count` faces of a folder."""
    for name in ARRAYS:
        path, shorter = out / f"{name}.npy", out / f"{name}.shorter.npy"
        np.save(shorter, np.load(path, mmap_mode="r")[:count])
        shorter.replace(path)


def load_stills(folders: list[Path]) -> list[Stills]:
    """One entry per folder that render_stills wrote.

    Raises:
        TrainingError: if a folder is not complete.
    """
    return [_load(folder) for folder in folders]


def _load(folder: Path) -> Stills:
    try:
        done = np.load(folder / "done.npy") if (folder / "done.npy").exists() else np.ones(1)
        if not done.all():
            raise TrainingError(
                f"{folder} holds {int(done.sum())} of {len(done)} people; run “main.py pretrain stills” again to go on"
            )
        landmarks = folder / "landmarks.npy"
        return Stills(
            np.load(folder / "crops.npy", mmap_mode="r"),
            *(np.load(folder / f"{name}.npy") for name in BESIDE_CROPS),
            landmarks=np.load(landmarks, mmap_mode="r") if landmarks.exists() else None,
        )
    except OSError as error:
        raise TrainingError(
            f"{folder} is no folder of stills; make one with “main.py pretrain stills” ({error})"
        ) from error
