"""The numbers that define a CFC-SP; stored beside its weights. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from fedn.errors import ModelError
from fedn.network_values import network_values

WINDOWS = (5, 15, 31, 61)


@dataclass(frozen=True, slots=True)
class CfcSpConfig:
    """Every number of the two networks (CFC-SP, arXiv 2203.13052; see `fedn.models.cfc_sp` for what differs).

    Attributes:
        label_count: number of labels K.
        hidden: channels of the one hidden layer of each network.
        dropout: before and behind it.
        own_block: each network has a last ResNet block of its own, which is trained; False reads the backbone's
            features.
        reference: "median" subtracts the video's median feature, the face at rest; "none" looks at each picture alone,
            as published.
        smooth_frames: length of the centered window of smooth predicting at 30 fps: 5 (as drawn in the paper), 15, 31
            or 61.
        cascade: "product" scores a fine label with coarse times fine probability; "hard" decides on the group first and
            gives the labels of other groups nothing, as published.
        merge_gap_frames, least_frames: of the events that it spots.
    """

    label_count: int
    hidden: int = 256
    dropout: float = 0.3
    own_block: bool = False
    reference: Literal["none", "median"] = "none"
    smooth_frames: int = 15
    cascade: Literal["product", "hard"] = "product"
    merge_gap_frames: int = 4
    least_frames: int = 16

    def __post_init__(self) -> None:
        if self.label_count < 1:
            raise ModelError("a network needs at least one label; give the vocabulary a label")
        if self.smooth_frames not in WINDOWS:
            raise ModelError(f"smooth_frames is {self.smooth_frames}; it must be one of {', '.join(map(str, WINDOWS))}")
        if self.reference not in ("none", "median") or self.cascade not in ("product", "hard"):
            raise ModelError("reference must be “none” or “median” and cascade “product” or “hard”")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for TOML."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> CfcSpConfig:
        """The config in a parsed TOML table.

        Raises:
            ModelError: if a key is unknown, `label_count` is missing, or a value is of the wrong type.
        """
        return cls(**network_values(cls, content))
