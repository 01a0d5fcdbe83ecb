"""What a kind of model brings to a training, and what it keeps between its steps. The rest is `training.course`."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from fedn.errors import TrainingError
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.model_info import ModelInfo
from fedn.models.resnet import ResNet18
from fedn.progress import Reporter
from fedn.registry import DEFAULT_MODEL
from training.average import WeightAverage
from training.config import TrainingConfig
from training.datasets.sample import Sample
from training.evaluation import Predicted
from training.loop import learning_rate
from training.start import starting_backbone

OnStep = Callable[[int, int, float], None]
"""Called after each step with the steps done, all steps of the epoch, and the loss; may raise to end the epoch."""

AVERAGE = "average."


class Learner(ABC):
    """One kind of model while it learns: `network`, the average of its weights, optimizer and step.

    An epoch depends on the seed, its number and this state alone, so that a run that goes on from a checkpoint computes
    the same weights as one that was never interrupted. Subclasses call `attend` when their network is there.

    Attributes:
        info: what the model will be; its threshold and figures come at the end.
        backbone: what makes features of videos.
        clipped: the parameters whose gradients are clipped together; one list, but for independent networks.
    """

    info: ModelInfo
    backbone: ResNet18 | BackboneRuntime
    network: nn.Module

    def __init__(self, config: TrainingConfig, device: torch.device) -> None:
        self.config, self.device, self.step = config, device, 0

    def attend(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """What is trained, and how. Parameter groups may have a "share" of the learning rate."""
        self.network, self.optimizer = network.to(self.device), optimizer
        self.average = WeightAverage(network, self.config.optimization.ema)
        self.clipped = [self._parameters()]

    @abstractmethod
    def begin(self, samples: Sequence[Sample], folder: Path, reporter: Reporter) -> None:
        """Prepares the training samples; `folder` is the run's.

        Raises:
            TrainingError: if there is nothing to learn from in them.
        """

    @abstractmethod
    def train_epoch(self, epoch: int, on_step: OnStep) -> dict[str, float]:
        """One pass; returns the means of its figures, "loss" among them, and the number of "steps"."""

    @abstractmethod
    def predict(self, weights: Mapping[str, Tensor], samples: Sequence[Sample], reporter: Reporter) -> Predicted:
        """What the network with these weights (those of `kept`) finds in samples, without a threshold."""

    @abstractmethod
    def save(self, folder: Path, weights: Mapping[str, Tensor], info: ModelInfo) -> ModelInfo:
        """Writes the model with these weights."""

    def judge(self, weights: Mapping[str, Tensor], samples: Sequence[Sample]) -> dict[str, float]:
        """Further figures on samples, which count when the best epoch is chosen."""
        return {}

    def begin_average(self) -> None:
        """Begins the average anew, after statistics were set."""
        self.average = WeightAverage(self.network, self.config.optimization.ema)

    def kept(self) -> dict[str, Tensor]:
        """The averaged weights, which are measured and kept."""
        return {name: value.detach().cpu().clone() for name, value in self.average.weights.items()}

    def descend(self, loss: Tensor, epoch: float, before_step: Callable[[], None] | None = None) -> float:
        """One step of the optimizer; `epoch` is a fraction. Returns the loss.

        Args:
            before_step: called when the gradients of the network are there.

        Raises:
            TrainingError: if the loss is not finite.
        """
        value = float(loss.detach())
        if not math.isfinite(value):
            raise TrainingError(f"the loss became {value} in epoch {int(epoch) + 1}; lower learning_rate")
        for group in self.optimizer.param_groups:
            group["lr"] = group.get("share", 1.0) * learning_rate(epoch, self.config)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if before_step is not None:
            before_step()
        for together in self.clipped:
            nn.utils.clip_grad_norm_(together, self.config.optimization.gradient_clip)
        self.optimizer.step()
        self.step += 1
        self.average.update(self.network, self.step)
        return value

    def state(self) -> dict[str, Tensor]:
        """The tensors of a checkpoint."""
        state = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        state |= {f"{AVERAGE}{name}": value for name, value in self.average.weights.items()}
        for number, parameter in enumerate(self._parameters()):
            for key, value in self.optimizer.state.get(parameter, {}).items():
                state[f"optimizer.{number}.{key}"] = torch.as_tensor(value)
        return {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}

    def load_state(self, state: Mapping[str, Tensor], step: int) -> None:
        """The inverse of `state`."""
        self.step = step
        self.network.load_state_dict(below(state, "network."))
        self.average.load(below(state, AVERAGE))
        for number, parameter in enumerate(self._parameters()):
            moments = below(state, f"optimizer.{number}.")
            if moments:
                self.optimizer.state[parameter] = {
                    key: value.clone() if key == "step" else value.to(parameter) for key, value in moments.items()
                }

    def _parameters(self) -> list[nn.Parameter]:
        return [parameter for group in self.optimizer.param_groups for parameter in group["params"]]


def starting_labels(config: TrainingConfig) -> tuple[str, ...]:
    """The labels of a new network.

    Raises:
        TrainingError: if the recipe names none.
    """
    if not config.start.labels:
        raise TrainingError("the recipe names no labels; add them under [start] labels, or a parent model")
    return config.start.labels


def pretrained_backbone(config: TrainingConfig) -> ResNet18:
    """The recipe's backbone, or without one that of the model that comes with the program.

    Little can be learned from the features of a random one.

    Raises:
        ModelError: if it cannot be read.
    """
    return starting_backbone(config.start.backbone or DEFAULT_MODEL, config.seed)


def below(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The entries whose names begin with the prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def decayed_groups(network: nn.Module, *, decay: float, share: float = 1.0) -> list[dict[str, object]]:
    """Parameter groups for AdamW: weight decay for matrices and kernels, none for norms and biases."""
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [value for value in parameters if value.ndim > 1], "weight_decay": decay, "share": share},
        {"params": [value for value in parameters if value.ndim <= 1], "weight_decay": 0.0, "share": share},
    ]
