"""What a training of FEDN begins with: the parent, or a new network, and the statistics of its features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from fedn.checkpoint import Model, load_model
from fedn.errors import ModelError, TrainingError
from fedn.features.feature_files import FeatureFiles
from fedn.model_config import FednConfig, named_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.fedn import FednDetector
from fedn.models.resnet import ResNet18, load_backbone_weights
from fedn.registry import resolve_model
from training.config import StartConfig, TrainingConfig
from training.datasets.features import FeatureSource
from training.datasets.sample import Sample


def starting_model(config: TrainingConfig) -> Model:
    """The parent, or a backbone with an untrained detector.

    Raises:
        TrainingError: if the config names neither a parent nor labels, or fine labels that are not among them.
        ModelError: if parent, backbone or network cannot be used.
    """
    start = config.start
    if start.parent:
        parent = with_speeds(load_model(Path(start.parent)), start.network)
        return with_new_labels(parent, start.new_labels, config.seed)
    if not start.labels:
        raise TrainingError("the recipe names no labels; add them under [start] labels, or a parent model")
    network = new_network(start)
    info = ModelInfo(config.name, start.labels, network, **asdict(config.detection))
    return Model(starting_backbone(start.backbone, config.seed), build_detector(network, seed=config.seed), info)


def with_speeds(model: Model, network: Mapping[str, Any]) -> Model:
    """The model that looks at videos at other speeds: the one number of a network that its weights do not depend on.

    Raises:
        TrainingError: if other numbers are to be changed, or the speeds are wrong.
    """
    if fixed := set(network) - {"speeds"}:
        raise TrainingError(
            f"a model that goes on learning keeps its network, but for speeds; leave “{min(fixed)}” out of [start] "
            "network, or name the model as the backbone and not as the parent"
        )
    if not network:
        return model
    try:
        changed = FednConfig.from_dict({**model.detector.config.to_dict(), **network})
    except ModelError as error:
        raise TrainingError(f"[start] in the recipe: {error}") from None
    detector = build_detector(changed)
    detector.load_state_dict(model.detector.state_dict())
    return Model(model.backbone, detector.eval(), replace(model.info, network=changed))


def with_new_labels(model: Model, labels: Sequence[str], seed: int = 0) -> Model:
    """The model with outputs for more labels; what it says about its own ones stays the same to the last digit.

    A new label's output begins as the mean of all others: it knows what an expression is, and never says more than they
    do. One that began as in a new network was not learned from forty corrections.

    Raises:
        TrainingError: if the model has one of the labels.
    """
    if known := set(labels) & set(model.info.labels):
        raise TrainingError(f"the model {model.info.name} has the label “{min(known)}” already; leave it out")
    if not labels:
        return model
    network = replace(model.detector.config, label_count=len(model.info.labels) + len(labels))
    detector = build_detector(network, seed=seed)
    old, new = model.detector.state_dict(), detector.state_dict()
    outputs, place = model.detector.config.label_outputs, len(model.info.labels)
    for name, value in new.items():
        if value.shape == old[name].shape:
            value.copy_(old[name])
        else:
            # The rows of a label output lie prediction by prediction; a coarse label comes after all others.
            mine, theirs = value.unflatten(0, (-1, network.label_outputs)), old[name].unflatten(0, (-1, outputs))
            mine[:, :place] = theirs[:, :place]
            mine[:, place : place + len(labels)] = theirs[:, :place].mean(dim=1, keepdim=True)
            mine[:, place + len(labels) :] = theirs[:, place:]
    info = replace(model.info, labels=(*model.info.labels, *labels), network=network)
    return Model(model.backbone, detector.eval(), info)


def new_network(start: StartConfig) -> FednConfig:
    """The numbers of a new detector."""
    if lacking := set(start.fine_labels) - set(start.labels):
        raise TrainingError(f"the fine label “{min(lacking)}” is not among the labels; correct [start] in the recipe")
    fine = {"fine_labels": tuple(start.labels.index(label) for label in start.fine_labels)}
    changes = {**(fine if start.fine_labels else {}), **start.network}
    try:
        return named_config(start.size, len(start.labels), **changes)
    except ModelError as error:
        raise TrainingError(f"[start] in the recipe: {error}") from None


def starting_backbone(given: str, seed: int) -> ResNet18:
    """The backbone of a weight file or of a model given by name or folder; a random one if none is given."""
    if not given:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return ResNet18().eval()
    path = Path(given)
    return load_backbone_weights(path)[0] if path.is_file() else load_model(resolve_model(given)).backbone


def feature_source(config: TrainingConfig, start: Model) -> FeatureSource:
    """Where features come from: the model's backbone, or files.

    Raises:
        TrainingError: if the network and the data do not agree about that.
    """
    network, folder = start.detector.config, config.data.features
    if bool(folder) != bool(network.feature_step):
        wrong = "feature_step is 0, the network reads its own backbone" if folder else "[data] features names no folder"
        raise TrainingError(f"features from files need both a folder and a step in frames: {wrong}; correct the recipe")
    if not folder:
        return start.backbone
    if not Path(folder).is_dir():
        raise TrainingError(f"the folder of features “{folder}” does not exist; correct [data] features in the recipe")
    if config.optimization.scope == "full":
        raise TrainingError("features from files cannot be trained further; set scope to detector in the recipe")
    return FeatureFiles(Path(folder), network.feature_size, network.feature_step, network.feature_center)


def fit_scale(detector: FednDetector, samples: Sequence[Sample]) -> None:
    """Sets the detector's feature statistics from the training samples' frames with a face."""
    parts = []
    for sample in samples:
        seen = torch.from_numpy(sample.has_face.copy())
        features = torch.from_numpy(sample.features.copy()).float()
        parts.append(features[seen] - detector.reference(features, seen))
    together = torch.cat(parts)
    if len(together) < 2:
        raise TrainingError("no face was found in any of the videos to learn from; look at them in the player")
    detector.fit_scale(together)
