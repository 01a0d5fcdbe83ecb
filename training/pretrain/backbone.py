"""Teaches ResNet-18 what faces do: strengths of the 57 shapes and the emotion, from rendered faces.

Strengths are the richer signal: they tell a raised brow from an open mouth also where both mean the same emotion. The
first epochs see small crops, which is faster; the last ones the size at which detection will use the backbone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from fedn.errors import TrainingError
from fedn.features.backbone_runtime import MEAN, STD
from fedn.models.resnet import FEATURE_CHANNELS, ResNet18
from fedn.progress import SILENT, Reporter
from training.synthetic.expressions import EMOTIONS, Shapes
from training.synthetic.stills import Stills


@dataclass(frozen=True)
class Phase:
    """`size`: side of the crops in pixels; `learning_rate`: the peak of a one-cycle schedule."""

    size: int
    epochs: float
    learning_rate: float
    batch: int = 64


@dataclass(frozen=True)
class PretrainConfig:
    phases: tuple[Phase, ...] = (Phase(80, 4.5, 1e-3, 48), Phase(112, 2.0, 6e-4, 48))
    weight_decay: float = 0.02
    emotion_weight: float = 0.3
    seed: int = 0


class ExpressionNet(nn.Module):
    """Crops (B, 3, S, S) -> standardized strengths (B, 57) and emotion logits (B, 8; the last is neutral).

    A strength is `mean + deviation * output`: weak shapes count as much as strong ones in the loss.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, shapes: int) -> None:
        super().__init__()
        self.backbone = ResNet18()
        self.strengths = nn.Linear(FEATURE_CHANNELS, shapes)
        self.emotion = nn.Linear(FEATURE_CHANNELS, len(EMOTIONS) + 1)
        self.register_buffer("mean", torch.zeros(shapes))
        self.register_buffer("deviation", torch.ones(shapes))

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        features = self.backbone(crops).float()
        return self.strengths(features), self.emotion(features)

    def standardized(self, strengths: Tensor) -> Tensor:
        return (strengths - self.mean) / self.deviation


def pretrain_backbone(
    training: list[Stills],
    validation: Stills,
    names: tuple[str, ...],
    out: Path,
    config: PretrainConfig,
    start: Path | None = None,
    reporter: Reporter = SILENT,
) -> dict[str, float]:
    """Trains and writes `out` (safetensors: "backbone.*", "strengths.*", "emotion.*") after every epoch.

    Returns the validation figures of the last epoch: mean correlation of the strengths, accuracy of the emotion.
    """
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    network = ExpressionNet(len(names))
    network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    if start is not None:
        network.load_state_dict({name: value.float() for name, value in load_file(start).items()})
    strengths = torch.from_numpy(np.concatenate([s.strengths for s in training]))
    emotions = torch.from_numpy(np.concatenate([s.emotions for s in training]))
    moving = strengths.std(dim=0) > 0.02
    if start is None:
        network.mean.copy_(strengths.mean(dim=0))
        network.deviation.copy_(strengths.std(dim=0).clamp_min(0.02))
    mirror = torch.from_numpy(Shapes(names).mirror)
    figures: dict[str, float] = {}
    for phase in config.phases:
        network.backbone.input_size.fill_(phase.size)
        pictures = [_resized(s.crops, phase.size) for s in training]
        held_out = _resized(validation.crops, phase.size)
        steps = int(phase.epochs * len(strengths)) // phase.batch
        optimizer = torch.optim.AdamW(network.parameters(), lr=phase.learning_rate, weight_decay=config.weight_decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, phase.learning_rate, total_steps=steps, pct_start=0.1)
        per_epoch = len(strengths) // phase.batch
        order = np.concatenate([rng.permutation(len(strengths)) for _ in range(int(np.ceil(phase.epochs)) + 1)])
        network.train()
        for step in range(steps):
            rows = np.sort(order[step * phase.batch : (step + 1) * phase.batch])
            crops = _augment(_gather(pictures, rows), rng)
            target, emotion = strengths[rows], emotions[rows]
            if rng.random() < 0.5:
                crops, target = crops.flip(3), target[:, mirror]
            loss = _loss(network, crops, target, emotion, moving, config.emotion_weight)
            if not torch.isfinite(loss):
                raise TrainingError(f"the loss is not a number at step {step}; lower the learning rate")
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            if step % 20 == 0:
                reporter.progress(f"crops of {phase.size}", step, steps, loss=loss.item())
            if (step + 1) % per_epoch == 0 or step + 1 == steps or reporter.stop_requested:
                figures = validate(network, held_out, validation)
                reporter.result(f"crops of {phase.size}, step {step + 1}", **figures)
                _save(network, out)
                network.train()
            if reporter.stop_requested:
                return figures
    return figures


def _loss(
    network: ExpressionNet, crops: Tensor, target: Tensor, emotion: Tensor, moving: Tensor, weight: float
) -> Tensor:
    """`moving` (57,): the shapes that occur in the data at all."""
    with torch.autocast("cpu", torch.bfloat16):
        strengths, logits = network(crops)
    loss = F.smooth_l1_loss(strengths.float()[:, moving], network.standardized(target)[:, moving])
    labelled = emotion >= 0
    if labelled.any():
        loss = loss + weight * F.cross_entropy(logits.float()[labelled], emotion[labelled])
    return loss


@torch.no_grad()
def validate(network: ExpressionNet, pictures: NDArray[np.uint8], stills: Stills) -> dict[str, float]:
    """Mean over the shapes of the correlation with the truth, and the accuracy where there is an emotion."""
    network.eval()
    found, guessed = [], []
    for rows in np.array_split(np.arange(len(pictures)), max(1, len(pictures) // 64)):
        with torch.autocast("cpu", torch.bfloat16):
            strengths, logits = network(normalized(torch.from_numpy(pictures[rows])))
        found.append(strengths.float().numpy())
        guessed.append(logits.argmax(1).numpy())
    predicted, guess = np.concatenate(found), np.concatenate(guessed)
    moving = stills.strengths.std(0) > 1e-3
    correlations = [np.corrcoef(predicted[:, i], stills.strengths[:, i])[0, 1] for i in np.flatnonzero(moving)]
    labelled = stills.emotions >= 0
    return {
        "correlation": float(np.mean(correlations)),
        "emotion_accuracy": float((guess == stills.emotions)[labelled].mean()),
    }


def _save(network: ExpressionNet, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_suffix(".partial")
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, partial)
    partial.replace(out)


def _resized(crops: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    if crops.shape[1] == size:
        return crops
    small = np.empty((len(crops), size, size, 3), np.uint8)
    for row, crop in enumerate(crops):
        cv2.resize(crop, (size, size), dst=small[row], interpolation=cv2.INTER_AREA)
    return small


def _gather(pictures: list[NDArray[np.uint8]], rows: NDArray[np.int64]) -> Tensor:
    """Rows of several arrays seen as one, (B, S, S, 3) uint8."""
    starts = np.cumsum([0] + [len(p) for p in pictures])
    source = np.searchsorted(starts, rows, side="right") - 1
    return torch.from_numpy(np.stack([pictures[s][row - starts[s]] for s, row in zip(source, rows, strict=True)]))


def normalized(crops: Tensor) -> Tensor:
    """uint8 (B, S, S, 3) -> float32 (B, 3, S, S), channels last in memory."""
    values = crops.permute(0, 3, 1, 2).float().div_(255.0)
    return values.sub_(torch.tensor(MEAN).view(1, 3, 1, 1)).div_(torch.tensor(STD).view(1, 3, 1, 1))


def _augment(crops: Tensor, rng: np.random.Generator) -> Tensor:
    """Contrast, brightness, tint, gray, hands and other things in front of the face; normalized (B, 3, S, S)."""
    values = normalized(crops)
    count, _, height, width = values.shape
    gain = torch.from_numpy(rng.normal(1.0, 0.15, (count, 1, 1, 1)) * rng.normal(1.0, 0.06, (count, 3, 1, 1)))
    shift = torch.from_numpy(rng.normal(0.0, 0.2, (count, 1, 1, 1)) + rng.normal(0.0, 0.12, (count, 3, 1, 1)))
    values = values * gain.float() + shift.float()
    gray = torch.from_numpy(rng.random(count) < 0.15)
    if gray.any():
        values[gray] = values[gray].mean(dim=1, keepdim=True).expand(-1, 3, -1, -1).clone()
    for row in np.flatnonzero(rng.random(count) < 0.3):
        h, w = (rng.uniform(0.08, 0.35, 2) * [height, width]).astype(int)
        y, x = rng.integers(0, height - h), rng.integers(0, width - w)
        values[row, :, y : y + h, x : x + w] = torch.from_numpy(rng.normal(0.0, 0.8, (3, 1, 1))).float()
    return values.contiguous(memory_format=torch.channels_last)
