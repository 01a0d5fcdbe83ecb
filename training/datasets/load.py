"""From a config to samples, whatever the data set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fedn.errors import TrainingError
from fedn.progress import SILENT, Reporter
from training.config import DataConfig
from training.datasets.features import FeatureSource
from training.datasets.project import read_project_samples
from training.datasets.sample import Sample
from training.datasets.synthetic import read_synthetic_samples

MIN_EVENTS = 4


def load_samples(config: DataConfig, backbone: FeatureSource, reporter: Reporter = SILENT) -> list[Sample]:
    """The samples of a data set, with the features of a backbone or of files.

    Raises:
        TrainingError: if the data set is missing or holds too little to learn from.
    """
    folder = Path(config.folder)
    if not config.folder or not folder.is_dir():
        raise TrainingError(f"the data folder “{config.folder}” does not exist; correct [data] folder in the recipe")
    cache = Path(config.cache) if config.cache else None
    read = read_project_samples if config.kind == "project" else read_synthetic_samples
    samples = read(folder, tier=config.tier, backbone=backbone, cache=cache, reporter=reporter)
    count = sum(len(sample.reviewed_events) for sample in samples)
    if count < MIN_EVENTS:
        raise TrainingError(
            f"there are only {count} events of the tier “{config.tier}” in reviewed time, too few to learn from; "
            f"label and review at least {MIN_EVENTS}, detection goes on with the present model"
        )
    return [with_single_label(sample, config.single_label) for sample in samples] if config.single_label else samples


def with_single_label(sample: Sample, label: str) -> Sample:
    """The sample with one label for all events: spotting without recognition."""
    return replace(sample, events=tuple(replace(event, label=label) for event in sample.events))
