"""Aligned face crops of a video on disk, so that the backbone can be trained without decoding the video again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.errors import TrainingError
from fedn.features.extract import aligned_faces
from fedn.model_info import write_atomically
from fedn.progress import Reporter
from training.datasets.sample import Sample

JPEG_QUALITY = 95

Crop = tuple[int, NDArray[np.uint8] | None]


class CropStore:
    """Crops by frame number, as JPEG pictures in one file with a table of where each lies."""

    def __init__(self, folder: Path, name: str) -> None:
        self._data = folder / f"{name}.bin"
        self._table_file = folder / f"{name}.json"
        self._table: dict[str, list[int]] = {}
        self._content: NDArray[np.uint8] | None = None

    def open(self) -> bool:
        """Whether the crops are there and can be read."""
        if not (self._table_file.is_file() and self._data.is_file()):
            return False
        self._table = json.loads(self._table_file.read_text(encoding="utf-8"))
        if self._data.stat().st_size:
            self._content = np.memmap(self._data, dtype=np.uint8, mode="r")
        return True

    def fill(self, crops: Iterable[Crop]) -> None:
        """Writes crops (H, W, 3) RGB of frames that have one; the table comes last and makes the store complete."""
        self._data.parent.mkdir(parents=True, exist_ok=True)
        table: dict[str, list[int]] = {}
        draft = self._data.with_suffix(".tmp")
        try:
            with draft.open("wb") as stream:
                for frame, crop in crops:
                    if crop is None:
                        continue
                    picture = cv2.cvtColor(crop, cv2.COLOR_RGB2BGR)
                    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
                    table[str(frame)] = [stream.tell(), len(coded)]
                    stream.write(coded)
            draft.replace(self._data)
        finally:
            draft.unlink(missing_ok=True)
        write_atomically(self._table_file, json.dumps(table).encode())
        self.open()

    def frames(self) -> list[int]:
        """Frames that have a crop, in order."""
        return sorted(int(frame) for frame in self._table)

    def read(self, frame: int) -> NDArray[np.uint8] | None:
        """The crop of a frame as RGB, None if it has none."""
        place = self._table.get(str(frame))
        if place is None or self._content is None:
            return None
        coded = self._content[place[0] : place[0] + place[1]]
        picture = cv2.imdecode(np.asarray(coded), cv2.IMREAD_COLOR)
        if picture is None:
            raise TrainingError(f"{self._data} is damaged; delete the run folder and start again")
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def crops_of(sample: Sample, folder: Path, reporter: Reporter) -> CropStore:
    """The crops of a sample's video, cut out on the first call and kept in `folder`.

    Raises:
        TrainingError: if the sample has no video.
        Cancelled: if `reporter` asked to stop.
    """
    store = CropStore(folder, sample.video.replace("/", "_").replace("\\", "_"))
    if not store.open():
        if sample.path is None:
            raise TrainingError(f"{sample.video} has features only, and training the backbone needs its pictures")
        reporter.progress(f"Cutting out the faces of {sample.path.name}", 0, 0, stage="features")
        store.fill(_until_stopped(aligned_faces(sample.path, image_fps=sample.image_fps), reporter))
    return store


def _until_stopped(crops: Iterator[Crop], reporter: Reporter) -> Iterator[Crop]:
    for crop in crops:
        reporter.check()
        yield crop
