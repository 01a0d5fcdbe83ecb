"""Spotting with FESNet (re-implementation from the abstract), and naming what was spotted where it has labels.

Tensor letters: W intervals of a chunk, T cells of an interval, G cells of a video, R kinds, K labels.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fedn.annotation.video import FaceChoice
from fedn.checkpoint import fill, load_weights, save_weights, stored
from fedn.cost import ModelCost, counted_flop, parameter_count
from fedn.errors import ModelError
from fedn.features.backbone_runtime import backbone_hash, pick_device
from fedn.features.extract import VideoFeatures, extract_features
from fedn.features.map_runtime import MapRuntime
from fedn.fesnet_config import FesnetConfig
from fedn.frame_probabilities import Kind, softmax
from fedn.model_info import ModelInfo
from fedn.models.fesnet import KINDS, Fesnet, FesnetOutput, build_fesnet
from fedn.models.resnet_front import LAYER_3, SHAPES, ResNetFront
from fedn.prediction import Prediction
from fedn.predictors.spotting import FrameTracks, Spotter
from fedn.progress import SILENT, Reporter
from fedn.time_grid import GRID_FPS, TimeGrid

CHUNK_INTERVALS = 8
LEAST_WEIGHT = 1e-3


@dataclass(frozen=True, slots=True)
class FesnetModel:
    """The convolution of single frames, the network behind it, and what is known about both; in eval mode."""

    front: ResNetFront
    network: Fesnet
    info: ModelInfo


def save_fesnet(folder: Path, model: FesnetModel) -> ModelInfo:
    """Writes a model; returns its description as written."""
    weights = {f"backbone.{name}": stored(value) for name, value in model.front.state_dict().items()}
    weights |= {f"network.{name}": stored(value) for name, value in model.network.state_dict().items()}
    source = replace(model.info.provenance, backbone_hash=backbone_hash(model.front))
    return save_weights(folder, weights, replace(model.info, provenance=source))


def load_fesnet(info: ModelInfo) -> FesnetModel:
    """The model that a description belongs to.

    Raises:
        ModelError: if it is of another kind or its weights cannot be used.
    """
    if not isinstance(info.network, FesnetConfig) or info.folder is None:
        raise ModelError(f"“{info.name}” is a model of the kind {info.kind}; this needs one of the kind fesnet")
    weights = load_weights(info.folder)
    front, network = ResNetFront(blocks=LAYER_3), build_fesnet(info.network, seed=0)
    fill(front, weights, "backbone.", info.folder)
    fill(network, weights, "network.", info.folder)
    return FesnetModel(front.eval(), network.eval(), info)


def interval_starts(cells: int, length: int, step: int) -> list[int]:
    """Where intervals begin: every `step` cells, and once more so that the last one reaches the video's end."""
    last = max(0, cells - length)
    return sorted({*range(0, last + 1, step), last})


class Averaged(NamedTuple):
    """Means over all intervals: `kinds` (R, G) probabilities, `labels` (K, G) logits."""

    kinds: NDArray[np.float64]
    labels: NDArray[np.float64]


class FesnetPredictor:
    """Spots expressions with one model on one device."""

    def __init__(self, model: FesnetModel, device: str = "auto", *, chunk_intervals: int = CHUNK_INTERVALS) -> None:
        self.model = model
        self.device = pick_device(device)
        self.network = model.network.to(self.device).eval()
        self._chunk = chunk_intervals
        self._runtime: MapRuntime | None = None

    @classmethod
    def load(cls, info: ModelInfo, device: str = "auto") -> FesnetPredictor:
        """Reads the weights that belong to a description.

        Raises:
            ModelError: if they cannot be used.
        """
        return cls(load_fesnet(info), device)

    @property
    def info(self) -> ModelInfo:
        return self.model.info

    @property
    def config(self) -> FesnetConfig:
        return self.network.config

    def cost(self) -> ModelCost:
        """What a second of video costs: tokens of each frame once, intervals as often as they overlap."""
        return fesnet_cost(self.config, int(self.model.front.input_size))

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
        """Maps of the video's faces, from the cache if they are there, then its events.

        Raises:
            VideoError: if the video cannot be read.
        """
        began = time.perf_counter()
        if self._runtime is None:
            self._runtime = MapRuntime(self.model.front, str(self.device))
        # Maps are large: without a cache they lie on the disk as long as they are needed.
        with tempfile.TemporaryDirectory(prefix="fedn-", ignore_cleanup_errors=True) as passing:
            folder = cache_dir or Path(passing)
            maps = extract_features(
                video, self._runtime, cache_dir=folder, image_fps=image_fps, reporter=reporter, face=face
            )
            prediction = self.detect_features(maps, video=video, threshold=threshold, reporter=reporter)
            prediction.stage_seconds.update(maps.stage_seconds)
            del maps
        return replace(prediction, seconds=time.perf_counter() - began)

    def detect_features(
        self,
        features: VideoFeatures,
        *,
        video: Path | None = None,
        threshold: float | None = None,
        reporter: Reporter = SILENT,
    ) -> Prediction:
        """Events from maps already extracted.

        Raises:
            ModelError: if they are not those of the third layer.
        """
        began = time.perf_counter()
        wanted, given = SHAPES[LAYER_3].size, features.features.shape[1]
        if given != wanted:
            raise ModelError(f"“{self.info.name}” reads maps of {wanted} numbers, not {given}; choose another model")
        grid = TimeGrid.of(features.frame_index)
        averaged = self.average(features, grid, reporter)
        config = self.config
        kinds = (
            Kind("macro", KINDS.index("macro"), config.macro_least_frames),
            Kind("micro", KINDS.index("micro"), config.micro_least_frames, config.micro_most_frames),
        )
        curves = (1 - averaged.kinds[0]) * softmax(averaged.labels.T).T
        tracks = FrameTracks(
            averaged.kinds, lambda start, stop: softmax(averaged.labels[:, start:stop].mean(axis=1)), curves
        )
        return Spotter(kinds, config.merge_gap_frames).prediction(
            tracks, features, grid, self.info, video=video, threshold=threshold, began=began
        )

    @torch.inference_mode()
    def average(self, features: VideoFeatures, grid: TimeGrid, reporter: Reporter = SILENT) -> Averaged:
        """The mean of all intervals' logarithms of probabilities, and of their labels' logits.

        An interval that begins within an expression sees everything inverted. Therefore intervals weigh as much as
        their reference frame is neutral. Cells without a face are neutral.
        """
        has_face = np.asarray(features.has_face)
        seen = has_face[grid.frames]
        logs, labels = np.zeros((len(KINDS), grid.cell_count)), np.zeros((self.config.label_count, grid.cell_count))
        weights = np.zeros(grid.cell_count)
        if seen.any():
            frames = grid.face_frames(has_face)
            for start, output, reference in self._intervals(features.features, frames, reporter):
                said = torch.log_softmax(output.stages[-1][0].double(), dim=-1).T.cpu().numpy()
                weight = max(LEAST_WEIGHT, float(np.exp(said[0, reference])))
                inside = slice(start, start + said.shape[1])
                logs[:, inside] += weight * said
                weights[inside] += weight
                if output.labels is not None:
                    labels[:, inside] += weight * output.labels[0].double().T.cpu().numpy()
        kinds = softmax((logs / np.maximum(weights, LEAST_WEIGHT)).T).T
        kinds[:, ~seen] = np.array([[1.0], [0.0], [0.0]])
        return Averaged(kinds, labels / np.maximum(weights, LEAST_WEIGHT))

    def _intervals(
        self, rows: NDArray[np.float16], frames: NDArray[np.int64], reporter: Reporter
    ) -> Iterator[tuple[int, FesnetOutput, int]]:
        """The start of every interval, what the network says of it, and the cell it was compared with."""
        length = min(self.config.window_frames, len(frames))
        starts = interval_starts(len(frames), length, self.config.window_step)
        for first in range(0, len(starts), self._chunk):
            reporter.check()
            chunk = starts[first : first + self._chunk]
            reach = slice(chunk[0], chunk[-1] + length)
            tokens = self.network.tokens(torch.from_numpy(rows[frames[reach]]).to(self.device))
            together = torch.stack([tokens[start - chunk[0] :][:length] for start in chunk])
            output, reference = self._compare(together)
            for row, start in enumerate(chunk):
                one = FesnetOutput(
                    [stage[row : row + 1] for stage in output.stages],
                    None if output.labels is None else output.labels[row : row + 1],
                )
                yield start, one, int(reference[row])

    def _compare(self, tokens: Tensor) -> tuple[FesnetOutput, Tensor]:
        reference = torch.zeros(len(tokens), dtype=torch.int64, device=self.device)
        output = self.network.compare(tokens, reference)
        if self.config.reference == "calm":
            reference = torch.softmax(output.stages[-1], dim=-1)[..., 0].argmax(dim=1)
            output = self.network.compare(tokens, reference)
        return output, reference


def fesnet_cost(config: FesnetConfig, input_size: int) -> ModelCost:
    """Parameters and operations of a second of video."""
    with torch.device("meta"):
        front, network = ResNetFront(blocks=LAYER_3).eval(), Fesnet(config).eval()
        picture = torch.zeros(1, 3, input_size, input_size)
        rows = torch.zeros(1, SHAPES[LAYER_3].size)
        tokens = torch.zeros(1, config.window_frames, config.side**2, config.width)
        reference = torch.zeros(1, dtype=torch.int64)
    front.input_size = torch.tensor(input_size)
    frame = counted_flop(lambda: front(picture)) + counted_flop(lambda: network.tokens(rows))
    interval = counted_flop(lambda: network.compare(tokens, reference)) * (2 if config.reference == "calm" else 1)
    parameters = parameter_count(front) + parameter_count(network)
    return ModelCost(parameters, GRID_FPS * (frame + interval / config.window_step))
