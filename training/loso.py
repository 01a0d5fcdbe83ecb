"""Leave one subject out: every subject is held out once, in processes side by side. What is finished is not done again.

    OUT/plan.json           the recipe and who is held out in which fold
    OUT/fold-<n>/run/       the run folder of the fold's training
    OUT/fold-<n>/held-out.json   what its model found on those held out: the fold is finished

Every fold trains for the recipe's number of epochs on everybody else and keeps the averaged weights of the last one:
who is held out has no say in when to stop or from which score on a prediction counts.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from fedn.annotation.thresholds import ThresholdCounts, threshold_counts
from fedn.cost import CountsCost, window_cost
from fedn.errors import FednError, TrainingError
from fedn.model_info import write_atomically
from fedn.predictor import load_predictor
from fedn.predictors.fedn import FednPredictor
from fedn.progress import SILENT, Cancelled, Record, Reporter
from training.config import TrainingConfig, config_from_toml
from training.datasets.load import load_samples
from training.datasets.sample import Sample
from training.evaluation import IOU, Predicted, predict
from training.learner import pretrained_backbone
from training.run import MODEL, train
from training.run_folder import BEST, LAST
from training.splits import folds
from training.start import feature_source, starting_model

PLAN, FINISHED, FAILED = "plan.json", "held-out.json", "failure.txt"
POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """`held_out` has the subjects of each fold."""

    recipe: TrainingConfig
    held_out: tuple[tuple[str, ...], ...]

    def write(self, out: Path) -> None:
        content = {"recipe": self.recipe.to_toml(), "held_out": [list(names) for names in self.held_out]}
        write_atomically(out / PLAN, json.dumps(content, ensure_ascii=False, indent=1).encode())

    @classmethod
    def read(cls, out: Path) -> Plan:
        try:
            content = json.loads((out / PLAN).read_text(encoding="utf-8"))
            return cls(config_from_toml(content["recipe"]), tuple(tuple(names) for names in content["held_out"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainingError(f"{out / PLAN} cannot be read ({error}); choose another folder") from None

    def config(self, number: int) -> TrainingConfig:
        """The training of one fold."""
        data = replace(self.recipe.data, held_out=self.held_out[number], validation=(), validation_share=0.0)
        return replace(self.recipe, data=data)


def fold_folder(out: Path, number: int) -> Path:
    return out / f"fold-{number + 1}"


def run_loso(
    recipe: TrainingConfig, out: Path, *, groups: int = 0, workers: int = 1, reporter: Reporter = SILENT
) -> Plan:
    """Trains and measures all folds that are not finished in `out`.

    Args:
        groups: number of groups of subjects to hold out, 0 for every subject alone.
        workers: processes at a time; the processor's cores are shared among them.

    Raises:
        TrainingError: if the folder holds folds of another recipe, there are too few subjects, or a fold failed.
        Cancelled: if it was asked to stop; what is unfinished goes on from its last checkpoint the next time.
    """
    source = feature_source(recipe, starting_model(recipe)) if recipe.kind == "fedn" else pretrained_backbone(recipe)
    samples = load_samples(recipe.data, source, reporter)
    plan = Plan(recipe, tuple(folds(samples, groups, recipe.seed)))
    del samples
    if (out / PLAN).is_file():
        there = Plan.read(out)
        if there.recipe.to_toml() != recipe.to_toml() or there.held_out != plan.held_out:
            raise TrainingError(f"{out} holds folds of another recipe or of other people; choose a new folder")
    else:
        plan.write(out)
    _Workers(plan, out, workers, reporter).run()
    return plan


class _Workers:
    def __init__(self, plan: Plan, out: Path, count: int, reporter: Reporter) -> None:
        self._plan, self._out, self._count, self._reporter = plan, out, count, reporter
        self._threads = max(1, (os.cpu_count() or 1) // count)
        self._spawn = multiprocessing.get_context("spawn")
        self._running: dict[int, BaseProcess] = {}

    def run(self) -> None:
        total = range(len(self._plan.held_out))
        waiting = [number for number in total if not (fold_folder(self._out, number) / FINISHED).is_file()]
        finished = len(total) - len(waiting)
        try:
            while waiting or self._running:
                while waiting and len(self._running) < self._count:
                    number = waiting.pop(0)
                    self._running[number] = self._start(number)
                finished += self._ended()
                self._tell(finished)
                if self._reporter.stop_requested:
                    raise Cancelled
        finally:
            for process in self._running.values():
                process.terminate()
            for process in self._running.values():
                process.join()

    def _start(self, number: int) -> BaseProcess:
        fold_folder(self._out, number).mkdir(parents=True, exist_ok=True)
        (fold_folder(self._out, number) / FAILED).unlink(missing_ok=True)
        process = self._spawn.Process(target=work_fold, args=(self._out, number, self._threads), daemon=True)
        process.start()
        return process

    def _ended(self) -> int:
        """Waits a moment; how many folds have ended in it."""
        next(iter(self._running.values())).join(POLL_S)
        ended = [number for number, process in self._running.items() if not process.is_alive()]
        for number in ended:
            del self._running[number]
            if not (fold_folder(self._out, number) / FINISHED).is_file():
                failed = fold_folder(self._out, number) / FAILED
                text = failed.read_text(encoding="utf-8") if failed.is_file() else "its process was ended"
                who = ", ".join(self._plan.held_out[number])
                raise TrainingError(f"the fold that holds out {who} failed: {text}; start again to go on")
        return len(ended)

    def _tell(self, finished: int) -> None:
        shares = [_share_done(fold_folder(self._out, number)) for number in self._running]
        total = len(self._plan.held_out)
        text = f"{finished} of {total} folds are finished, {len(self._running)} running"
        self._reporter.progress(text, round(1000 * (finished + sum(shares))), 1000 * total, stage="folds")


def _share_done(folder: Path) -> float:
    """How much of its training a fold has done, in [0, 1], from the last line of its records."""
    path = folder / "run" / "events.jsonl"
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4096))
            last = file.read().decode(errors="replace").splitlines()[-1]
    except (OSError, IndexError):
        return 0.0
    record = Record.from_line(last)
    is_training = record is not None and record.total and record.data.get("stage") in ("training", "epoch")
    return record.done / record.total if record is not None and is_training else 0.0


def work_fold(out: Path, number: int, threads: int) -> None:
    """One fold, in a process of its own, which ends when the one that started it does."""
    import torch

    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(threads)
    folder = fold_folder(out, number)
    try:
        train_fold(Plan.read(out), number, folder)
    except FednError as error:
        (folder / FAILED).write_text(str(error), encoding="utf-8")
    except Exception as error:
        (folder / FAILED).write_text(f"an error of the program itself: {error!r}", encoding="utf-8")
        raise


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def train_fold(plan: Plan, number: int, folder: Path) -> None:
    """Trains one fold, or goes on with it, and writes what its model finds on those held out."""
    config = plan.config(number)
    watcher = _Watcher(folder / "epochs")
    resume = (folder / "run" / "config.toml").is_file()
    report = train(config, folder / "run", resume=resume, watch=watcher)
    held_out = [sample for sample in report.samples if sample.subject in plan.held_out[number]]
    predictor = load_predictor(folder / "run" / MODEL, config.device)
    found = predict(predictor, held_out)
    cost = predictor.cost() if isinstance(predictor, CountsCost) else None
    gflop = None
    if isinstance(predictor, FednPredictor):
        network, pixels = predictor.model.detector.config, int(predictor.model.backbone.input_size)
        gflop = window_cost(network, pixels).cached_flop / 1e9
    content: dict[str, Any] = {
        "subjects": list(plan.held_out[number]),
        "parameters": cost.parameters if cost else None,
        "gflop": gflop,
        "videos": [_video_row(sample, found) for sample in held_out],
        "epochs": watcher.kept(),
    }
    write_atomically(folder / FINISHED, json.dumps(content, ensure_ascii=False).encode())
    for checkpoint in (LAST, BEST):
        (folder / "run" / checkpoint).unlink(missing_ok=True)


def _video_row(sample: Sample, found: Predicted) -> dict[str, Any]:
    index = sample.frame_index
    row: dict[str, Any] = {"video": sample.video, "subject": sample.subject, "path": str(sample.path or "")}
    row |= {"frames": index.frame_count, "fps": index.fps}
    for name, events in (("truth", found.truth), ("events", found.events), ("candidates", found.candidates)):
        row[name] = [[e.onset, e.apex, e.offset, e.label, e.score] for e in events[sample.video]]
    return row


class _Watcher:
    """Measures those held out after every epoch: counts at each threshold, for the protocols that choose on them.

    Each epoch is a file of its own, so that a fold that was interrupted has those from before.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, epoch: int, held_out: Callable[[], Predicted]) -> None:
        found = held_out()
        counts = {name: counts_to_json(video_counts(found, name)) for name in found.truth}
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._folder / f"{epoch + 1}.json", json.dumps(counts).encode())

    def kept(self) -> dict[str, Any]:
        files = sorted(self._folder.glob("*.json"), key=lambda path: int(path.stem)) if self._folder.is_dir() else []
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def video_counts(found: Predicted, name: str) -> ThresholdCounts:
    """Counts at each threshold over one video."""
    return threshold_counts({name: found.truth[name]}, {name: found.events[name]}, IOU)


def counts_to_json(counts: ThresholdCounts) -> dict[str, Any]:
    return {"true": counts.true_count, "hits": counts.hits.tolist(), "predicted": counts.predicted.tolist()}
