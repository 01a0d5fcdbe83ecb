"""Naming given intervals with CEFLNet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fedn.annotation.interval import Interval
from fedn.annotation.video import FaceChoice
from fedn.ceflnet_config import CeflnetConfig
from fedn.checkpoint import fill, load_weights, save_weights, stored
from fedn.cost import ModelCost, counted_flop, parameter_count
from fedn.errors import ModelError
from fedn.features.backbone_runtime import BackboneRuntime, backbone_hash, pick_device
from fedn.features.extract import VideoFeatures, extract_features
from fedn.model_info import ModelInfo
from fedn.models.ceflnet import Ceflnet, build_ceflnet, clip_places
from fedn.models.resnet import FEATURE_CHANNELS, ResNet18
from fedn.progress import SILENT, Reporter

CHUNK_INTERVALS = 256


@dataclass(frozen=True, slots=True)
class CeflnetModel:
    """The backbone, the network that reads its features, and what is known about both; in eval mode."""

    backbone: ResNet18
    network: Ceflnet
    info: ModelInfo


def save_ceflnet(folder: Path, model: CeflnetModel) -> ModelInfo:
    """Writes a model; returns its description as written."""
    weights = {f"backbone.{name}": stored(value) for name, value in model.backbone.state_dict().items()}
    weights |= {f"network.{name}": stored(value) for name, value in model.network.state_dict().items()}
    source = replace(model.info.provenance, backbone_hash=backbone_hash(model.backbone))
    return save_weights(folder, weights, replace(model.info, provenance=source))


def load_ceflnet(info: ModelInfo) -> CeflnetModel:
    """The model that a description belongs to.

    Raises:
        ModelError: if it is of another kind or its weights cannot be used.
    """
    if not isinstance(info.network, CeflnetConfig) or info.folder is None:
        raise ModelError(f"“{info.name}” is a model of the kind {info.kind}; this needs one of the kind ceflnet")
    weights = load_weights(info.folder)
    backbone, network = ResNet18(), build_ceflnet(info.network, seed=0)
    fill(backbone, weights, "backbone.", info.folder)
    fill(network, weights, "network.", info.folder)
    return CeflnetModel(backbone.eval(), network.eval(), info)


def face_at_rest(features: VideoFeatures, config: CeflnetConfig) -> NDArray[np.float32]:
    """(C,) the feature that is subtracted from those of the video: the median of the frames with a face, or zero."""
    seen = np.asarray(features.features)[np.asarray(features.has_face)]
    if config.reference == "none" or len(seen) == 0:
        return np.zeros(FEATURE_CHANNELS, np.float32)
    return np.median(seen[:: max(1, len(seen) // 8192)].astype(np.float32), axis=0)


def clips_of(
    features: VideoFeatures, intervals: Sequence[Interval], config: CeflnetConfig, rest: NDArray[np.float32]
) -> Tensor:
    """The clips (N, P, J, C) of intervals in the video's frames, relative to the face at rest.

    Frames without a face are replaced by the nearest frame with one; without any they look like the face at rest.
    """
    has_face = np.asarray(features.has_face)
    nearest = _nearest_seen(has_face)
    places = clip_places(config)
    clips = np.zeros((len(intervals), *places.shape, FEATURE_CHANNELS), np.float32)
    if has_face.any():
        for row, interval in enumerate(intervals):
            frames = np.floor(interval.start + places * interval.length).astype(np.int64)
            clips[row] = features.features[nearest[frames.clip(0, len(has_face) - 1)]].astype(np.float32) - rest
    return torch.from_numpy(clips)


def _nearest_seen(has_face: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(T,) for each frame the nearest one with a face; the frame itself if there is none."""
    seen, frames = np.flatnonzero(has_face), np.arange(len(has_face))
    if len(seen) == 0:
        return frames
    after = seen[np.searchsorted(seen, frames).clip(max=len(seen) - 1)]
    before = seen[(np.searchsorted(seen, frames, side="right") - 1).clip(min=0)]
    return np.where(np.abs(after - frames) < np.abs(frames - before), after, before)


class CeflnetRecognizer:
    """Names given intervals with one model on one device."""

    def __init__(self, model: CeflnetModel, device: str = "auto") -> None:
        self.model = model
        self.device = pick_device(device)
        self.network = model.network.to(self.device).eval()
        self._runtime: BackboneRuntime | None = None

    @classmethod
    def load(cls, info: ModelInfo, device: str = "auto") -> CeflnetRecognizer:
        """Reads the weights that belong to a description.

        Raises:
            ModelError: if they cannot be used.
        """
        return cls(load_ceflnet(info), device)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.model.info.labels

    def cost(self) -> ModelCost:
        """Parameters, and what a second of video costs if every second holds one interval; features are extra."""
        config = self.network.config
        with torch.device("meta"):
            network = Ceflnet(config).eval()
            clips = torch.zeros(1, config.clips, config.clip_frames, FEATURE_CHANNELS)
        return ModelCost(parameter_count(network), counted_flop(lambda: network(clips)))

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
        """(N, K) probabilities of the labels of intervals in the video's frames.

        Raises:
            VideoError: if the video cannot be read.
        """
        if not intervals:
            return np.zeros((0, len(self.labels)), np.float32)
        if self._runtime is None:
            self._runtime = BackboneRuntime(self.model.backbone, str(self.device))
        features = extract_features(
            video, self._runtime, cache_dir=cache_dir, image_fps=image_fps, reporter=reporter, face=face
        )
        return self.recognize_features(features, intervals)

    @torch.inference_mode()
    def recognize_features(self, features: VideoFeatures, intervals: Sequence[Interval]) -> NDArray[np.float32]:
        """The same from features already extracted."""
        rest = face_at_rest(features, self.network.config)
        rows = [np.zeros((0, len(self.labels)), np.float32)]
        for first in range(0, len(intervals), CHUNK_INTERVALS):
            clips = clips_of(features, intervals[first : first + CHUNK_INTERVALS], self.network.config, rest)
            rows.append(torch.softmax(self.network(clips.to(self.device)), dim=-1).cpu().numpy())
        return np.concatenate(rows)
