"""Detection with FEDN: features of a video, all windows over it, suppression, events.

Tensor letters: W windows, P predictions of a window, K labels, G grid cells, T video frames, C channels.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.interval import runs_of
from fedn.annotation.video import FaceChoice
from fedn.apex import find_apex
from fedn.checkpoint import Model, load_model
from fedn.cost import ModelCost, video_cost
from fedn.decoding import Decoded, decode, geometry
from fedn.errors import ModelError
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.features.extract import VideoFeatures, extract_features
from fedn.model_info import ModelInfo
from fedn.models.fedn import FednDetector
from fedn.nms import hard_nms, soft_nms, vote
from fedn.prediction import Prediction
from fedn.predictors.live import LivePrediction
from fedn.predictors.scored import Scored, joined, with_faces
from fedn.predictors.window_scores import MIN_LENGTH, SLOW_SHARE, WindowScores, useful_speeds
from fedn.progress import SILENT, Reporter
from fedn.time_grid import GRID_FPS, TimeGrid

CHUNK_WINDOWS = 32
MACRO_LENGTH = 15.0
CANDIDATES_PER_MINUTE = 70
"""For a video of a minute and a half about the hundred per video of the published evaluations."""


def window_step(window: int) -> int:
    """Frames from one window to the next: an eighth of a window, 16 of 128 (LGSNet)."""
    return window // 8


def window_starts(cells: int, window: int, step: int, segment_step: int = 2) -> list[int]:
    """Where windows begin: every `step` cells, and once more so that the last one reaches the video's end."""
    starts = list(range(0, max(1, cells - window + 1), step))
    last = cells - window + (window - cells) % segment_step  # a segment's start, so that windows share their segments
    if last > starts[-1]:
        starts.append(last)
    return starts


def kind_of(start: float, stop: float) -> str:
    """By the length on the grid."""
    return "macro" if stop - start > MACRO_LENGTH else "micro"


class FednPredictor:
    """Detects expressions with one model on one device."""

    def __init__(self, model: Model, device: str = "auto", *, chunk_windows: int = CHUNK_WINDOWS) -> None:
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise ModelError("there is no CUDA device on this machine; choose the device “cpu” or “auto”")
        self.model = model
        self.device = torch.device(device)
        self.detector: FednDetector = model.detector.to(self.device).eval()
        self._chunk = chunk_windows
        self._runtime: BackboneRuntime | None = None

    @classmethod
    def load(cls, info: ModelInfo, device: str = "auto") -> FednPredictor:
        """Reads the weights that belong to a description.

        Raises:
            ModelError: if they cannot be used.
        """
        assert info.folder is not None
        return cls(load_model(info.folder), device)

    @property
    def info(self) -> ModelInfo:
        return self.model.info

    def cost(self) -> ModelCost:
        """What a second of video costs."""
        config = self.detector.config
        return video_cost(config, self.model.backbone, window_step(config.window_frames))

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
            ModelError: if the model reads features of another program.
        """
        began = time.perf_counter()
        if self.detector.config.feature_step:
            raise ModelError(f"“{self.info.name}” reads features from files, not videos; name their folder")
        if self._runtime is None:
            self._runtime = BackboneRuntime(self.model.backbone, str(self.device))
        live = LivePrediction(self, threshold, reporter) if reporter.wants_partial else None
        features = extract_features(
            video, self._runtime, cache_dir=cache_dir, image_fps=image_fps, reporter=reporter, follow=live, face=face
        )
        prediction = self.detect_features(features, video=video, threshold=threshold, reporter=reporter)
        prediction.stage_seconds.update(features.stage_seconds)
        return replace(prediction, seconds=time.perf_counter() - began)

    def detect_features(
        self,
        features: VideoFeatures,
        *,
        video: Path | None = None,
        threshold: float | None = None,
        reporter: Reporter = SILENT,
        scored: Scored | None = None,
    ) -> Prediction:
        """Events from features already extracted.

        Args:
            scored: what `score_features` gave for them, to suppress it in another way.

        Raises:
            ModelError: if they are not of the size that the network reads.
        """
        began = time.perf_counter()
        wanted, given = self.detector.config.feature_size, features.features.shape[1]
        if given != wanted:
            raise ModelError(
                f"“{self.info.name}” reads features of {wanted} numbers, not {given}; choose another model"
            )
        index, grid = features.frame_index, TimeGrid.of(features.frame_index)
        scored = scored or self.score_features(features, reporter)
        info = self.model.info
        limit = info.most_candidates or max(20, round(CANDIDATES_PER_MINUTE * grid.cell_count / (60 * GRID_FPS)))
        best = scored.scores.max(axis=1, initial=0.0)
        candidates = self._candidates(scored, best, limit, features, grid)
        least = info.threshold if threshold is None else threshold
        events = self._events(scored, best, info.nms_iou, info.most_events or None, features, grid, least)
        seconds = time.perf_counter() - began
        return Prediction(
            video=video or Path(),
            frame_count=index.frame_count,
            fps=index.fps,
            face_frames=int(np.count_nonzero(features.has_face)),
            events=tuple(sorted(events, key=lambda event: (event.onset, event.offset))),
            candidates=tuple(candidates),
            labels=info.labels,
            curves=grid.per_frame(scored.curves).astype(np.float16),
            stage_seconds={"detector": seconds},
            seconds=seconds,
            faceless=runs_of(~np.asarray(features.has_face)),
        )

    def score_features(self, features: VideoFeatures, reporter: Reporter = SILENT) -> Scored:
        """Every prediction before suppression, where there is a face."""
        grid, has_face = TimeGrid.of(features.frame_index), np.asarray(features.has_face)
        return with_faces(self.score(features.features, has_face, grid, reporter), has_face[grid.frames])

    @torch.inference_mode()
    def score(
        self, features: NDArray, has_face: NDArray[np.bool_], grid: TimeGrid, reporter: Reporter = SILENT
    ) -> Scored:
        """Every prediction worth keeping of every window at every speed, in grid coordinates, and the curves.

        Memory does not grow with the video but for what is returned: windows are read in chunks.
        """
        config, parts = self.detector.config, list[Scored]()
        for speed in useful_speeds(config.speeds, grid.cell_count, config.window_frames):
            shown = grid.slower(speed)
            least = MIN_LENGTH if speed == 1 else SLOW_SHARE * config.window_frames
            scores = WindowScores(config.label_count, shown.cell_count, config.window_frames, least)
            for starts, decoded in self._windows(features, has_face, shown, reporter):
                scores.add(starts, decoded)
            parts.append(scores.scored().at_speed(speed, grid.cell_count))
        return joined(parts)

    def _windows(
        self, features: NDArray, has_face: NDArray[np.bool_], grid: TimeGrid, reporter: Reporter
    ) -> Iterator[tuple[list[int], Decoded]]:
        """Chunks of windows: their starts on the grid and their predictions."""
        reference = self.detector.reference(_tensor(features, self.device), _tensor(has_face, self.device))
        starts = self.starts(grid)
        for first in range(0, len(starts), self._chunk):
            reporter.check()
            chunk = starts[first : first + self._chunk]
            frames = self.frames_of(chunk, grid)
            yield chunk, self.decode_windows(chunk, features[frames], has_face[frames], reference)

    def starts(self, grid: TimeGrid) -> list[int]:
        """Cells at which the windows of a video begin."""
        config = self.detector.config
        return window_starts(
            grid.cell_count, config.window_frames, window_step(config.window_frames), config.segment_step
        )

    def frames_of(self, starts: list[int], grid: TimeGrid) -> NDArray[np.int64]:
        """The video's frames that neighboring windows read together, in order; at the video's ends they repeat."""
        config = self.detector.config
        begin = starts[0] - config.lead_frames
        cells = np.arange(begin, starts[-1] - config.lead_frames + config.read_frames)
        return grid.frames[cells.clip(0, grid.cell_count - 1)]

    @torch.inference_mode()
    def decode_windows(
        self, starts: list[int], features: NDArray, has_face: NDArray[np.bool_], reference: torch.Tensor
    ) -> Decoded:
        """The predictions of windows from the rows of their `frames_of`."""
        config, detector = self.detector.config, self.detector
        prepared = detector.prepare(_tensor(features, self.device), _tensor(has_face, self.device), reference)
        segments = detector.segments(prepared[None])[0]
        places = ((start - starts[0]) // config.segment_step for start in starts)
        gathered = torch.stack([segments[at : at + config.segment_count] for at in places])
        return decode(detector.windows(gathered), geometry(config, self.device), config)

    def reference_of(self, rows: NDArray) -> torch.Tensor:
        """The face at rest by some of a video's rows with a face."""
        return self.detector.reference(
            _tensor(rows, self.device), torch.ones(len(rows), dtype=torch.bool, device=self.device)
        )

    def _events(
        self,
        scored: Scored,
        best: NDArray[np.float64],
        iou: float,
        limit: int | None,
        features: VideoFeatures,
        grid: TimeGrid,
        least: float = 0.0,
    ) -> list[Event]:
        kept = hard_nms(scored.intervals, best, iou, limit)
        kept = kept[best[kept] >= least]
        voted = vote(scored.intervals, best, kept, self.info.vote_iou)
        # Voting moves boundaries, and two that were apart may now overlap.
        apart = hard_nms(voted, best[kept], iou)
        return self._named(scored, kept[apart], voted[apart], best[kept[apart]], features, grid)

    def _candidates(
        self, scored: Scored, best: NDArray[np.float64], limit: int, features: VideoFeatures, grid: TimeGrid
    ) -> list[Event]:
        info = self.model.info
        if not info.candidate_sigma:
            return self._events(scored, best, info.candidate_nms_iou, limit, features, grid)
        kept, scores = soft_nms(scored.intervals, best, info.candidate_sigma, limit)
        voted = vote(scored.intervals, best, kept, info.vote_iou)
        return self._named(scored, kept, voted, scores, features, grid)

    def _named(
        self,
        scored: Scored,
        kept: NDArray[np.int64],
        intervals: NDArray[np.float64],
        scores: NDArray[np.float64],
        features: VideoFeatures,
        grid: TimeGrid,
    ) -> list[Event]:
        """Events of predictions by number, with these intervals and scores."""
        events = []
        for index, (start, stop), score in zip(kept, intervals, scores, strict=True):
            label = int(scored.scores[index].argmax())
            interval = grid.to_frames(start, stop)
            events.append(
                Event(
                    onset=interval.onset,
                    offset=interval.offset,
                    apex=find_apex(features.features, np.asarray(features.has_face), interval),
                    label=self.model.info.labels[label],
                    kind=kind_of(start, stop),
                    score=float(score),
                )
            )
        return events


def _tensor(values: NDArray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).to(device)
