"""Two models of a project compared on people that neither has learned from, at any time after they were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from fedn.annotation.store import load_project
from fedn.checkpoint import load_model
from fedn.errors import TrainingError
from fedn.kept_comparison import KeptComparison, comparison_path, write_comparison
from fedn.lineage import learned_keys
from fedn.model_config import FednConfig
from fedn.model_info import ModelInfo, read_model_info
from fedn.predictor import load_predictor
from fedn.predictors.fedn import FednPredictor
from fedn.progress import SILENT, Reporter
from fedn.registry import resolve_model
from fedn.video.frame_index import FrameIndex
from training.datasets.project import read_project_samples
from training.datasets.sample import Sample
from training.datasets.snapshot import LabelledVideo, labelled_videos
from training.evaluation import Predicted, predict
from training.model_comparison import compare_models
from training.splits import named_subjects


def compare_in_project(
    project_folder: Path,
    old: str,
    new: str,
    *,
    tier: str,
    subjects: Sequence[str] = (),
    reporter: Reporter = SILENT,
) -> KeptComparison:
    """Both models on the reviewed time of some people, by default of all that neither has learned from.

    The comparison is kept in the project, in place of an earlier one of the two.

    Raises:
        ModelError: if one of them is missing, or cannot find events.
        TrainingError: if there is nobody to compare on.
        Cancelled: if it was cancelled.
    """
    project = load_project(project_folder)
    infos = [read_model_info(resolve_model(name, project_folder)) for name in (old, new)]
    videos = labelled_videos(project, tier)
    if not videos:
        names = ", ".join(sorted({one.name for one in project.tiers.values()})) or "none"
        raise TrainingError(f"no video of the project has a tier “{tier}”; its tiers are: {names}")
    seen = [seen_subjects(videos, info, project_folder) for info in infos]
    chosen = _chosen(videos, subjects, infos, seen)
    before, after = (_predicted(project_folder, info, tier, videos, chosen, reporter) for info in infos)
    samples = [_bare(video) for video in videos if video.name in before.truth and video.name in after.truth]
    if not samples:
        raise TrainingError(f"no video of {', '.join(chosen)} can be read; say where they lie now, then compare again")
    before, after = (_only(predicted, samples) for predicted in (before, after))
    compared = compare_models(before, after, samples, (infos[0].threshold, infos[1].threshold))
    by_model = [tuple(name for name in compared.subjects if name in own) for own in seen]
    compared = replace(compared, seen_by_old=by_model[0], seen_by_new=by_model[1])
    kept = compared.kept(infos[0].name, infos[1].name, tier)
    write_comparison(comparison_path(project_folder, kept.old, kept.new), kept)
    return kept


def seen_subjects(videos: Sequence[LabelledVideo], info: ModelInfo, project_folder: Path) -> tuple[str, ...]:
    """Those of whom the model, or one that it comes from, has learned a video."""
    keys = learned_keys(info, project_folder)
    return tuple(dict.fromkeys(video.subject for video in videos if video.key in keys))


def _chosen(
    videos: Sequence[LabelledVideo],
    wanted: Sequence[str],
    infos: Sequence[ModelInfo],
    seen: Sequence[Sequence[str]],
) -> tuple[str, ...]:
    """Whom to compare on.

    Raises:
        TrainingError: if there is nobody, or nobody of such a name.
    """
    reviewed = list(dict.fromkeys(video.subject for video in videos if video.reviewed))
    if not reviewed:
        raise TrainingError("nothing has been reviewed yet; mark the time in which the labels are complete as reviewed")
    if wanted:
        names = named_subjects(wanted, reviewed)
        if unknown := [name for name in names if name not in reviewed]:
            known = ", ".join(reviewed)
            raise TrainingError(f"there is no subject “{unknown[0]}” with reviewed time; there are: {known}")
        return tuple(names)
    fresh = tuple(name for name in reviewed if not any(name in own for own in seen))
    if not fresh:
        which = " or ".join(dict.fromkeys(info.name for info, own in zip(infos, seen, strict=True) if own))
        raise TrainingError(
            f"{which} has learned from everybody whose videos are reviewed; review a video of another person, or name "
            "people to compare on all the same"
        )
    return fresh


def _predicted(
    project_folder: Path,
    info: ModelInfo,
    tier: str,
    videos: Sequence[LabelledVideo],
    subjects: Sequence[str],
    reporter: Reporter,
) -> Predicted:
    assert info.folder is not None
    if isinstance(info.network, FednConfig) and not info.network.feature_step:
        model = load_model(info.folder)
        samples = read_project_samples(
            project_folder, tier=tier, backbone=model.backbone, reporter=reporter, subjects=subjects
        )
        return predict(FednPredictor(model), samples, reporter)
    own = [_bare(video, project_folder) for video in videos if video.reviewed and video.subject in subjects]
    return predict(load_predictor(info.folder), own, reporter)


def _bare(video: LabelledVideo, project_folder: Path | None = None) -> Sample:
    """Without features: for models that look at the pictures, and for counting."""
    cache = (project_folder or Path()) / "cache" / video.key
    nothing = np.zeros((0, 512), np.float16)
    index = FrameIndex.regular(1, Fraction(30))
    return Sample(
        video.name,
        video.subject,
        nothing,
        np.zeros(0, bool),
        index,
        video.events,
        video.reviewed,
        path=video.path,
        cache=cache,
        image_fps=video.image_fps,
        face=video.face,
    )


def _only(predicted: Predicted, samples: Sequence[Sample]) -> Predicted:
    names = [sample.video for sample in samples]
    parts = (predicted.truth, predicted.events, predicted.candidates, predicted.everything)
    return Predicted(*({name: part[name] for name in names} for part in parts))
