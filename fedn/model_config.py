"""The numbers that define a detector network; stored beside its weights. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from fedn.errors import ModelError

Lengths = tuple[tuple[float, ...], ...]

# LGSNet's encoding for CAS(ME)^2: stride times 0.5, 0.75, 1, 1.5, 2. The finest level serves micro-expressions.
STRIDE_ANCHORS: Lengths = tuple(
    tuple(stride * ratio for ratio in (0.5, 0.75, 1.0, 1.5, 2.0)) for stride in (8, 16, 32, 64)
)
STRIDE_RANGES: Lengths = ((0, 10), (8, 32), (16, 64), (64, 128))
# Lengths fitted to macro-expressions (17 to 118 frames at 30 fps): more positives per expression, higher best IoU.
MACRO_ANCHORS: Lengths = ((18, 24, 32, 40, 52), (24, 32, 42, 56, 72), (40, 52, 66, 84, 104), (64, 80, 96, 112, 128))
MACRO_RANGES: Lengths = ((0, 20), (10, 40), (20, 72), (48, 128))


@dataclass(frozen=True, slots=True)
class FednConfig:
    """Every number of the network (FEDN section 3; defaults as published where the paper speaks).

    Attributes:
        label_count: number of labels K.
        feature_size: length of the backbone's feature of one frame.
        width: channels of trunk and neck (the paper's d = d1); differs from `feature_size` only in small networks,
            which then begin with a linear projection.
        head_width: channels inside the head (d2).
        window_frames: frames that one window owns, at 30 fps.
        segment_frames, segment_step: frames a segment reads, and frames from one segment to the next.
        segment_attention, window_attention: False gives the paper's ablations.
        segment_pool: how the segment's global vector is pooled, "mean" (FEDN) or "max" (CEFLNet).
        segment_position: adds a learned position to the frames of a segment, so that it can tell onset from offset.
        window_residual: adds the unweighted segments to the weighted ones.
        own_heads: separate heads per level (literal reading of the paper) instead of shared ones.
        level_strides: frames between two locations, per level.
        anchor_lengths: anchor lengths in frames, per level.
        free_ranges: per level the (low, high) range of the larger distance an anchor-free location is responsible for.
        score_prior: score of every prediction before training.
        reference: "median" subtracts the video's median feature, the face at rest, before the network.
    """

    label_count: int
    feature_size: int = 512
    width: int = 512
    head_width: int = 256
    window_frames: int = 128
    segment_frames: int = 8
    segment_step: int = 2
    segment_heads: int = 4
    head_heads: int = 8
    segment_attention: bool = True
    segment_pool: Literal["mean", "max"] = "mean"
    segment_position: bool = False
    window_attention: bool = True
    window_attention_width: int = 128
    window_residual: bool = False
    block_kernel: int = 9
    own_heads: bool = False
    level_strides: tuple[int, ...] = (8, 16, 32, 64)
    anchor_lengths: Lengths = STRIDE_ANCHORS
    free_ranges: Lengths = STRIDE_RANGES
    dropout: float = 0.1
    score_dropout: float = 0.5
    score_prior: float = 0.01
    reference: Literal["none", "median"] = "none"

    def __post_init__(self) -> None:
        if self.label_count < 1:
            raise ModelError("a network needs at least one label; give the vocabulary a label")
        if not len(self.level_strides) == len(self.anchor_lengths) == len(self.free_ranges):
            raise ModelError("level_strides, anchor_lengths and free_ranges must have one entry per level")
        if any(self.window_frames % stride for stride in self.level_strides):
            raise ModelError(f"the window of {self.window_frames} frames is not a multiple of every level's stride")
        if self.level_strides[0] != 4 * self.segment_step:
            raise ModelError("the first level's stride must be four times segment_step: two blocks halve time twice")
        if self.reference not in ("none", "median") or self.segment_pool not in ("mean", "max"):
            raise ModelError("reference must be “none” or “median” and segment_pool “mean” or “max”")

    @property
    def segment_count(self) -> int:
        """Segments of one window."""
        return self.window_frames // self.segment_step

    @property
    def lead_frames(self) -> int:
        """Frames read before the window's first own frame, so that a segment is centered on the frames it owns."""
        return (self.segment_frames - self.segment_step) // 2

    @property
    def read_frames(self) -> int:
        """Frames that one window reads: its own and those its first and last segments reach out to."""
        return self.segment_step * (self.segment_count - 1) + self.segment_frames

    def to_dict(self) -> dict[str, Any]:
        """Plain values for TOML."""
        return {
            key: [list(row) if isinstance(row, tuple) else row for row in value] if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> FednConfig:
        """The config in a parsed TOML table.

        Raises:
            ModelError: if a key is unknown or `label_count` is missing.
        """
        known = {field.name for field in fields(cls)}
        if unknown := set(content) - known:
            raise ModelError(f"unknown network setting “{min(unknown)}”; it was made by a newer version of FEDN Studio")
        if "label_count" not in content:
            raise ModelError("the network settings lack label_count")
        values = dict(content)
        for key in ("anchor_lengths", "free_ranges"):
            if key in values:
                values[key] = tuple(tuple(float(length) for length in row) for row in values[key])
        if "level_strides" in values:
            values["level_strides"] = tuple(int(stride) for stride in values["level_strides"])
        return cls(**values)


def faithful_config(label_count: int, **changes: Any) -> FednConfig:
    """The network as published, 16.2 million parameters with shared heads."""
    return FednConfig(**{"label_count": label_count, **changes})


def macro_config(label_count: int, **changes: Any) -> FednConfig:
    """The published network with intervals fitted to macro-expressions and the face at rest as reference."""
    fitted = {"anchor_lengths": MACRO_ANCHORS, "free_ranges": MACRO_RANGES, "reference": "median"}
    return FednConfig(**{"label_count": label_count, "segment_position": True, **fitted, **changes})


def small_config(label_count: int, **changes: Any) -> FednConfig:
    """`macro_config` at an eighth of the width: for weak machines and for tests."""
    small = {"width": 64, "head_width": 64, "window_attention_width": 32}
    return macro_config(label_count, **{**small, **changes})
