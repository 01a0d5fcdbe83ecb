"""Trunk blocks that halve time, and the pyramid of levels (FEDN section 3). Tensors are (B, C, T)."""

from __future__ import annotations

from torch import Tensor, nn

from fedn.model_config import FednConfig


def norm_groups(width: int, wanted: int) -> int:
    """The largest number of groups up to `wanted` that divides `width`."""
    return next(count for count in range(min(wanted, width), 0, -1) if width % count == 0)


def activation(config: FednConfig) -> nn.Module:
    """What follows every norm of trunk, neck and head."""
    return nn.Mish() if config.activation == "mish" else nn.ReLU()


def halving_block(config: FednConfig) -> nn.Sequential:
    """Convolution, norm and activation; time is halved by pooling behind them or by the convolution's stride."""
    width, kernel, pools = config.width, config.block_kernel, config.block_halving == "pool"
    layers = [
        nn.Conv1d(width, width, kernel, stride=1 if pools else 2, padding=kernel // 2),
        nn.GroupNorm(norm_groups(width, 32), width),
        activation(config),
    ]
    return nn.Sequential(*layers, nn.MaxPool1d(2)) if pools else nn.Sequential(*layers)


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
                activation(config),
            )
            for stride in strides
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        levels = []
        for level in self.levels:
            x = level(x)
            levels.append(x)
        return levels
