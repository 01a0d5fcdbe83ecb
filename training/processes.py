"""The processes of one training: one, or several on one machine or many (`accelerate launch`, `torchrun`).

Every process has the whole network and learns from its share of each step; gradients are added up. The first one alone
writes the run folder and is told to pause, stop or cancel.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from fedn.features.backbone_runtime import pick_device

if TYPE_CHECKING:
    from accelerate import PartialState

PATIENCE = timedelta(days=2)
"""How long processes wait for each other: while the first one computes the features of long videos."""


class Processes:
    """This process among those of a training.

    Attributes:
        index, count: the number of this process, and of all.
        device: where it computes.
    """

    def __init__(self, device: torch.device, state: PartialState | None = None) -> None:
        self.device, self._state = device, state
        self.index = state.process_index if state else 0
        self.count = state.num_processes if state else 1

    @classmethod
    def join(cls, device: str) -> Processes:
        """What the launcher made of this process; a training that was started plainly has one.

        Raises:
            ModelError: if the device cannot be used.
        """
        if int(os.environ.get("WORLD_SIZE", "1")) < 2:
            return cls(pick_device(device))
        from accelerate import PartialState

        on_cpu = device == "cpu" or not torch.cuda.is_available()
        state = PartialState(cpu=on_cpu, timeout=PATIENCE)
        return cls(torch.device("cpu") if on_cpu else torch.device("cuda", state.local_process_index), state)

    @property
    def is_first(self) -> bool:
        return self.index == 0

    def sum(self, values: Tensor) -> Tensor:
        """The elementwise sum over all processes."""
        if self._state is None:
            return values
        from accelerate.utils import reduce

        summed = reduce(values.to(self.device), "sum")
        assert isinstance(summed, Tensor)
        return summed.to(values.device)

    def any(self, here: bool) -> bool:
        """Whether it is so in any process."""
        return here if self._state is None else bool(self.sum(torch.tensor([int(here)])))

    def from_first(self, number: int) -> int:
        """The number that the first process gives; what the others give does not count."""
        return number if self._state is None else int(self.sum(torch.tensor([int(number) if self.is_first else 0])))

    @torch.no_grad()
    def sum_gradients(self, parameters: Sequence[Tensor]) -> None:
        """Adds up the gradients of all processes; a parameter that has none anywhere keeps none."""
        if self._state is None:
            return
        has = self.sum(torch.tensor([float(parameter.grad is not None) for parameter in parameters]))
        learned = [parameter for parameter, count in zip(parameters, has.tolist(), strict=True) if count]
        flat = [(torch.zeros_like(it) if it.grad is None else it.grad).flatten() for it in learned]
        summed = self.sum(torch.cat(flat)) if flat else torch.zeros(0)
        for parameter, values in zip(learned, summed.split([part.numel() for part in flat]), strict=True):
            parameter.grad = values.view_as(parameter).clone()

    @contextmanager
    def first_one_first(self) -> Iterator[None]:
        """Inside, the first process of each machine goes ahead, and the others find what it has cached."""
        if self._state is None:
            yield
            return
        with self._state.local_main_process_first():
            yield

    def leave(self) -> None:
        """At the end of a training."""
        if self._state is not None:
            self._state.destroy_process_group()

    def wait(self) -> None:
        """Until all processes are here."""
        if self._state is not None:
            self._state.wait_for_everyone()
