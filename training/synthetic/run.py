"""Makes a data set of rendered long videos with the labels of an expert and of the subjects themselves.

The folder: videos/<subject>/<name>.mp4, labels.csv (an event table with the tiers "expert" and "self-report") and
manifest.json. The same seed, sizes and commit give the same labels; pictures differ between graphics drivers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.annotation.formats.event_csv import EventRow, event_rows, write_event_table
from fedn.errors import TrainingError
from fedn.progress import SILENT, Reporter
from fedn.video.frame_index import FrameIndex
from training.synthetic.behavior import Performance, perform
from training.synthetic.expressions import Shapes
from training.synthetic.facekit import read_facekit
from training.synthetic.labels import expert_events, self_report_events
from training.synthetic.look import draw_look
from training.synthetic.person import PersonMaker
from training.synthetic.renderer import Motion, Renderer
from training.synthetic.scenes import draw_scene

_CHUNK = 32  # frames drawn at a time; bounds memory for videos of any length


@dataclass(frozen=True)
class Filming:
    """How the videos are filmed. `crf`: H.264 quality, lower is better; None draws one per video."""

    size: tuple[int, int] = (320, 320)
    fps: int = 30
    eye_distance_px: tuple[float, float] = (48.0, 68.0)
    crf: int | None = None
    pause_s: float = 4.5


def main_synth(
    facekit: Path,
    out: Path,
    subjects: int,
    videos_per_subject: int,
    seconds: float,
    seed: int,
    reporter: Reporter = SILENT,
    filming: Filming | None = None,
    first_subject: int = 1,
) -> dict[str, int]:
    """Renders the data set into `out`, which must not hold one yet. Returns counts of subjects, videos, frames, events.

    Raises:
        TrainingError: if the face model cannot be read, `out` is not empty, or nothing can be drawn.
    """
    if (out / "manifest.json").exists():
        raise TrainingError(f"{out} already holds a data set; choose a new folder")
    if subjects < 1 or videos_per_subject < 1 or seconds < 3:
        raise TrainingError("a data set needs at least one subject, one video and 3 seconds a video")
    filming = filming or Filming()
    kit = read_facekit(facekit)
    renderer, maker = Renderer(kit, filming.size, sharpness=1.25), PersonMaker(kit)
    rows: list[EventRow] = []
    videos: list[dict[str, object]] = []
    frames = round(seconds * filming.fps)
    total = subjects * videos_per_subject * frames
    try:
        for number in range(first_subject, first_subject + subjects):
            subject = f"r{number:03d}"
            renderer.set_person(maker.make(draw_look(np.random.default_rng([seed, number]))))
            for take in range(1, videos_per_subject + 1):
                rng = np.random.default_rng([seed, number, take])
                performance = perform(Shapes(kit.names), frames, filming.fps, rng, filming.pause_s)
                file = Path("videos") / subject / f"{subject}_{take}.mp4"
                _film(renderer, performance, filming, out / file, rng, reporter, len(videos) * frames, total)
                if reporter.stop_requested:
                    return {}
                videos.append({"file": file.as_posix(), "subject": subject, "frames": frames, "fps": filming.fps})
                rows += _label_rows(file.name, subject, performance, frames, filming.fps, rng)
    finally:
        renderer.close()
    write_event_table(out / "labels.csv", rows)
    manifest = {
        "subjects": sorted({str(video["subject"]) for video in videos}),
        "videos": videos,
        "seed": seed,
        "seconds": seconds,
        "credits": "Rendered from the ICT Face Model Light (USC Institute for Creative Technologies, MIT licence).",
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return {"subjects": subjects, "videos": len(videos), "frames": total, "events": len(rows)}


def _label_rows(
    video: str, subject: str, performance: Performance, frames: int, fps: int, rng: np.random.Generator
) -> list[EventRow]:
    index = FrameIndex.regular(frames, Fraction(fps))
    rows = []
    for tier, label in (("expert", expert_events), ("self-report", self_report_events)):
        rows += event_rows(video, label(performance.shown, frames, rng), subject=subject, tier=tier, index=index)
    return rows


def _film(
    renderer: Renderer,
    performance: Performance,
    filming: Filming,
    path: Path,
    rng: np.random.Generator,
    reporter: Reporter,
    done: int,
    total: int,
) -> None:
    scene = draw_scene(rng, filming.size, rng.uniform(*filming.eye_distance_px))
    noise, blur, flicker = rng.uniform(0.5, 5.0), rng.uniform(0.0, 0.8), rng.uniform(0.0, 0.008)
    exposure = rng.uniform(0.8, 1.15)
    (grain,) = rng.spawn(1)  # of its own, so that labels do not depend on the size of the pictures

    def pictures() -> Iterator[NDArray[np.uint8]]:
        motion = performance.motion
        for start in range(0, len(motion.pose), _CHUNK):
            part = Motion(motion.strengths[start : start + _CHUNK], motion.pose[start : start + _CHUNK])
            for picture in renderer.draw(scene, part)[0]:
                yield _sense(picture, noise, blur, exposure + rng.normal(0.0, flicker), grain)
            reporter.progress(f"filming {path.name}", done + start + len(part.pose), total)
            if reporter.stop_requested:
                return

    crf = filming.crf if filming.crf is not None else int(rng.integers(18, 30))
    write_video(path, pictures(), filming.size, filming.fps, crf)


def _sense(picture: NDArray[Any], noise: float, blur: float, exposure: float, rng: np.random.Generator) -> NDArray[Any]:
    """Lens and sensor."""
    if blur > 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), blur)
    values = picture * np.float32(exposure) + np.float32(noise) * rng.standard_normal(picture.shape, np.float32)
    return values.clip(0, 255).astype(np.uint8)


def write_video(path: Path, pictures: Iterator[NDArray[np.uint8]], size: tuple[int, int], fps: int, crf: int) -> None:
    """H.264 in MP4; the file appears under its name when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with av.open(str(partial), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
        stream.gop_size = 2 * fps
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    partial.replace(path)
