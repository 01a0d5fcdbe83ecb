"""CFC-SP as a recognizer of given intervals and as a spotter.

Tensor letters: G cells of a video's grid, C numbers that go into a softmax, K labels.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from fedn.annotation.interval import Interval
from fedn.annotation.video import FaceChoice
from fedn.cfc_sp_config import CfcSpConfig
from fedn.checkpoint import fill, load_weights, save_weights, stored
from fedn.coarse_fine import coarse_fine
from fedn.cost import ModelCost, counted_flop, parameter_count
from fedn.errors import ModelError
from fedn.features.backbone_runtime import BackboneRuntime, backbone_hash, pick_device
from fedn.features.extract import VideoFeatures, extract_features
from fedn.features.map_runtime import MapRuntime
from fedn.frame_probabilities import Kind, smooth_predicting, softmax
from fedn.model_info import ModelInfo
from fedn.models.cfc_sp import CfcSp, build_cfc_sp
from fedn.models.resnet import ResNet18
from fedn.models.resnet_front import LAST_BUT_ONE, ResNetFront
from fedn.prediction import Prediction
from fedn.predictors.spotting import FrameTracks, Spotter
from fedn.progress import SILENT, Reporter
from fedn.time_grid import GRID_FPS, TimeGrid

CHUNK_ROWS = 512
MICRO_MOST_CELLS = 15


@dataclass(frozen=True, slots=True)
class CfcSpModel:
    """The backbone in front of the two networks, they, and what is known about all; in eval mode."""

    backbone: ResNet18
    network: CfcSp
    info: ModelInfo


def row_maker(backbone: ResNet18, config: CfcSpConfig, device: str) -> BackboneRuntime:
    """What makes the rows of frames that the networks read."""
    if not config.own_block:
        return BackboneRuntime(backbone, device)
    return MapRuntime(ResNetFront(backbone, blocks=LAST_BUT_ONE), device)


def save_cfc_sp(folder: Path, model: CfcSpModel) -> ModelInfo:
    """Writes a model; returns its description as written."""
    weights = {f"backbone.{name}": stored(value) for name, value in model.backbone.state_dict().items()}
    weights |= {f"network.{name}": stored(value) for name, value in model.network.state_dict().items()}
    source = replace(model.info.provenance, backbone_hash=backbone_hash(model.backbone))
    return save_weights(folder, weights, replace(model.info, provenance=source))


def load_cfc_sp(info: ModelInfo) -> CfcSpModel:
    """The model that a description belongs to.

    Raises:
        ModelError: if it is of another kind or its weights cannot be used.
    """
    if not isinstance(info.network, CfcSpConfig) or info.folder is None:
        raise ModelError(f"“{info.name}” is a model of the kind {info.kind}; this needs one of the kind cfc-sp")
    weights = load_weights(info.folder)
    backbone, network = ResNet18(), build_cfc_sp(info.network, coarse_fine(info.labels), seed=0)
    fill(backbone, weights, "backbone.", info.folder)
    fill(network, weights, "network.", info.folder)
    return CfcSpModel(backbone.eval(), network.eval(), info)


class Smoothed(NamedTuple):
    """f' of every cell: `coarse` (G, 1 + groups), neutral first; `fine` (G, F); `known` (G,) False where no face is
    near."""

    coarse: NDArray[np.float64]
    fine: NDArray[np.float64]
    known: NDArray[np.bool_]


class CfcSpPredictor:
    """Names intervals, or finds and names expressions, with one model on one device."""

    def __init__(self, model: CfcSpModel, device: str = "auto") -> None:
        self.model = model
        self.device = pick_device(device)
        self.network = model.network.to(self.device).eval()
        self._runtime: BackboneRuntime | None = None

    @classmethod
    def load(cls, info: ModelInfo, device: str = "auto") -> CfcSpPredictor:
        """Reads the weights that belong to a description.

        Raises:
            ModelError: if they cannot be used.
        """
        return cls(load_cfc_sp(info), device)

    @property
    def info(self) -> ModelInfo:
        return self.model.info

    @property
    def labels(self) -> tuple[str, ...]:
        return self.info.labels

    @property
    def config(self) -> CfcSpConfig:
        return self.network.config

    def cost(self) -> ModelCost:
        """What a second of video costs; every frame is seen once."""
        return cfc_sp_cost(self.model)

    def detect(
        self,
        video: Path,
        *,
        cache_dir: Path | None = None,
        image_fps: float | None = None,
        threshold: float | None = None,
        reporter: Reporter = SILENT,
        face: FaceChoice | None = None,
    ) -> Prediction:
        """Features of the video, from the cache if they are there, then its events.

        Raises:
            VideoError: if the video cannot be read.
        """
        began = time.perf_counter()
        with self._features(video, cache_dir, image_fps, reporter, face) as features:
            prediction = self.detect_features(features, video=video, threshold=threshold, reporter=reporter)
            prediction.stage_seconds.update(features.stage_seconds)
        return replace(prediction, seconds=time.perf_counter() - began)

    def recognize(
        self,
        video: Path,
        intervals: Sequence[Interval],
        *,
        cache_dir: Path | None = None,
        image_fps: float | None = None,
        reporter: Reporter = SILENT,
        face: FaceChoice | None = None,
    ) -> NDArray[np.float32]:
        """(N, K): the probabilities of the labels, from the mean of f' over each interval.

        Raises:
            VideoError: if the video cannot be read.
            Cancelled: if `reporter` asked to stop.
        """
        with self._features(video, cache_dir, image_fps, reporter, face) as features:
            return self.recognize_features(features, intervals, reporter=reporter)

    def detect_features(
        self,
        features: VideoFeatures,
        *,
        video: Path | None = None,
        threshold: float | None = None,
        reporter: Reporter = SILENT,
    ) -> Prediction:
        """Events from features already extracted: where neutral is not the more probable half."""
        began = time.perf_counter()
        grid = TimeGrid.of(features.frame_index)
        smoothed = self.smooth(features, grid, reporter)
        neutral = np.where(smoothed.known, softmax(smoothed.coarse)[:, 0], 1.0)
        probabilities = self._labels(smoothed.coarse, smoothed.fine)
        tracks = FrameTracks(
            kinds=np.stack([neutral, 1 - neutral]),
            label_of=lambda start, stop: self._named(smoothed, start, stop),
            curves=(1 - neutral) * probabilities.T,
        )
        least = self.config.least_frames
        kinds = [Kind("macro", 1, max(MICRO_MOST_CELLS + 1, least))]
        if least <= MICRO_MOST_CELLS:
            kinds.append(Kind("micro", 1, least, MICRO_MOST_CELLS))
        return Spotter(kinds, self.config.merge_gap_frames).prediction(
            tracks, features, grid, self.info, video=video, threshold=threshold, began=began
        )

    def recognize_features(
        self, features: VideoFeatures, intervals: Sequence[Interval], *, reporter: Reporter = SILENT
    ) -> NDArray[np.float32]:
        """(N, K) as `recognize`; an interval near which no face is seen gets equal probabilities."""
        grid = TimeGrid.of(features.frame_index)
        smoothed = self.smooth(features, grid, reporter)
        rows = np.full((len(intervals), len(self.labels)), 1 / len(self.labels))
        for number, interval in enumerate(intervals):
            start, stop = (round(edge) for edge in grid.to_grid(interval))
            start = min(start, grid.cell_count - 1)
            stop = max(stop, start + 1)
            if smoothed.known[start:stop].any():
                rows[number] = self._named(smoothed, start, stop)
        return rows.astype(np.float32)

    @torch.inference_mode()
    def smooth(self, features: VideoFeatures, grid: TimeGrid, reporter: Reporter = SILENT) -> Smoothed:
        """Smooth predicting over the cells of the grid.

        Raises:
            ModelError: if the features are not those that the networks read.
        """
        wanted, given = self.network.row_size, features.features.shape[1]
        if given != wanted:
            raise ModelError(f"“{self.info.name}” reads rows of {wanted} numbers, not {given}; choose another model")
        has_face = np.asarray(features.has_face)
        reference = self.network.reference(features.features, has_face)
        coarse, fine = [], []
        for first in range(0, grid.cell_count, CHUNK_ROWS):
            reporter.check()
            rows = np.ascontiguousarray(features.features[grid.frames[first : first + CHUNK_ROWS]])
            output = self.network(torch.from_numpy(rows).to(self.device), reference)
            coarse.append(output.coarse.double().cpu().numpy())
            fine.append(output.fine.double().cpu().numpy())
        window, faces = self.config.smooth_frames, has_face[grid.frames]
        near = smooth_predicting(np.ones((grid.cell_count, 1)), faces, window)[:, 0] > 0
        return Smoothed(
            smooth_predicting(np.concatenate(coarse), faces, window),
            smooth_predicting(np.concatenate(fine), faces, window),
            near,
        )

    def _named(self, smoothed: Smoothed, start: int, stop: int) -> NDArray[np.float64]:
        """(K,) for the cells from `start` to `stop`, those without any face near left out."""
        cells = start + np.flatnonzero(smoothed.known[start:stop])
        return self._labels(smoothed.coarse[cells].mean(axis=0), smoothed.fine[cells].mean(axis=0))

    def _labels(self, coarse: NDArray[np.float64], fine: NDArray[np.float64]) -> NDArray[np.float64]:
        """Labels (..., K) of what is an expression: neutral takes no part."""
        groups = softmax(coarse[..., 1:])
        fine = softmax(fine) if fine.shape[-1] else fine
        shares = self.network.shares.tolist()
        return self.network.grouping.combine(groups, fine, shares, hard=self.config.cascade == "hard")

    @contextmanager
    def _features(
        self, video: Path, cache_dir: Path | None, image_fps: float | None, reporter: Reporter, face: FaceChoice | None
    ) -> Iterator[VideoFeatures]:
        if self._runtime is None:
            self._runtime = row_maker(self.model.backbone, self.config, str(self.device))
        if cache_dir is None and not self.config.own_block:
            yield extract_features(
                video, self._runtime, cache_dir=None, image_fps=image_fps, reporter=reporter, face=face
            )
            return
        # Maps are large: without a cache they lie on the disk as long as they are needed.
        with tempfile.TemporaryDirectory(prefix="fedn-", ignore_cleanup_errors=True) as passing:
            folder = cache_dir or Path(passing)
            yield extract_features(
                video, self._runtime, cache_dir=folder, image_fps=image_fps, reporter=reporter, face=face
            )


def cfc_sp_cost(model: CfcSpModel) -> ModelCost:
    """Parameters, and operations of a second of video."""
    config, size = model.network.config, int(model.backbone.input_size)
    front = ResNetFront(blocks=LAST_BUT_ONE) if config.own_block else ResNet18()
    network = build_cfc_sp(config, model.network.grouping, seed=0)
    front, network = front.to("meta").eval(), network.to("meta").eval()
    front.input_size = torch.tensor(size)
    picture, row = torch.zeros(1, 3, size, size, device="meta"), torch.zeros(1, network.row_size, device="meta")
    reference = torch.zeros(512, device="meta")
    flop = counted_flop(lambda: front(picture)) + counted_flop(lambda: network(row, reference))
    return ModelCost(parameter_count(front) + parameter_count(network), GRID_FPS * flop)
