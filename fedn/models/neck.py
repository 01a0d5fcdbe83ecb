"""Trunk blocks that halve time, and the pyramid of levels (FEDN section 3). Tensors are (B, C, T)."""

from __future__ import annotations

from torch import Tensor, nn

from fedn.model_config import FednConfig


def norm_groups(width: int, wanted: int) -> int:
    """The largest number of groups up to `wanted` that divides `width`."""
    return next(count for count in range(min(wanted, width), 0, -1) if width % count == 0)


def halving_block(config: FednConfig) -> nn.Sequential:
    """Convolution, norm, ReLU, and pooling that halves time."""
    width, kernel = config.width, config.block_kernel
    return nn.Sequential(
        nn.Conv1d(width, width, kernel, padding=kernel // 2),
        nn.GroupNorm(norm_groups(width, 32), width),
        nn.ReLU(),
        nn.MaxPool1d(2),
    )


class Neck(nn.Module):
    """(B, C, T) -> one (B, C, T / 2^level) per level, each made from the one before."""

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        width = config.width
        strides = [1] + [
            after // before for before, after in zip(config.level_strides, config.level_strides[1:], strict=False)
        ]
        self.levels = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(width, width, 3, stride=stride, padding=1),
                nn.GroupNorm(norm_groups(width, 32), width),
                nn.ReLU(),
            )
            for stride in strides
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        levels = []
        for level in self.levels:
            x = level(x)
            levels.append(x)
        return levels
