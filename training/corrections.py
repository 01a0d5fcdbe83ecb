"""Whether corrections help: a model that has never learned one kind of expression is corrected in simulation, retrained
after 5, 10, 20 ... corrections, and measured on people whom neither has seen.

The simulated annotator goes through one video after the other, puts right what the model got wrong and confirms the
rest. Time counts as reviewed up to the last correction.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval, subtract
from fedn.annotation.learning_material import LEAST_EVENTS, LearningMaterial, SubjectMaterial
from fedn.annotation.matching import match
from fedn.checkpoint import Model, load_model
from fedn.errors import TrainingError
from fedn.model_info import INFO_FILE, read_model_info, write_atomically
from fedn.predictors.fedn import FednPredictor
from fedn.progress import SILENT, Reporter
from fedn.registry import DEFAULT_MODEL, resolve_model
from training.config import REPLAY_FILE, DataConfig, StartConfig, TrainingConfig, read_config, with_settings
from training.control import Control
from training.datasets.load import load_samples
from training.datasets.replay import write_replay
from training.datasets.sample import Sample
from training.datasets.snapshot import LabelledVideo, write_snapshot
from training.evaluation import IOU, Predicted, predict
from training.retrain import compare
from training.retrain_recipe import retrain_config
from training.retrain_wish import RetrainWish, Scope
from training.run import MODEL, train

RECIPE = Path(__file__).parent / "recipes" / "base.toml"
RESULT = "result.json"
CORRECTED_SHARE = 1 / 3
REPLAYED_PEOPLE = 12
CONTROL_PEOPLE = 2
TIER = "expert"


@dataclass(frozen=True, slots=True)
class Correction:
    """Something the annotator had to put right, at `frame` (its last one) of a video."""

    video: str
    frame: int


@dataclass
class CorrectionsBench:
    """Works in `out`; what is finished there is not done again.

    Attributes:
        people: rendered people; two thirds for the first model, the last third to be corrected.
        test: other people, on whom everything is measured.
        without: the label that the first model never learns.
        settings: `--set` settings of the first model's recipe; retrain_settings: of the retrainings.
    """

    people: Path
    test: Path
    out: Path
    without: str
    settings: Sequence[str] = ()
    retrain_settings: Sequence[str] = ()
    replays: bool = True
    device: str = "auto"
    reporter: Reporter = SILENT
    control: Control = field(default_factory=Control)

    def run(self, budgets: Sequence[int], scopes: Sequence[str], orders: Sequence[int]) -> list[dict[str, Any]]:
        """One result for each number of corrections, scope and order of the videos.

        With no correction it is the control: the same training, on former people alone.

        Raises:
            TrainingError: if the label does not occur, or there are fewer corrections to be made.
        """
        self.backbone = load_model(resolve_model(DEFAULT_MODEL)).backbone
        samples = load_samples(DataConfig(folder=str(self.people), tier=TIER), self.backbone, self.reporter)
        names = sorted({sample.subject for sample in samples})
        corrected = names[len(names) - round(CORRECTED_SHARE * len(names)) :]
        self.pool = [sample for sample in samples if sample.subject in corrected]
        self.former = [sample for sample in samples if sample.subject not in corrected]
        if not any(event.label == self.without for sample in self.pool for event in sample.events):
            raise TrainingError(f"nobody to be corrected shows “{self.without}”; choose another label")
        self.parent = self._parent(corrected)
        self.measured = load_samples(DataConfig(folder=str(self.test), tier=TIER), self.backbone, self.reporter)
        before = predict(FednPredictor(self.parent, self.device), self.pool, self.reporter)
        results = []
        for order in orders:
            found = corrections(before, self.pool, self.parent.info.threshold, order)
            for scope in scopes:
                results += [self._result(found, budget, cast(Scope, scope), order) for budget in budgets]
        return [result for result in results if result is not None]

    def _parent(self, corrected: Sequence[str]) -> Model:
        folder = self.out / "parent"
        if not (folder / MODEL / INFO_FILE).is_file():
            config = self._parent_config(corrected)
            train(config, folder, self.reporter, self.control, resume=(folder / "config.toml").is_file())
        if self.replays and not (folder / MODEL / REPLAY_FILE).is_file():
            write_replay(self._former_known(), folder / MODEL / REPLAY_FILE, self.backbone)
        return load_model(folder / MODEL)

    def _former_known(self) -> list[Sample]:
        """What the first model learned from. Time with the label that it does not know is as if nobody had looked."""
        return [
            replace(sample, events=known, reviewed=reviewed)
            for sample in self.former[:REPLAYED_PEOPLE]
            for known, reviewed in [without_label(sample, self.without)]
        ]

    def _control_videos(self) -> list[LabelledVideo]:
        """People the first model has learned from already, as it did."""
        return [
            labelled(replace(sample, events=known), reviewed)
            for sample in self.former[-CONTROL_PEOPLE:]
            for known, reviewed in [without_label(sample, self.without)]
        ]

    def _parent_config(self, corrected: Sequence[str]) -> TrainingConfig:
        config = read_config(RECIPE)
        labels = tuple(label for label in config.start.labels if label != self.without)
        data = DataConfig(
            folder=str(self.people), tier=TIER, held_out=tuple(corrected), validation_share=0.2, unknown_labels="leave"
        )
        start = StartConfig(backbone=DEFAULT_MODEL, labels=labels, size=config.start.size)
        made = replace(config, name="before-corrections", device=self.device, data=data, start=start)
        return with_settings(made, self.settings)

    def _result(self, found: Sequence[Correction], budget: int, scope: Scope, order: int) -> dict[str, Any] | None:
        """None where the corrections leave too few events to learn from."""
        folder = self.out / f"{scope}{'' if self.replays else '-without-replay'}" / f"order-{order}" / f"{budget}"
        done = folder / RESULT
        if done.is_file():
            return json.loads(done.read_text(encoding="utf-8"))
        if len(found) < budget:
            raise TrainingError(
                f"there are only {len(found)} corrections to be made in these videos; ask for fewer, or render more"
            )
        self.reporter.progress(f"{budget} corrections, {scope}", 0, 1, stage="row")
        videos = reviewed_up_to(found[:budget], self.pool) if budget else self._control_videos()
        if material_of(videos).total().events < LEAST_EVENTS:
            self.reporter.warn(f"after {budget} corrections there are too few events to learn from")
            return None
        if not (folder / MODEL / INFO_FILE).is_file():
            write_snapshot(folder / "labels.json", TIER, videos, 0, {})
            config = self._config(videos, scope, folder)
            train(config, folder, self.reporter, self.control, resume=(folder / "config.toml").is_file())
        compared = compare(self.parent, load_model(folder / MODEL), self.measured, self.reporter)
        result: dict[str, Any] = {"corrections": budget, "scope": scope, "order": order, "without": self.without}
        result |= {"replays": self.replays, "events": sum(len(video.events) for video in videos)}
        result |= {"reviewed_frames": sum(part.length for video in videos for part in video.reviewed)}
        result |= {"before": compared.before, "after": compared.after, "confidence": compared.intervals_to_json()}
        write_atomically(done, json.dumps(result, indent=1).encode())
        return result

    def _config(self, videos: Sequence[LabelledVideo], scope: Scope, folder: Path) -> TrainingConfig:
        wish = RetrainWish(TIER, scope, replays=self.replays, settings=tuple(self.retrain_settings))
        parent = self.out / "parent" / MODEL
        config = retrain_config(
            read_model_info(parent), parent, material_of(videos), wish, (), self.people, folder / "labels.json"
        )
        return replace(config, device=self.device, data=replace(config.data, cache=str(self.people / "cache")))


def corrections(before: Predicted, samples: Sequence[Sample], threshold: float, order: int) -> list[Correction]:
    """What an annotator would have to put right, video by video in a random order, each from the beginning to the end:
    events that were missed or named otherwise, and predictions that hit none."""
    found = []
    for place in np.random.default_rng(order).permutation(len(samples)):
        video = samples[place].video
        truth, predicted = before.truth[video], before.above(threshold)[video]
        pairs = match([event.interval for event in truth], [event.interval for event in predicted], IOU)
        right = {
            pair.truth_index for pair in pairs if truth[pair.truth_index].label == predicted[pair.predicted_index].label
        }
        hits = {pair.predicted_index for pair in pairs}
        wrong = [event for place, event in enumerate(truth) if place not in right]
        wrong += [event for place, event in enumerate(predicted) if place not in hits]
        found += [Correction(video, event.offset) for event in sorted(wrong, key=lambda event: event.offset)]
    return found


def reviewed_up_to(made: Sequence[Correction], samples: Sequence[Sample]) -> list[LabelledVideo]:
    """What has been reviewed when the corrections are made: earlier videos as a whole, the last one up to its last
    correction; an event that goes on after it is not yet one."""
    videos = []
    last = made[-1]
    for name in dict.fromkeys(correction.video for correction in made):
        sample = next(sample for sample in samples if sample.video == name)
        stop = last.frame + 1 if name == last.video else sample.frame_index.frame_count
        events = tuple(event for event in sample.events if event.offset < stop)
        videos.append(labelled(replace(sample, events=events), (Interval(0, stop),)))
    return videos


def labelled(sample: Sample, reviewed: tuple[Interval, ...]) -> LabelledVideo:
    """A sample as a project would have it, reviewed in these ranges."""
    assert sample.path is not None and sample.cache is not None
    key = f"{sample.cache.parent.name}/{sample.cache.name}"
    about = (sample.video, sample.path, key, sample.subject, sample.image_fps)
    return LabelledVideo(*about, sample.events, reviewed, sample.face)


def without_label(sample: Sample, label: str) -> tuple[tuple[Event, ...], tuple[Interval, ...]]:
    """A sample's other events, and the reviewed time without that of the label's events."""
    reviewed = sample.reviewed
    for event in sample.events:
        if event.label == label:
            reviewed = subtract(reviewed, event.interval)
    return tuple(event for event in sample.events if event.label != label), reviewed


def material_of(videos: Sequence[LabelledVideo]) -> LearningMaterial:
    """What there is to learn from them."""
    subjects: dict[str, SubjectMaterial] = {}
    for video in videos:
        own = subjects.setdefault(video.subject, SubjectMaterial())
        own.labels.update(Counter(event.label for event in _macro(video.events)))
    return LearningMaterial(TIER, subjects)


def _macro(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.kind == "macro"]
