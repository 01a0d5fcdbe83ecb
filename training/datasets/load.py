"""From a config to samples, whatever the data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.vocabulary_mapping import VocabularyMapping, load_mapping, shipped_mapping
from fedn.errors import TrainingError
from fedn.progress import SILENT, Reporter
from training.config import DataConfig, SourceConfig
from training.datasets.features import FeatureSource
from training.datasets.project import read_project_samples
from training.datasets.published import read_published_samples
from training.datasets.replay import read_replay
from training.datasets.sample import Sample
from training.datasets.synthetic import read_synthetic_samples

MIN_EVENTS = 4
READERS = {
    "project": read_project_samples,
    "synthetic": read_synthetic_samples,
    "dataset": read_published_samples,
}


def load_samples(
    config: DataConfig, backbone: FeatureSource, reporter: Reporter = SILENT, labels: Sequence[str] = ()
) -> list[Sample]:
    """The samples of all sources, with the features of a backbone or of files.

    Args:
        labels: those of the network; what becomes of others is told. Empty if it is not known yet.

    Raises:
        TrainingError: if a source is missing or holds too little to learn from.
    """
    samples = [sample for place in range(len(config.sources)) for sample in _source(config, place, backbone, reporter)]
    count = sum(len(sample.reviewed_events) for sample in samples)
    if count < MIN_EVENTS:
        raise TrainingError(
            f"there are only {count} events of the tier “{config.tier}” in reviewed time, too few to learn from; "
            f"label and review at least {MIN_EVENTS}, detection goes on with the present model"
        )
    if config.single_label:
        return [with_single_label(sample, config.single_label) for sample in samples]
    samples = [replace(sample, spots_unknown=config.unknown_labels == "spot") for sample in samples]
    if labels and (unknown := unknown_labels(samples, labels)):
        reporter.warn(_unknown_text(unknown, labels, config))
    if config.replay:
        known = sum(len(sample.reviewed_events) for sample in samples)
        samples += read_replay(Path(config.replay), backbone, about=known, reporter=reporter)
    return samples


def _source(config: DataConfig, place: int, backbone: FeatureSource, reporter: Reporter) -> list[Sample]:
    source = config.sources[place]
    folder = Path(source.folder)
    if not source.folder or not folder.is_dir():
        raise TrainingError(f"the data folder “{source.folder}” does not exist; correct [data] folder in the recipe")
    cache = Path(source.cache) if source.cache else None
    given = {"tier": source.tier, "backbone": backbone, "cache": cache, "reporter": reporter}
    if config.snapshot and not place:
        samples = read_project_samples(folder, snapshot=Path(config.snapshot), **given)
    else:
        samples = READERS[source.kind](folder, **given)
    mapping = _mapping(source)
    samples = [replace(sample, events=_renamed(sample.events, mapping, source.rename)) for sample in samples]
    if not place:
        return samples
    names = [Path(other.folder).name for other in config.sources]
    own = names[place] if names.count(names[place]) == 1 else f"{names[place]}-{place}"
    return [replace(sample, video=f"{own}/{sample.video}", subject=f"{own}/{sample.subject}") for sample in samples]


def _mapping(source: SourceConfig) -> VocabularyMapping | None:
    if not source.mapping:
        return None
    given = Path(source.mapping)
    return load_mapping(given) if given.suffix == ".toml" else shipped_mapping(source.mapping)


def _renamed(
    events: Sequence[Event], mapping: VocabularyMapping | None, rename: Mapping[str, str]
) -> tuple[Event, ...]:
    """The events with single labels renamed, then mapped; a label that the mapping does not know stays itself."""
    own = [replace(event, label=rename.get(event.label, event.label)) for event in events]
    if mapping is None:
        return tuple(own)
    return tuple(replace(event, label=mapping.label(event.label) or event.label) for event in own)


def unknown_labels(samples: Sequence[Sample], labels: Sequence[str]) -> Counter[str]:
    """How many reviewed macro-expressions have a label that is none of `labels`; those without any count as ""."""
    events = [event for sample in samples for event in sample.reviewed_events if event.kind == "macro"]
    return Counter(event.label for event in events if event.label not in labels)


def _unknown_text(unknown: Counter[str], labels: Sequence[str], config: DataConfig) -> str:
    names = ", ".join(f"“{label}” ({count})" if label else f"no label ({count})" for label, count in unknown.items())
    what = "learned as expressions without a name" if config.unknown_labels == "spot" else "left out"
    return (
        f"the model has no output for {names}; these events are {what}. Its labels are {', '.join(labels)}: "
        "map them in [data] rename, or add them to [start] new_labels"
    )


def with_single_label(sample: Sample, label: str) -> Sample:
    """The sample with one label for all events: spotting without recognition."""
    return replace(sample, events=tuple(replace(event, label=label) for event in sample.events))
