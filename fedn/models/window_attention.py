"""Sliding-window attention: every segment of a window gets a weight (FEDN section 3)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fedn.model_config import FednConfig


class WindowAttention(nn.Module):
    """(B, S, C) -> (B, S, C): segments weighted by a softmax over the window.

    The weights are multiplied by S: a bare softmax would shrink the features S-fold and starve the convolutions
    that follow. The zero-initialized last layer makes the untrained module the identity. The paper says “a 1D CNN and
    softmax”: two layers that give one score per segment, or one layer that gives one per segment and channel.
    """

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        self.residual = config.window_residual
        if config.window_scores == "channel":
            self.hidden, self.logit = nn.Identity(), nn.Conv1d(config.width, config.width, 1)
        else:
            narrow = nn.Conv1d(config.width, config.window_attention_width, 3, padding=1)
            self.hidden, self.logit = narrow, nn.Conv1d(config.window_attention_width, 1, 1)
        for parameter in self.logit.parameters():
            nn.init.zeros_(parameter)

    def forward(self, segments: Tensor) -> Tensor:
        hidden = self.hidden(segments.transpose(1, 2))
        logits = self.logit(hidden if isinstance(self.hidden, nn.Identity) else torch.relu(hidden))  # (B, 1 or C, S)
        weight = torch.softmax(logits, dim=-1).transpose(1, 2) * segments.shape[1]  # (B, S, 1 or C)
        return segments + weight * segments if self.residual else weight * segments
