"""Spotting with one model and naming what it spotted with another (FEDN section 4, the cascaded baselines).

The spotter's intervals stay as they are. Only labels change, and with the score "product" the scores.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.video import FaceChoice
from fedn.cascade_config import CascadeConfig
from fedn.checkpoint import save_weights
from fedn.cost import ModelCost, model_cost
from fedn.errors import ModelError
from fedn.model_info import INFO_FILE, ModelInfo, read_model_info
from fedn.model_kinds import kind_named
from fedn.prediction import Prediction
from fedn.predictor import VideoPredictor, load_predictor
from fedn.progress import SILENT, Reporter
from fedn.recognizer import Recognizer, load_recognizer
from fedn.registry import bundled_models_dir, resolve_model


def write_cascade(
    folder: Path, *, spotter: Path, recognizer: Path, name: str, score: Literal["product", "spotter"] = "product"
) -> Path:
    """Describes a cascade of two models, which stay where they are. Returns its folder.

    Raises:
        ModelError: if one of the two cannot do its part, or the folder cannot be written.
    """
    first, second = read_model_info(spotter), read_model_info(recognizer)
    if "cascade" in (first.kind, second.kind):
        raise ModelError("a cascade is made of a spotter and a recognizer, not of another cascade; choose its parts")
    if not kind_named(first.kind).predictor:
        raise ModelError(f"“{first.name}” ({first.kind}) names given intervals and finds none; choose a spotter")
    if not kind_named(second.kind).recognizer:
        raise ModelError(f"“{second.name}” ({second.kind}) does not name given intervals; choose a recognizer")
    network = CascadeConfig(len(second.labels), _seen_from(folder, spotter), _seen_from(folder, recognizer), score)
    info = ModelInfo(name, second.labels, network, kind="cascade", threshold=first.threshold)
    save_weights(folder, {}, info)
    return folder


def _seen_from(folder: Path, model: Path) -> str:
    """By name if the model comes with the program, which may lie elsewhere tomorrow; else relative to the folder."""
    if model.resolve().parent == bundled_models_dir().resolve():
        return model.name
    return Path(os.path.relpath(model.resolve(), folder.resolve())).as_posix()


class CascadePredictor:
    """A spotter and a recognizer as one detector.

    The spotter's own threshold decides which intervals are events, because only its scores are about intervals.
    """

    def __init__(self, spotter: VideoPredictor, recognizer: Recognizer, info: ModelInfo) -> None:
        assert isinstance(info.network, CascadeConfig)
        self.spotter, self.recognizer, self._info = spotter, recognizer, info
        self._by_product = info.network.score == "product"

    @classmethod
    def load(cls, info: ModelInfo, device: str = "auto") -> CascadePredictor:
        """Reads both models.

        Raises:
            ModelError: if one of them is missing or cannot be used.
        """
        config, folder = info.network, info.folder
        assert isinstance(config, CascadeConfig) and folder is not None
        spotter, recognizer = (_part(folder, given) for given in (config.spotter, config.recognizer))
        if read_model_info(spotter).kind == "cascade":
            raise ModelError(f"the spotter of “{info.name}” is a cascade itself; name its spotter instead")
        named = load_recognizer(recognizer, device)
        if named.labels != info.labels:
            raise ModelError(f"{recognizer} has other labels than the cascade “{info.name}”; make the cascade anew")
        return cls(load_predictor(spotter, device), named, info)

    @property
    def info(self) -> ModelInfo:
        return self._info

    def cost(self) -> ModelCost:
        """Parameters of both, and the spotter's work with one interval to be named in every second."""
        first, second = model_cost(self.spotter), model_cost(self.recognizer)
        return ModelCost(
            first.parameters + second.parameters, first.flop_per_second_of_video + second.flop_per_second_of_video
        )

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
        """What the spotter finds, named by the recognizer.

        Raises:
            VideoError: if the video cannot be read.
        """
        began = time.perf_counter()
        found = self.spotter.detect(
            video, cache_dir=cache_dir, image_fps=image_fps, threshold=threshold, reporter=reporter, face=face
        )
        intervals = list(dict.fromkeys(event.interval for event in (*found.events, *found.candidates)))
        named = self.recognizer.recognize(
            video, intervals, cache_dir=cache_dir, image_fps=image_fps, reporter=reporter, face=face
        )
        probabilities = dict(zip(intervals, named, strict=True))
        candidates = [self._named(event, probabilities[event.interval]) for event in found.candidates]
        return replace(
            found,
            events=tuple(self._named(event, probabilities[event.interval]) for event in found.events),
            candidates=tuple(sorted(candidates, key=lambda event: -(event.score or 0.0))),
            labels=self._info.labels,
            curves=self._curves(found, probabilities),
            seconds=time.perf_counter() - began,
        )

    def _named(self, event: Event, probability: NDArray[np.float32]) -> Event:
        best = int(probability.argmax())
        share = float(probability[best]) if self._by_product else 1.0
        score = None if event.score is None else min(1.0, event.score * share)
        return replace(event, label=self._info.labels[best], score=score)

    def _curves(self, found: Prediction, probabilities: dict[Interval, NDArray[np.float32]]) -> NDArray[np.float16]:
        """(K, T): the spotter's curve, within events shared out among the labels, elsewhere among all alike."""
        strongest = found.curves.max(axis=0, initial=0.0).astype(np.float32)
        count = len(self._info.labels)
        curves = np.repeat(strongest[None] / count, count, axis=0)
        for event in found.events:
            inside = slice(event.interval.start, event.interval.stop)
            curves[:, inside] = strongest[inside] * probabilities[event.interval][:, None]
        return curves.astype(np.float16)


def _part(folder: Path, given: str) -> Path:
    """The folder of a part: as seen from the cascade's folder, or else by name."""
    beside = Path(os.path.normpath(folder / given))
    return beside if (beside / INFO_FILE).is_file() else resolve_model(given)
