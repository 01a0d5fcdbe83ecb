"""The numbers of STR, the two-step baseline; stored beside its weights. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fedn.errors import ModelError
from fedn.network_values import network_values


@dataclass(frozen=True, slots=True)
class StrConfig:
    """Every number of the two networks and of the rule that makes intervals (STR: Liong, See, Chan 2023).

    Attributes:
        label_count: number of labels K.
        flow_gap: cells of the 30 fps grid between the two pictures of a flow. Published for micro-expressions: 3;
            macro-expressions move longer, MTSN takes 6 for them.
        half_length: k', half of the mean length of the expressions that were learned from: all intervals are
            2 k' + 1 long. 0 lets the training measure it.
        maps: feature maps of the streams that see horizontal flow, vertical flow and strain.
        joined_maps: maps behind the joined streams.
        dropout: behind each stream.
        peak_share: p: a peak is an expression if the score reaches mean + p (max - mean) of the video.
    """

    label_count: int
    flow_gap: int = 6
    half_length: int = 0
    maps: tuple[int, ...] = (3, 3, 8)
    joined_maps: int = 8
    dropout: float = 0.3
    peak_share: float = 0.55

    def __post_init__(self) -> None:
        if self.label_count < 1:
            raise ModelError("a network needs at least one label; give the vocabulary a label")
        if self.flow_gap < 1 or self.half_length < 0 or len(self.maps) != 3:
            raise ModelError("flow_gap must be at least 1, half_length not negative, and maps three numbers")
        if not 0 <= self.peak_share < 1:
            raise ModelError(f"peak_share is {self.peak_share}; it must be at least 0 and less than 1")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for TOML."""
        return {**asdict(self), "maps": list(self.maps)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> StrConfig:
        """The config in a parsed TOML table.

        Raises:
            ModelError: if a key is unknown, `label_count` is missing, or a value is of the wrong type.
        """
        return cls(**network_values(cls, content))
