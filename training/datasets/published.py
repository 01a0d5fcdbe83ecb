"""CAS(ME)^2, CAS(ME)^3 and SAMM Long Videos as they are released: folders of videos or images, labels in workbooks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fedn.annotation.datasets.dataset import Dataset, open_dataset
from fedn.annotation.datasets.kinds import DatasetKind
from fedn.annotation.datasets.recordings import recording_numbers
from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, VideoEvents
from fedn.annotation.formats.frame_numbers import FrameNumbers
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.interval import Interval, subtract
from fedn.annotation.vocabulary_mapping import normal_label
from fedn.errors import TrainingError, VideoError
from fedn.progress import SILENT, Reporter
from training.datasets.features import FeatureSource, video_features
from training.datasets.sample import Sample
from training.datasets.synthetic import read_synthetic_samples

MOST_REMARKS = 5


def read_published_samples(
    folder: Path,
    *,
    tier: str,
    backbone: FeatureSource,
    cache: Path | None = None,
    reporter: Reporter = SILENT,
) -> list[Sample]:
    """Every video that the label tables know. What of them could not be placed is not reviewed.

    A video without a row in the tables is left out: nobody says that there is nothing in it.

    Raises:
        FormatError: if it is no data set that this program knows.
        TrainingError: if it has no such tier.
    """
    dataset = open_dataset(folder, reporter=reporter)
    if dataset.kind is DatasetKind.SYNTHETIC:
        return read_synthetic_samples(folder, tier=tier, backbone=backbone, cache=cache, reporter=reporter)
    bare, numbers = _videos(dataset, backbone, cache if cache is not None else folder / "cache", reporter)
    content = dataset.read_labels(numbers.get, MissingOffset.APEX_PLUS_20)
    _tell(content, reporter)
    _check_tier(content, tier)
    known = {own.video: own for own in content.videos}
    return [
        replace(sample, events=_events(known[name], tier), reviewed=_reviewed(known[name], sample))
        for name, sample in bare.items()
        if name in known
    ]


def _videos(
    dataset: Dataset, backbone: FeatureSource, cache: Path, reporter: Reporter
) -> tuple[dict[str, Sample], dict[str, FrameNumbers]]:
    """The videos that can be read, by the tables' names, without labels; and the numbers of their frames."""
    samples: dict[str, Sample] = {}
    numbers: dict[str, FrameNumbers] = {}
    for place, recording in enumerate(dataset.recordings):
        fps = dataset.kind.fps if recording.is_images else None
        own_cache = cache / recording.subject / recording.video
        try:
            features = video_features(
                recording.path,
                backbone,
                subject=recording.subject,
                cache=own_cache,
                image_fps=fps,
                reporter=reporter,
                number=place,
                count=len(dataset.recordings),
            )
        except VideoError as error:
            reporter.warn(f"{error} It is left out of the training.")
            continue
        numbers[recording.video], _ = recording_numbers(recording, features.frame_index.frame_count)
        samples[recording.video] = Sample(
            video=f"{recording.subject}/{recording.video}",
            subject=recording.subject,
            features=features.features,
            has_face=features.has_face,
            frame_index=features.frame_index,
            events=(),
            reviewed=(),
            path=recording.path,
            cache=own_cache,
            image_fps=fps,
        )
    return samples, numbers


def _tell(content: Content, reporter: Reporter) -> None:
    for remark in content.remarks[:MOST_REMARKS]:
        reporter.warn(f"{remark}.")
    if (more := len(content.remarks) - MOST_REMARKS) > 0:
        reporter.warn(f"{more} more remarks on the labels; “main.py project create --dataset” lists them all.")


def _check_tier(content: Content, tier: str) -> None:
    names = sorted({own.name for video in content.videos for own in video.tiers})
    if tier.casefold() not in (name.casefold() for name in names):
        raise TrainingError(f"the data set has no tier “{tier}”; its tiers are: {', '.join(names) or 'none'}")


def _events(labels: VideoEvents, tier: str) -> tuple[Event, ...]:
    events = [event for own in labels.tiers if own.name.casefold() == tier.casefold() for event in own.events]
    spelled = [replace(event, label=normal_label(event.label)) for event in events]
    return tuple(sorted(spelled, key=lambda event: event.onset))


def _reviewed(labels: VideoEvents, sample: Sample) -> tuple[Interval, ...]:
    """The whole video but for the frames whose rows were left out."""
    ranges = (Interval(0, sample.frame_index.frame_count),)
    for doubtful in labels.doubtful:
        ranges = subtract(ranges, doubtful)
    return ranges
