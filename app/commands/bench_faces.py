"""`main.py bench faces`: a backbone's strengths on real faces beside those of an independent witness."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.output import JsonOption, Output, output

VideosArgument = Annotated[list[Path], typer.Argument(help="Videos of real people.")]
BlendshapesOption = Annotated[
    Path, typer.Option(help="Folder with a CSV a video, from training/real_faces/mediapipe_blendshapes.py.")
]


def faces(
    videos: VideosArgument,
    blendshapes: BlendshapesOption,
    weights: Annotated[Path, typer.Option(help="What `pretrain backbone` wrote.")],
    facekit: Annotated[Path, typer.Option(help="The packed face model, which names the strengths.")],
    json: JsonOption = False,
) -> None:
    """Correlation within each clip, by group of expressions, and the medians over the clips."""
    with output(json) as out:
        from training.real_faces.agreement import correlations, load_expression_net, medians, predicted_strengths
        from training.real_faces.blendshapes import group_strengths, read_blendshapes
        from training.synthetic.facekit import read_facekit

        network, names = load_expression_net(weights), read_facekit(facekit).names
        witnesses = {video: read_blendshapes(blendshapes / f"{video.stem}.csv") for video in videos}
        found: dict[str, dict[str, float | None]] = {}
        for video, witness in witnesses.items():
            strengths = predicted_strengths(video, network, out.reporter)
            found[video.name] = correlations(group_strengths(strengths, names), witness)
        _tell(found, medians(found.values()), out)


def rule(
    videos: VideosArgument,
    blendshapes: BlendshapesOption,
    table: Annotated[Path, typer.Option("--out", help="The event table (CSV) to write.")],
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Excess over the video's median.")] = 0.3,
    json: JsonOption = False,
) -> None:
    """Events by a threshold on the witness alone, as an event table for `evaluate`: what a model has to beat."""
    with output(json) as out:
        from fedn.annotation.formats.content import TierEvents, VideoEvents
        from fedn.annotation.formats.event_csv import write_event_csv
        from fedn.annotation.tier import Source
        from training.real_faces.blendshapes import read_blendshapes
        from training.real_faces.rule import events_by_rule

        found = [
            (video, events_by_rule(read_blendshapes(blendshapes / f"{video.stem}.csv"), threshold)) for video in videos
        ]
        tier = f"rule {threshold:g}"
        write_event_csv(
            table,
            [
                VideoEvents(video.name, "", 0, 0.0, (TierEvents(tier, Source.DETECTOR, "", tuple(events)),))
                for video, events in found
            ],
        )
        out.document({"out": str(table), "events": {video.name: len(events) for video, events in found}})
        for video, events in found:
            out.say(f"{video.name:<52} {len(events)}")


def _tell(clips: dict[str, dict[str, float | None]], middle: dict[str, float | None], out: Output) -> None:
    document: dict[str, Any] = {"clips": clips, "medians": middle}
    out.document(document)
    out.say(f"{'':<52}" + "".join(f"{group:>17}" for group in middle))
    for name, values in [*clips.items(), ("median", middle)]:
        out.say(f"{name:<52}" + "".join(f"{'-' if value is None else value:>17}" for value in values.values()))
