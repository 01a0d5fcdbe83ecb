"""Small videos whose frames carry their own number as black and white blocks, which survives lossy coding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

BLOCK = 16
BITS = 12

CounterVideo = Callable[..., Path]


def counter_picture(number: int, width: int = 96, height: int = 64) -> NDArray[np.uint8]:
    """The number in binary, 6 blocks a row, over noise that gives the encoder something to predict."""
    picture = np.random.default_rng(number // 7).integers(60, 200, (height, width, 3), dtype=np.uint8)
    for bit in range(BITS):
        row, column = divmod(bit, 6)
        value = 255 if number >> bit & 1 else 0
        picture[row * BLOCK : (row + 1) * BLOCK, column * BLOCK : (column + 1) * BLOCK] = value
    return picture


def read_counter(picture: NDArray[np.uint8]) -> int:
    number = 0
    for bit in range(BITS):
        row, column = divmod(bit, 6)
        center = picture[row * BLOCK + 4 : row * BLOCK + 12, column * BLOCK + 4 : column * BLOCK + 12]
        number |= int(center.mean() > 127) << bit
    return number


def write_counter_video(
    path: Path,
    count: int,
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    pts: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 30),
    rotation: int = 0,
    flip: bool = False,
    aspect: Fraction | None = None,
    bit_rate: int = 800_000,
    pixels: str = "",
) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30, options=options or {})
        usual = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.width, stream.height, stream.pix_fmt = 96, 64, pixels or usual
        stream.codec_context.time_base = time_base
        stream.bit_rate = bit_rate
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation or flip:
            stream.set_display_rotation(rotation, hflip=flip)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(counter_picture(number), format="rgb24")
            frame.pts = pts[number] if pts is not None else number
            frame.time_base = time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> CounterVideo:
    """make_video(name, count, ...) -> path; the same call writes the file once a session."""
    folder = tmp_path_factory.mktemp("videos")

    def make(name: str, count: int, **arguments: object) -> Path:
        path = folder / name
        return path if path.exists() else write_counter_video(path, count, **arguments)  # type: ignore[arg-type]

    return make
