"""How well strengths that a backbone predicts follow those of a witness, clip by clip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file

from fedn.errors import TrainingError
from fedn.features.extract import aligned_faces
from fedn.progress import SILENT, Reporter
from fedn.video.reader import open_video
from training.pretrain.augmentation import normalized
from training.pretrain.backbone import ExpressionNet
from training.real_faces.blendshapes import Floats

MOVES = 0.1
"""A clip says nothing of a group whose values, from the 5th to the 95th percentile, differ by less."""
BATCH = 32


def load_expression_net(weights: Path) -> ExpressionNet:
    """The network that `pretrain backbone` wrote.

    Raises:
        TrainingError: if the file holds something else.
    """
    try:
        state = load_file(weights)
        network = ExpressionNet(len(state["mean"]))
        network.load_state_dict({name: value.float() for name, value in state.items()})
    except (OSError, KeyError, RuntimeError, ValueError, SafetensorError) as error:
        raise TrainingError(f"{weights} does not hold weights of “pretrain backbone”: {error}") from error
    return network.eval()


@torch.no_grad()
def predicted_strengths(video: Path, network: ExpressionNet, reporter: Reporter = SILENT) -> Floats:
    """(F, S) strengths of every frame of a video, NaN where there is no face.

    Raises:
        VideoError: if the video cannot be read.
        Cancelled: if `reporter` asked to stop.
    """
    with open_video(video) as reader:
        frames = reader.index.frame_count
    found = np.full((frames, len(network.mean)), np.nan, np.float32)
    waiting: list[tuple[int, NDArray[np.uint8]]] = []
    for number, crop in aligned_faces(video):
        reporter.check()
        if crop is not None:
            waiting.append((number, crop))
        if len(waiting) == BATCH:
            _predict(network, waiting, found)
            waiting.clear()
            reporter.progress(video.name, number, frames)
    if waiting:
        _predict(network, waiting, found)
    return found


def _predict(network: ExpressionNet, crops: list[tuple[int, NDArray[np.uint8]]], found: Floats) -> None:
    batch = normalized(torch.from_numpy(np.stack([crop for _, crop in crops])))
    with torch.autocast("cpu", torch.bfloat16):
        standardized, _ = network(batch)
    strengths = network.mean + network.deviation * standardized.float()
    found[[number for number, _ in crops]] = strengths.numpy()


def correlations(ours: Mapping[str, Floats], theirs: Mapping[str, Floats]) -> dict[str, float | None]:
    """Group -> Pearson's correlation over the frames that both know; None where nobody is seen or the witness sees
    nothing move.

    A witness may count a last frame more or less than we do: what is beyond the shorter one is left out.
    """
    found: dict[str, float | None] = {}
    for group, own in ours.items():
        frames = min(len(own), len(theirs[group]))
        one, two = own[:frames], theirs[group][:frames]
        known = ~(np.isnan(one) | np.isnan(two))
        low, high = np.percentile(two[known], [5, 95]) if known.sum() > 2 else (0.0, 0.0)
        moving = high - low >= MOVES and one[known].std() > 0
        found[group] = round(float(np.corrcoef(one[known], two[known])[0, 1]), 3) if moving else None
    return found


def medians(of_clips: Iterable[Mapping[str, float | None]]) -> dict[str, float | None]:
    """Group -> median over the clips in which it moves."""
    clips = list(of_clips)
    groups = clips[0] if clips else {}
    values = {group: [value for clip in clips if (value := clip[group]) is not None] for group in groups}
    return {group: round(float(np.median(own)), 3) if own else None for group, own in values.items()}
