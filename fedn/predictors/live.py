"""Events and curves of the part of a video whose features are there, told while the rest is still being read.

They are provisional: the face at rest is known from the beginning of the video only, and the last window has not been
seen. The prediction of the whole video is made anew at the end, as if nobody had looked before.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.features.extract import FeaturesSoFar
from fedn.nms import hard_nms, vote
from fedn.partial import tell_partial
from fedn.predictors.scored import show_faces
from fedn.predictors.window_scores import WindowScores
from fedn.progress import Reporter
from fedn.time_grid import TimeGrid

if TYPE_CHECKING:
    from fedn.predictors.fedn import FednPredictor

APART_S = 2.0
MOST_WINDOWS = 64
SAMPLED_EVERY, MOST_SAMPLES = 8, 2048
RAMP = 32


class LivePrediction:
    """Called with what is there so far, tells the reporter what it shows: at once, then at most every two seconds."""

    def __init__(self, predictor: FednPredictor, threshold: float | None, reporter: Reporter) -> None:
        self._predictor, self._reporter = predictor, reporter
        self._least = predictor.info.threshold if threshold is None else threshold
        self._grid: TimeGrid | None = None
        self._starts: list[int] = []
        self._scores: WindowScores | None = None
        self._samples: list[NDArray] = []
        self._sampled = 0
        self._settled = 0
        self._told_s = -APART_S

    def __call__(self, so_far: FeaturesSoFar) -> None:
        if time.monotonic() - self._told_s < APART_S:
            return
        if self._grid is None or self._scores is None:
            config = self._predictor.detector.config
            self._grid = TimeGrid.of(so_far.frame_index)
            self._starts = self._predictor.starts(self._grid)
            self._scores = WindowScores(config.label_count, self._grid.cell_count, config.window_frames)
        ready = self._ready(so_far, self._grid)
        if not ready:
            return
        self._sample(so_far)
        self._take(ready, so_far, self._grid, self._scores)
        self._tell(ready[-1], so_far, self._grid, self._scores)
        self._told_s = time.monotonic()

    def _ready(self, so_far: FeaturesSoFar, grid: TimeGrid) -> list[int]:
        """Starts of the next windows that read only frames that are there."""
        config = self._predictor.detector.config
        there = int(np.searchsorted(grid.frames, so_far.frame_count))
        last = there - config.read_frames + config.lead_frames
        return [start for start in self._starts[:MOST_WINDOWS] if start <= last]

    def _sample(self, so_far: FeaturesSoFar) -> None:
        """Some rows for the face at rest."""
        first, stop = self._sampled, so_far.frame_count
        seen = so_far.has_face[first:stop][::SAMPLED_EVERY]
        self._samples += list(so_far.rows(first, stop)[::SAMPLED_EVERY][seen])
        self._sampled = stop
        if len(self._samples) > MOST_SAMPLES:
            self._samples = self._samples[::2]

    def _take(self, starts: list[int], so_far: FeaturesSoFar, grid: TimeGrid, scores: WindowScores) -> None:
        predictor = self._predictor
        del self._starts[: len(starts)]
        if not self._samples:
            return
        frames = predictor.frames_of(starts, grid)
        first, stop = int(frames[0]), int(frames[-1]) + 1
        rows = so_far.rows(first, stop)[frames - first]
        reference = predictor.reference_of(np.stack(self._samples))
        scores.add(starts, predictor.decode_windows(starts, rows, so_far.has_face[frames], reference))

    def _tell(self, last_start: int, so_far: FeaturesSoFar, grid: TimeGrid, scores: WindowScores) -> None:
        """Everything from where the last telling was final, to where windows begin to know little."""
        window, info = self._predictor.detector.config.window_frames, self._predictor.info
        first, stop = self._settled, min(grid.cell_count, last_start + window - RAMP)
        events_first = max(0, first - window)
        has_face = np.asarray(so_far.has_face)[grid.frames[:stop]]
        first_frame, curves = grid.part_per_frame(scores.curves(first, stop) * has_face[first:], first)
        tell_partial(
            self._reporter,
            first_frame,
            curves,
            self._events(events_first, stop, has_face, grid, scores),
            events_from=int(grid.frames[events_first]),
            labels=info.labels,
            threshold=self._least,
        )
        self._settled = self._starts[0] if self._starts else stop

    def _events(
        self, first: int, stop: int, has_face: NDArray[np.bool_], grid: TimeGrid, scores: WindowScores
    ) -> list[Event]:
        """The events that begin at cell `first` or later and end by `stop`."""
        info, window = self._predictor.info, self._predictor.detector.config.window_frames
        intervals, values = np.concatenate(scores.intervals), np.concatenate(scores.scores)
        near = intervals[:, 1] >= first - window
        intervals, values = intervals[near], values[near]
        # What lies further back is final, and would only take time.
        scores.intervals, scores.scores = [intervals], [values]
        kept = show_faces(intervals, has_face) & (intervals[:, 1] <= stop)
        intervals, values = intervals[kept], values[kept]
        best = values.max(axis=1, initial=0.0)
        chosen = hard_nms(intervals, best, info.nms_iou)
        chosen = chosen[best[chosen] >= self._least]
        voted = vote(intervals, best, chosen, info.vote_iou)
        events = []
        for at in hard_nms(voted, best[chosen], info.nms_iou).tolist():
            frames = grid.to_frames(voted[at][0], voted[at][1])
            if frames.onset >= grid.frames[first]:
                label = info.labels[int(values[chosen[at]].argmax())]
                events.append(Event(frames.onset, frames.offset, label, score=float(best[chosen[at]])))
        return events
