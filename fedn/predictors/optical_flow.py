"""Spotting without any training: motion of the face's regions, filtered; intervals without a label.

After He Yuhong (ACM MM 2021): flow against a reference on regions of the face, the head's motion subtracted,
low-pass filter, baseline removal, peaks by threshold and prominence, boundaries at a share of the peak.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval, runs_of
from fedn.annotation.video import FaceChoice
from fedn.cost import ModelCost
from fedn.errors import ModelError
from fedn.features.optical_flow import EYE_DISTANCE_PX, REGIONS, FlowTrack, track_motion
from fedn.model_info import ModelInfo
from fedn.optical_flow_config import OpticalFlowConfig
from fedn.partial import tell_partial
from fedn.prediction import Prediction
from fedn.progress import SILENT, Reporter
from fedn.spotting_signal import (
    Peak,
    baseline,
    find_events,
    low_pass,
    merge_overlapping,
    restlessness,
    score_of,
    stretches,
)
from fedn.time_grid import GRID_FPS, TimeGrid

MACRO_CELLS = 15
CURVE = "motion"
SIGNALS = ("lips widen", "lip corners sink", "brows sink", "brows part", "cheeks sink", "nose wings sink")
"""Columns of `face_signals`: motions that left and right make together, which a turning head does not."""
_YAW, _PITCH = 4, 5


class OpticalFlowPredictor:
    """Finds intervals in which a face moves as expressions do; names none."""

    def __init__(self, info: ModelInfo) -> None:
        if not isinstance(info.network, OpticalFlowConfig):
            raise ModelError(
                f"“{info.name}” is a model of the kind {info.kind}; this needs one of the kind optical-flow"
            )
        self.info = info
        self.config: OpticalFlowConfig = info.network

    @classmethod
    def load(cls, info: ModelInfo, device: str = "auto") -> OpticalFlowPredictor:
        """There are no weights; the device does not matter."""
        return cls(info)

    def cost(self) -> ModelCost:
        """Nothing is learned, and optical flow is not made of the products that are counted."""
        return ModelCost(0, 0.0)

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
        """See `fedn.predictor.VideoPredictor`."""
        began = time.perf_counter()
        least = self.info.threshold if threshold is None else threshold
        track = track_motion(
            video,
            reference_s=self.config.reference_s,
            cache_dir=cache_dir,
            image_fps=image_fps,
            reporter=reporter,
            face=face,
            follow=_Live(self, least, reporter) if reporter.wants_partial else None,
        )
        index, grid = track.frame_index, TimeGrid.of(track.frame_index)
        since = time.perf_counter()
        strength = self.strength(track)
        found = [self.event(peak, grid) for peak in self.spot(strength, track.run)]
        curve = grid.per_frame(score_of(strength, self.config.half_prominence)[None])
        now = time.perf_counter()
        return Prediction(
            video=video,
            frame_count=index.frame_count,
            fps=index.fps,
            face_frames=int(np.count_nonzero(grid.per_frame(track.run) >= 0)),
            events=tuple(event for event in found if (event.score or 0.0) >= least),
            candidates=tuple(sorted(found, key=lambda event: -(event.score or 0.0))),
            labels=(CURVE,),
            curves=curve.astype(np.float16),
            stage_seconds={**track.stage_seconds, "signal": now - since},
            seconds=now - began,
            faceless=runs_of(grid.per_frame(track.run) < 0),
        )

    def strength(self, track: FlowTrack) -> NDArray[np.float64]:
        """(G,): how far the face is from rest, in percent of the eye distance; 0 where there is no face."""
        config = self.config
        inner = track.without_head() if config.global_motion == "head" else track.without_nose()
        signals = face_signals(inner) * (100 / EYE_DISTANCE_PX)
        turned = track.head[:, [_YAW, _PITCH]] * (100 / EYE_DISTANCE_PX)
        trust = (track.likeness - config.lost_likeness) / (config.clear_likeness - config.lost_likeness)
        strength = np.zeros(len(track.run))
        for start, stop in _runs(track.run):
            here = slice(start, stop)
            own = self._above_rest(signals[here], turned[here])
            strength[here] = own * low_pass(trust[here].clip(0, 1), config.smoothing_s * GRID_FPS)
        return strength

    def _above_rest(self, signals: NDArray[np.float64], turned: NDArray) -> NDArray[np.float64]:
        """Distance from rest (G,) of one run, less what turning the head and talking make of it."""
        config = self.config
        sigma, cells = config.smoothing_s * GRID_FPS, round(config.baseline_s * GRID_FPS)
        smooth, head = low_pass(signals, sigma), low_pass(turned, sigma)
        restless = restlessness(signals, smooth, config.restless_s * GRID_FPS)
        moved = np.linalg.norm(smooth - baseline(smooth, cells), axis=1)
        head_moved = np.linalg.norm(head - baseline(head, cells), axis=1)
        return np.maximum(0.0, moved - config.head_share * head_moved - config.restless_share * restless)

    def spot(self, strength: NDArray[np.float64], run: NDArray[np.int32]) -> list[Peak]:
        """Events on the grid, by start."""
        config = self.config
        events: list[Peak] = []
        for start, stop in _runs(run):
            found = find_events(
                strength[start:stop],
                min_prominence=config.min_prominence,
                boundary_share=config.boundary_share,
                valley_share=config.valley_share,
            )
            events += [Peak(a + start, apex + start, b + start, prominence) for a, apex, b, prominence in found]
        least, most = config.min_length_s * GRID_FPS, config.max_length_s * GRID_FPS
        merged = merge_overlapping(events, config.merge_overlap)
        return [event for event in merged if least <= event.stop - event.start <= most]

    def event(self, peak: Peak, grid: TimeGrid) -> Event:
        interval = grid.to_frames(peak.start, peak.stop)
        return Event(
            onset=interval.onset,
            offset=interval.offset,
            apex=_inside(int(grid.frames[peak.apex]), interval),
            label="",
            kind="macro" if peak.stop - peak.start > MACRO_CELLS else "micro",
            score=float(score_of(peak.prominence, self.config.half_prominence)),
        )


class _Live:
    """Tells what the track shows as it grows. Looks back so far only that the baseline is the same as in the end."""

    def __init__(self, predictor: OpticalFlowPredictor, least: float, reporter: Reporter) -> None:
        self._predictor, self._least, self._reporter = predictor, least, reporter
        self._told = 0

    def __call__(self, track: FlowTrack, stop: int) -> None:
        predictor, config = self._predictor, self._predictor.config
        grid = TimeGrid.of(track.frame_index)
        first = max(0, self._told - round(config.max_length_s * GRID_FPS))
        part = _part(track, max(0, first - round(config.baseline_s * GRID_FPS)), stop)
        begin = stop - len(part.run)
        strength = predictor.strength(part)
        peaks = [
            Peak(peak.start + begin, peak.apex + begin, peak.stop + begin, peak.prominence)
            for peak in predictor.spot(strength, part.run)
            if peak.start + begin >= first
        ]
        events = [predictor.event(peak, grid) for peak in peaks]
        score = score_of(strength[self._told - begin :], config.half_prominence)[None]
        first_frame, curves = grid.part_per_frame(score, self._told)
        tell_partial(
            self._reporter,
            first_frame,
            curves,
            [event for event in events if (event.score or 0.0) >= self._least],
            events_from=int(grid.frames[first]),
            labels=(CURVE,),
            threshold=self._least,
        )
        self._told = stop


def _part(track: FlowTrack, first: int, stop: int) -> FlowTrack:
    """Some cells of a track, their runs counted from 0."""
    run = track.run[first:stop]
    numbers = np.unique(run[run >= 0])
    counted = np.where(run >= 0, np.searchsorted(numbers, run), -1).astype(np.int32)
    here = slice(first, stop)
    return FlowTrack(track.regions[here], track.head[here], track.likeness[here], counted, track.frame_index)


def face_signals(regions: NDArray[np.float32]) -> NDArray[np.float64]:
    """`SIGNALS` (G, 6) in pixels from the regions' motion (G, R, 2) in x and y; y points down."""
    at = {name: regions[:, number].astype(np.float64) for number, name in enumerate(REGIONS)}
    mouth = at["left mouth corner"], at["right mouth corner"]
    brows = at["left brow, inner"], at["right brow, inner"]
    outer = at["left brow, outer"], at["right brow, outer"]
    cheeks, wings = (at["left cheek"], at["right cheek"]), (at["left nose wing"], at["right nose wing"])
    columns = [
        (mouth[1] - mouth[0])[:, 0] / 2,
        (mouth[0] + mouth[1])[:, 1] / 2,
        (brows[0] + brows[1] + outer[0] + outer[1])[:, 1] / 4,
        (brows[1] - brows[0])[:, 0] / 2,
        (cheeks[0] + cheeks[1])[:, 1] / 2,
        (wings[0] + wings[1])[:, 1] / 2,
    ]
    return np.stack(columns, axis=1)


def _runs(run: NDArray[np.int32]) -> list[tuple[int, int]]:
    """Start and stop of every stretch of one face."""
    return [piece for number in range(int(run.max(initial=-1)) + 1) for piece in stretches(run == number)]


def _inside(frame: int, interval: Interval) -> int:
    return min(max(frame, interval.onset), interval.offset)
