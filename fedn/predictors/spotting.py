"""From the probabilities of every frame to a prediction: what the predictors that judge single frames share.

Tensor letters: R kinds with neutral first, K labels, G cells of the 30 fps grid.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.interval import runs_of
from fedn.apex import find_apex
from fedn.features.extract import VideoFeatures
from fedn.frame_probabilities import Kind, Run, candidates, spotted
from fedn.model_info import ModelInfo
from fedn.prediction import Prediction
from fedn.time_grid import GRID_FPS, TimeGrid

MIN_FACE_SHARE = 0.5
CANDIDATES_PER_MINUTE = 70


@dataclass(frozen=True, slots=True, eq=False)
class FrameTracks:
    """What a network says of every cell of a video.

    Attributes:
        kinds: (R, G) probabilities, row 0 neutral.
        label_of: the probabilities (K,) of the labels for the expression in the cells from a start to a stop.
        curves: (K, G) the score of each label in each cell.
    """

    kinds: NDArray[np.float64]
    label_of: Callable[[int, int], NDArray[np.float64]]
    curves: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spotter:
    """How tracks become events: the permitted kinds and the gaps that are closed."""

    kinds: Sequence[Kind]
    merge_gap: int

    def prediction(
        self,
        tracks: FrameTracks,
        features: VideoFeatures,
        grid: TimeGrid,
        info: ModelInfo,
        *,
        video: Path | None,
        threshold: float | None,
        began: float,
    ) -> Prediction:
        """The prediction for a video; `began` is the time at which the work on it started."""
        index, has_face = features.frame_index, np.asarray(features.has_face)
        seen = has_face[grid.frames]
        limit = info.most_candidates or max(20, round(CANDIDATES_PER_MINUTE * grid.cell_count / (60 * GRID_FPS)))
        least = info.threshold if threshold is None else threshold

        def events(runs: Sequence[Run]) -> list[Event]:
            return [
                _event(run, tracks, features, grid, info.labels)
                for run in runs
                if seen[run.start : run.stop].mean() >= MIN_FACE_SHARE
            ]

        found = [run for run in spotted(tracks.kinds, self.kinds, self.merge_gap) if run.score >= least]
        if info.most_events:
            found = sorted(sorted(found, key=lambda run: -run.score)[: info.most_events], key=lambda run: run.start)
        seconds = time.perf_counter() - began
        return Prediction(
            video=video or Path(),
            frame_count=index.frame_count,
            fps=index.fps,
            face_frames=int(np.count_nonzero(has_face)),
            events=tuple(events(found)),
            candidates=tuple(events(candidates(tracks.kinds, self.kinds, self.merge_gap, limit))),
            labels=info.labels,
            curves=grid.per_frame(tracks.curves).astype(np.float16),
            stage_seconds={"detector": seconds},
            seconds=seconds,
            faceless=runs_of(~has_face),
        )


def _event(run: Run, tracks: FrameTracks, features: VideoFeatures, grid: TimeGrid, labels: Sequence[str]) -> Event:
    interval = grid.to_frames(run.start, run.stop)
    return Event(
        onset=interval.onset,
        offset=interval.offset,
        apex=find_apex(features.features, np.asarray(features.has_face), interval),
        label=labels[int(tracks.label_of(run.start, run.stop).argmax())],
        kind=run.kind.name,
        score=min(1.0, run.score),
    )
