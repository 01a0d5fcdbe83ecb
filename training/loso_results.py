"""What leaving one subject out brought: all folds together, thresholds chosen without the people they are used on, and
the numbers that other ways of choosing give. Imports no torch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fedn.annotation.confidence import ConfidenceInterval, confidence_intervals, figures_by_subject
from fedn.annotation.event import Event
from fedn.annotation.metrics import Evaluation, evaluate
from fedn.annotation.thresholds import GRID, ThresholdCounts, above, nested_f1, nested_thresholds, threshold_counts
from fedn.errors import TrainingError

FINISHED = "held-out.json"
IOU = 0.5
Counts = Mapping[str, ThresholdCounts]


@dataclass(frozen=True, slots=True)
class VideoResult:
    """A held-out video: events true and predicted; `path` is "" if only features were there."""

    video: str
    subject: str
    path: str
    frames: int
    fps: float
    truth: tuple[Event, ...]
    events: tuple[Event, ...]
    candidates: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A way of choosing epoch and threshold, and the spotting F1 it gives; None where it was not measured."""

    key: str
    name: str
    meaning: str
    f1: float | None


@dataclass(frozen=True, slots=True)
class LosoResults:
    """All folds of one recipe.

    Attributes:
        name: of the recipe.
        videos: of all folds, each held out once.
        epochs: by epoch, from 1, the counts of every subject; empty if only the last was measured.
        parameters, gflop: of the network; gflop for a window as the paper's table 3 counts.
    """

    name: str
    videos: tuple[VideoResult, ...]
    epochs: Mapping[int, Counts]
    parameters: int | None
    gflop: float | None

    @property
    def subject_of(self) -> dict[str, str]:
        return {video.video: video.subject for video in self.videos}

    @property
    def truth(self) -> dict[str, list[Event]]:
        return {video.video: list(video.truth) for video in self.videos}

    @property
    def candidates(self) -> dict[str, list[Event]]:
        return {video.video: list(video.candidates) for video in self.videos}

    def counts(self) -> dict[str, ThresholdCounts]:
        """By subject, of the final models."""
        found = {}
        for subject in dict.fromkeys(video.subject for video in self.videos):
            own = [video for video in self.videos if video.subject == subject]
            found[subject] = threshold_counts({v.video: v.truth for v in own}, {v.video: v.events for v in own}, IOU)
        return found

    def thresholds(self) -> dict[str, float]:
        """For each subject the one that suits all others, each predicted by a model that had not seen them."""
        return nested_thresholds(self.counts())

    def counted(self) -> dict[str, list[Event]]:
        """The predictions that reach their subject's threshold."""
        chosen = self.thresholds()
        return {video.video: above(video.events, chosen[video.subject]) for video in self.videos}

    def evaluation(self) -> Evaluation:
        return evaluate(self.truth, self.counted(), IOU, candidates=self.candidates)

    def intervals(self, resamples: int = 1000) -> dict[str, ConfidenceInterval]:
        by_subject = figures_by_subject(self.truth, self.counted(), self.subject_of, candidates=self.candidates)
        return confidence_intervals(by_subject, resamples=resamples)

    def subject_rows(self) -> list[dict[str, Any]]:
        """A row for each subject: its events, what was found, its threshold."""
        counted, chosen, rows = self.counted(), self.thresholds(), []
        for subject, threshold in chosen.items():
            names = [video.video for video in self.videos if video.subject == subject]
            truth, found = ({name: part[name] for name in names} for part in (self.truth, counted))
            own = evaluate(truth, found, IOU, candidates={name: self.candidates[name] for name in names})
            spotted = own.spotting
            row: dict[str, Any] = {"subject": subject, "videos": len(names), "threshold": threshold}
            row |= {"true": own.n_truth, "predicted": own.n_predictions, "tp": spotted.tp}
            row |= {"precision": spotted.precision, "recall": spotted.recall, "f1": spotted.f1, "map": spotted.map}
            rows.append(row | {"recognition": own.recognition.micro_f1})
        return rows

    def protocols(self) -> list[Protocol]:
        """Spotting F1 of the honest protocol, and of those of the field, which choose on the people they measure."""
        counts = self.counts()
        last = _sum(list(counts.values()))
        by_epoch = {epoch: _sum(list(own.values())) for epoch, own in self.epochs.items()}
        return [
            Protocol(
                "nested",
                "Nested",
                "Last epoch; for each subject the threshold that suits all others. What to expect of a new person.",
                nested_f1(counts, self.thresholds()),
            ),
            Protocol(
                "global",
                "A: one threshold",
                "Last epoch; the single threshold that suits these very people best.",
                float(last.f1().max()),
            ),
            Protocol(
                "epoch",
                "B: epoch and threshold",
                "The epoch and the threshold that suit these very people best (as LGSNet is evaluated).",
                max((float(own.f1().max()) for own in by_epoch.values()), default=None),
            ),
            Protocol(
                "subject",
                "C: epoch by subject",
                "For each subject the epoch that suits that very subject best, and the best threshold "
                "(as SpotFormer and AUW-GCN are evaluated).",
                best_epoch_by_subject(self.epochs),
            ),
        ]


def best_epoch_by_subject(epochs: Mapping[int, Counts]) -> float | None:
    """Pooled F1 with each subject's own best epoch at each threshold, at the best threshold; None without epochs."""
    if not epochs:
        return None
    best = 0.0
    for place in range(len(GRID)):
        true = hits = predicted = 0
        for subject in next(iter(epochs.values())):
            every = [own[subject] for own in epochs.values()]
            chosen = max(every, key=lambda counts: counts.f1()[place])
            true, hits = true + chosen.true_count, hits + int(chosen.hits[place])
            predicted += int(chosen.predicted[place])
        best = max(best, 2 * hits / max(true + predicted, 1))
    return best


def _sum(counts: Sequence[ThresholdCounts]) -> ThresholdCounts:
    return sum(counts[1:], start=counts[0])


def read_results(folder: Path, name: str, folds: int) -> LosoResults:
    """The results of all folds of a recipe.

    Raises:
        TrainingError: if one is not there or damaged.
    """
    videos: list[VideoResult] = []
    epochs: dict[int, dict[str, ThresholdCounts]] = {}
    content: dict[str, Any] = {}
    for number in range(folds):
        path = folder / f"fold-{number + 1}" / FINISHED
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            videos += [_video(row) for row in content["videos"]]
            subject_of = {row["video"]: row["subject"] for row in content["videos"]}
            for epoch, by_video in content["epochs"].items():
                own = epochs.setdefault(int(epoch), {})
                for video, row in by_video.items():
                    subject, found = subject_of[video], _counts(row)
                    own[subject] = own[subject] + found if subject in own else found
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainingError(
                f"{path} cannot be read ({error}); delete it and start again, which makes it anew"
            ) from None
    everyone = {video.subject for video in videos}
    whole = {epoch: own for epoch, own in sorted(epochs.items()) if set(own) == everyone}
    return LosoResults(name, tuple(videos), whole, content.get("parameters"), content.get("gflop"))


def _counts(row: Mapping[str, Any]) -> ThresholdCounts:
    return ThresholdCounts(int(row["true"]), np.array(row["hits"]), np.array(row["predicted"]))


def _video(row: Mapping[str, Any]) -> VideoResult:
    truth, events, candidates = (
        tuple(Event(onset, offset, label, apex=apex, score=score) for onset, apex, offset, label, score in row[part])
        for part in ("truth", "events", "candidates")
    )
    about = (row["video"], row["subject"], row["path"], int(row["frames"]), float(row["fps"]))
    return VideoResult(*about, truth, events, candidates)
