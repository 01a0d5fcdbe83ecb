"""The benchmark of rendered people: two sizes, named and versioned, the same from the same seed.

"full" has the shape of CAS(ME)^2: 22 subjects, 98 videos of about 2,940 frames, 300 macro-expressions with the paper's
counts of both kinds of labels, very unequal subjects (two show nothing, four own about half), and about 57
micro-expressions. "small" is made likewise for a laptop: 8 subjects, 24 videos of 40 s, 72 expressions, about 14 micro.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from fedn.errors import TrainingError
from fedn.progress import SILENT, Reporter
from training.synthetic.disagreement import draw_feelings
from training.synthetic.film import Filming
from training.synthetic.plan import Plan, PlannedVideo, subject_name
from training.synthetic.renderer import RENDERER_VERSION
from training.synthetic.run import carry_out

BENCHMARK_VERSION = 1
BENCHMARK_SEED = 2017  # the year of CAS(ME)^2
Size = Literal["small", "full"]


@dataclass(frozen=True)
class Shape:
    """`shares`: expressions of each subject; `takes`: videos of each; `frames`: mean and spread of a video's length."""

    shares: tuple[int, ...]
    takes: tuple[int, ...]
    frames: tuple[int, int]
    most_per_video: int
    micro: int


_SHAPES: dict[str, Shape] = {
    "full": Shape(
        shares=(48, 42, 37, 30, 22, 18, 15, 13, 12, 10, 9, 8, 7, 6, 6, 5, 4, 3, 3, 2, 0, 0),
        takes=(5, 5, 5, 5, 5, 5, 5, 5, 5, 5) + (4,) * 12,
        frames=(2940, 700),
        most_per_video=14,
        micro=57,
    ),
    "small": Shape(shares=(21, 15, 12, 9, 7, 4, 4, 0), takes=(3,) * 8, frames=(1200, 120), most_per_video=9, micro=14),
}


def benchmark_name(size: Size) -> str:
    return f"rendered-casme2-{size}-{BENCHMARK_VERSION}"


def plan_benchmark(size: Size, seed: int = BENCHMARK_SEED) -> Plan:
    """Who is filmed how often and how long, and what they show and feel."""
    shape = _SHAPES[size]
    rng = np.random.default_rng([seed, BENCHMARK_VERSION])
    feelings = draw_feelings(sum(shape.shares), rng)
    lengths = _lengths(shape, rng)
    order = rng.permutation(len(shape.shares))  # numbers do not tell who is expressive
    videos: list[PlannedVideo] = []
    for number, person in enumerate(order, start=1):
        takes = shape.takes[person]
        counts = _spread(shape.shares[person], takes, shape.most_per_video, rng)
        for take, count in enumerate(counts, start=1):
            own, feelings = feelings[:count], feelings[count:]
            videos.append(PlannedVideo(number, take, lengths.pop(), 30, tuple(own)))
    total_s = sum(video.frames / video.fps for video in videos)
    filming = Filming(micro_every_s=total_s / shape.micro / 1.35)  # some fall onto macro-expressions and are not shown
    return Plan(seed, filming, "casme2", tuple(videos))


def _lengths(shape: Shape, rng: np.random.Generator) -> list[int]:
    mean, spread = shape.frames
    drawn = rng.normal(mean, spread, sum(shape.takes)).clip(0.4 * mean, 1.5 * mean)
    return [int(frames) for frames in np.rint(drawn * mean / drawn.mean())]


def _spread(count: int, takes: int, most: int, rng: np.random.Generator) -> list[int]:
    """`count` expressions over the videos of a person, at most `most` in one."""
    chances = rng.dirichlet(np.full(takes, 3.0))
    counts = np.zeros(takes, int)
    for _ in range(count):
        free = np.where(counts < most, chances, 0.0)
        counts[rng.choice(takes, p=free / free.sum())] += 1
    return counts.tolist()


def make_benchmark(
    size: Size,
    facekit: Path,
    out: Path,
    seed: int = BENCHMARK_SEED,
    reporter: Reporter = SILENT,
    processes: int = 2,
) -> dict[str, int]:
    """Renders the benchmark, with splits.json (leave one subject out), SHA256SUMS and a card. {} if it was stopped.

    Raises:
        TrainingError: as `carry_out`.
    """
    plan = plan_benchmark(size, seed)
    named = {"benchmark": {"name": benchmark_name(size), "version": BENCHMARK_VERSION, "size": size}}
    counts = carry_out(plan, facekit, out, reporter, processes, named)
    if not counts:
        return {}
    splits = [{"held_out": subject_name(number), "train": _others(plan, number)} for number in plan.subjects]
    (out / "splits.json").write_text(json.dumps({"leave_one_subject_out": splits}, indent=1) + "\n", encoding="utf-8")
    (out / "CARD.md").write_text(_card(size, plan, counts), encoding="utf-8")
    write_checksums(out, plan)
    return counts


def _others(plan: Plan, held_out: int) -> list[str]:
    return [subject_name(number) for number in plan.subjects if number != held_out]


def write_checksums(out: Path, plan: Plan) -> None:
    """SHA256SUMS as `sha256sum -c` reads it: labels and splits first, which are the same everywhere."""
    files = ["labels.csv", "splits.json", *(video.file.as_posix() for video in plan.videos)]
    lines = [f"{file_checksum(out / file)}  {file}" for file in files]
    (out / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def file_checksum(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise TrainingError(f"{path} cannot be read for its checksum: {error}") from error


def _card(size: Size, plan: Plan, counts: dict[str, int]) -> str:
    shape: Any = _SHAPES[size]
    frames = [video.frames for video in plan.videos]
    return f"""# {benchmark_name(size)}

Rendered long face videos with the labels of an expert and of the subjects. Nobody in them exists.

| | |
|---|---|
| made by | `main.py synth --benchmark {size} --seed {plan.seed}`, renderer {RENDERER_VERSION} |
| subjects, videos | {counts["subjects"]}, {counts["videos"]} |
| frames | {counts["frames"]:,}: {min(frames):,} to {max(frames):,} a video, 30 a second, 320 x 320 |
| macro-expressions | {sum(shape.shares)}, from {min(shape.shares)} to {max(shape.shares)} a subject |
| tiers | `expert` (positive, surprise, negative, others; macro and micro), `self-report` (ten words; macro) |
| splits | `splits.json`: leave one subject out |
| checksums | `SHA256SUMS`; labels and splits are the same on every machine, videos on the same machine |

**Labels.** Onset, apex and offset come from the strengths that were rendered; the expert's boundaries are off by one or
two frames, the subject's by two or three. The counts of both kinds of labels follow CAS(ME)^2. Events have FACS
intensities A to E. Blinks, gaze, speech, chewing, yawns, head turns, hands at the face and raised brows that mean
nothing have no labels.

**Limits.** The expressions are prototypes with variants: a model that is good here is good at these, not at people.
Hair, cloth and hands are simple. The disagreement of expert and subject is drawn from counts; a person's reasons for
it are not modeled.

**Credits.** Rendered from the ICT Face Model Light (USC Institute for Creative Technologies, MIT licence).
"""
