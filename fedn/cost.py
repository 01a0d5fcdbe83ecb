"""What FEDN costs: parameters, and floating point operations as torch's counter counts them.

Two for every multiplication with an addition, in convolutions, matrix products and attention; nothing is computed, the
networks live on torch's “meta” device. The paper's table 3 can be told from its numbers alone: the backbone is charged
once for each of a window's 128 frames (464.3 GFLOP at 224 x 224), so its features are taken to be cached, but for I3D
(3420 GFLOP) once for each of 64 overlapping segments. On top comes the trunk, everything behind the backbone.

The trunk can be counted in two ways. In the table's each of the 64 segments projects its own 8 frames to queries, keys
and values (2.07 GFLOP a window). As executed here a frame is projected once for the four segments that share it, and
the head's convolutions run over all levels at once, with a zero between two of them (1.49 in all).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol, runtime_checkable

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from fedn.errors import ModelError
from fedn.model_config import FednConfig
from fedn.models.fedn import FednDetector
from fedn.models.resnet import ResNet18
from fedn.time_grid import GRID_FPS

PAPER_GFLOP = {
    "faithful": 466.4,
    "without-segment-attention": 465.4,
    "without-window-attention": 466.4,
    "without-both-attentions": 465.3,
    "features-from-file": 3420.0,
}
"""The column of table 3, by the name of the network."""


@dataclass(frozen=True, slots=True)
class WindowCost:
    """One window of a FEDN network.

    Attributes:
        parameters: of the trunk; the backbone has 11.2 million more.
        trunk_flop: as executed; trunk_flop_per_segment: as the paper's table counts.
        backbone_flop: for one frame, 0 where features come from files.
        frames: frames that a window owns; read_frames: frames of all its segments, shared ones once for each.
    """

    parameters: int
    trunk_flop: int
    trunk_flop_per_segment: int
    backbone_flop: int
    frames: int
    read_frames: int

    @property
    def cached_flop(self) -> int:
        """With the features of each frame computed once: the number to compare with the paper's."""
        return self.frames * self.backbone_flop + self.trunk_flop_per_segment

    @property
    def uncached_flop(self) -> int:
        """With the backbone run anew for every segment, as section 3 can be read."""
        return self.read_frames * self.backbone_flop + self.trunk_flop_per_segment


@dataclass(frozen=True, slots=True)
class ModelCost:
    """A whole model of any kind, backbone and all.

    Attributes:
        flop_per_second_of_video: at 30 frames/s with nothing cached.
    """

    parameters: int
    flop_per_second_of_video: float


@runtime_checkable
class CountsCost(Protocol):
    """A predictor that knows its cost."""

    def cost(self) -> ModelCost: ...


def model_cost(predictor: object) -> ModelCost:
    """The cost of a predictor of any kind.

    Raises:
        ModelError: if its kind does not count.
    """
    if not isinstance(predictor, CountsCost):
        raise ModelError(f"the cost of a {type(predictor).__name__} is not counted")
    return predictor.cost()


def parameter_count(network: nn.Module) -> int:
    return sum(value.numel() for value in network.parameters())


def counted_flop(work: Callable[[], Any]) -> int:
    """Operations of one call, in this thread."""
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops()


@cache
def backbone_flop(input_size: int = 224) -> int:
    """For one frame; 3.627 GFLOP at 224."""
    with torch.device("meta"):
        backbone, picture = ResNet18().eval(), torch.zeros(1, 3, input_size, input_size)
    backbone.input_size = torch.tensor(input_size)
    return counted_flop(lambda: backbone(picture))


def window_cost(config: FednConfig, input_size: int = 224) -> WindowCost:
    """One window of a network, with a backbone that sees `input_size` pixels."""
    with torch.device("meta"):
        detector, literal = FednDetector(config).eval(), FednDetector(replace(config, own_heads=True)).eval()
        frames = torch.zeros(1, config.read_frames, config.feature_size)
        apart = torch.zeros(config.segment_count, config.segment_frames + config.motion_frames, config.feature_size)
    return WindowCost(
        parameters=parameter_count(detector),
        trunk_flop=counted_flop(lambda: detector(frames)),
        trunk_flop_per_segment=counted_flop(lambda: literal.windows(literal.segments(apart).transpose(0, 1))),
        backbone_flop=0 if config.feature_step else backbone_flop(input_size),
        frames=config.window_frames,
        read_frames=config.segment_count * config.segment_frames,
    )


def video_cost(config: FednConfig, backbone: ResNet18, window_step: int) -> ModelCost:
    """A second of video, with windows every `window_step` frames that share their segments, at all speeds."""
    second = round(GRID_FPS)
    with torch.device("meta"):
        detector = FednDetector(config).eval()
        longer, window = (torch.zeros(1, config.read_frames + more, config.feature_size) for more in (second, 0))
        segments = torch.zeros(1, config.segment_count, config.width)
    further = counted_flop(lambda: detector.segments(longer)) - counted_flop(lambda: detector.segments(window))
    pixels = 0 if config.feature_step else second * backbone_flop(int(backbone.input_size))
    windows = counted_flop(lambda: detector.windows(segments)) * second / window_step
    looks = sum(1 / speed for speed in config.speeds)
    return ModelCost(parameter_count(detector) + parameter_count(backbone), pixels + looks * (further + windows))
