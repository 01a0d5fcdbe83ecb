"""A project's reviewed videos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fedn.annotation.store import load_project
from fedn.errors import TrainingError, VideoError
from fedn.progress import SILENT, Reporter
from training.datasets.features import FeatureSource, video_features
from training.datasets.sample import Sample
from training.datasets.snapshot import LabelledVideo, labelled_videos, read_snapshot


def read_project_samples(
    folder: Path,
    *,
    tier: str,
    backbone: FeatureSource,
    cache: Path | None = None,
    reporter: Reporter = SILENT,
    snapshot: Path | None = None,
    subjects: Sequence[str] = (),
) -> list[Sample]:
    """The videos that have the tier and reviewed ranges. Features come from the project's cache where they are there.

    Args:
        snapshot: a file with the labels as they were, which then count instead of the present ones.
        subjects: only the videos of these people; by default of all.

    Raises:
        TrainingError: if the project has no such tier or nothing is reviewed.
    """
    chosen = _reviewed(read_snapshot(snapshot) if snapshot is not None else _present(folder, tier), tier)
    chosen = [video for video in chosen if not subjects or video.subject in subjects]
    cache = cache if cache is not None else folder / "cache"
    samples = []
    for number, video in enumerate(chosen):
        try:
            features = video_features(
                video.path,
                backbone,
                subject=video.subject,
                cache=cache / video.key,
                image_fps=video.image_fps,
                face=video.face,
                reporter=reporter,
                number=number,
                count=len(chosen),
            )
        except VideoError as error:
            reporter.warn(f"{error} It is left out of the training.")
            continue
        samples.append(
            Sample(
                video=video.name,
                subject=video.subject,
                features=features.features,
                has_face=features.has_face,
                frame_index=features.frame_index,
                events=video.events,
                reviewed=video.reviewed,
                path=video.path,
                cache=cache / video.key,
                image_fps=video.image_fps,
                face=video.face,
            )
        )
    return samples


def _present(folder: Path, tier: str) -> list[LabelledVideo]:
    project = load_project(folder)
    found = labelled_videos(project, tier)
    if not found:
        names = ", ".join(sorted({tier.name for tier in project.tiers.values()})) or "none"
        raise TrainingError(f"no video of the project has a tier “{tier}”; its tiers are: {names}")
    return found


def _reviewed(videos: list[LabelledVideo], tier: str) -> list[LabelledVideo]:
    reviewed = [video for video in videos if video.reviewed]
    if not reviewed:
        raise TrainingError(
            f"none of the {len(videos)} videos with the tier “{tier}” is marked as reviewed; "
            "mark what you have looked at, because only there is the absence of events known"
        )
    return reviewed
