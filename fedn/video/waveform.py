"""The loudness of a video's sound over time, as the lowest and highest sample of each small piece of time."""

from __future__ import annotations

import json
import logging
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from fedn.errors import VideoError

_log = logging.getLogger(__name__)
WAVEFORM_NAME = "waveform.npz"
PEAKS_A_SECOND = 200.0
_FORMAT = 1
_COARSE = 32
"""So many peaks are one of the coarser level, from which a view of the whole video is made."""
_FULL_SCALE = {"u8": (128.0, 128.0), "s16": (0.0, 32768.0), "s32": (0.0, 2147483648.0), "s64": (0.0, 2.0**63)}


@dataclass(frozen=True, eq=False)
class Waveform:
    """Peaks of the sound on the video's own clock: second 0 is the start of frame 0.

    Attributes:
        peaks: lowest and highest sample of all channels, float32 (N, 2) in [-1, 1]; 0 where there is no sound.
        rate: peaks per second.
    """

    peaks: NDArray[np.float32]
    rate: float = PEAKS_A_SECOND

    @property
    def duration_s(self) -> float:
        return len(self.peaks) / self.rate

    def peaks_between(self, start_s: float, end_s: float, columns: int) -> NDArray[np.float32]:
        """Lowest and highest sample of each of `columns` equal parts of a range of time; 0 outside of the sound.

        Parts of more than two seconds are exact to a sixteenth of their length.

        Returns:
            float32 (columns, 2).
        """
        result = np.zeros((columns, 2), np.float32)
        if columns < 1 or end_s <= start_s or len(self.peaks) == 0:
            return result
        level, rate = self.peaks, self.rate
        if (end_s - start_s) * self.rate > 16 * _COARSE * columns:
            level, rate = self._coarse, self.rate / _COARSE
        edges = np.linspace(start_s * rate, end_s * rate, columns + 1)
        first = np.floor(edges[:-1] + 1e-6).astype(np.int64)
        stop = np.maximum(np.ceil(edges[1:] - 1e-6).astype(np.int64), first + 1)
        inside = (stop > 0) & (first < len(level))
        if not inside.any():
            return result
        first, stop = np.maximum(first[inside], 0), np.minimum(stop[inside], len(level))
        # reduceat takes no bound past the end: one more peak lets the last ranges end there.
        seen = np.concatenate([level[first[0] : stop[-1]], np.zeros((1, 2), np.float32)])
        bounds = np.stack([first, stop], axis=1).ravel() - first[0]
        result[inside, 0] = np.minimum.reduceat(seen[:, 0], bounds)[::2]
        result[inside, 1] = np.maximum.reduceat(seen[:, 1], bounds)[::2]
        return result

    @cached_property
    def _coarse(self) -> NDArray[np.float32]:
        """Every 32 peaks taken together."""
        starts = np.arange(0, len(self.peaks), _COARSE)
        low = np.minimum.reduceat(self.peaks[:, 0], starts)
        high = np.maximum.reduceat(self.peaks[:, 1], starts)
        return np.stack([low, high], axis=1)

    def save(self, path: Path, *, source: tuple[int, int]) -> None:
        """Writes it, in 16 bits a number, with the size and modification time of the video that it belongs to."""
        about = json.dumps({"format": _FORMAT, "rate": self.rate, "source": list(source)})
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                np.savez(file, peaks=np.round(self.peaks * 32767).astype(np.int16), about=np.array(about))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path, *, source: tuple[int, int]) -> Waveform | None:
        """A saved waveform, or None if there is none, it is damaged, or the video has changed since."""
        try:
            with np.load(path, allow_pickle=False) as content:
                about = json.loads(str(content["about"]))
                if about["format"] != _FORMAT or about["source"] != list(source):
                    return None
                peaks = content["peaks"]
                if peaks.ndim != 2 or peaks.shape[1] != 2:
                    return None
                return cls(peaks.astype(np.float32) / 32767, float(about["rate"]))
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return None


def waveform_of(
    path: Path, first_frame_s: float, cache_dir: Path | None = None, stop: Callable[[], bool] = lambda: False
) -> Waveform | None:
    """The waveform of a video's sound, from `cache_dir` where it is there and still fits the file.

    Args:
        first_frame_s: time stamp of the first picture in the file's own seconds; the sound may begin elsewhere.
        stop: asked now and then; None is returned once it says so.

    Returns:
        None if the video has no sound.

    Raises:
        VideoError: if the file cannot be read.
    """
    if path.is_dir():
        return None
    try:
        status = path.stat()
    except OSError as error:
        raise VideoError(f"{path} is not there: check the name, or point to where the video was moved.") from error
    source = (status.st_size, status.st_mtime_ns)
    kept = Waveform.load(cache_dir / WAVEFORM_NAME, source=source) if cache_dir is not None else None
    if kept is None:
        kept = _measure(path, first_frame_s, stop)
        if kept is None:
            return None
        if cache_dir is not None:
            try:
                kept.save(cache_dir / WAVEFORM_NAME, source=source)
            except OSError as error:
                _log.warning("the waveform of %s cannot be kept: %s", path, error)
    return kept if len(kept.peaks) else None


def _measure(path: Path, first_frame_s: float, stop: Callable[[], bool]) -> Waveform | None:
    """Decodes all the sound; without any the waveform is empty, and stopped it is None."""
    try:
        container = av.open(str(path.absolute()), options={"protocol_whitelist": "file"}, metadata_errors="ignore")
    except (FFmpegError, OSError, ValueError) as error:
        raise VideoError(f"The sound of {path} cannot be read: the file is damaged or cut off.") from error
    peaks = _Peaks()
    with container:
        if not container.streams.audio:
            return Waveform(np.zeros((0, 2), np.float32))
        stream = container.streams.audio[0]
        packets = container.demux(stream)
        while not stop():
            try:
                packet = next(packets)
            except (StopIteration, FFmpegError, OSError):
                return peaks.waveform()
            try:
                frames = stream.decode(packet)
            except FFmpegError:
                continue
            for frame in frames:
                peaks.add(samples_of(frame), frame.sample_rate, (frame.time or 0.0) - first_frame_s)
    return None


def samples_of(frame: av.AudioFrame) -> NDArray[np.float32]:
    """Samples in [-1, 1], float32 (samples, channels)."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    middle, scale = _FULL_SCALE.get(frame.format.name.rstrip("p"), (0.0, 1.0))
    scaled = (samples.astype(np.float32) - middle) / scale if scale != 1.0 else samples.astype(np.float32)
    return np.clip(scaled.T, -1.0, 1.0)


class _Peaks:
    """Peaks that grow while sound is added, wherever it lies on the video's clock."""

    def __init__(self) -> None:
        self._peaks = np.zeros((4096, 2), np.float32)
        self._count = 0

    def add(self, samples: NDArray[np.float32], sample_rate: int, start_s: float) -> None:
        """Samples (samples, channels) from a moment on; what lies before the first frame is left out."""
        begin = round(start_s * sample_rate)
        if begin < 0:
            samples, begin = samples[-begin:], 0
        if len(samples) == 0:
            return
        a_peak = sample_rate / PEAKS_A_SECOND
        first, last = int(begin / a_peak), int((begin + len(samples) - 1) / a_peak)
        starts = np.ceil(np.arange(first, last + 1) * a_peak).astype(np.int64) - begin
        starts[0] = 0
        starts = np.minimum(starts, len(samples) - 1)
        self._grow(last + 1)
        here = self._peaks[first : last + 1]
        np.minimum(here[:, 0], np.minimum.reduceat(samples.min(axis=1), starts), out=here[:, 0])
        np.maximum(here[:, 1], np.maximum.reduceat(samples.max(axis=1), starts), out=here[:, 1])

    def _grow(self, count: int) -> None:
        self._count = max(self._count, count)
        if count > len(self._peaks):
            larger = np.zeros((max(count, 2 * len(self._peaks)), 2), np.float32)
            larger[: len(self._peaks)] = self._peaks
            self._peaks = larger

    def waveform(self) -> Waveform:
        return Waveform(self._peaks[: self._count].copy())
