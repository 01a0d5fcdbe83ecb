"""The videos that the player is measured with: long ones made in seconds, and one whose frames carry their number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

SIZE = (1920, 1080)
GROUP = 120
FPS = 30
BITS, BLOCK = 16, 60
REORDERED = 2
"""So many frames are decoded before they are shown."""
TIME_BASE = Fraction(1, 1000)
_ENCODER = {"g": str(GROUP), "keyint_min": str(GROUP), "sc_threshold": "0", "bf": "3", "preset": "veryfast"}


def write_numbered(path: Path, groups: int, *, crf: int = 23) -> Path:
    """A video of 1920x1080 in groups of 120 frames with B-frames, whose frames carry their number."""
    pictures = _scenery()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={**_ENCODER, "crf": str(crf)})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for number in range(groups * GROUP):
            frame = av.VideoFrame.from_ndarray(_numbered(next(pictures), number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def repeat(source: Path, target: Path, times: int) -> Path:
    """The packets of a video written again and again: an hour costs seconds."""
    with av.open(str(source)) as container, av.open(str(target), "w") as out:
        stream = container.streams.video[0]
        copy = out.add_stream_from_template(stream)
        assert stream.time_base is not None
        packets = [(bytes(packet), packet.pts, packet.dts, packet.is_keyframe) for packet in container.demux(stream)
                   if packet.size and packet.pts is not None and packet.dts is not None]  # fmt: skip
        length = round(len(packets) / FPS / stream.time_base)
        for turn in range(times):
            for content, pts, dts, is_keyframe in packets:
                packet = av.Packet(content)
                packet.stream, packet.time_base, packet.is_keyframe = copy, stream.time_base, is_keyframe
                packet.pts, packet.dts = pts + turn * length, dts + turn * length
                packet.duration = length // len(packets)
                out.mux(packet)
    return target


def with_variable_rate(source: Path, target: Path) -> Path:
    """The same frames, each shown for another time."""
    gaps = random.Random(1)
    with av.open(str(source)) as container, av.open(str(target), "w") as out:
        stream = container.streams.video[0]
        copy = out.add_stream_from_template(stream)
        packets = [packet for packet in container.demux(stream) if packet.size and packet.pts is not None]
        order = sorted(packet.pts or 0 for packet in packets)
        times: dict[int, int] = {}
        at = 0
        for pts in order:
            times[pts] = at
            at += gaps.choice((17, 33, 34, 50, 67, 100))
        shown = sorted(times.values())
        for place, packet in enumerate(packets):
            packet.stream, packet.time_base = copy, TIME_BASE
            packet.pts = times[packet.pts or 0]
            packet.dts = shown[place - REORDERED] if place >= REORDERED else 17 * (place - REORDERED)
            out.mux(packet)
    return target


def read_number(pixels: NDArray[np.uint8], width: int, height: int) -> int:
    """The number in a picture (rows, columns, channels) in which the frame takes `width` x `height` at the origin."""
    number = 0
    for bit in range(BITS):
        x = round((bit + 0.5) * BLOCK / SIZE[0] * width)
        y = round(0.5 * BLOCK / SIZE[1] * height)
        number |= int(pixels[y - 2 : y + 3, x - 2 : x + 3, :3].mean() > 127) << bit
    return number


def _numbered(picture: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    for bit in range(BITS):
        picture[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 255 if number >> bit & 1 else 0
    return picture


def _scenery() -> Iterator[NDArray[np.uint8]]:
    """A still textured wall in front of which a textured disc moves, with a camera's noise."""
    chance = np.random.default_rng(0)
    wall = np.repeat(np.repeat(chance.integers(60, 200, (135, 240, 3), np.uint8), 8, 0), 8, 1)
    disc = np.repeat(np.repeat(chance.integers(60, 220, (75, 75, 3), np.uint8), 8, 0), 8, 1)
    rows, columns = np.mgrid[:600, :600]
    inside = (rows - 300) ** 2 + (columns - 300) ** 2 < 300**2
    noise = [chance.integers(0, 6, (*wall.shape[:2], 1), np.uint8) for _ in range(4)]
    number = 0
    while True:
        picture = wall + noise[number % 4]
        left, top = 660 + round(200 * np.sin(number / 17)), 240 + round(60 * np.sin(number / 11))
        picture[top : top + 600, left : left + 600][inside] = disc[inside]
        yield picture
        number += 1
