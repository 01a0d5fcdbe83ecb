"""Segment attention and fusion: the frames of each segment become one vector (FEDN section 3, after CEFLNet).

Tensor letters: B batch, F frames, S segments, J frames of a segment, C channels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fedn.model_config import FednConfig
from fedn.models.attention import SelfAttention
from fedn.models.dropout import Dropout


def segments_of(frames: Tensor, length: int, step: int) -> Tensor:
    """Overlapping segments of a sequence: (B, F, C) -> (B, S, J, C) with S = (F - length) // step + 1."""
    count = (frames.shape[1] - length) // step + 1
    reach = step * (count - 1) + 1
    return torch.stack([frames[:, first : first + reach : step] for first in range(length)], dim=2)


class SegmentAttention(nn.Module):
    """(B, F, C) frames -> (B, S, C) segments.

    Each frame of a segment gets a weight from its own feature and the segment's global vector; the segment is the
    weighted mean of [frame; global], reduced to C channels. The reduction follows the pooling, which is the same
    because both are linear.
    """

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        width = config.width
        self.length, self.step, self.pool = config.segment_frames, config.segment_step, config.segment_pool
        self.softmax = config.segment_weights == "softmax"
        self.attention = SelfAttention(width, config.segment_heads, config.dropout)
        self.norm = nn.LayerNorm(width)
        self.dropout = Dropout(config.dropout)
        self.score_dropout = Dropout(config.score_dropout)
        self.frame_score = nn.Linear(width, 1)
        self.global_score = nn.Linear(width, 1, bias=False)
        self.fuse = nn.Linear(2 * width, width)
        self.position = nn.Parameter(torch.zeros(self.length, width)) if config.segment_position else None
        if self.position is not None:
            nn.init.normal_(self.position, std=0.02)

    def forward(self, frames: Tensor) -> Tensor:
        # Projected once per frame, not once per frame and segment: the segments overlap fourfold.
        projected = segments_of(self.attention.project(frames), self.length, self.step)
        members = segments_of(frames, self.length, self.step)  # (B, S, J, C)
        batch, count, length, width = members.shape
        if self.position is not None:
            members = members + self.position
            projected = projected + self.position @ self.attention.inward.weight.T
        mixed = self.attention.attend(projected.reshape(batch * count, length, 3 * width))
        settled = self.norm(members + self.dropout(mixed.reshape(members.shape)))
        overall = settled.mean(dim=2) if self.pool == "mean" else settled.amax(dim=2)  # (B, S, C)
        # Scored once per frame, not once per frame and segment.
        own = segments_of(self.frame_score(self.score_dropout(frames)), self.length, self.step)
        if self.position is not None:
            own = own + self.score_dropout(self.position) @ self.frame_score.weight.T
        shared = self.global_score(self.score_dropout(overall)).unsqueeze(2)
        weight = torch.softmax(own + shared, dim=2) if self.softmax else torch.sigmoid(own + shared)  # (B, S, J, 1)
        pooled = (weight * members).sum(dim=2) / weight.sum(dim=2)
        return self.fuse(torch.cat([pooled, overall], dim=-1))  # (B, S, C)


class SegmentMean(nn.Module):
    """The ablation: plain mean of a segment's frames and a projection, unless the features were projected before."""

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        self.length, self.step = config.segment_frames, config.segment_step
        projected = config.width != config.input_size
        self.fuse = nn.Identity() if projected else nn.Linear(config.width, config.width)

    def forward(self, frames: Tensor) -> Tensor:
        return self.fuse(segments_of(frames, self.length, self.step).mean(dim=2))
