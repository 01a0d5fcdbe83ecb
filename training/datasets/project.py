"""A project's reviewed videos."""

from __future__ import annotations

from pathlib import Path

from fedn.annotation.project import Project
from fedn.annotation.store import load_project
from fedn.annotation.video import Video
from fedn.errors import TrainingError, VideoError
from fedn.progress import SILENT, Reporter
from training.datasets.features import FeatureSource, video_features
from training.datasets.sample import Sample


def read_project_samples(
    folder: Path,
    *,
    tier: str,
    backbone: FeatureSource,
    cache: Path | None = None,
    reporter: Reporter = SILENT,
) -> list[Sample]:
    """The videos that have the tier and reviewed ranges. Features come from the project's cache where they are there.

    Raises:
        TrainingError: if the project has no such tier or nothing is reviewed.
    """
    project = load_project(folder)
    chosen = _chosen(project, tier)
    cache = cache if cache is not None else folder / "cache"
    samples = []
    for number, (video, tier_id) in enumerate(chosen):
        path = project.path_of(video.id)
        try:
            features = video_features(
                path,
                backbone,
                subject=video.subject,
                cache=cache / video.key,
                image_fps=video.image_fps,
                reporter=reporter,
                number=number,
                count=len(chosen),
            )
        except VideoError as error:
            reporter.warn(f"{error} It is left out of the training.")
            continue
        samples.append(
            Sample(
                video=video.name if _is_unique(project, video) else f"{video.name} ({video.id[:6]})",
                subject=video.subject,
                features=features.features,
                has_face=features.has_face,
                frame_index=features.frame_index,
                events=project.events(tier_id),
                reviewed=project.reviewed(video.id),
                path=path,
                cache=cache / video.key,
                image_fps=video.image_fps,
            )
        )
    return samples


def _is_unique(project: Project, video: Video) -> bool:
    return sum(other.name == video.name for other in project.videos.values()) == 1


def _chosen(project: Project, name: str) -> list[tuple[Video, str]]:
    with_tier = []
    for video in project.videos.values():
        tier = project.tier_named(video.id, name)
        if tier is not None:
            with_tier.append((video, tier.id))
    if not with_tier:
        names = ", ".join(sorted({tier.name for tier in project.tiers.values()})) or "none"
        raise TrainingError(f"no video of the project has a tier “{name}”; its tiers are: {names}")
    reviewed = [(video, tier_id) for video, tier_id in with_tier if project.reviewed(video.id)]
    if not reviewed:
        raise TrainingError(
            f"none of the {len(with_tier)} videos with the tier “{name}” is marked as reviewed; "
            "mark what you have looked at, because only there is the absence of events known"
        )
    return reviewed
