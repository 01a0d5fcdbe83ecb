"""Turns AffectNet into a folder of faces that the backbone and the point network learn from beside rendered ones.

Its faces have an expression and landmarks, but no strengths: those stay empty (NaN), and the losses leave them out.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.counted import counted
from fedn.errors import TrainingError
from fedn.progress import SILENT, Reporter
from training.datasets.affectnet import EXPRESSIONS, FacePicture, LeftOut, Part, read_affectnet
from training.pretrain.face_crops import aligned_crop, estimated, face_points, point_crop
from training.synthetic.expressions import EMOTIONS
from training.synthetic.still_folder import make_arrays, shorten_arrays

CLASSES = {name: place for place, name in enumerate((*EMOTIONS, "neutral")) if name in EXPRESSIONS}
"""Number of each expression, as rendered faces have it."""

FACES_OF_A_TAKE = 4
"""Strangers, put together only because batches are made of takes."""


@dataclass(frozen=True, slots=True)
class Converted:
    """How many faces were written, by expression, and what was left out."""

    faces: int
    by_expression: dict[str, int]
    left_out: LeftOut
    missing_pictures: int

    def words(self) -> str:
        """ "2 pictures are missing or damaged, 5 rows name no expression, 1 row cannot be read"."""
        return (
            f"{counted(self.missing_pictures, 'picture')} missing or damaged, "
            f"{counted(self.left_out.no_expression, 'row')} without an expression, "
            f"{counted(self.left_out.unreadable, 'row')} that cannot be read"
        )


def convert_affectnet(
    folder: Path,
    part: Part,
    out: Path,
    shapes: int,
    size: int = 128,
    most: int | None = None,
    seed: int = 0,
    reporter: Reporter = SILENT,
) -> Converted | None:
    """Writes `out` as `main.py pretrain stills` would, whole or not at all; None if it was stopped.

    Contempt is left out: the backbone learns the seven expressions of the paper's pre-training (section IV-B), in the
    order of the rendered ones.

    Args:
        shapes: of the face model, whose strengths are empty here.
        size: side of the crops in pixels.
        most: so many pictures at most, drawn at random with `seed`.

    Raises:
        TrainingError: if it is no AffectNet folder, holds no usable face, or `out` is there already.
    """
    if out.exists():
        raise TrainingError(f"{out} is there already; choose a new folder")
    left_out = LeftOut()
    rng = np.random.default_rng(seed)
    pictures = _chosen(read_affectnet(folder, part, left_out), most, rng)
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    arrays = make_arrays(partial, len(pictures), size, shapes)
    counts: Counter[str] = Counter()
    for place, picture in enumerate(pictures):
        if reporter.stop_requested:
            shutil.rmtree(partial)
            return None
        if place % 200 == 0:
            reporter.progress("reading faces", place, len(pictures))
        pixels = _pixels(picture.path)
        if pixels is not None:
            _put(arrays, counts.total(), picture, pixels, size, rng)
            counts[picture.expression] += 1
    converted = Converted(counts.total(), dict(counts), left_out, len(pictures) - counts.total())
    if not converted.faces:
        shutil.rmtree(partial)
        raise TrainingError(f"{folder} holds no picture that can be learned from: {converted.words()}")
    del arrays
    shorten_arrays(partial, converted.faces)
    content = {"source": "AffectNet", "part": part, "seed": seed, "size": size, **asdict(converted)}
    (partial / "stills.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    partial.rename(out)
    return converted


def _chosen(pictures: Iterable[FacePicture], most: int | None, rng: np.random.Generator) -> list[FacePicture]:
    found = [picture for picture in pictures if picture.expression in CLASSES]
    if most is None or len(found) <= most:
        return found
    return [found[at] for at in np.sort(rng.choice(len(found), most, replace=False))]


def _pixels(path: Path) -> NDArray[np.uint8] | None:
    """RGB (H, W, 3); None if there is no readable picture."""
    try:
        # cv2.imread cannot open every name on every system.
        pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR_RGB)
    except (OSError, cv2.error):
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _put(
    arrays: dict[str, NDArray[Any]],
    row: int,
    picture: FacePicture,
    pixels: NDArray[np.uint8],
    size: int,
    rng: np.random.Generator,
) -> None:
    points = face_points(picture.landmarks[None])[0]
    arrays["crops"][row], matrix = aligned_crop(pixels, estimated(points, rng), size)
    arrays["landmarks"][row] = picture.landmarks @ matrix[:, :2].T + matrix[:, 2]
    arrays["grays"][row], arrays["points"][row] = point_crop(pixels, points, rng)
    arrays["strengths"][row] = np.nan
    arrays["emotions"][row] = CLASSES[picture.expression]
    arrays["takes"][row] = row // FACES_OF_A_TAKE
