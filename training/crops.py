"""Aligned face crops of a video on disk, so that the backbone can be trained without decoding the video again.

Each crop is a JPEG picture of its own: any frame can be read exactly, at a twentieth of its size in bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.errors import TrainingError
from fedn.features.align import ALIGNMENT_VERSION, CROP_SIZE
from fedn.features.extract import aligned_faces
from fedn.features.face_detector import find_face_detector
from fedn.model_info import write_atomically
from fedn.progress import Reporter
from fedn.video.content_key import content_key
from fedn.video.face_boxes import face_suffix
from training.datasets.sample import Sample

JPEG_QUALITY = 95
BYTES_PER_PIXEL = 0.4
"""Of a face at this quality; a little more than usual."""
GB = 1e9

Crop = tuple[int, NDArray[np.uint8] | None]


class CropStore:
    """Crops by frame number, as JPEG pictures in one file with a table of where each lies."""

    def __init__(self, folder: Path, name: str, video: str = "") -> None:
        """`video` names the content that they were cut from: those of another one do not count."""
        self.data = folder / f"{name}.bin"
        self._table_file = folder / f"{name}.json"
        self._video = video
        self._table: dict[str, list[int]] = {}
        self._content: NDArray[np.uint8] | None = None

    @property
    def size_bytes(self) -> int:
        return self.data.stat().st_size if self.data.is_file() else 0

    def open(self) -> bool:
        """Whether the crops are there and can be read."""
        try:
            content = json.loads(self._table_file.read_text(encoding="utf-8"))
            size = self.data.stat().st_size
            if content["video"] != self._video or size != content["bytes"]:
                return False
        except (OSError, ValueError, KeyError, TypeError):
            return False
        self._table = content["frames"]
        if size:
            self._content = np.memmap(self.data, dtype=np.uint8, mode="r")
        # Those that were not used for longest go first when room is needed.
        self._table_file.touch()
        return True

    def fill(self, crops: Iterable[Crop], *, size: int = CROP_SIZE, most_bytes: float = float("inf")) -> None:
        """Writes crops (H, W, 3) RGB of frames that have one, shrunk to `size`; the table comes last and makes the
        store complete.

        Raises:
            TrainingError: if they are more than `most_bytes`; nothing is left behind.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        table: dict[str, list[int]] = {}
        draft = self.data.with_suffix(".tmp")
        try:
            with draft.open("wb") as stream:
                for frame, crop in crops:
                    if crop is None:
                        continue
                    coded = _coded(crop, size)
                    table[str(frame)] = [stream.tell(), len(coded)]
                    stream.write(coded)
                    if stream.tell() > most_bytes:
                        raise TrainingError(
                            f"the faces of the videos to learn from need more than the {most_bytes / GB:.1f} GB that "
                            f"are left for {self.data.parent}; raise [optimization] crop_cache_gb, train on fewer "
                            "videos, or choose the scope “detector”"
                        )
                size_bytes = stream.tell()
            draft.replace(self.data)
        except OSError as error:
            raise TrainingError(f"{self.data} cannot be written ({error.strerror}); free space on the disk") from None
        finally:
            draft.unlink(missing_ok=True)
        content = {"video": self._video, "bytes": size_bytes, "frames": table}
        write_atomically(self._table_file, json.dumps(content).encode())
        self.open()

    def frames(self) -> list[int]:
        """Frames that have a crop, in order."""
        return sorted(int(frame) for frame in self._table)

    def read(self, frame: int) -> NDArray[np.uint8] | None:
        """The crop of a frame as RGB, None if it has none. May be called from several threads."""
        place = self._table.get(str(frame))
        if place is None or self._content is None:
            return None
        coded = self._content[place[0] : place[0] + place[1]]
        picture = cv2.imdecode(np.asarray(coded), cv2.IMREAD_COLOR)
        if picture is None:
            raise TrainingError(f"{self.data} is damaged; delete it and start again")
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _coded(crop: NDArray[np.uint8], size: int) -> bytes:
    picture = cv2.cvtColor(crop, cv2.COLOR_RGB2BGR)
    if picture.shape[0] > size:
        picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def crops_of(
    sample: Sample,
    folder: Path,
    reporter: Reporter,
    *,
    size: int = CROP_SIZE,
    limit_gb: float = float("inf"),
    in_use: Sequence[CropStore] = (),
) -> CropStore:
    """The crops of a sample's video, cut out on the first call and kept in its cache, or in `folder` if it has none.

    Args:
        size: side in pixels to which they are shrunk.
        limit_gb: the most that all crops beside each other may take; older ones of other videos make room.
        in_use: what has to stay.

    Raises:
        TrainingError: if the sample has no video, or the crops do not fit.
        Cancelled: if `reporter` asked to stop.
    """
    if sample.path is None:
        raise TrainingError(f"{sample.video} has features only, and training the backbone needs its pictures")
    own = sample.cache if sample.cache is not None else folder / sample.video.replace("/", "_").replace("\\", "_")
    name = f"crops-{ALIGNMENT_VERSION}-{find_face_detector().name}-{size}{face_suffix(sample.face)}"
    store = CropStore(own, name, content_key(sample.path) if sample.path.exists() else "")
    if not store.open():
        reporter.progress(f"Cutting out the faces of {sample.path.name}", 0, 0, stage="features")
        expected = sample.frame_index.frame_count * size * size * BYTES_PER_PIXEL
        _make_room(_cache_root(own), limit_gb * GB - expected, {other.data for other in in_use})
        left = limit_gb * GB - sum(other.size_bytes for other in in_use)
        faces = aligned_faces(sample.path, image_fps=sample.image_fps, face=sample.face, cache_dir=sample.cache)
        store.fill(_until_stopped(faces, reporter), size=size, most_bytes=left)
    return store


def _cache_root(folder: Path) -> Path:
    return next((parent for parent in folder.parents if parent.name == "cache"), folder.parent)


def _make_room(root: Path, most_bytes: float, in_use: set[Path]) -> None:
    """Deletes crops that are not in use, the longest unused first, until all together are at most so many bytes."""
    stores = [path for path in root.rglob("crops-*.bin") if path.is_file()]
    total = sum(path.stat().st_size for path in stores)

    def last_used(path: Path) -> float:
        table = path.with_suffix(".json")
        return table.stat().st_mtime if table.is_file() else 0.0

    for path in sorted((path for path in stores if path not in in_use), key=last_used):
        if total <= most_bytes:
            return
        total -= path.stat().st_size
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink()


def _until_stopped(crops: Iterator[Crop], reporter: Reporter) -> Iterator[Crop]:
    for crop in crops:
        reporter.check()
        yield crop
