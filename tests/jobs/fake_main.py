"""Speaks as `main.py detect` and `main.py retrain` do, without a network: `--model` names how it behaves."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from fedn.progress import Record, Reporter, stdout_reporter


def option(name: str) -> str:
    return sys.argv[sys.argv.index(name) + 1]


def detect() -> None:
    reporter, behavior = stdout_reporter(), Path(option("--model")).name
    reporter.report(Record("started", "Detecting"))
    if behavior == "no-model":
        print("there is no model here; choose another", file=sys.stderr)
        sys.exit(2)
    videos = sys.argv[sys.argv.index("--") + 1 :]
    for number, video in enumerate(videos):
        reporter.progress("features", 50, 100, video=video)
        if behavior == "slow":
            time.sleep(60)
        if behavior == "obeys":
            obey(reporter, video)
        if behavior == "dies-once" and number == 0 and len(videos) > 1:
            sys.exit(7)
        if behavior == "refuses" and number == 0:
            reporter.warn("this video has no pictures; choose another", video=video, failed=True)
            continue
        offset = 99999 if behavior == "wrong" else 40
        events = [{"onset": 10, "apex": 20, "offset": offset, "label": "fear", "score": 0.75}]
        reporter.result("1 event", video=video, frames=120, fps=30.0, faces=120, events=events)
        if behavior == "dies":
            sys.exit(7)
    reporter.report(Record("finished", "done"))


def obey(reporter: Reporter, video: str) -> None:
    """Says what it hears until it may go on."""
    for line in iter(sys.stdin.readline, ""):
        reporter.progress(f"heard {line.strip()}", 60, 100, video=video)
        if line.strip() == "cancel":
            sys.exit(130)
        if line.strip() == "resume":
            return


def retrain() -> None:
    reporter, epochs = stdout_reporter(), int(option("--epochs"))
    words = iter(sys.stdin.readline, "")
    for epoch in range(1, epochs + 1):
        reporter.progress(f"Epoch {epoch} of {epochs}", epoch, epochs, stage="epoch", epoch=epoch, loss=1 / epoch)
        if epochs > 100 and next(words).strip() == "stop":
            break
    figures = {"n_truth": 5, "spotting": {"f1": 0.5}}
    reporter.result("The new model is ready.", model="study-v2", held_out=["s1"], before=figures, after=figures)


if __name__ == "__main__":
    {"detect": detect, "retrain": retrain}[sys.argv[1]]()
