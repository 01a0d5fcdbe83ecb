"""`main.py bench`: how fast this machine is, with what each figure is measured against."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.bench_corrections import corrections
from app.commands.bench_faces import faces, rule
from app.commands.bench_methods import methods
from app.commands.bench_project import project
from app.commands.bench_robustness import robustness
from app.commands.bench_spotter import spotter
from app.commands.bench_suppression import suppression
from app.commands.bench_training import coverage, training
from app.commands.bench_window import window
from app.commands.output import JsonOption, output

application = typer.Typer(
    help="Measure decoding, features, a large project and the window, and look at what a spotter proposes.",
    no_args_is_help=True,
)
application.command()(spotter)
application.command()(coverage)
application.command()(training)
application.command()(project)
application.command()(methods)
application.command()(suppression)
application.command()(robustness)
application.command()(window)
application.command()(corrections)
application.command()(faces)
application.command()(rule)
VideoArgument = Annotated[Path, typer.Argument(help="A video to measure with.")]


@application.command()
def features(video: VideoArgument, json: JsonOption = False) -> None:
    """Seconds of each stage, end-to-end frames/s, and the processor's matrix rate measured in the same run."""
    with output(json) as out:
        from fedn.features.speed import measure_stages

        tell(measure_stages(video) | measure_bundled_model(video), out)


@application.command()
def decode(
    video: VideoArgument,
    seeks: Annotated[int, typer.Option(min=1, help="Number of random seeks.")] = 100,
    json: JsonOption = False,
) -> None:
    """Frames/s in order, milliseconds to a random frame, and PyAV alone in the same run."""
    with output(json) as out:
        tell(measure_decoding(video, seeks), out)


def measure_bundled_model(video: Path) -> dict[str, Any]:
    """From file to events with the model that comes along; the other figures are of a backbone that sees 224 pixels."""
    from fedn.checkpoint import load_model
    from fedn.predictors.fedn import FednPredictor
    from fedn.registry import DEFAULT_MODEL, resolve_model

    predictor = FednPredictor(load_model(resolve_model(DEFAULT_MODEL)))
    prediction = predictor.detect(video)
    return {
        "bundled_input_pixels": int(predictor.model.backbone.input_size),
        "bundled_backbone_ms_per_frame": round(1000 * prediction.stage_seconds["backbone"] / prediction.frame_count, 2),
        "bundled_detector_ms_per_frame": round(1000 * prediction.stage_seconds["detector"] / prediction.frame_count, 2),
        "bundled_frames_per_s": round(prediction.frame_count / prediction.seconds, 1),
    }


def measure_decoding(video: Path, seeks: int) -> dict[str, Any]:
    """Decoding in order and at random, beside decoding with nothing around it.

    Raises:
        VideoError: if the video cannot be read.
    """
    import numpy as np

    from fedn.video.reader import open_video

    began = time.perf_counter()
    with open_video(video) as reader:
        scan_s = time.perf_counter() - began
        began = time.perf_counter()
        frames = sum(1 for _ in reader.frames())
        in_order_s = time.perf_counter() - began
        numbers = np.random.default_rng(0).integers(0, frames, seeks)
        seek_ms = []
        for number in numbers.tolist():
            began = time.perf_counter()
            reader.frame(number)
            seek_ms.append(1000 * (time.perf_counter() - began))
        size = f"{reader.width}x{reader.height}"
    result: dict[str, Any] = {
        "video": str(video),
        "size": size,
        "frames": frames,
        "scan_s": round(scan_s, 3),
        "in_order_frames_per_s": round(frames / in_order_s, 1),
        "random_seek_ms_median": round(float(np.median(seek_ms)), 2),
        "random_seek_ms_95": round(float(np.percentile(seek_ms, 95)), 2),
    }
    if video.is_file():
        result["reference_pyav_frames_per_s"] = round(frames / plain_decoding_s(video), 1)
    return result


def plain_decoding_s(video: Path) -> float:
    """Seconds that PyAV needs to decode the file to RGB with nothing around it."""
    import av

    began = time.perf_counter()
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            frame.to_ndarray(format="rgb24")
    return time.perf_counter() - began


def tell(figures: dict[str, Any], out: Any) -> None:
    out.document(figures)
    for name, value in figures.items():
        out.say(f"{name:<32} {value}")
