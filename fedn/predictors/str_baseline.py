"""STR, the two-step baseline: a score for every moment, smoothed; its peaks become intervals of one length, which are
then named (Liong, See, Chan 2023). Scores are the heights of the peaks, so that average precision has something to rank
by; the published code writes none.

Letters: G grid cells, K labels.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.video import FaceChoice
from fedn.checkpoint import fill, load_weights, save_weights, stored
from fedn.cost import ModelCost, counted_flop, parameter_count
from fedn.errors import ModelError
from fedn.features.backbone_runtime import pick_device
from fedn.features.flow_pictures import CHANNELS, SIDE, FlowPictures, flow_pictures
from fedn.model_info import ModelInfo
from fedn.models.str_streams import StrNetwork, build_str
from fedn.prediction import Prediction
from fedn.progress import SILENT, Reporter
from fedn.str_config import StrConfig
from fedn.time_grid import GRID_FPS, TimeGrid

CHUNK_PICTURES = 1024
MACRO_LENGTH = 15


@dataclass(frozen=True, slots=True)
class StrModel:
    """The network and what is known about it, in eval mode."""

    network: StrNetwork
    info: ModelInfo


def save_str(folder: Path, model: StrModel) -> ModelInfo:
    """Writes a model; returns its description as written."""
    weights = {f"network.{name}": stored(value) for name, value in model.network.state_dict().items()}
    return save_weights(folder, weights, model.info)


def load_str(info: ModelInfo) -> StrModel:
    """The model that a description belongs to.

    Raises:
        ModelError: if it is of another kind or its weights cannot be used.
    """
    if not isinstance(info.network, StrConfig) or info.folder is None:
        raise ModelError(f"“{info.name}” is a model of the kind {info.kind}; this needs one of the kind str")
    network = build_str(info.network, seed=0)
    fill(network, load_weights(info.folder), "network.", info.folder)
    return StrModel(network.eval(), info)


@dataclass(frozen=True, slots=True, eq=False)
class StrTracks:
    """What the network says of each cell: `score` (G,) smoothed over 2 k' cells, `labels` (G, K) probabilities."""

    score: NDArray[np.float64]
    labels: NDArray[np.float64]


def smoothed(score: NDArray[np.float64], half_length: int) -> NDArray[np.float64]:
    """The mean over 2 k' cells; outside of the video the score is 0."""
    width = max(1, 2 * half_length)
    return np.convolve(score, np.ones(width) / width, mode="same")[: len(score)] if len(score) >= width else score


def peaks(score: NDArray[np.float64], half_length: int, share: float | None = None) -> NDArray[np.int64]:
    """Places of the peaks that are at least k' apart.

    Args:
        share: p of the rule that a peak must reach mean + p (max - mean) of the score; None for all peaks.
    """
    from scipy.signal import find_peaks

    if len(score) == 0 or np.ptp(score) < 1e-9:
        return np.zeros(0, np.int64)
    least = None if share is None else score.mean() + share * (score.max() - score.mean())
    # Zeros on both sides, so that the video's first and last moments can be peaks.
    found, _ = find_peaks(np.pad(score, 1, constant_values=score.min()), height=least, distance=max(1, half_length))
    return found - 1


class StrPredictor:
    """Spots and names expressions, and names given intervals, with one model on one device."""

    def __init__(self, model: StrModel, device: str = "auto") -> None:
        self.model = model
        self.device = pick_device(device)
        self.network = model.network.to(self.device).eval()

    @classmethod
    def load(cls, info: ModelInfo, device: str = "auto") -> StrPredictor:
        """Reads the weights that belong to a description.

        Raises:
            ModelError: if they cannot be used.
        """
        return cls(load_str(info), device)

    @property
    def info(self) -> ModelInfo:
        return self.model.info

    @property
    def labels(self) -> tuple[str, ...]:
        return self.model.info.labels

    @property
    def config(self) -> StrConfig:
        return self.network.config

    def cost(self) -> ModelCost:
        """What a second of video costs, optical flow left out: it is not made of matrix products."""
        with torch.device("meta"):
            network = StrNetwork(self.config).eval()
            picture = torch.zeros(1, CHANNELS, SIDE, SIDE)
        return ModelCost(parameter_count(network), counted_flop(lambda: network(picture)) * GRID_FPS)

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
        """The events of a video.

        Args:
            threshold: least height of a peak; None for the published rule, which depends on the video's highest peak.

        Raises:
            VideoError: if the video cannot be read.
        """
        began = time.perf_counter()
        pictures = self._pictures(video, cache_dir, image_fps, reporter, face)
        grid, tracks = TimeGrid.of(pictures.frame_index), self.tracks(pictures, reporter)
        half = self.config.half_length
        candidates = [self._event(place, tracks, grid) for place in peaks(tracks.score, half).tolist()]
        if threshold is None:
            places = peaks(tracks.score, half, self.config.peak_share).tolist()
            events = [self._event(place, tracks, grid) for place in places]
        else:
            events = [event for event in candidates if (event.score or 0.0) >= threshold]
        seconds = time.perf_counter() - began
        return Prediction(
            video=video,
            frame_count=pictures.frame_index.frame_count,
            fps=pictures.frame_index.fps,
            face_frames=int(np.isin(np.arange(pictures.frame_index.frame_count), grid.frames[pictures.seen]).sum()),
            events=tuple(sorted(events, key=lambda event: (event.onset, event.offset))),
            candidates=tuple(sorted(candidates, key=lambda event: -(event.score or 0.0))),
            labels=self.labels,
            curves=grid.per_frame((tracks.score.clip(0, 1)[:, None] * tracks.labels).T).astype(np.float16),
            stage_seconds={"detector": seconds},
            seconds=seconds,
        )

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
        """(N, K) probabilities of the labels of intervals in the video's frames, from their first halves.

        Raises:
            VideoError: if the video cannot be read.
        """
        pictures = self._pictures(video, cache_dir, image_fps, reporter, face)
        grid, tracks = TimeGrid.of(pictures.frame_index), self.tracks(pictures, reporter)
        rows = [np.zeros((0, len(self.labels)))]
        for interval in intervals:
            start, stop = grid.to_grid(interval)
            rows.append(self._label(tracks, round(start), round((start + stop) / 2))[None])
        return np.concatenate(rows).astype(np.float32)

    def _pictures(
        self, video: Path, cache_dir: Path | None, image_fps: float | None, reporter: Reporter, face: FaceChoice | None
    ) -> FlowPictures:
        gap = self.config.flow_gap
        return flow_pictures(video, gap, cache_dir=cache_dir, image_fps=image_fps, reporter=reporter, face=face)

    @torch.inference_mode()
    def tracks(self, pictures: FlowPictures, reporter: Reporter = SILENT) -> StrTracks:
        """Scores and labels of every cell; a picture belongs to the middle of the cells it was made from."""
        count, labels = len(pictures.seen), len(self.labels)
        score, named = np.zeros(count), np.full((count, labels), 1 / labels)
        seen = np.flatnonzero(pictures.seen)
        for first in range(0, len(seen), CHUNK_PICTURES):
            reporter.check()
            rows = seen[first : first + CHUNK_PICTURES]
            chunk = torch.from_numpy(np.asarray(pictures.pictures[rows])).reshape(-1, CHANNELS, SIDE, SIDE)
            said = self.network(chunk.to(self.device))
            middle = rows + self.config.flow_gap // 2
            score[middle] = said.score.double().cpu().numpy().clip(0, 1)
            named[middle] = torch.softmax(said.logits.double(), dim=-1).cpu().numpy()
        return StrTracks(smoothed(score, self.config.half_length), named)

    def _event(self, place: int, tracks: StrTracks, grid: TimeGrid) -> Event:
        half = self.config.half_length
        interval = grid.to_frames(max(0, place - half), min(grid.cell_count, place + half + 1))
        label = self._label(tracks, place - half, place)
        apex = int(grid.frames[place])
        return Event(
            onset=interval.onset,
            offset=interval.offset,
            apex=apex if interval.contains(apex) else None,
            label=self.labels[int(label.argmax())],
            kind="macro" if 2 * half + 1 > MACRO_LENGTH else "micro",
            score=float(np.clip(tracks.score[place], 0, 1)),
        )

    def _label(self, tracks: StrTracks, first: int, last: int) -> NDArray[np.float64]:
        """(K,) mean probabilities over the cells from `first` to `last`, both inclusive; published: a majority."""
        count = len(tracks.labels)
        first, last = min(max(0, first), count - 1), min(max(0, last), count - 1)
        return tracks.labels[first : last + 1].mean(axis=0)
