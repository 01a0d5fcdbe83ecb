"""The numbers that define a FEDN detector; stored beside its weights. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from itertools import pairwise
from typing import Any, Literal

from fedn.errors import ModelError

Lengths = tuple[tuple[float, ...], ...]

RATIOS = (0.5, 0.75, 1.0, 1.5, 2.0)
# LGSNet's encoding for CAS(ME)^2: stride times a ratio. The finest level serves micro-expressions.
STRIDE_ANCHORS: Lengths = tuple(tuple(stride * ratio for ratio in RATIOS) for stride in (8, 16, 32, 64))
STRIDE_RANGES: Lengths = ((0.0, 10.0), (8.0, 32.0), (16.0, 64.0), (64.0, 128.0))
# Lengths fitted to macro-expressions (17 to 118 frames at 30 fps): more positives per expression, higher best IoU.
MACRO_ANCHORS: Lengths = ((18, 24, 32, 40, 52), (24, 32, 42, 56, 72), (40, 52, 66, 84, 104), (64, 80, 96, 112, 128))
MACRO_RANGES: Lengths = ((0, 20), (10, 40), (20, 72), (48, 128))

_CHOICES = {
    "segment_pool": ("mean", "max"),
    "segment_weights": ("sigmoid", "softmax"),
    "window_scores": ("shared", "channel"),
    "block_halving": ("pool", "stride"),
    "activation": ("relu", "mish"),
    "reference": ("none", "median"),
}


@dataclass(frozen=True, slots=True)
class FednConfig:
    """Every number of the network (FEDN section 3; defaults as published where the paper speaks).

    Attributes:
        label_count: number of labels K.
        feature_size: length of the feature of one frame.
        feature_step: 0 for features of the program's own backbone; otherwise features come from files whose rows are
            this many frames apart.
        feature_center: frames from the video's start to the middle of what the first row of such a file was made from.
        motion_frames: the network also sees how each feature has changed since so many frames before; 0 as published.
        width: channels of trunk and neck (the paper's d = d1); where it differs from `input_size`, the network begins
            with a linear projection.
        head_width: channels inside the head (d2).
        window_frames: frames that one window owns, at 30 fps.
        speeds: frames from one to the next that a window shows: 1 alone as published; (1, 2, 4) looks at a whole video
            also at half and quarter rate, for expressions longer than a window.
        segment_frames, segment_step: frames a segment reads, and frames from one segment to the next.
        segment_attention, window_attention: False gives the paper's ablations.
        segment_pool: how the segment's global vector is pooled, "mean" (FEDN) or "max" (CEFLNet).
        segment_weights: makes weights of the frames' scores: "sigmoid", divided by the sum (CEFLNet), or "softmax".
        segment_position: adds a learned position to the frames of a segment, so that it can tell onset from offset.
        window_scores: one score per segment ("shared") or one per segment and channel ("channel").
        window_residual: adds the unweighted segments to the weighted ones.
        block_kernel: of the two convolution blocks; block_halving: how they halve time, by max pooling ("pool", LGSNet)
            or as the paper's words have it by a convolution of stride 2 ("stride").
        activation: "relu" or "mish" (LGSNet), behind every norm.
        own_heads: separate heads per level (literal reading of the paper) instead of shared ones.
        coupled_head: interval and label of a family share all layers but the last (table 4).
        confidence_branch: a branch of its own says whether there is an expression; labels compete in a softmax
            (table 4). The score is this confidence, or with `confidence_times_label` its product with the label's.
        head_position: adds fixed sinusoidal positions before the head's attention.
        fine_labels: labels, by number, that are kinds of one coarse label (the negative ones). Their score is the
            coarse label's times their own among them (CFC-SP); empty for labels of equal rank.
        level_strides: frames between two locations, per level.
        anchor_lengths: anchor lengths in frames, per level.
        free_ranges: per level the (low, high) range of the larger distance an anchor-free location is responsible for.
        dropout: in the attentions; score_dropout: before the score of a frame in its segment (CEFLNet).
        score_prior: score of every prediction before training.
        reference: "median" subtracts the video's median feature, the face at rest, before the network.
    """

    label_count: int
    feature_size: int = 512
    feature_step: int = 0
    feature_center: float = 0.0
    motion_frames: int = 0
    width: int = 512
    head_width: int = 256
    window_frames: int = 128
    speeds: tuple[int, ...] = (1,)
    segment_frames: int = 8
    segment_step: int = 2
    segment_heads: int = 4
    head_heads: int = 8
    segment_attention: bool = True
    segment_pool: Literal["mean", "max"] = "mean"
    segment_weights: Literal["sigmoid", "softmax"] = "sigmoid"
    segment_position: bool = False
    window_attention: bool = True
    window_attention_width: int = 128
    window_scores: Literal["shared", "channel"] = "shared"
    window_residual: bool = False
    block_kernel: int = 9
    block_halving: Literal["pool", "stride"] = "pool"
    activation: Literal["relu", "mish"] = "relu"
    own_heads: bool = False
    coupled_head: bool = False
    confidence_branch: bool = False
    confidence_times_label: bool = False
    head_position: bool = False
    fine_labels: tuple[int, ...] = ()
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
        if self.speeds[:1] != (1,) or any(slow <= fast for fast, slow in pairwise(self.speeds)):
            raise ModelError("speeds must begin with 1 and grow, as in [1, 2, 4]")
        if self.motion_frames < 0:
            raise ModelError("motion_frames counts frames back in time; it cannot be negative")
        if self.level_strides[0] != 4 * self.segment_step:
            raise ModelError("the first level's stride must be four times segment_step: two blocks halve time twice")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ModelError(f"{name} is “{getattr(self, name)}”; it must be {' or '.join(choices)}")
        if self.fine_labels and self.confidence_branch:
            raise ModelError("fine_labels and confidence_branch are two ways to score a label; choose one of them")
        if not set(self.fine_labels) < set(range(self.label_count)) or len(self.fine_labels) == 1:
            raise ModelError("fine_labels must be several, but not all, of the labels' numbers, counted from 0")

    @property
    def input_size(self) -> int:
        """Numbers that the network sees of a frame: its feature, and how that has changed."""
        return self.feature_size * (2 if self.motion_frames else 1)

    @property
    def segment_count(self) -> int:
        """Segments of one window."""
        return self.window_frames // self.segment_step

    @property
    def lead_frames(self) -> int:
        """Frames read before the window's first own frame, so that a segment is centered on the frames it owns."""
        return (self.segment_frames - self.segment_step) // 2 + self.motion_frames

    @property
    def read_frames(self) -> int:
        """Frames that one window reads: its own and those its first and last segments reach out to."""
        return self.segment_step * (self.segment_count - 1) + self.segment_frames + self.motion_frames

    @property
    def label_outputs(self) -> int:
        """Numbers that a prediction says about labels: one each, and one more for the coarse label of fine ones."""
        return self.label_count + bool(self.fine_labels)

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
            ModelError: if a key is unknown, `label_count` is missing, or a value is of the wrong type.
        """
        known = {field.name: field for field in fields(cls)}
        if unknown := set(content) - set(known):
            raise ModelError(f"unknown network setting “{min(unknown)}”; it was made by a newer version of FEDN Studio")
        if "label_count" not in content:
            raise ModelError("the network settings lack label_count")
        values = {}
        for key, value in content.items():
            default = 1 if known[key].default is MISSING else known[key].default
            try:
                values[key] = _like(default, value)
            except (TypeError, ValueError):
                raise ModelError(f"the network setting {key} is {value!r}; it must look like {default!r}") from None
        return cls(**values)


def _like(default: Any, value: Any) -> Any:
    """A TOML value as the type of a default: arrays become tuples."""
    if isinstance(default, tuple):
        inner = default[0] if default else 0
        return tuple(_like(inner, entry) for entry in value)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        raise TypeError
    return value


_FITTED = {
    "anchor_lengths": MACRO_ANCHORS,
    "free_ranges": MACRO_RANGES,
    "reference": "median",
    "segment_position": True,
}
_LONG_STRIDES = (8, 16, 32, 64, 128, 256)

CHANGES: dict[str, Mapping[str, Any]] = {
    "faithful": {},
    # Table 3. The I3D features are of 8 frames each, from frame 2i on, so the middle of the first is at 4.
    "without-segment-attention": {"segment_attention": False},
    "without-window-attention": {"window_attention": False},
    "without-both-attentions": {"segment_attention": False, "window_attention": False},
    "features-from-file": {
        "feature_size": 2048,
        "feature_step": 2,
        "feature_center": 4.0,
        "segment_frames": 2,
        "segment_attention": False,
    },
    # Table 4. Its rows “IoU” and “GIoU” are losses, and “w/o rec” of table 2 a data set of one label.
    "with-confidence": {"confidence_branch": True},
    "coupled-head": {"coupled_head": True},
    # Where the paper can be read in two ways, the other way.
    "own-heads": {"own_heads": True},
    "segment-max-pool": {"segment_pool": "max"},
    "segment-softmax": {"segment_weights": "softmax"},
    "segment-position": {"segment_position": True},
    "head-position": {"head_position": True},
    "window-scores-per-channel": {"window_scores": "channel"},
    "window-residual": {"window_residual": True},
    "stride-blocks": {"block_halving": "stride", "block_kernel": 3},
    "mish": {"activation": "mish"},
    # Beyond the paper.
    "macro": _FITTED,
    "small": {**_FITTED, "width": 64, "head_width": 64, "window_attention_width": 32},
    "long": {
        "window_frames": 512,
        "level_strides": _LONG_STRIDES,
        "anchor_lengths": tuple(tuple(stride * ratio for ratio in RATIOS) for stride in _LONG_STRIDES),
        "free_ranges": ((0, 10), (8, 32), (16, 64), (64, 128), (96, 256), (192, 512)),
    },
}
"""By name, what differs from the published network."""


def named_config(name: str, label_count: int, **changes: Any) -> FednConfig:
    """A network by name, with further changes.

    Raises:
        ModelError: if there is no such name or setting, or the settings do not fit together.
    """
    if name not in CHANGES:
        raise ModelError(f"there is no network “{name}”; choose from {', '.join(CHANGES)}")
    return FednConfig.from_dict({"label_count": label_count, **CHANGES[name], **changes})


def faithful_config(label_count: int, **changes: Any) -> FednConfig:
    """The network as published, 16.2 million parameters with shared heads."""
    return named_config("faithful", label_count, **changes)


def macro_config(label_count: int, **changes: Any) -> FednConfig:
    """The published network with intervals fitted to macro-expressions and the face at rest as reference."""
    return named_config("macro", label_count, **changes)


def small_config(label_count: int, **changes: Any) -> FednConfig:
    """`macro_config` at an eighth of the width: for weak machines and for tests."""
    return named_config("small", label_count, **changes)
