"""Kinds of video files that have ever shown a wrong frame somewhere, made small and with a counter in each frame."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from tests.video.conftest import counter_picture, write_counter_video

COUNT = 80
B_FRAMES = {"g": "12", "bf": "3", "b-adapt": "0"}
OPEN_GOP = {**B_FRAMES, "x264-params": "open-gop=1:keyint=12:scenecut=0"}
CUT_BY_EDIT_LIST = 17
VARIABLE = [0]
for _gap in random.Random(5).choices([33, 34, 50, 100, 137], k=COUNT - 1):
    VARIABLE.append(VARIABLE[-1] + _gap)
DROPPED = [number + number // 9 * 3 for number in range(COUNT)]
"""A camera's program that has lost three frames in every twelve."""


@dataclass(frozen=True)
class Kind:
    """How one is written. `first`: the number in its first frame. `rotation` and `flip`: how it is shown."""

    arguments: dict[str, Any] = field(default_factory=dict)
    first: int = 0
    rotation: int = 0
    flip: bool = False
    aspect: Fraction = Fraction(1)

    @property
    def count(self) -> int:
        return COUNT - self.first

    @property
    def is_upright(self) -> bool:
        """Whether the counter can be read from its pixels as they are; the player's tests read the others too."""
        return not self.rotation and not self.flip and self.aspect == 1


def _of(**arguments: Any) -> Kind:
    return Kind(arguments)


KINDS: dict[str, Kind] = {
    "h264.mp4": _of(options=B_FRAMES),
    "open-gop.mp4": _of(options=OPEN_GOP),
    "open-gop.mkv": _of(options=OPEN_GOP),
    "one-group.mp4": _of(options={"g": "1000", "bf": "2"}),
    "every-frame-key.mp4": _of(options={"g": "1"}),
    "intra-refresh.mkv": _of(options={"x264-params": "intra-refresh=1:keyint=20"}),
    "hevc.mp4": _of(codec="libx265", options={"g": "12", "x265-params": "log-level=none:keyint=12:bframes=3"}),
    "variable.mkv": _of(options=B_FRAMES, pts=VARIABLE, time_base=Fraction(1, 1000)),
    "variable.mp4": _of(options=B_FRAMES, pts=VARIABLE, time_base=Fraction(1, 1000)),
    "late-start.mp4": _of(options=B_FRAMES, pts=range(500, 500 + COUNT)),
    "edit-list.mp4": Kind({"options": B_FRAMES}, first=CUT_BY_EDIT_LIST),
    "transport.ts": _of(options=B_FRAMES),
    "vp8.webm": _of(codec="libvpx", options={"auto-alt-ref": "1", "lag-in-frames": "16", "g": "20"}),
    "vp9.webm": _of(codec="libvpx-vp9", options={"g": "20", "cpu-used": "8", "deadline": "realtime"}),
    "av1.mkv": _of(codec="libsvtav1", options={"g": "20", "preset": "12", "svtav1-params": "scm=0"}),
    "av1.mp4": _of(codec="libsvtav1", options={"g": "20", "preset": "12"}),
    "mpeg4.avi": _of(codec="mpeg4", options={"g": "12", "bf": "2"}, bit_rate=4_000_000),
    "h264.avi": _of(options=B_FRAMES),
    "mjpeg.avi": _of(codec="mjpeg", bit_rate=4_000_000),
    "dropped.avi": _of(codec="mjpeg", bit_rate=4_000_000, pts=DROPPED),
    "huffyuv.avi": _of(codec="huffyuv", pixels="yuv422p"),
    "mpeg1.mpg": _of(codec="mpeg1video", options={"g": "12", "bf": "2"}, bit_rate=4_000_000),
    "mpeg2.mpg": _of(codec="mpeg2video", options={"g": "12", "bf": "2"}, bit_rate=4_000_000),
    "bare.h264": _of(options=B_FRAMES),
    "moving.gif": _of(codec="gif", pts=range(0, 4 * COUNT, 4), time_base=Fraction(1, 100), pixels="rgb8"),
    "turned-90.mp4": Kind({"options": B_FRAMES, "rotation": 90}, rotation=90),
    "turned-270.mp4": Kind({"options": B_FRAMES, "rotation": -90}, rotation=-90),
    "mirrored.mp4": Kind({"options": B_FRAMES, "flip": True}, flip=True),
    "wide-pixels.mp4": Kind({"options": B_FRAMES, "aspect": Fraction(4, 3)}, aspect=Fraction(4, 3)),
    "images": Kind(),
}


def make_kind(name: str, folder: Path) -> Path:
    """The video of that kind in the folder, written by the first call; skips where FFmpeg here cannot encode it."""
    path, kind = folder / name, KINDS[name]
    if path.exists():
        return path
    if name == "images":
        path.mkdir()
        for number in range(COUNT):
            image = av.VideoFrame.from_ndarray(counter_picture(number), format="rgb24").to_image()
            image.save(path / f"frame{number + 1}.png")
        return path
    codec = kind.arguments.get("codec", "libx264")
    try:
        av.codec.Codec(codec, "w")
    except ValueError:
        pytest.skip(f"FFmpeg in this wheel of PyAV has no encoder {codec}")
    write_counter_video(path, COUNT, **kind.arguments)
    if name == "edit-list.mp4":
        _cut_by_edit_list(path)
    return path


def _cut_by_edit_list(path: Path) -> None:
    """Makes the file's edit list begin the presentation in the middle of a group of pictures."""
    content = bytearray(path.read_bytes())
    at = content.index(b"elst")
    media_time = at + 4 + 4 + 4 + 4
    old = int.from_bytes(content[media_time : media_time + 4], "big")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate and stream.time_base
        a_frame = round(1 / (stream.average_rate * stream.time_base))
    content[media_time : media_time + 4] = (old + CUT_BY_EDIT_LIST * a_frame).to_bytes(4, "big")
    path.write_bytes(content)
