"""What defines a training, as frozen dataclasses and as TOML. Imports no torch."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import tomli_w

from fedn.errors import TrainingError

Kind = Literal["synthetic", "project", "dataset"]
REPLAY_FILE = "replay.npz"
"""In the folder of a model that has kept what it learned from."""


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One more source of videos and labels, learned from together with the first.

    Attributes: as in DataConfig.
    """

    kind: Kind = "synthetic"
    folder: str = ""
    tier: str = "expert"
    cache: str = ""
    mapping: str = ""
    rename: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DataConfig:
    """What is learned from.

    Attributes:
        kind: "synthetic" (a folder written by `main.py synth`), "project", or "dataset": CAS(ME)^2, CAS(ME)^3 or SAMM
            Long Videos as they are released, recognized by their label tables.
        folder: of the data set or the project.
        tier: name of the tier that is the truth.
        cache: folder for features, "" for one inside `folder`.
        validation, held_out: subjects that the threshold and the best epoch are chosen on, and subjects that are only
            measured on at the end. Empty validation takes `validation_share` of the remaining subjects.
        validation_share: 0 for no validation.
        single_label: if given, every event gets this label: spotting without recognition.
        features: a folder of feature files (see fedn.features.feature_files) instead of the backbone's features.
        mapping: name of a mapping that comes with the program, or a mapping's file: labels become those of its target.
        rename: single labels that become others, before the network's labels are looked for.
        unknown_labels: what becomes of events whose label the network does not have: "spot" learns where they are but
            not what they are; "leave" counts them neither as events nor as none.
        also: further sources; their subjects and videos are named after their folder.
        snapshot: file with a project's labels as they were at one moment (see training.datasets.snapshot), which then
            count instead of its present ones.
        replay: file with what a parent learned from (see training.datasets.replay), so that it is not forgotten. In
            the scope "full" its features follow the backbone (see training.drift).
    """

    kind: Kind = "synthetic"
    folder: str = ""
    tier: str = "expert"
    cache: str = ""
    validation: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    validation_share: float = 0.15
    single_label: str = ""
    features: str = ""
    mapping: str = ""
    rename: Mapping[str, str] = field(default_factory=dict)
    unknown_labels: Literal["spot", "leave"] = "spot"
    also: tuple[SourceConfig, ...] = ()
    snapshot: str = ""
    replay: str = ""

    @property
    def sources(self) -> tuple[SourceConfig, ...]:
        """All sources, the first one first."""
        own = SourceConfig(self.kind, self.folder, self.tier, self.cache, self.mapping, self.rename)
        return (own, *self.also)


@dataclass(frozen=True, slots=True)
class StartConfig:
    """Where the weights come from.

    Attributes:
        parent: a model's folder to go on from, backbone and detector; "" to begin the detector anew.
        backbone: for a new detector: a weight file, or the name or folder of a model whose backbone is used.
        labels: names of the labels of a new detector; those of the parent otherwise.
        new_labels: labels that a parent does not have and learns in addition.
        fine_labels: those of them that are kinds of one coarse label, the negative ones (see FednConfig).
        size: name of a new detector's network, one of `fedn.model_config.CHANGES`.
        network: single numbers that differ from the named network.
    """

    parent: str = ""
    backbone: str = ""
    labels: tuple[str, ...] = ()
    new_labels: tuple[str, ...] = ()
    fine_labels: tuple[str, ...] = ()
    size: str = "macro"
    network: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AugmentationConfig:
    """How windows are varied, in units of the standardized features. All zero: not at all.

    Attributes:
        shift_frames: windows begin up to this many frames away from their places.
        speed: windows run slower or faster by up to this share.
        gain: each window is stronger or weaker by up to this share.
        noise: standard deviation of noise in each frame.
        offset: standard deviation of a constant error of the whole window, as a wrong face at rest would make.
        channel_dropout: share of the channels that are silent for a window.
        mix: strength up to which the motion of another window without any event is added.
        variants: up to three variants of the faces, the first mirrored; each window shows one of them or the original.
    """

    shift_frames: int = 16
    speed: float = 0.2
    gain: float = 0.3
    noise: float = 0.1
    offset: float = 0.1
    channel_dropout: float = 0.1
    mix: float = 0.5
    variants: int = 0


@dataclass(frozen=True, slots=True)
class OptimizationConfig:
    """How the weights move.

    Attributes:
        scope: "detector" on cached features, or "full": the backbone too, on cached face crops.
        epochs, batch_size: passes over the windows; windows in a step.
        learning_rate, weight_decay, gradient_clip, warmup_epochs: of Adam, with a cosine after the warm-up.
        backbone_rate: the backbone's learning rate as a share of the detector's.
        gradient_frames: frames of a window that carry gradient into the backbone; the others have the features of the
            backbone as it was when the epoch began. A window reads 134.
        recompute: compute pictures twice rather than keep what their gradient needs: slower, in far less memory.
        parts: a batch goes through in so many parts, whose gradients are added up. More where memory is not enough.
        crop_cache_gb: the most that cached face crops may take on the disk.
        ema: decay of the averaged weights that are evaluated and kept.
        late_share: the averaged weights at the ends of this share of the epochs, the last ones, are averaged once more.
        interval_loss: "diou", "giou" or "iou".
        anchor_loss: "interval" takes the same for anchors, "smooth_l1" LGSNet's, of shift and log ratio.
        alpha, beta: weights of the interval loss and the label loss.
        quality: share of the achieved IoU in the label target of a positive prediction; 0 as published.
        focal_gamma: 0 for plain cross-entropy, as published.
        window_step: frames from one training window to the next.
        steps_per_epoch: the most steps of an epoch, 0 for all windows.
        negatives: windows without an event per window with one, per video.
        least_negatives: of a video that has few or no windows with an event.
        parent_pull: strength with which a retrained detector is held at its parent's weights.
        bfloat16: compute in bfloat16 where that is safe; in float16 on graphics cards that cannot.
        patience: epochs without improvement on the validation subjects after which the training ends; 0 for never.
    """

    scope: Literal["detector", "full"] = "detector"
    epochs: int = 12
    batch_size: int = 16
    learning_rate: float = 3e-4
    weight_decay: float = 1e-4
    gradient_clip: float = 1.0
    warmup_epochs: float = 1.0
    backbone_rate: float = 0.1
    gradient_frames: int = 32
    ema: float = 0.998
    late_share: float = 0.0
    interval_loss: Literal["diou", "giou", "iou"] = "diou"
    anchor_loss: Literal["interval", "smooth_l1"] = "interval"
    alpha: float = 1.0
    beta: float = 2.0
    quality: float = 0.0
    focal_gamma: float = 0.0
    window_step: int = 32
    steps_per_epoch: int = 0
    negatives: float = 3.0
    least_negatives: int = 2
    parent_pull: float = 0.0
    bfloat16: bool = True
    patience: int = 0
    recompute: bool = True
    parts: int = 1
    crop_cache_gb: float = 50.0


@dataclass(frozen=True, slots=True)
class DetectionConfig:
    """How a new model's predictions become events (see ModelInfo); a retrained one keeps its parent's ways."""

    nms_iou: float = 0.05
    candidate_nms_iou: float = 0.3
    candidate_sigma: float = 0.0
    vote_iou: float = 0.7
    most_events: int = 0
    most_candidates: int = 0


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """One training.

    Attributes:
        name: of the model that comes out.
        kind: of the model, one of `fedn.model_kinds.KINDS`.
        seed: the same seed, data and machine give the same weights.
        device: "auto", "cpu", "cuda" or "mps".
        threads: processor threads, 0 to leave the choice to torch.
        checkpoint_s, checkpoint_steps: seconds between checkpoints, and steps if not 0.
        tensorboard: also write curves for TensorBoard into the run's folder.
    """

    name: str = "fedn"
    kind: str = "fedn"
    seed: int = 0
    device: str = "auto"
    threads: int = 0
    checkpoint_s: float = 60.0
    checkpoint_steps: int = 0
    tensorboard: bool = False
    data: DataConfig = field(default_factory=DataConfig)
    start: StartConfig = field(default_factory=StartConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    optimization: OptimizationConfig = field(default_factory=OptimizationConfig)
    detection: DetectionConfig = field(default_factory=DetectionConfig)

    def __post_init__(self) -> None:
        how = self.optimization
        for value, name, least in [
            (how.epochs, "epochs", 1),
            (how.batch_size, "batch_size", 1),
            (how.window_step, "window_step", 1),
            (how.gradient_frames, "gradient_frames", 1),
            (how.parts, "parts", 1),
            (how.patience, "patience", 0),
            (self.checkpoint_steps, "checkpoint_steps", 0),
            (self.augmentation.variants, "variants", 0),
        ]:
            if value < least:
                raise TrainingError(f"{name} is {value}; it must be at least {least}")
        if self.augmentation.variants > 3:
            raise TrainingError("there are three variants of faces; lower variants")
        if not 0 <= how.late_share <= 1:
            raise TrainingError(f"late_share is {how.late_share}; it must be between 0 and 1")
        if not 0 < how.learning_rate < 1:
            raise TrainingError(f"the learning rate {how.learning_rate} is not between 0 and 1")
        if shared := set(self.data.validation) & set(self.data.held_out):
            raise TrainingError(f"the subject {min(shared)} is both in validation and held out; choose one of the two")

    def to_toml(self) -> str:
        return tomli_w.dumps(_plain(asdict(self)))


_SECTIONS: dict[str, type] = {
    "data": DataConfig,
    "start": StartConfig,
    "augmentation": AugmentationConfig,
    "optimization": OptimizationConfig,
    "detection": DetectionConfig,
}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def config_from_toml(text: str, where: str = "the recipe") -> TrainingConfig:
    """The config in a TOML text; what it does not mention keeps its default.

    Raises:
        TrainingError: if the text is no TOML, an entry is unknown, or a value is of the wrong type.
    """
    return _config(_parsed(text, where), where)


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{where} is not valid TOML ({error}); correct that line") from None


def _config(content: dict[str, Any], where: str) -> TrainingConfig:
    sections = {
        name: _section(kind, content.pop(name, {}), f"{where}, section [{name}]") for name, kind in _SECTIONS.items()
    }
    return _section(TrainingConfig, {**content, **sections}, where)


def _section(kind: type, content: Any, where: str) -> Any:
    if not isinstance(content, Mapping):
        raise TrainingError(f"{where} must be a table of settings")
    if kind is _SECTIONS["data"] and isinstance(content.get("also"), list):
        also = [
            entry if isinstance(entry, SourceConfig) else _section(SourceConfig, entry, f"{where}, also")
            for entry in content["also"]
        ]
        content = {**content, "also": tuple(also)}
    known, types = {entry.name: entry for entry in fields(kind)}, get_type_hints(kind)
    for name, value in content.items():
        if name not in known:
            raise TrainingError(f"{where} has an unknown setting “{name}”; known are: {', '.join(sorted(known))}")
        if name not in _SECTIONS:
            _check(value, getattr(kind(), name), f"{name} in {where}")
            if get_origin(types[name]) is Literal and value not in get_args(types[name]):
                choices = ", ".join(f"“{choice}”" for choice in get_args(types[name]))
                raise TrainingError(f"{name} in {where} is “{value}”; it must be one of {choices}")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in content.items()})


def _check(value: Any, default: Any, what: str) -> None:
    wanted = type(default)
    if wanted is tuple and isinstance(value, tuple):
        return
    if wanted is tuple and isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return
    if wanted is float and type(value) is int:
        return
    if isinstance(default, Mapping) and isinstance(value, Mapping):
        return
    if type(value) is not wanted:
        kind = {tuple: "list of names", str: "text", bool: "true or false", dict: "table"}.get(wanted, "number")
        raise TrainingError(f"{what} is {value!r}; it must be a {kind}")


def read_config(path: Path) -> TrainingConfig:
    """A recipe or the config of a run. A recipe that begins with `like = "other.toml"` states what differs from that.

    Raises:
        TrainingError: if it, or one that it is like, is missing or wrong.
    """
    return _config(_recipe(path, ()), str(path))


def _recipe(path: Path, likes: tuple[Path, ...]) -> dict[str, Any]:
    try:
        content = _parsed(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"the recipe {path} cannot be read ({error}); check the path") from None
    if (like := content.pop("like", None)) is None:
        return content
    other = path.parent / str(like)
    if other in (*likes, path):
        raise TrainingError(f"the recipe {path} is like {other}, which is like it in turn; remove one “like”")
    return _merged(_recipe(other, (*likes, path)), content)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(below[key], above[key])
        for key in below.keys() & above.keys()
        if isinstance(below[key], Mapping) and isinstance(above[key], Mapping)
    }
    return {**below, **above, **both}


def with_settings(config: TrainingConfig, settings: Sequence[str]) -> TrainingConfig:
    """The config with changes as `--set` gives them: "optimization.epochs=5", "name=try", or one entry of a table that
    leaves its others as they are: "start.network.width=64".

    Raises:
        TrainingError: if a setting is unknown or its value of the wrong type.
    """
    for setting in settings:
        key, equals, text = setting.partition("=")
        section, _, name = key.strip().rpartition(".")
        section, _, table = section.partition(".")
        if not equals or (section and section not in _SECTIONS):
            raise TrainingError(f"the setting “{setting}” is not of the form section.name=value")
        try:
            value = tomllib.loads(f"value = {text.strip()}")["value"]
        except tomllib.TOMLDecodeError:
            value = text.strip()
        target: Any = getattr(config, section) if section else config
        plain = {entry.name: getattr(target, entry.name) for entry in fields(target) if entry.name not in _SECTIONS}
        if table:
            name, value = table, {**_table(plain, table, setting), name: value}
        changed = _section(type(target), {**_plain(plain), name: value}, f"the setting “{setting}”")
        change = {section: changed} if section else {name: getattr(changed, name)}
        config = replace(config, **change)
    return config


def _table(section: Mapping[str, Any], name: str, setting: str) -> Mapping[str, Any]:
    if not isinstance(section.get(name), Mapping):
        raise TrainingError(f"the setting “{setting}” is not of the form section.name=value")
    return section[name]
