"""`main.py models replay`: keeps beside a model what it can learn from again, so that nothing is washed out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, output


def replay(
    model: Annotated[str, typer.Argument(help="Name or folder of the model whose backbone sees the people.")],
    data: Annotated[Path, typer.Option(help="Folder of rendered people (main.py synth); not of filmed ones.")],
    out: Annotated[Path | None, typer.Option(help="The file; by default replay.npz in the model's folder.")] = None,
    tier: Annotated[str, typer.Option(help="Name of the tier that is the truth.")] = "expert",
    people: Annotated[int, typer.Option(min=1, help="The most people, drawn at random.")] = 30,
    json: JsonOption = False,
) -> None:
    """Pack the features of rendered people, about 100 kB for a minute of video."""
    with output(json) as spoken:
        import numpy as np

        from fedn.checkpoint import load_model
        from fedn.registry import resolve_model
        from training.config import REPLAY_FILE, DataConfig
        from training.datasets.load import load_samples
        from training.datasets.replay import write_replay

        folder = resolve_model(model)
        backbone = load_model(folder).backbone
        samples = load_samples(DataConfig(folder=str(data), tier=tier), backbone, spoken.reporter)
        subjects = sorted({sample.subject for sample in samples})
        chosen = np.random.default_rng(0).permutation(len(subjects))[:people]
        kept = [sample for place in chosen for sample in samples if sample.subject == subjects[place]]
        path = out if out is not None else folder / REPLAY_FILE
        write_replay(kept, path, backbone)
        events = sum(len(sample.reviewed_events) for sample in kept)
        spoken.document({"file": str(path), "bytes": path.stat().st_size, "people": len(chosen), "events": events})
        spoken.say(f"{path}: {events} events of {len(chosen)} people in {path.stat().st_size / 1e6:.1f} MB")
