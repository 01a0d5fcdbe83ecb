"""Running the backbone fast and without gradients: pictures in bytes in, features in half precision out.

Letters: B batch, C channels (512).
"""

from __future__ import annotations

import copy
import hashlib
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as nnf
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from fedn.errors import ModelError
from fedn.models.resnet import FEATURE_CHANNELS, BasicBlock, ResNet18, shrink

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
"""ImageNet's, for RGB values from 0 to 1, as in the pre-training of all common ResNet-18 weights."""

FLOPS_PER_FRAME = 3_627_122_688
"""Two for every multiplication of a weight, convolutions only, at 224 x 224."""


class _Convolution(NamedTuple):
    """A convolution with the batch normalization that follows it folded in."""

    weight: Tensor
    bias: Tensor
    stride: tuple[int, ...]
    padding: tuple[int, ...]

    def __call__(self, x: Tensor) -> Tensor:
        return nnf.conv2d(x, self.weight, self.bias, self.stride, self.padding)


def backbone_hash(backbone: nn.Module) -> str:
    """12 hexadecimal digits that name the weights; the same before and after they were saved in half precision."""
    digest = hashlib.sha256()
    for name, value in sorted(backbone.state_dict().items()):
        if not name.endswith("num_batches_tracked"):
            digest.update(name.encode())
            digest.update(value.detach().to("cpu", torch.float16).contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]


def pick_device(device: str = "auto") -> torch.device:
    """The named device; "auto" is the graphics card where PyTorch can use one, otherwise the processor.

    Raises:
        ModelError: if it is a graphics card that PyTorch cannot use.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ModelError("there is no CUDA device on this machine; choose the device “cpu” or “auto”")
    return torch.device(device)


def pick_precision(device: torch.device) -> torch.dtype:
    """Half precision where the hardware multiplies it faster, otherwise float32."""
    if device.type == "cuda":
        return torch.float16
    if device.type == "cpu" and torch.backends.mkldnn.is_available():
        # Emulated on older processors, where it would be slower than float32.
        checks = (getattr(torch.cpu, f"_is_{name}_supported", None) for name in ("avx512_bf16", "amx_tile"))
        if any(check is not None and check() for check in checks):
            return torch.bfloat16
    return torch.float32


class BackboneRuntime:
    """A frozen copy of a backbone for features. Safe to call from several threads at once.

    Attributes:
        hash: names the weights, for caches.
        batch: the number of frames at which a call is most efficient.
        width: numbers in the row of a frame.
    """

    width = FEATURE_CHANNELS

    def __init__(self, backbone: ResNet18, device: str = "auto") -> None:
        self.device = pick_device(device)
        self.precision = pick_precision(self.device)
        self.hash = backbone_hash(backbone)
        # Larger batches fall out of the processor's cache.
        self.batch = 8 if self.device.type == "cpu" else 128
        self._input_size = int(backbone.input_size)
        frozen = copy.deepcopy(backbone).float().cpu().eval()
        self._stem = self._folded(frozen.conv1, frozen.bn1)
        self._blocks = [
            self._folded_block(block)
            for layer in (frozen.layer1, frozen.layer2, frozen.layer3, frozen.layer4)
            for block in layer
            if isinstance(block, BasicBlock)
        ]
        self._mean = torch.tensor(MEAN, device=self.device) * 255
        self._per_std = 1 / (torch.tensor(STD, device=self.device) * 255)

    @torch.inference_mode()
    def __call__(self, crops: NDArray[np.uint8]) -> NDArray[np.float16]:
        """Features (B, 512) of aligned faces (B, 224, 224, 3) in RGB."""
        pictures = torch.from_numpy(crops).to(self.device)
        x = pictures.float().sub_(self._mean).mul_(self._per_std).permute(0, 3, 1, 2)
        x = shrink(x, self._input_size).to(self.precision)
        x = nnf.max_pool2d(nnf.relu_(self._stem(x)), 3, 2, 1)
        for first, second, shortcut in self._blocks:
            y = second(nnf.relu_(first(x)))
            x = nnf.relu_(y.add_(x if shortcut is None else shortcut(x)))
        return self._rows(x.float()).half().cpu().numpy()

    def _rows(self, maps: Tensor) -> Tensor:
        """What is kept of the last block's maps (B, C, H, W): their means, (B, 512)."""
        return maps.mean(dim=(2, 3))

    def _folded(self, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> _Convolution:
        fused = fuse_conv_bn_eval(convolution, norm)
        assert fused.bias is not None
        weight = fused.weight.detach().to(self.device, self.precision).contiguous(memory_format=torch.channels_last)
        bias = fused.bias.detach().to(self.device, self.precision)
        return _Convolution(weight, bias, fused.stride, tuple(int(side) for side in fused.padding))

    def _folded_block(self, block: BasicBlock) -> tuple[_Convolution, _Convolution, _Convolution | None]:
        shortcut = None
        if block.downsample is not None:
            convolution, norm = block.downsample[0], block.downsample[1]
            assert isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
            shortcut = self._folded(convolution, norm)
        return self._folded(block.conv1, block.bn1), self._folded(block.conv2, block.bn2), shortcut
