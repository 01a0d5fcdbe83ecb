"""The same trained models with other ways to suppress what overlaps: average precision and F1 of each on a test set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fedn.annotation.metrics import evaluate
from fedn.checkpoint import load_model
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.features.extract import extract_features
from fedn.model_info import ModelInfo
from fedn.predictors.fedn import FednPredictor
from fedn.progress import Reporter
from training.comparison import TestSet

WAYS: dict[str, dict[str, float]] = {
    "hard, as published": {"nms_iou": 0.2, "candidate_nms_iou": 0.3, "candidate_sigma": 0.0, "vote_iou": 1.0},
    "soft (sigma 0.5)": {"nms_iou": 0.2, "candidate_sigma": 0.5, "vote_iou": 1.0},
    "windows fused (voting from IoU 0.7)": {"nms_iou": 0.2, "candidate_nms_iou": 0.3, "vote_iou": 0.7},
    "soft, and windows fused": {"nms_iou": 0.2, "candidate_sigma": 0.5, "vote_iou": 0.7},
}


@dataclass(frozen=True, slots=True)
class SuppressionRow:
    """One way over all models: means, and the standard deviation of the difference to the first way over models."""

    way: str
    spotting_f1: float
    spotting_map: float
    detection_map: float
    map_gain: float
    map_gain_sd: float
    better_in: int
    models: int


def compare_suppression(
    models: Sequence[Path], test: TestSet, cache: Path, reporter: Reporter, device: str = "auto"
) -> list[SuppressionRow]:
    """Each way with each model; the network runs once a video and model."""
    figures: dict[str, list[tuple[float, float, float]]] = {way: [] for way in WAYS}
    for number, folder in enumerate(models):
        model = load_model(folder)
        runtime = BackboneRuntime(model.backbone, device)
        found: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {way: ({}, {}) for way in WAYS}
        for place, (name, video) in enumerate(test.videos.items()):
            done, total = number * len(test.videos) + place, len(models) * len(test.videos)
            reporter.progress(f"{model.info.name}: {name}", done, total)
            features = extract_features(video, runtime, cache_dir=cache / Path(name).stem, reporter=reporter)
            scored = FednPredictor(model, device).score_features(features, reporter)
            for way, (events, candidates) in found.items():
                predictor = FednPredictor(replace(model, info=_info(model.info, way)), device)
                prediction = predictor.detect_features(features, scored=scored)
                events[name], candidates[name] = list(prediction.events), list(prediction.candidates)
        for way, (events, candidates) in found.items():
            result = evaluate(test.truth, events, candidates=candidates)
            figures[way].append((result.spotting.f1, result.spotting.map, result.detection.map or 0.0))
    return [_row(way, figures) for way in WAYS]


def _info(info: ModelInfo, way: str) -> ModelInfo:
    return replace(info, **WAYS[way])  # pyright: ignore[reportArgumentType]


def _row(way: str, figures: dict[str, list[tuple[float, float, float]]]) -> SuppressionRow:
    own, first = np.array(figures[way]), np.array(figures[next(iter(WAYS))])
    gain = own[:, 1] - first[:, 1]
    f1, spotting, detection = own.mean(axis=0).tolist()
    spread = float(gain.std(ddof=1)) if len(gain) > 1 else 0.0
    better = int((gain > 0).sum())
    return SuppressionRow(way, f1, spotting, detection, float(gain.mean()), spread, better, len(gain))
