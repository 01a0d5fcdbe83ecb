"""`main.py bench spotter`: what a model proposes in videos, as pictures to be judged by eye, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.output import JsonOption, Output, output
from fedn.counted import counted
from fedn.registry import resolve_model

if TYPE_CHECKING:
    from fedn.predictor import VideoPredictor

MODEL = "optical-flow"
STAGES = ("decode", "face", "align", "flow", "backbone")


def spotter(
    videos: Annotated[list[Path], typer.Argument(help="Videos to look at.")],
    figures: Annotated[Path | None, typer.Option(help="Folder for one picture a video.")] = None,
    model: Annotated[str, typer.Option(help="Name or folder of a model.")] = MODEL,
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="Score from which a prediction counts.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder for features, so that they are computed once.")] = None,
    json: JsonOption = False,
) -> None:
    """Proposals a minute, seconds of each stage, and with --figures a picture of signal, proposals and apex frames."""
    with output(json) as out:
        from fedn.predictor import load_predictor

        predictor = load_predictor(resolve_model(model))
        out.document({"videos": [_look_at(video, predictor, figures, threshold, cache, out) for video in videos]})


def _look_at(
    video: Path,
    predictor: VideoPredictor,
    figures: Path | None,
    threshold: float | None,
    cache: Path | None,
    out: Output,
) -> dict[str, Any]:
    from fedn.video.content_key import content_key

    own_cache = cache / content_key(video) if cache is not None else None
    found = predictor.detect(video, cache_dir=own_cache, threshold=threshold, reporter=out.reporter)
    minutes = found.frame_count / found.fps / 60
    result = {
        "video": str(video),
        "frames": found.frame_count,
        "events": len(found.events),
        "events_a_minute": round(len(found.events) / minutes, 1),
        "frames_per_s": round(found.frame_count / found.seconds, 1),
        "stage_seconds": {name: round(seconds, 2) for name, seconds in found.stage_seconds.items()},
    }
    if figures is not None:
        from app.reports.spotter_figure import draw_spotter

        draw_spotter(
            figures / f"{video.name}.png",
            title=f"{video.name}: {counted(len(found.events), 'event')}, {result['events_a_minute']} a minute",
            curves=found.curves,
            labels=found.labels,
            threshold=predictor.info.threshold if threshold is None else threshold,
            events=found.events,
            faces=_faces(video, (f for e in found.events for f in (e.onset, e.onset if e.apex is None else e.apex))),
        )
    # What comes from the cache says nothing about speed.
    stages = {name: seconds for name, seconds in found.stage_seconds.items() if name in STAGES}
    each = ", ".join(f"{name} {1000 * seconds / found.frame_count:.2f}" for name, seconds in stages.items())
    speed = f"{result['frames_per_s']} frames/s (ms a frame: {each})" if stages else "from the cache"
    out.say(
        f"{video.name}: {counted(len(found.events), 'event')} in {minutes * 60:.0f} s, "
        f"{result['events_a_minute']} a minute, {speed}"
    )
    return result


def _faces(video: Path, frames: Iterable[int]) -> dict[int, Any]:
    """The aligned faces of the frames that have one."""
    from fedn.features.extract import aligned_faces
    from fedn.features.optical_flow import one_thread

    wanted = set(frames)
    if not wanted:
        return {}
    with one_thread():
        return {number: crop for number, crop in aligned_faces(video) if number in wanted and crop is not None}
