"""FEDN's detector: cached frame features in, raw predictions of every window out (FEDN section 3, figure 1).

Tensor letters: B batch, T time of a video, F frames a window reads, S segments, C channels, K labels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fedn.model_config import FednConfig
from fedn.models.head import Head, RawOutput
from fedn.models.neck import Neck, halving_block
from fedn.models.segment_attention import SegmentAttention, SegmentMean
from fedn.models.window_attention import WindowAttention

MAX_REFERENCE_FRAMES = 8192


class FednDetector(nn.Module):
    """Segment attention, window attention, two blocks, neck and head.

    The forward pass has two halves, `segments` and `windows`: windows of a video overlap, and a video's segments need
    to be computed only once. `prepare` comes before both, once per video.
    """

    feature_mean: Tensor
    feature_scale: Tensor

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("feature_mean", torch.zeros(config.feature_size))
        self.register_buffer("feature_scale", torch.ones(config.feature_size))
        narrow = config.width != config.input_size
        self.project = nn.Linear(config.input_size, config.width) if narrow else nn.Identity()
        self.segment = SegmentAttention(config) if config.segment_attention else SegmentMean(config)
        self.window = WindowAttention(config) if config.window_attention else nn.Identity()
        self.blocks = nn.Sequential(halving_block(config), halving_block(config))
        self.neck = Neck(config)
        self.head = Head(config)

    def reference(self, features: Tensor, has_face: Tensor) -> Tensor:
        """The feature (C,) that stands for the video's face at rest: median over frames with a face, or zero.

        Args:
            features: (T, C) of one video.
            has_face: (T,) bool.
        """
        seen = torch.nonzero(has_face).squeeze(1)
        if self.config.reference == "none" or len(seen) == 0:
            return torch.zeros(features.shape[1], device=features.device)
        if len(seen) > MAX_REFERENCE_FRAMES:
            seen = seen[torch.linspace(0, len(seen) - 1, MAX_REFERENCE_FRAMES, device=seen.device).long()]
        return features[seen].float().median(dim=0).values

    def prepare(self, features: Tensor, has_face: Tensor, reference: Tensor | None = None) -> Tensor:
        """Standardized float32 features (T, C); zero, the mean of the training data, where there is no face."""
        if reference is None:
            reference = self.reference(features, has_face)
        standard = (features.float() - reference - self.feature_mean) / self.feature_scale
        return torch.where(has_face.unsqueeze(-1), standard, 0.0)

    def fit_scale(self, features: Tensor) -> None:
        """Sets mean and scale from features (N, C) of training data from which the reference is already subtracted.

        A floor keeps channels that hardly move from being blown up.
        """
        deviation = features.float().std(dim=0)
        self.feature_mean.copy_(features.float().mean(dim=0))
        self.feature_scale.copy_(deviation.clamp_min(0.1 * float(deviation.mean()) + 1e-6))

    def segments(self, frames: Tensor) -> Tensor:
        """Prepared frames (B, F, C) -> (B, S, width) with S = (F - motion - segment_frames) // segment_step + 1."""
        return self.segment(self.project(self.with_motion(frames)))

    def with_motion(self, frames: Tensor) -> Tensor:
        """Frames (B, F, C) beside their change since `motion_frames` before: (B, F - motion_frames, 2 C)."""
        back = self.config.motion_frames
        return torch.cat([frames[:, back:], frames[:, back:] - frames[:, :-back]], dim=-1) if back else frames

    def windows(self, segments: Tensor) -> RawOutput:
        """Segments of whole windows (B, segment_count, width) -> raw predictions."""
        return self.head(self.neck(self.blocks(self.window(segments).transpose(1, 2))))

    def forward(self, frames: Tensor) -> RawOutput:
        """Prepared frames (B, read_frames, C), beginning `lead_frames` before the window -> raw predictions."""
        return self.windows(self.segments(frames))
