"""AffectNet's two releases: single pictures of faces with one expression each.

2017: tables (`Manually_Annotated_file_lists/training.csv`, `validation.csv`) beside pictures of any size.
2021: `train_set` and `val_set` with `images/<id>.jpg` of 224 x 224 and `annotations/<id>_exp.npy`, `<id>_lnd.npy`.
Source: Mollahosseini, Hasani, Mahoor, "AffectNet", IEEE Transactions on Affective Computing, 2019.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fedn.errors import TrainingError

Part = Literal["training", "validation"]

EXPRESSIONS = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
"""By number. 8 to 10 (none, uncertain, no face) name no expression."""

_PICTURES = "Manually_Annotated_Images"
_LISTS = "Manually_Annotated_file_lists"
_LANDMARKS = 68
_COLUMNS = ("subDirectory_filePath", "facial_landmarks", "expression")
_HEADER = (
    "subDirectory_filePath", "face_x", "face_y", "face_width", "face_height", "facial_landmarks", "expression",
    "valence", "arousal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FacePicture:
    """One row: a picture that may be missing, its expression by name, and 68 landmarks (68, 2) in its pixels."""

    path: Path
    expression: str
    landmarks: NDArray[np.float32]


@dataclass(slots=True)
class LeftOut:
    """Rows without a face to learn from: `no_expression` (8 to 10), `unreadable` landmarks, path or number."""

    no_expression: int = 0
    unreadable: int = 0


def read_affectnet(folder: Path, part: Part, left_out: LeftOut) -> Iterator[FacePicture]:
    """The rows of either release, in their order; what is left out is counted.

    Raises:
        TrainingError: if the folder holds neither release, or a table without its columns.
    """
    table = _table(folder, part)
    if table is not None:
        return _rows_2017(table, _pictures(folder), left_out)
    arrays = folder / ("train_set" if part == "training" else "val_set")
    if (arrays / "annotations").is_dir():
        return _rows_2021(arrays, left_out)
    raise TrainingError(
        f"{folder} is no AffectNet folder: it has neither {_LISTS}/{part}.csv (release of 2017) "
        f"nor {arrays.name}/annotations (2021)"
    )


def _table(folder: Path, part: Part) -> Path | None:
    # Unpacked with and without the folder that the archive is called after.
    places = (folder / "Manually_Annotated" / _LISTS, folder / _LISTS, folder)
    return next((place / f"{part}.csv" for place in places if (place / f"{part}.csv").is_file()), None)


def _pictures(folder: Path) -> Path:
    places = (folder / "Manually_Annotated" / _PICTURES, folder / _PICTURES)
    return next((place for place in places if place.is_dir()), folder)


def _rows_2017(table: Path, pictures: Path, left_out: LeftOut) -> Iterator[FacePicture]:
    with table.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        first = next(rows, [])
        # validation.csv comes without a header.
        has_header = "expression" in first
        header = first if has_header else list(_HEADER)
        missing = [name for name in _COLUMNS if name not in header]
        if missing or (not has_header and len(first) != len(_HEADER)):
            raise TrainingError(f"{table} is not a table of AffectNet: it lacks {', '.join(missing) or 'columns'}")
        at_path, at_landmarks, at_expression = (header.index(name) for name in _COLUMNS)
        for row in ([] if has_header else [first], rows):
            for cells in row:
                found = _row_2017(cells, at_path, at_landmarks, at_expression, pictures, left_out)
                if found is not None:
                    yield found


def _row_2017(
    cells: list[str], at_path: int, at_landmarks: int, at_expression: int, pictures: Path, left_out: LeftOut
) -> FacePicture | None:
    try:
        path = (pictures / cells[at_path]).resolve()
        numbers = np.array(cells[at_landmarks].split(";"), np.float32)
        code = int(cells[at_expression])
    except (IndexError, ValueError, OSError):
        left_out.unreadable += 1
        return None
    if not path.is_relative_to(pictures.resolve()):
        left_out.unreadable += 1
        return None
    return _picture(path, code, numbers, left_out)


def _rows_2021(folder: Path, left_out: LeftOut) -> Iterator[FacePicture]:
    for path in sorted((folder / "annotations").glob("*_exp.npy"), key=lambda path: (len(path.name), path.name)):
        name = path.name.removesuffix("_exp.npy")
        try:
            # Text in an array without axes. Pickled objects are refused: they could run anything.
            code = int(np.load(path, allow_pickle=False).item())
            numbers = np.load(path.with_name(f"{name}_lnd.npy"), allow_pickle=False).astype(np.float32).ravel()
        except (OSError, ValueError, TypeError):
            left_out.unreadable += 1
            continue
        found = _picture(folder / "images" / f"{name}.jpg", code, numbers, left_out)
        if found is not None:
            yield found


def _picture(path: Path, code: int, numbers: NDArray[np.float32], left_out: LeftOut) -> FacePicture | None:
    if len(numbers) != 2 * _LANDMARKS or not np.isfinite(numbers).all():
        left_out.unreadable += 1
        return None
    if not 0 <= code < len(EXPRESSIONS):
        left_out.no_expression += 1
        return None
    return FacePicture(path, EXPRESSIONS[code], numbers.reshape(_LANDMARKS, 2))
