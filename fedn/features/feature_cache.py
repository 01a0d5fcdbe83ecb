"""Features of one video on disk: rows in one file, which of them show a face in another."""

from __future__ import annotations

import contextlib
import glob
import os
import threading
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import psutil
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray


class FeatureCache:
    """Both files are there or neither counts; they name the content they were made from.

    Args:
        folder: of this video's caches.
        stem: names everything that the features depend on but the video.
        key: names the content of the video.
        shape: rows and columns that the features must have.
    """

    def __init__(self, folder: Path, stem: str, key: str, shape: tuple[int, int]) -> None:
        self._features = folder / f"features-{stem}.npy"
        self._faces = folder / f"faces-{stem}.npz"
        self._key = key
        self._shape = shape

    def load(self) -> tuple[NDArray[np.float16], NDArray[np.bool_]] | None:
        """Features and has_face, or None where there is nothing, something damaged, or another video's."""
        try:
            with np.load(self._faces, allow_pickle=False) as content:
                has_face, key = content["has_face"], str(content["key"])
            # Copy on write: callers may change what they got, never the file.
            features = np.load(self._features, mmap_mode="c", allow_pickle=False)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        if key != self._key or features.shape != self._shape or has_face.shape != self._shape[:1]:
            return None
        return features, has_face

    @contextlib.contextmanager
    def writing(self) -> Iterator[FeatureWriter]:
        """A writer for the rows; unless its `finish` is called nothing is left."""
        self._features.parent.mkdir(parents=True, exist_ok=True)
        self._sweep()
        rows = self._features.with_name(f"{self._features.name}.{os.getpid()}.tmp")
        faces = self._faces.with_name(f"{self._faces.name}.{os.getpid()}.tmp")
        writer = FeatureWriter(rows, self._shape)
        try:
            yield writer
            if writer.has_face is not None:
                writer.close()
                with faces.open("wb") as file:
                    np.savez(file, has_face=writer.has_face, key=np.array(self._key))
                    file.flush()
                    os.fsync(file.fileno())
                # The rows first: the second file is what makes them valid.
                self._faces.unlink(missing_ok=True)
                rows.replace(self._features)
                faces.replace(self._faces)
        finally:
            writer.discard()
            rows.unlink(missing_ok=True)
            faces.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Takes away what a process that was killed in the middle has left: features may be gigabytes."""
        for file in (self._features, self._faces):
            for left in file.parent.glob(f"{glob.escape(file.name)}.*.tmp"):
                number = left.name.removesuffix(".tmp").rpartition(".")[2]
                if number.isdecimal() and not psutil.pid_exists(int(number)):
                    left.unlink(missing_ok=True)


class FeatureWriter:
    """Writes rows in any order, from any thread. Rows that are never written are zero."""

    def __init__(self, path: Path, shape: tuple[int, int]) -> None:
        self.has_face: NDArray[np.bool_] | None = None
        self._lock = threading.Lock()
        self._row_bytes = 2 * shape[1]
        self._shape = shape
        self._file = path.open("w+b")
        # A plain file, because Windows does not replace one that is mapped.
        header = {"descr": np.dtype("<f2").str, "fortran_order": False, "shape": shape}
        write_array_header_1_0(self._file, header)
        self._first = self._file.tell()
        self._file.truncate(self._first + shape[0] * self._row_bytes)

    def store(self, numbers: Sequence[int], rows: NDArray[np.float16]) -> None:
        """Rows (B, columns) of the frames with these numbers."""
        with self._lock:
            for number, row in zip(numbers, rows, strict=True):
                self._file.seek(self._first + number * self._row_bytes)
                self._file.write(row.astype("<f2").tobytes())

    def rows(self, first: int, stop: int) -> NDArray[np.float16]:
        """The rows (stop - first, columns) of these frames, as far as they have been stored; else zero."""
        with self._lock:
            self._file.seek(self._first + first * self._row_bytes)
            content = self._file.read((stop - first) * self._row_bytes)
        return np.frombuffer(content, "<f2").reshape(-1, self._shape[1])

    def finish(self, has_face: NDArray[np.bool_]) -> None:
        """Says that all rows are there."""
        self.has_face = has_face

    def close(self) -> None:
        """Brings the rows to the disk; calling it twice does no harm."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def discard(self) -> None:
        """Lets go of the file, also where its last rows no longer fit on the disk."""
        with contextlib.suppress(OSError):
            self._file.close()
