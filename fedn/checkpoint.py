"""A model on disk: weights and description, written and read together; weights of any kind, or a whole FEDN model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from fedn.errors import ModelError
from fedn.features.backbone_runtime import backbone_hash
from fedn.model_config import FednConfig
from fedn.model_info import INFO_FILE, WEIGHTS_FILE, ModelInfo, read_model_info, write_atomically
from fedn.models.build import build_detector
from fedn.models.fedn import FednDetector
from fedn.models.resnet import OPTIONAL, ResNet18


@dataclass(frozen=True, slots=True)
class Model:
    """A backbone, the detector that reads its features, and what is known about both. Networks are in eval mode."""

    backbone: ResNet18
    detector: FednDetector
    info: ModelInfo


def stored(tensor: Tensor) -> Tensor:
    """A tensor as it is kept on disk: matrices in half precision; norms and statistics, tiny and delicate, in full."""
    tensor = tensor.detach().cpu().contiguous()
    return tensor.half() if tensor.is_floating_point() and tensor.ndim > 1 else tensor.clone()


def save_model(folder: Path, *, backbone: ResNet18, detector: FednDetector, info: ModelInfo) -> ModelInfo:
    """Writes `weights.safetensors`, then `model.toml`: a folder with a description is complete.

    Returns:
        The description as written, with folder and backbone hash.
    """
    if detector.config != info.network:
        raise ModelError(f"the description of “{info.name}” does not belong to its network; nothing was saved")
    weights = {f"backbone.{name}": stored(tensor) for name, tensor in backbone.state_dict().items()}
    weights |= {f"detector.{name}": stored(tensor) for name, tensor in detector.state_dict().items()}
    source = replace(info.provenance, backbone_hash=backbone_hash(backbone))
    return save_weights(folder, weights, replace(info, provenance=source))


def save_weights(folder: Path, weights: Mapping[str, Tensor], info: ModelInfo) -> ModelInfo:
    """Writes the weights of a model of any kind as they are given, then its description.

    Returns:
        The description with its folder.

    Raises:
        ModelError: if the folder cannot be written.
    """
    info = replace(info, folder=folder)
    try:
        write_atomically(folder / WEIGHTS_FILE, save(dict(weights)))
        write_atomically(folder / INFO_FILE, info.to_toml().encode())
    except OSError as error:
        raise ModelError(f"the model cannot be written to {folder} ({error.strerror}); choose another folder") from None
    return info


def load_model(folder: Path) -> Model:
    """Reads a FEDN model to the processor, in float32 and eval mode.

    Raises:
        ModelError: if description or weights are missing, damaged, or do not belong together, or it is of another kind.
    """
    info = read_model_info(folder)
    if not isinstance(info.network, FednConfig):
        raise ModelError(f"“{info.name}” is a model of the kind {info.kind}; this needs one of the kind fedn")
    weights = load_weights(folder)
    backbone, detector = ResNet18(), build_detector(info.network)
    fill(backbone, weights, "backbone.", folder)
    fill(detector, weights, "detector.", folder)
    return Model(backbone.eval(), detector.eval(), info)


def load_weights(folder: Path) -> dict[str, Tensor]:
    """The weights of a model of any kind, by name, as they are kept on disk.

    Raises:
        ModelError: if they are missing or damaged.
    """
    path = folder / WEIGHTS_FILE
    try:
        return load_file(path)
    except FileNotFoundError:
        raise ModelError(f"{path} is missing; restore the folder from a copy or retrain") from None
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} cannot be read ({error}); restore the folder from a copy or retrain") from None


def fill(network: nn.Module, weights: Mapping[str, Tensor], prefix: str, folder: Path) -> None:
    """Loads the weights whose names begin with `prefix` into a network.

    Raises:
        ModelError: if some are missing, of another shape, unknown to the network, or not finite; `folder` is named.
    """
    path = folder / WEIGHTS_FILE
    own = network.state_dict()
    given = {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
    wrong = [name for name in own if name not in given and not name.endswith(OPTIONAL)]
    wrong += [name for name in given if name not in own or own[name].shape != given[name].shape]
    if wrong:
        raise ModelError(f"{path} does not fit its {INFO_FILE} (“{prefix}{wrong[0]}”); restore the folder from a copy")
    network.load_state_dict({name: value.to(own[name].dtype) for name, value in (own | given).items()})
    if not all(torch.isfinite(value).all() for value in given.values()):
        raise ModelError(f"{path} holds numbers that are not finite; restore the folder from a copy or retrain")
