"""In which numbers a training computes, and how their gradients are kept from vanishing."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn


class Precision:
    """bfloat16 if asked for, or float16 on graphics cards that are too old for it; float32 on Apple's, and otherwise.

    Weights, losses and the optimizer stay in float32. float16 has too few small numbers for gradients: they are scaled.
    """

    def __init__(self, device: torch.device, bfloat16: bool) -> None:
        self.device, self.kind = device, torch.float32
        if bfloat16 and device.type != "mps":
            old = device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False)
            self.kind = torch.float16 if old else torch.bfloat16
        self._scaler = torch.amp.GradScaler(device.type, enabled=self.kind == torch.float16)

    def computing(self) -> AbstractContextManager[object]:
        """Inside, matrix products take this kind of number."""
        return torch.autocast(self.device.type, self.kind, enabled=self.kind != torch.float32)

    def backward(self, loss: Tensor) -> None:
        self._scaler.scale(loss).backward()

    def clipped_step(self, optimizer: torch.optim.Optimizer, clipped: list[list[nn.Parameter]], most: float) -> bool:
        """Clips the gradients of each list of parameters together and takes a step.

        Returns:
            False if a gradient is not finite. Scaled gradients may overflow once in a while; then the step is left out
            and the scale lowered, which counts as well.
        """
        self._scaler.unscale_(optimizer)
        norms = [nn.utils.clip_grad_norm_(together, most) for together in clipped]
        finite = all(bool(torch.isfinite(norm)) for norm in norms)
        if finite or self._scaler.is_enabled():
            self._scaler.step(optimizer)
        self._scaler.update()
        return finite or self._scaler.is_enabled()

    def state(self) -> dict[str, float]:
        """The scaler's numbers; empty where gradients are not scaled."""
        return {name: float(value) for name, value in self._scaler.state_dict().items()}

    def load_state(self, state: dict[str, float]) -> None:
        if state and self._scaler.is_enabled():
            whole = ("_growth_tracker", "growth_interval")
            self._scaler.load_state_dict({name: int(it) if name in whole else it for name, it in state.items()})
