"""`main.py bench coverage` and `bench training`: what the network could learn from a table, and how fast it does."""

from __future__ import annotations

import json as json_text
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.output import JsonOption, output
from fedn.errors import FormatError

if TYPE_CHECKING:
    from fedn.annotation.event import Event

ENCODINGS = {"stride anchors": "faithful", "macro anchors": "macro"}
TAIL_FRAMES = 64


def coverage(
    labels: Annotated[Path, typer.Option(help="Event table (CSV) of the truth.")],
    tier: Annotated[str, typer.Option(help="Use only rows of this tier.")] = "",
    step: Annotated[int, typer.Option(min=1, help="Frames from one window to the next.")] = 32,
    fps: Annotated[float, typer.Option(min=1, help="Frame rate of the table's frames.")] = 30.0,
    json: JsonOption = False,
) -> None:
    """How well anchors and locations cover the macro-expressions of a table (no network is run)."""
    with output(json) as out:
        from app.commands.evaluate import read_table
        from fedn.model_config import named_config
        from training.coverage import coverage as measure

        spans, counts = _spans(read_table(labels, tier).events, labels, 30.0 / fps)
        rows = {
            name: measure(spans, counts, named_config(network, 1), step).to_json()
            for name, network in ENCODINGS.items()
        }
        out.document({"labels": str(labels), "step": step, "encodings": rows})
        out.say(f"{'':<28}" + "".join(f"{name:>16}" for name in rows))
        for key in next(iter(rows.values())):
            values = [row[key] for row in rows.values()]
            out.say(f"{key:<28}" + "".join(f"{value:>16.3f}" if value % 1 else f"{value:>16.0f}" for value in values))


def training(
    network: Annotated[str, typer.Option(help="FEDN network by name.")] = "macro",
    batch: Annotated[int, typer.Option(min=1, help="Windows in a step on cached features.")] = 16,
    full_batch: Annotated[int, typer.Option(min=1, help="Windows in a step that looks at pictures.")] = 4,
    steps: Annotated[int, typer.Option(min=1, help="Steps on cached features that are timed.")] = 8,
    full_steps: Annotated[int, typer.Option(min=1, help="Steps with pictures that are timed.")] = 2,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads, 0 for torch's choice.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    stages: Annotated[bool, typer.Option(help="Also the stages of a step beside the processor's matrix rate.")] = False,
    json: JsonOption = False,
) -> None:
    """Windows/s, memory and waiting of training on cached features, without that cache, and with the backbone."""
    with output(json) as out:
        import torch

        from app.commands.bench import tell
        from fedn.features.backbone_runtime import pick_device
        from training.speed import measure_training
        from training.speed_scopes import measure_scopes

        if threads:
            torch.set_num_threads(threads)
        with TemporaryDirectory() as folder:
            figures = measure_scopes(
                Path(folder),
                network,
                batch=batch,
                full_batch=full_batch,
                steps=steps,
                full_steps=full_steps,
                device=pick_device(device),
            )
        if stages:
            figures["stages"] = measure_training(network, batch=batch, steps=steps)
        tell(figures, out)


def _spans(events: dict[str, list[Event]], labels: Path, scale: float) -> tuple[dict[str, Any], dict[str, int]]:
    """Intervals and lengths in frames at 30 fps by video; lengths are the manifest's if there is one."""
    import numpy as np

    counts = _frame_counts(labels.parent / "manifest.json")
    macros = {name: [event for event in own if event.kind == "macro"] for name, own in events.items()}
    if not any(macros.values()):
        raise FormatError(f"{labels} has no macro-expressions; choose another table or tier")
    spans, lengths = {}, {}
    for name, own in macros.items():
        rows = [(event.onset * scale, (event.offset + 1) * scale) for event in own]
        spans[name] = np.array(rows, dtype=np.float64).reshape(-1, 2)
        least = int(max((stop for _, stop in rows), default=0)) + 1
        lengths[name] = max(least, round(counts.get(name, least + TAIL_FRAMES) * scale))
    return spans, lengths


def _frame_counts(manifest: Path) -> dict[str, int]:
    if not manifest.is_file():
        return {}
    counts: dict[str, int] = defaultdict(int)
    for entry in json_text.loads(manifest.read_text(encoding="utf-8")).get("videos", []):
        counts[Path(entry["file"]).name] = int(entry.get("frames", 0))
    return counts
