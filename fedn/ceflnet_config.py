"""The numbers that define a CEFLNet recognizer; stored beside its weights. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from fedn.errors import ModelError
from fedn.network_values import network_values


@dataclass(frozen=True, slots=True)
class CeflnetConfig:
    """Every number of the network (CEFLNet, as its public code has them; see `fedn.models.ceflnet`).

    Attributes:
        label_count: number of labels K.
        clips, clip_frames: clips laid over an interval, and frames taken from each.
        clip_share, hop_share: length of a clip, and from one clip to the next, as shares of the interval: 15 and 10 of
            the 75 frames that seven published clips cover.
        heads: of the attention among the frames of a clip.
        hidden: layers between the pooled clips and the labels.
        dropout: between those layers.
        reference: "median" subtracts the video's median feature, the face at rest; "none" as published.
    """

    label_count: int
    clips: int = 7
    clip_frames: int = 5
    clip_share: float = 0.2
    hop_share: float = 0.8 / 6
    heads: int = 4
    hidden: tuple[int, ...] = (256, 128)
    dropout: float = 0.4
    reference: Literal["none", "median"] = "median"

    def __post_init__(self) -> None:
        if self.label_count < 1:
            raise ModelError("a network needs at least one label; give the vocabulary a label")
        if self.clips < 1 or self.clip_frames < 1:
            raise ModelError("clips and clip_frames must be at least 1")
        if self.reference not in ("none", "median"):
            raise ModelError(f"reference is “{self.reference}”; it must be “none” or “median”")
        reach = self.clip_share + (self.clips - 1) * self.hop_share
        if not (0 < self.clip_share <= 1 and self.hop_share >= 0 and reach <= 1 + 1e-6):
            raise ModelError("the clips reach beyond the interval; clip_share and hop_share are too large")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for TOML."""
        return {**asdict(self), "hidden": list(self.hidden)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> CeflnetConfig:
        """The config in a parsed TOML table.

        Raises:
            ModelError: if a key is unknown, `label_count` is missing, or a value is of the wrong type.
        """
        return cls(**network_values(cls, content))
