"""Every method on the same people: trains the rows of a comparison one after the other and measures each on subjects
that none of them has seen. What is finished is not done again."""

from __future__ import annotations

import csv
import io
import json
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from fedn.annotation.event import Event
from fedn.annotation.formats.event_csv import EventRow, event_rows, read_event_table, write_event_table
from fedn.annotation.metrics import evaluate
from fedn.cost import CountsCost
from fedn.errors import FednError, TrainingError
from fedn.model_info import write_atomically
from fedn.predictor import VideoPredictor, load_predictor
from fedn.predictors.cascade import write_cascade
from fedn.progress import SILENT, Reporter
from fedn.registry import resolve_model
from training.config import read_config, with_settings
from training.control import Control
from training.run import MODEL, train

RECIPES = Path(__file__).parent / "recipes"
RESULT = "result.json"
NUMBERS = ("spotting_f1", "spotting_map", "recognition_f1", "detection_map")


@dataclass(frozen=True, slots=True)
class Method:
    """A row: trained from a recipe, combined from two other rows, or a model that needs no training.

    Attributes:
        name: of the row.
        recipe: a file of training/recipes, with `settings` as `--set` gives them.
        cascade: names of the row that spots and of the row that recognizes.
        model: name or folder of a model that is there already.
        shown: False for what only serves other rows.
        labels: False if it only spots; its recognition and detection are then left empty.
    """

    name: str
    recipe: str = ""
    settings: tuple[str, ...] = ()
    cascade: tuple[str, ...] = ()
    model: str = ""
    shown: bool = True
    labels: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What one row measured with one seed. Scores in [0, 1]; `gflop` for a second of video at 30 frames/s,
    0 where a method is not made of matrix products; `frames_per_s` 0 if it was not measured."""

    name: str
    seed: int
    spotting_f1: float
    spotting_map: float
    recognition_f1: float | None
    detection_map: float | None
    precision: float
    recall: float
    parameters: int
    gflop: float
    frames_per_s: float
    training_s: float
    threshold: float


@dataclass(frozen=True, slots=True)
class TestSet:
    """Videos of subjects that nothing is trained or chosen on, and their true macro-expressions by video name."""

    videos: Mapping[str, Path]
    subjects: Mapping[str, str]
    truth: Mapping[str, list[Event]]

    __test__ = False

    @classmethod
    def read(cls, folder: Path, tier: str = "expert") -> TestSet:
        """A folder that `main.py synth` has written.

        Raises:
            TrainingError: if it is none.
        """
        try:
            entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["videos"]
            videos = {Path(entry["file"]).name: folder / entry["file"] for entry in entries}
            subjects = {Path(entry["file"]).name: str(entry["subject"]) for entry in entries}
        except (OSError, ValueError, KeyError, TypeError):
            raise TrainingError(f"{folder} is not a data set; make one with “main.py synth”") from None
        truth: dict[str, list[Event]] = {name: [] for name in videos}
        for row in read_event_table(folder / "labels.csv"):
            if row.tier == tier and row.event.kind == "macro" and row.video in truth:
                truth[row.video].append(row.event)
        return cls(videos, subjects, truth)


def read_methods(path: Path) -> list[Method]:
    """The rows of a comparison's TOML file.

    Raises:
        TrainingError: if it is wrong.
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["method"]
        known = {entry.name for entry in fields(Method)}
        if unknown := {key for row in rows for key in row} - known:
            raise TrainingError(f"{path} has an unknown entry “{min(unknown)}”; known are {', '.join(sorted(known))}")
        methods = [_method(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{path} is not a comparison: {error}") from None
    names = {method.name for method in methods}
    for method in methods:
        if bool(method.recipe) + bool(method.cascade) + bool(method.model) != 1:
            raise TrainingError(f"“{method.name}” in {path} needs exactly one of recipe, cascade and model")
        if missing := set(method.cascade) - names:
            raise TrainingError(f"“{method.name}” in {path} combines “{min(missing)}”, which is not there")
    return methods


def _method(row: Mapping[str, Any]) -> Method:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Method(**values)


@dataclass
class Comparison:
    """Runs the rows in `out / seed-<n> / <row>`; a row whose result is there is left as it is.

    Attributes:
        data: the folder that is trained on.
        settings: `--set` settings for every recipe, such as fewer epochs.
        times: whether the speed from file to events is measured, which takes longer than everything else.
    """

    methods: Sequence[Method]
    data: Path
    test: TestSet
    out: Path
    settings: Sequence[str] = ()
    device: str = "auto"
    reporter: Reporter = SILENT
    control: Control = field(default_factory=Control)
    times: bool = True

    def run(self, seed: int, only: Sequence[str] = ()) -> list[Result]:
        """All rows with one seed, or those named."""
        results = []
        for method in self.methods:
            if not only or method.name in only:
                result = self._result(method, seed)
                results += [result] if result is not None else []
        return results

    def _folder(self, name: str, seed: int) -> Path:
        return self.out / f"seed-{seed}" / "".join(letter if letter.isalnum() else "-" for letter in name)

    def _result(self, method: Method, seed: int) -> Result | None:
        folder = self._folder(method.name, seed)
        done = folder / RESULT
        if done.is_file():
            return Result(**json.loads(done.read_text(encoding="utf-8")))
        model = self._model(method, seed)
        if not method.shown:
            return None
        result = self._measure(method, seed, model)
        write_atomically(done, json.dumps(asdict(result), indent=1).encode())
        return result

    def _model(self, method: Method, seed: int) -> Path:
        folder = self._folder(method.name, seed)
        if method.model:
            return resolve_model(method.model)
        if method.cascade:
            spotter, recognizer = (self._model(self._named(name), seed) for name in method.cascade)
            return write_cascade(folder / MODEL, spotter=spotter, recognizer=recognizer, name=method.name)
        if not (folder / MODEL / "model.toml").is_file():
            self.reporter.progress(f"Training {method.name}, seed {seed}", 0, 1, stage="row")
            settings = [*self.settings, *method.settings, f"seed={seed}", f"data.folder={json.dumps(str(self.data))}"]
            config = with_settings(read_config(RECIPES / method.recipe), [*settings, f"device={self.device}"])
            began = time.perf_counter()
            train(config, folder, self.reporter, self.control, resume=(folder / "config.toml").is_file())
            write_atomically(folder / "training_s", str(time.perf_counter() - began).encode())
        return folder / MODEL

    def _named(self, name: str) -> Method:
        return next(method for method in self.methods if method.name == name)

    def _measure(self, method: Method, seed: int, model: Path) -> Result:
        predictor = load_predictor(model, self.device)
        events, candidates = self._predict(predictor, method, self._folder(method.name, seed))
        found = evaluate(self.test.truth, events, candidates=candidates)
        cost = predictor.cost() if isinstance(predictor, CountsCost) else None
        spent = self._folder(method.name, seed) / "training_s"
        return Result(
            name=method.name,
            seed=seed,
            spotting_f1=found.spotting.f1,
            spotting_map=found.spotting.map,
            recognition_f1=found.recognition.micro_f1 if method.labels else None,
            detection_map=found.detection.map if method.labels else None,
            precision=found.spotting.precision,
            recall=found.spotting.recall,
            parameters=cost.parameters if cost else 0,
            gflop=cost.flop_per_second_of_video / 1e9 if cost else 0.0,
            frames_per_s=self._speed(predictor) if self.times else 0.0,
            training_s=float(spent.read_text()) if spent.is_file() else 0.0,
            threshold=predictor.info.threshold,
        )

    def _predict(
        self, predictor: VideoPredictor, method: Method, folder: Path
    ) -> tuple[dict[str, list[Event]], dict[str, list[Event]]]:
        """Events and candidates by video; both are kept as tables, from which figures can be drawn."""
        events: dict[str, list[Event]] = {}
        candidates: dict[str, list[Event]] = {}
        rows: list[EventRow] = []
        for done, (name, video) in enumerate(self.test.videos.items()):
            self.reporter.progress(f"{method.name}: {name}", done, len(self.test.videos), stage="measure")
            cache = self.out / "cache" / Path(name).stem
            found = predictor.detect(video, cache_dir=cache, reporter=self.reporter)
            events[name], candidates[name] = (
                [event for event in part if event.kind == "macro"] for part in (found.events, found.candidates)
            )
            rows += event_rows(name, candidates[name], subject=self.test.subjects[name], tier=method.name)
        folder.mkdir(parents=True, exist_ok=True)
        write_event_table(folder / "candidates.csv", rows)
        return events, candidates

    def _speed(self, predictor: VideoPredictor) -> float:
        """Frames/s from file to events, without any cache, on the first test video."""
        found = predictor.detect(next(iter(self.test.videos.values())))
        return found.frame_count / found.seconds


def table_rows(results: Sequence[Result]) -> list[dict[str, Any]]:
    """One row a method, in the order of first appearance: mean over seeds, standard deviation of two or more."""
    rows = []
    for name in dict.fromkeys(result.name for result in results):
        own = [result for result in results if result.name == name]
        row: dict[str, Any] = {"method": name, "seeds": len(own)}
        for number in NUMBERS:
            values = [value for result in own if (value := getattr(result, number)) is not None]
            row[number] = float(np.mean(values)) if values else None
            row[f"{number}_sd"] = float(np.std(values, ddof=1)) if len(values) > 1 else None
        for number in ("parameters", "gflop", "frames_per_s", "training_s"):
            row[number] = float(np.median([getattr(result, number) for result in own]))
        rows.append(row)
    return rows


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table as it stands in the documents."""
    head = (
        "method", "spotting F1", "spotting mAP", "recognition F1", "detection mAP",
        "parameters", "GFLOP/s of video", "frames/s", "training",
    )  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        numbers = [_with_spread(row[number], row[f"{number}_sd"]) for number in NUMBERS]
        speed = f"{row['frames_per_s']:.0f}" if row["frames_per_s"] else "—"
        cost = [f"{row['parameters'] / 1e6:.1f} M", f"{row['gflop']:.1f}", speed]
        lines.append("| " + " | ".join([row["method"], *numbers, *cost, f"{row['training_s'] / 60:.1f} min"]) + " |")
    return "\n".join(lines) + "\n"


def _with_spread(value: float | None, spread: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.3f}" if spread is None else f"{value:.3f} ± {spread:.3f}"


def write_tables(out: Path, results: Sequence[Result]) -> list[dict[str, Any]]:
    """Writes table.md, table.csv and results.json; returns the table's rows."""
    rows = table_rows(results)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["method"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    try:
        write_atomically(out / "table.md", markdown(rows).encode())
        write_atomically(out / "table.csv", text.getvalue().encode())
        content = json.dumps([asdict(result) for result in results], indent=1)
        write_atomically(out / "results.json", content.encode())
    except OSError as error:
        raise FednError(f"the table cannot be written to {out} ({error.strerror}); choose another folder") from None
    return rows
