"""The sound of a video as plain samples, cut to the time that is played, on the same clock as the pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.filter import Graph
from numpy.typing import NDArray

from fedn.errors import VideoError
from fedn.video.waveform import samples_of

RATE = 48000
CHANNELS = 2
BYTES_A_SECOND = RATE * CHANNELS * 2
SLOWEST_SOUND, FASTEST_SOUND = 0.5, 2.0
"""Beyond these speeds speech cannot be understood, and there is no sound."""

_ENTRIES_S = (0.5, 3.0, 15.0)
"""How long before the wanted moment reading begins; containers that interleave coarsely need more."""
_JUMP_S = 0.02
"""Smaller differences between time stamps and the number of samples are rounding, not gaps."""


def has_sound(path: Path) -> bool:
    """Whether a file has a sound track that can be decoded; False for folders and what cannot be read."""
    if not path.is_file():
        return False
    with suppress(FFmpegError, OSError, ValueError), _open(path) as container:
        return bool(container.streams.audio) and container.streams.audio[0].codec_context is not None
    return False


def pcm(path: Path, first_frame_s: float, start_s: float, stop_s: float, speed: float = 1.0) -> Iterator[bytes]:
    """Pieces of interleaved 16-bit stereo at 48,000 samples a second, pitch kept at other speeds.

    There are exactly `(stop_s - start_s) / speed` seconds of it: silence stands where there is no sound.

    Args:
        first_frame_s: time stamp of the first picture in the file's own seconds.
        start_s, stop_s: in seconds after the first picture.
        speed: from 0.5 to 2.

    Raises:
        VideoError: if the file cannot be read.
    """
    left = CHANNELS * 2 * max(0, round((stop_s - start_s) / speed * RATE))
    if path.is_file():
        try:
            with _open(path) as container:
                if container.streams.audio:
                    for piece in _converted(_cut(container, first_frame_s + start_s, first_frame_s + stop_s), speed):
                        yield piece[:left]
                        left -= len(piece[:left])
        except (FFmpegError, OSError, ValueError) as error:
            raise VideoError(f"The sound of {path} cannot be read: the file is damaged or cut off.") from error
    while left > 0:
        silence = bytes(min(left, BYTES_A_SECOND // 10))
        yield silence
        left -= len(silence)


def _open(path: Path) -> InputContainer:
    return av.open(str(path.absolute()), options={"protocol_whitelist": "file"}, metadata_errors="ignore")


def _cut(container: InputContainer, start_s: float, stop_s: float) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Samples (samples, channels) and their rate from one moment of the file on, without gaps, to another."""
    stream = container.streams.audio[0]
    position_s, is_first = start_s, True
    for frame in _frames_from(container, stream, start_s):
        rate, at_s = frame.sample_rate, frame.time if frame.time is not None else position_s
        if at_s >= stop_s:
            return
        samples = samples_of(frame)
        if not is_first and abs(at_s - position_s) < _JUMP_S:
            at_s = position_s
        if at_s > position_s:
            yield np.zeros((round((at_s - position_s) * rate), samples.shape[1]), np.float32), rate
        elif at_s < position_s:
            samples = samples[round((position_s - at_s) * rate) :]
            at_s = position_s
        if len(samples):
            yield samples, rate
            position_s, is_first = at_s + len(samples) / rate, False


def _frames_from(container: InputContainer, stream: AudioStream, start_s: float) -> Iterator[av.AudioFrame]:
    """Decoded frames, the first of which begins no later than asked where the file has one that early."""
    for before_s in _ENTRIES_S:
        entry_s = start_s - before_s
        if entry_s <= 0:
            break
        try:
            container.seek(round(entry_s * 1_000_000))
        except FFmpegError:
            continue
        frames = _frames(container, stream)
        first = next(frames, None)
        if first is not None and first.time is not None and first.time <= start_s:
            yield first
            yield from frames
            return
    container.seek(0)
    yield from _frames(container, stream)


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[av.AudioFrame]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, FFmpegError, OSError):
            return
        with suppress(FFmpegError):
            yield from stream.decode(packet)


def _converted(samples: Iterator[tuple[NDArray[np.float32], int]], speed: float) -> Iterator[bytes]:
    """The samples in the form that is played."""
    graph: Graph | None = None
    form = (0, 0)
    for piece, rate in samples:
        if (rate, piece.shape[1]) != form:
            if graph is not None:
                graph.push(None)
                yield from _pulled(graph)
            form, graph = (rate, piece.shape[1]), _graph(rate, piece.shape[1], speed)
            position = 0
        assert graph is not None
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece.T), format="fltp", layout=_layout(form[1]))
        frame.sample_rate, frame.pts, frame.time_base = rate, position, Fraction(1, rate)
        position += len(piece)
        graph.push(frame)
        yield from _pulled(graph)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[bytes]:
    while True:
        try:
            frame = graph.pull()
        except (BlockingIOError, EOFError, FFmpegError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield frame.to_ndarray().astype(np.int16, copy=False).tobytes()


def _graph(rate: int, channels: int, speed: float) -> Graph:
    """A chain of filters: stretch without a change of pitch, then the played form."""
    graph = Graph()
    chain = [graph.add_abuffer(sample_rate=rate, format="fltp", layout=_layout(channels), time_base=Fraction(1, rate))]
    if speed != 1.0:
        chain.append(graph.add("atempo", f"{speed:g}"))
    chain.append(graph.add("aformat", f"sample_fmts=s16:sample_rates={RATE}:channel_layouts=stereo"))
    chain.append(graph.add("abuffersink"))
    graph.link_nodes(*chain).configure()
    return graph


def _layout(channels: int) -> str:
    return {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}.get(channels, "mono")
