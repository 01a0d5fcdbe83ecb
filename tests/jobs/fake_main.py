"""Speaks as `main.py detect` and `main.py retrain` do, without a network: `--model` names how it behaves."""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from fedn.progress import Record, Reporter, stdout_reporter
from training.control import Control
from training.run_life import live_run


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


def measure() -> None:
    reporter = stdout_reporter()
    reporter.progress("Measuring steps", 10, 300)
    if option("--scope") == "full":
        time.sleep(60)
    speeds = {"windows_per_s": 2.0, "windows_per_reviewed_s": 1.0, "most_windows": 320, "looking_fps": 50.0}
    reporter.result(**speeds, detecting_fps=0.0, refreshing_fps=0.0, device="cpu", scope="detector")


def retrain() -> None:
    """Takes steps of a twentieth of a second; the tier names what happens."""
    if "--measure" in sys.argv:
        measure()
        return
    run, resume = Path(option("--out")), "--resume" in sys.argv
    tier, epochs = ("resumed", 3) if resume else (option("--tier"), int(option("--epochs")))
    if tier == "refused":
        sys.exit("nothing is reviewed yet; mark it as reviewed")
    control = Control()
    with live_run(run, Reporter(), control, resume=resume) as reporter:
        for name in ("config.toml", "labels.json"):
            (run / name).touch()
        for epoch in range(1, epochs + 1):
            control.check(reporter)
            if control.stop_requested:
                reporter.stopped = True
                break
            reporter.progress(f"Epoch {epoch} of {epochs}", epoch, epochs, stage="training", epochs=epochs)
            reporter.progress(f"Epoch {epoch} of {epochs}", epoch, epochs, stage="epoch", epoch=epoch, loss=1 / epoch)
            time.sleep(0.05)
            if tier == "memory" and epoch == 5:
                reporter.warn("memory was not enough for the batch, which is halved", parts=2)
            if tier == "dies" and epoch == 3:
                print("CUDA error: device-side assert triggered", file=sys.stderr, flush=True)
                os.abort()
            if tier == "full" and epoch == 3:
                raise OSError(errno.ENOSPC, "No space left on device", str(run / "last.safetensors"))
        figures = {"n_truth": 5, "spotting": {"f1": 0.5}}
        more = {"held_out": ["s1"], "before": figures, "after": figures, "run": str(run)}
        reporter.result("The new model is ready", model="study-v2", parent="fedn-base", **more)


if __name__ == "__main__":
    {"detect": detect, "retrain": retrain}[sys.argv[1]]()
