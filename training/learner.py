"""What a kind of model brings to a training, and what it keeps between its steps. `training.loop` takes the steps, and
`training.course` does what comes before, between and after epochs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fedn.errors import TrainingError
from fedn.model_info import ModelInfo
from fedn.models.resnet import ResNet18
from fedn.progress import Reporter
from fedn.registry import DEFAULT_MODEL
from training.average import LateAverage, WeightAverage
from training.config import TrainingConfig
from training.datasets.features import FeatureSource
from training.datasets.sample import Sample
from training.evaluation import Predicted
from training.precision import Precision
from training.processes import Processes
from training.start import starting_backbone

NETWORK, AVERAGE, LATE, OPTIMIZER = "network.", "average.", "late.", "optimizer."
LATE_COUNT = "late_count"


class Learner(ABC):
    """One kind of model while it learns: `network`, the average of its weights, optimizer and step.

    What is learned in a step depends on the seed, the epoch, the number of the step and this state alone, so that a run
    that goes on from a checkpoint computes the same weights as one that was never interrupted. A step's items (windows,
    intervals, frames) may be computed in several parts, by several processes; what it learns stays the same but for
    rounding, and for dropout. Subclasses call `attend` when their network is there.

    Attributes:
        info: what the model will be; its threshold and figures come at the end.
        backbone: what makes features of videos.
        processes: those of this training; one, until the course says otherwise.
        clipped: the parameters whose gradients are clipped together; one list, but for independent networks.
    """

    info: ModelInfo
    backbone: FeatureSource
    network: nn.Module

    def __init__(self, config: TrainingConfig, device: torch.device) -> None:
        self.config, self.device, self.step = config, device, 0
        self.processes = Processes(device)
        self.precision = Precision(device, bfloat16=False)

    def attend(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """What is trained, and how. Parameter groups may have a "share" of the learning rate."""
        self.network, self.optimizer = network.to(self.device), optimizer
        self.average, self.late = WeightAverage(network, self.config.optimization.ema), LateAverage()
        self.clipped = [self.parameters()]

    @abstractmethod
    def begin(self, samples: Sequence[Sample], folder: Path, reporter: Reporter) -> None:
        """Prepares the training samples; `folder` is the run's.

        Raises:
            TrainingError: if there is nothing to learn from in them.
        """

    def begin_epoch(self, epoch: int, reporter: Reporter) -> None:  # noqa: B027
        """Called before the first step of an epoch, and when a run goes on within one."""

    def end_epoch(self, epoch: int) -> None:
        """Called after the last step of an epoch, before it is measured."""
        how = self.config.optimization
        if epoch >= how.epochs - round(how.late_share * how.epochs):
            self.late.add(self.average.weights)

    def train_mode(self) -> None:
        """The network as it is while it learns."""
        self.network.train()

    @abstractmethod
    def plan(self, epoch: int) -> list[Any]:
        """For each step of an epoch the items that are learned from. Depends on the seed and the epoch alone."""

    def share(self, items: Any, number: int, count: int) -> Any:
        """Every `count`th of a step's items, beginning with `number`: for a process, or a part of a batch."""
        return items[number::count]

    def size(self, items: Any) -> int:
        """How many items there are: a step cannot be computed in more parts."""
        return len(items)

    def name(self, items: Any) -> str:
        """The items in words, to find what is wrong with them."""
        return f"{len(items)} items"

    @abstractmethod
    def load(self, items: Any, random: np.random.Generator) -> Any:
        """A batch of items on the processor. Called in another thread: draws from `random` alone."""

    def totals(self, batch: Any, items: Any) -> Tensor:
        """What its losses are divided by, to be added up over all parts of a step: by default the number of items."""
        return torch.tensor([float(self.size(items))])

    @abstractmethod
    def losses(self, batch: Any, share: float, totals: Tensor) -> dict[str, Tensor]:
        """The batch's part of the losses of its step: "loss" is what is learned from, the others are for people.

        Args:
            share: of the step's items that are in the batch: for losses that are means.
            totals: `totals` of the whole step.
        """

    def after_backward(self) -> None:  # noqa: B027
        """Called when the gradients of a batch are there."""

    def shrink(self) -> bool:
        """Takes less memory than before for the same batch, if it can: called when one item alone is too much."""
        return False

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
        """The averaged weights, which are measured and kept; in late epochs, where wanted, their mean over these."""
        weights = self.late.weights if self.late.count else self.average.weights
        return {name: value.detach().cpu().clone() for name, value in weights.items()}

    def state(self) -> dict[str, Tensor]:
        """The tensors of a checkpoint."""
        state = {f"{NETWORK}{name}": value for name, value in self.network.state_dict().items()}
        state |= {f"{AVERAGE}{name}": value for name, value in self.average.weights.items()}
        if self.late.count:
            state |= {f"{LATE}{name}": value for name, value in self.late.weights.items()}
            state[LATE_COUNT] = torch.tensor(self.late.count)
        for number, parameter in enumerate(self.parameters()):
            for key, value in self.optimizer.state.get(parameter, {}).items():
                state[f"{OPTIMIZER}{number}.{key}"] = torch.as_tensor(value)
        return {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}

    def load_state(self, state: Mapping[str, Tensor], step: int) -> None:
        """The inverse of `state`."""
        self.step = step
        self.network.load_state_dict(below(state, NETWORK))
        self.average.load(below(state, AVERAGE))
        late = {name: value.to(self.device) for name, value in below(state, LATE).items()}
        self.late.load(late, int(state[LATE_COUNT]) if late else 0)
        # Only optimizers that take their step in one kernel keep its number beside the weights.
        beside = bool(self.optimizer.defaults.get("fused"))
        for number, parameter in enumerate(self.parameters()):
            moments = below(state, f"{OPTIMIZER}{number}.")
            if moments:
                self.optimizer.state[parameter] = {
                    key: value.clone() if key == "step" and not beside else value.to(parameter.device, copy=True)
                    for key, value in moments.items()
                }

    def parameters(self) -> list[nn.Parameter]:
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
