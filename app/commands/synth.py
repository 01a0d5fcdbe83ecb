"""`main.py synth`: rendered long videos with the labels of an expert and of the subject."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, Output, RecordsOption, output
from fedn.errors import FednError


class BenchmarkSize(StrEnum):
    SMALL = "small"
    FULL = "full"


def synth(
    facekit: Annotated[Path, typer.Option(help="The packed face model (ict_facekit.npz).")],
    out: Annotated[Path, typer.Option(help="Folder for the videos, labels.csv and manifest.json.")],
    subjects: Annotated[int, typer.Option(min=1, help="Number of rendered people.")] = 4,
    videos_per_subject: Annotated[int, typer.Option(min=1, help="Number of videos of each.")] = 1,
    seconds: Annotated[float, typer.Option(min=2, help="Length of a video.")] = 60.0,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed gives the same people and expressions; 0 unless given.")
    ] = None,
    first_subject: Annotated[int, typer.Option(min=1, help="Number of the first person; others are other people.")] = 1,
    benchmark: Annotated[
        BenchmarkSize | None,
        typer.Option(help="The benchmark instead: full (22 subjects, 98 videos) or small (8 subjects, 24 videos)."),
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes that draw at the same time.")] = 1,
    fps: Annotated[int, typer.Option(min=0, max=120, help="Pictures a second; 0: 25, 30, 50 or 60 by video.")] = 30,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Render long videos of people who do not exist, with exact labels. A run that was stopped goes on."""
    with output(json, records, what="Rendering") as spoken:
        if not facekit.is_file():
            raise FednError(f"there is no face model {facekit}; give the path of ict_facekit.npz")
        if benchmark is not None:
            _benchmark(benchmark, facekit, out, seed, processes, spoken)
            return
        from training.synthetic.film import Filming
        from training.synthetic.run import main_synth

        clock = _Clock()
        counts = main_synth(
            facekit,
            out,
            subjects,
            videos_per_subject,
            seconds,
            seed or 0,
            spoken.reporter,
            Filming(fps=fps or None),
            first_subject,
            processes,
        )
        videos = subjects * videos_per_subject
        speed = clock.speed(counts)
        spoken.document({"out": str(out), "subjects": subjects, "videos": videos, "seed": seed or 0, **speed})
        spoken.say(f"{videos} videos of {subjects} subjects in {out}{_said(speed)}")


def _benchmark(size: BenchmarkSize, facekit: Path, out: Path, seed: int | None, processes: int, spoken: Output) -> None:
    from training.synthetic.benchmark import BENCHMARK_SEED, benchmark_name, make_benchmark

    used = BENCHMARK_SEED if seed is None else seed
    clock = _Clock()
    counts = make_benchmark(size.value, facekit, out, used, spoken.reporter, processes)
    speed = clock.speed(counts)
    name = benchmark_name(size.value)
    spoken.document({"out": str(out), "benchmark": name, "seed": used, **counts, **speed})
    if counts:
        spoken.say(f"{name}: {counts['videos']} videos of {counts['subjects']} subjects in {out}{_said(speed)}")


class _Clock:
    """Time since it was made, of this process and of those it has waited for."""

    def __init__(self) -> None:
        self._begin = os.times()

    def speed(self, counts: dict[str, int]) -> dict[str, float]:
        """Frames a second by the wall clock, and processor time a frame, start of the processes included."""
        begin, end, frames = self._begin, os.times(), counts.get("frames", 0)
        if not frames:
            return {}
        spent_s = sum(end[:4]) - sum(begin[:4])
        return {
            "frames_per_s": round(frames / max(end.elapsed - begin.elapsed, 1e-9), 1),
            "processor_ms_per_frame": round(1000 * spent_s / frames, 2),
        }


def _said(speed: dict[str, float]) -> str:
    if not speed:
        return ""
    return f" ({speed['frames_per_s']:g} frames/s, {speed['processor_ms_per_frame']:g} ms of processor time a frame)"
