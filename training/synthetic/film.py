"""Films one rendered person: a performance in, a video file out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from training.synthetic.behavior import Performance
from training.synthetic.renderer import Motion, Renderer
from training.synthetic.scenes import draw_scene
from training.synthetic.sensor import Camera, Sensor

_CHUNK = 32  # frames drawn at a time; bounds memory for videos of any length


@dataclass(frozen=True)
class Filming:
    """How the videos are filmed.

    Attributes:
        fps: pictures a second; None draws 25, 30, 50 or 60 per video.
        crf: H.264 quality, lower is better; None draws one per video.
        sharpness: how many times as large pictures are drawn before they are averaged down.
    """

    size: tuple[int, int] = (320, 320)
    fps: int | None = 30
    eye_distance_px: tuple[float, float] = (48.0, 68.0)
    crf: int | None = None
    pause_s: float = 4.5
    micro_every_s: float | None = None
    sharpness: float = 1.0


def film(
    renderer: Renderer,
    performance: Performance,
    camera: Camera,
    filming: Filming,
    path: Path,
    rng: np.random.Generator,
    on_frame: Callable[[int], bool] = lambda frame: True,
) -> bool:
    """Writes the video; the person is the renderer's. `on_frame(frames done)` says whether to go on.

    Returns whether the file is there: a video that was stopped leaves none.
    """
    scenery, grain = rng.spawn(2)
    scene = draw_scene(scenery, filming.size, scenery.uniform(*filming.eye_distance_px))
    sensor = Sensor(camera, grain)
    motion = performance.motion
    stopped = False

    def pictures() -> Iterator[NDArray[np.uint8]]:
        nonlocal stopped
        for start in range(0, len(motion.pose), _CHUNK):
            rows = slice(start, start + _CHUNK)
            hand = None if motion.hand is None else motion.hand[rows]
            drawn, _ = renderer.draw(scene, Motion(motion.strengths[rows], motion.pose[rows], hand))
            for picture in drawn:
                yield sensor.take(picture)
            if not on_frame(min(start + _CHUNK, len(motion.pose))):
                stopped = True
                return

    return write_video(path, pictures(), filming.size, camera.fps, camera.crf, lambda: not stopped)


def write_video(
    path: Path,
    pictures: Iterator[NDArray[np.uint8]],
    size: tuple[int, int],
    fps: int,
    crf: int,
    whole: Callable[[], bool] = lambda: True,
) -> bool:
    """H.264 in MP4; the file appears under its name when it is whole, which is what the result says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with av.open(str(partial), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(crf), "preset": "superfast", "threads": "1"}
        stream.gop_size = 2 * fps
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    if not whole():
        partial.unlink()
        return False
    partial.replace(path)
    return True
