"""The numbers of the spotter that learns nothing: what moves in the face, and when that is an expression. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from fedn.errors import ModelError
from fedn.network_values import network_values


@dataclass(frozen=True, slots=True)
class OpticalFlowConfig:
    """Numbers of the optical-flow spotter (after He Yuhong, ACM MM 2021: no training, only signal processing).

    Strengths are in percent of the distance between the eyes, times in seconds.

    Attributes:
        label_count: 0, it finds intervals and names none.
        global_motion: what is taken for motion of the head and subtracted: "head", a rigid head fitted to the flow of
            the whole face, or "nose", the mean flow of the bridge of the nose, as published.
        reference_s: each piece of this length is compared with its own median picture, the face at rest.
        smoothing_s: standard deviation of the low-pass filter; syllables and blinks are shorter than expressions.
        baseline_s: length of the running median that is subtracted as the baseline.
        head_share: the share of the head's own motion that a motion in the face must exceed.
        restless_s, restless_share: around a moment, over this standard deviation, how much faster motion there is, and
            the share of it that a slow motion must exceed: talking is restless, an expression is not.
        min_prominence: peaks below are noise; they are not even candidates.
        half_prominence: the prominence whose score is 0.5.
        boundary_share: an expression lasts while its strength is above this share of its peak.
        valley_share: two peaks are one expression if the strength between them stays above this share of the lower.
        merge_overlap: two events become one if they share more than this part of the shorter.
        min_length_s, max_length_s: shorter and longer events are not expressions.
        clear_likeness, lost_likeness: correlation of the face, put back by the flow, with the face at rest: from
            where the flow is trusted fully, and below which a hand or another thing hides the face.
    """

    label_count: int = 0
    global_motion: Literal["head", "nose"] = "head"
    reference_s: float = 20.0
    smoothing_s: float = 0.13
    baseline_s: float = 15.0
    head_share: float = 0.1
    restless_s: float = 1.0
    restless_share: float = 2.0
    min_prominence: float = 0.7
    half_prominence: float = 2.2
    boundary_share: float = 0.15
    valley_share: float = 0.5
    merge_overlap: float = 0.3
    min_length_s: float = 0.4
    max_length_s: float = 8.0
    clear_likeness: float = 0.78
    lost_likeness: float = 0.68

    def __post_init__(self) -> None:
        if self.label_count != 0:
            raise ModelError("the optical-flow spotter names no expressions: its label_count must be 0")
        if self.global_motion not in ("head", "nose"):
            raise ModelError(f"global_motion is “{self.global_motion}”; it must be “head” or “nose”")
        if not self.lost_likeness < self.clear_likeness:
            raise ModelError("lost_likeness must be smaller than clear_likeness")
        for name in ("reference_s", "smoothing_s", "baseline_s", "min_prominence", "half_prominence", "max_length_s"):
            if not getattr(self, name) > 0:
                raise ModelError(f"{name} is {getattr(self, name)}; it must be greater than 0")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for TOML."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> OpticalFlowConfig:
        """The config in a parsed TOML table.

        Raises:
            ModelError: if a key is unknown or a value is not permitted.
        """
        return cls(**network_values(cls, content))
