"""ResNet-18, the backbone of FEDN (paper section 3.2), with the weight names of torchvision.

Letters: B batch, C channels, H and W height and width.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from fedn.errors import ModelError

FEATURE_CHANNELS = 512
OPTIONAL = ("num_batches_tracked", "input_size")
"""Entries that weight files of other programs lack."""

_WRAPPERS = ("state_dict", "model_state_dict", "model", "net")
_PREFIXES = ("module.", "backbone.", "encoder.", "features.", "model.", "resnet.")
_CHILDREN = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4")
"""nn.Sequential(*list(resnet.children())) numbers the layers in this order."""


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut; `stride` 2 halves height and width."""

    def __init__(self, channels_in: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or channels_in != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu(y.add_(shortcut))


class ResNet18(nn.Module):
    """Normalized face crops (B, 3, 224, 224) -> features (B, 512), averaged over the picture; no classifier.

    Args:
        input_size: side in pixels at which these weights see a face; larger crops are shrunk to it by averaging. The
            published networks see 224; half of it costs a quarter of the time. Kept with the weights.
    """

    input_size: Tensor

    def __init__(self, input_size: int = 224) -> None:
        super().__init__()
        self.register_buffer("input_size", torch.tensor(input_size))
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(BasicBlock(64, 64), BasicBlock(64, 64))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, FEATURE_CHANNELS))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        x = shrink(x, int(self.input_size))
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))  # (B, 64, H/4, W/4)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))  # (B, 512, H/32, W/32)
        return x.mean(dim=(2, 3))  # (B, 512)


def shrink(pictures: Tensor, size: int) -> Tensor:
    """Pictures (B, C, H, W) no larger than `size` on each side, by averaging over areas."""
    if pictures.shape[-1] <= size:
        return pictures
    return nn.functional.interpolate(pictures, size=(size, size), mode="area")


def load_backbone_weights(path: Path) -> tuple[ResNet18, tuple[str, ...]]:
    """A backbone from a weight file of this or another program, and the names in the file that it has no use for.

    Reads safetensors, and PyTorch files that hold nothing but weights: plain or under "state_dict", with "module."
    in front of the names, and with the layers numbered ("features.0.weight") or named ("layer1.0.conv1.weight").

    Raises:
        ModelError: if the file is missing, would run code when read, or lacks a layer of ResNet-18.
    """
    weights = {_torchvision_name(name): (name, value) for name, value in _read_weights(path).items()}
    backbone = ResNet18()
    own = backbone.state_dict()
    missing = [name for name in own if name not in weights and not name.endswith(OPTIONAL)]
    if missing:
        raise ModelError(
            f"{path} is not a ResNet-18: it lacks {len(missing)} of {len(own)} weights, the first is {missing[0]}; "
            "choose a file with the weights of a ResNet-18."
        )
    for name, value in own.items():
        if name in weights and weights[name][1].shape != value.shape:
            found = tuple(weights[name][1].shape)
            raise ModelError(
                f"{path} is not a ResNet-18: {weights[name][0]} has the shape {found}, not {tuple(value.shape)}."
            )
    backbone.load_state_dict(
        {name: weights[name][1].to(own[name].dtype) if name in weights else own[name] for name in own}
    )
    unused = tuple(original for name, (original, _) in weights.items() if name not in own)
    return backbone.eval(), unused


def _read_weights(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise ModelError(f"{path} is missing: choose a file with the weights of a ResNet-18.")
    if path.suffix == ".safetensors":
        try:
            return load_file(path)
        except SafetensorError as error:
            raise ModelError(f"{path} is damaged or not a safetensors file ({error}): copy it again.") from error
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise ModelError(
            f"{path} cannot be read as a file of weights only: save its state_dict() alone, or as safetensors."
        ) from error
    for wrapper in _WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
            break
    if not isinstance(content, dict):
        raise ModelError(f"{path} holds a {type(content).__name__} instead of named weights: save its state_dict().")
    return {str(name): value for name, value in content.items() if isinstance(value, Tensor)}


def _torchvision_name(name: str) -> str:
    """The name without what wrapping modules put in front, with layer names instead of numbers."""
    shortened = True
    while shortened:
        shortened = False
        for prefix in _PREFIXES:
            if name.startswith(prefix):
                name, shortened = name[len(prefix) :], True
    first, dot, rest = name.partition(".")
    if first.isdigit() and int(first) < len(_CHILDREN):
        return _CHILDREN[int(first)] + dot + rest
    return name
