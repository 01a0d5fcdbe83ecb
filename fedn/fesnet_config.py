"""The numbers that define a FESNet; stored beside its weights. Imports no torch.

FESNet (Zhang, Lu, Wang, He; Computing and Informatics 43(2), 2024) is known from its abstract alone. Every number here
is this program's choice, so that results belong to "FESNet (re-implementation from the abstract)".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from fedn.errors import ModelError
from fedn.network_values import network_values


@dataclass(frozen=True, slots=True)
class FesnetConfig:
    """Every number of the network.

    Attributes:
        label_count: number of labels K; with one, the network spots and does not tell emotions apart.
        window_frames: frames of an interval whose first frame the others are compared with, at 30 fps.
        window_step: frames from one interval to the next in detection.
        width: channels of a token of a frame; where it is not the maps' 256, the network begins with a projection.
        side: a frame has `side` by `side` tokens; maps of more are averaged.
        space_heads: heads of the attention among a frame's tokens.
        time_width: channels of the temporal stages.
        kernels: of the parallel temporal convolutions.
        blocks: of a stage; block l has the dilation 2^l.
        refinements: stages behind the first, which see only what the stage before them said.
        refine_features: lets them see the discrepancies too.
        dropout: in the temporal stages.
        reference: what frames are compared with: "first", the interval's first frame (as published), or "calm", the
            frame that a first pass finds the most neutral.
        merge_gap_frames: shorter gaps between two runs of the same kind are closed.
        macro_least_frames, micro_least_frames, micro_most_frames: lengths that an event of the kind may have.
    """

    label_count: int
    window_frames: int = 64
    window_step: int = 16
    width: int = 256
    side: int = 7
    space_heads: int = 4
    time_width: int = 64
    kernels: tuple[int, ...] = (3, 5, 7)
    blocks: int = 6
    refinements: int = 2
    refine_features: bool = False
    dropout: float = 0.3
    reference: Literal["first", "calm"] = "first"
    merge_gap_frames: int = 4
    macro_least_frames: int = 16
    micro_least_frames: int = 5
    micro_most_frames: int = 15

    def __post_init__(self) -> None:
        if self.label_count < 1:
            raise ModelError("a network needs at least one label; give the vocabulary a label")
        if self.reference not in ("first", "calm"):
            raise ModelError(f"reference is “{self.reference}”; it must be “first” or “calm”")
        if self.width % self.space_heads or self.width % 8:
            raise ModelError(f"width is {self.width}; it must be a multiple of 8 and of space_heads")
        if not self.kernels or any(kernel % 2 == 0 or kernel < 1 for kernel in self.kernels):
            raise ModelError("kernels must be odd numbers of frames, so that their middle is a frame")
        if not (1 <= self.window_step <= self.window_frames and 1 <= self.side <= 7 and self.blocks >= 1):
            raise ModelError("window_step must not exceed window_frames, side must be 1 to 7 and blocks at least 1")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for TOML."""
        return {**asdict(self), "kernels": list(self.kernels)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> FesnetConfig:
        """The config in a parsed TOML table.

        Raises:
            ModelError: if a key is unknown, `label_count` is missing, or a value is of the wrong type.
        """
        return cls(**network_values(cls, content))
