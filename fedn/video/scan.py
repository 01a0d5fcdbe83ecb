"""Building the frame index of a video file.

A list of the packets is enough for sound MP4 and Matroska files, and for AVI files whose frames are each coded on their
own, and needs no decoding; its first and last frames are decoded to make sure. Everything else, and what does not
agree, is decoded once from start to end: headers, edit lists, invisible frames and damaged ends make the number of
frames that really decode differ from the number of packets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from numpy.typing import NDArray

from fedn.errors import VideoError
from fedn.video.container import open_container, packets, stamp
from fedn.video.frame_index import FrameIndex

_LISTED_FORMATS = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")
_LISTED_ALONE = ("avi",)
# Each packet is one frame, shown when it is decoded: AVI says nothing about when frames are shown.
_ALONE_CODECS = (
    "mjpeg", "rawvideo", "huffyuv", "ffvhuff", "ffv1", "utvideo", "dvvideo", "png", "magicyuv", "lagarith", "v210",
)  # fmt: skip
# VP8 has packets that are never shown.
_UNLISTED_CODECS = ("vp8",)
_HEAD_FRAMES = 32
_TAIL_FRAMES = 400


Watch = Callable[[float], None]
"""Told now and then which share of the file has been read, from 0 to 1; whatever it raises ends the reading."""

_TOLD_EVERY = 64


@dataclass(frozen=True)
class _Facts:
    """What the file says about itself, kept after it was closed."""

    time_base: Fraction
    rate: Fraction
    declared_s: float


def scan(path: Path, watch: Watch | None = None) -> FrameIndex:
    """The index of a video file.

    Raises:
        VideoError: if the file is not a video or none of its frames can be decoded.
    """
    listed = _list_packets(path, watch)
    if listed is not None and _ends_agree(path, listed):
        return listed
    return _decode_all(path, watch)


def _told(path: Path, source: Iterator[av.Packet], watch: Watch | None) -> Iterator[av.Packet]:
    """The packets, while the watcher is told how far they are."""
    if watch is None:
        yield from source
        return
    size = max(1, path.stat().st_size)
    for count, packet in enumerate(source):
        if count % _TOLD_EVERY == 0:
            watch(min(1.0, (packet.pos or 0) / size))
        yield packet


def _facts(container: InputContainer, stream: VideoStream) -> _Facts:
    time_base = stream.time_base or Fraction(1, 90000)
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    declared_s = float(stream.duration * time_base) if stream.duration else 0.0
    return _Facts(time_base, rate if 0 < rate <= 1000 else Fraction(25), declared_s)


def _may_be_listed(form: str, codec: str) -> bool:
    if form in _LISTED_ALONE:
        return codec in _ALONE_CODECS
    return form in _LISTED_FORMATS and codec not in _UNLISTED_CODECS


def _list_packets(path: Path, watch: Watch | None = None) -> FrameIndex | None:
    """The index according to the packets, or None where they cannot be trusted."""
    container, stream = open_container(path)
    with container:
        if not _may_be_listed(container.format.name, stream.codec_context.name):
            return None
        facts = _facts(container, stream)
        shown: list[int] = []
        seek_points: list[int] = []
        durations: dict[int, int] = {}
        for packet in _told(path, packets(container, stream), watch):
            if not packet.size:
                continue
            at = stamp(packet)
            if at is None or packet.is_corrupt:
                return None
            if packet.is_keyframe:
                seek_points.append(at)
            if not packet.is_discard:
                shown.append(at)
                durations[at] = packet.duration or 0
    if not shown or len(durations) != len(shown):
        return None
    pts = np.array(sorted(shown), np.int64)
    return _index(path, pts, seek_points, durations[int(pts[-1])], facts)


def _ends_agree(path: Path, index: FrameIndex) -> bool:
    """Whether the frames at both ends of the file decode as the packets promise."""
    head = index.pts[:_HEAD_FRAMES]
    if not np.array_equal(_decoded(path, None, len(head)), head):
        return False
    inside = index.seek_points[index.seek_points <= index.pts[-1]]
    if len(inside) == 0:
        return False
    entry = int(inside[-1])
    tail = index.pts[np.searchsorted(index.pts, entry) :]
    if len(tail) > _TAIL_FRAMES:
        return True
    found = _decoded(path, entry, None)
    return np.array_equal(found[found >= entry], tail)


def _decoded(path: Path, entry: int | None, count: int | None) -> NDArray[np.int64]:
    """Time stamps of the frames that come out of the decoder from a seek point on; -1 for frames without any."""
    container, stream = open_container(path)
    found: list[int] = []
    with container:
        if entry is not None:
            container.seek(entry, stream=stream)
        for packet in packets(container, stream):
            try:
                frames = stream.codec_context.decode(packet)
            except FFmpegError:
                continue
            stamps = [stamp(frame) for frame in frames]
            found += [-1 if at is None else at for at in stamps]
            if count is not None and len(found) >= count:
                break
    return np.array(found[:count], np.int64)


def _decode_all(path: Path, watch: Watch | None = None) -> FrameIndex:
    container, stream = open_container(path)
    stamps: list[int | None] = []
    seek_points: list[int] = []
    duration = 0
    with container:
        facts = _facts(container, stream)
        for packet in _told(path, packets(container, stream), watch):
            at = stamp(packet)
            if packet.size and packet.is_keyframe and at is not None:
                seek_points.append(at)
            try:
                frames = stream.codec_context.decode(packet)
            except FFmpegError:
                continue
            stamps += [stamp(frame) for frame in frames]
            duration = frames[-1].duration or duration if frames else duration
    if not stamps:
        raise VideoError(f"{path} has no frame that can be decoded: it is empty or cut off; copy or record it again.")
    known = [at for at in stamps if at is not None]
    pts = np.array(known, np.int64)
    if len(known) == len(stamps) and np.all(np.diff(pts) > 0):
        return _index(path, pts, seek_points, duration, facts)
    counted = FrameIndex.regular(len(stamps), facts.rate)
    warning = f"{path.name} has no usable time stamps: its frames are taken as {float(facts.rate):g} a second."
    return FrameIndex(counted.pts, counted.time_base, 1, np.zeros(0, np.int64), True, (warning,))


def _index(path: Path, pts: NDArray[np.int64], seek_points: list[int], last_duration: int, facts: _Facts) -> FrameIndex:
    if last_duration <= 0:
        spacing = float(np.median(np.diff(pts))) if len(pts) > 1 else float(1 / facts.rate / facts.time_base)
        last_duration = max(1, round(spacing))
    index = FrameIndex(pts, facts.time_base, last_duration, np.unique(np.array(seek_points, np.int64)))
    if index.duration_s < 0.95 * facts.declared_s - 0.5:
        cut = (
            f"{path.name} ends after {index.duration_s:.1f} s although it should last {facts.declared_s:.1f} s: "
            "it may be cut off."
        )
        index = FrameIndex(index.pts, index.time_base, last_duration, index.seek_points, warnings=(cut,))
    return index
