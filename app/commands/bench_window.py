"""`main.py bench window`: the window against its budgets, each figure beside what it cannot go below."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.output import JsonOption, output

PARTS = ("player", "timeline", "editing", "detecting", "training")


def window(
    part: Annotated[str, typer.Option(help="player, timeline, editing, detecting, training or all.")] = "all",
    seconds: Annotated[float, typer.Option(min=1, help="How long the player plays, and jobs are watched.")] = 60.0,
    seeks: Annotated[int, typer.Option(min=1, help="Number of random frames.")] = 100,
    folder: Annotated[
        Path | None, typer.Option(help="Where up to a gigabyte of videos is made; it is removed again.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Opening, seeking, stepping, playing and painting in the real window, and OpenCV's seeking in the same run."""
    if part not in (*PARTS, "all"):
        raise typer.BadParameter(f"choose {', '.join(PARTS)} or all", param_hint="--part")
    with output(json) as out:
        figures = measure_window(part, seconds, seeks, folder)
        out.document(figures)
        for name, values in figures.items():
            _tell(name, values, out)


def measure_window(part: str, seconds: float, seeks: int, folder: Path | None) -> dict[str, Any]:
    """The figures of each part; the load of the machine before and after stands beside them."""
    no_screen = not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if no_screen and sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.startup import make_application

    make_application()
    figures: dict[str, Any] = {"load_before": _load()}
    if part in ("player", "all"):
        from app.commands.window_benchmarks.player import measure_player

        figures["player"] = measure_player(seconds, seeks, folder)
    if part in ("timeline", "all"):
        from app.commands.window_benchmarks.timeline import measure_timeline

        figures["timeline"] = measure_timeline()
    if part in ("editing", "all"):
        from app.commands.window_benchmarks.editing import measure_editing

        figures["editing"] = measure_editing()
    if part in ("detecting", "all"):
        from app.commands.window_benchmarks.detecting import measure_detecting

        figures["detecting"] = measure_detecting(seconds, folder)
    if part in ("training", "all"):
        from app.commands.window_benchmarks.training import measure_training

        figures["training"] = measure_training(seconds, folder)
    return figures | {"load_after": _load()}


def _load() -> float | None:
    """Processes that wait for a processor, over the last minute; None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _tell(name: str, values: Any, out: Any, indent: int = 0) -> None:
    if not isinstance(values, dict):
        out.say(f"{' ' * indent}{name:<{40 - indent}} {values}")
        return
    out.say(f"{' ' * indent}{name}")
    for inner, value in values.items():
        _tell(inner, value, out, indent + 2)
