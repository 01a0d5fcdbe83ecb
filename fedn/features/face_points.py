"""A small network that finds five points in a face box: what the cascade detector lacks for alignment.

Letters: B batch, P points (5), coordinates are always (x, y).
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from fedn.errors import ModelError

CROP_SIZE = 64
CROP_SCALE = 1.3
POINT_NAMES = ("left eye", "right eye", "nose tip", "left mouth corner", "right mouth corner")
"""The order of the points; left and right are those of the image, not of the person."""


class FacePointNet(nn.Module):
    """Five face points from a gray crop: (B, 1, 64, 64) -> (B, 5, 2).

    The input is what `face_crop` returns: a square around the face, standardized to zero mean and unit variance.
    The output is in crop coordinates, 0 to 1 from the left and upper edge; points outside of the crop lie beyond.
    """

    def __init__(self, widths: tuple[int, ...] = (24, 48, 96, 128), hidden: int = 128) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for width in widths:
            layers += [
                nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(inplace=True),
            ]
            channels = width
        self.body = nn.Sequential(*layers)
        side = CROP_SIZE // 2 ** len(widths)
        last = nn.Linear(hidden, 2 * len(POINT_NAMES))
        # Training starts from the middle of the crop, not from its corner.
        nn.init.zeros_(last.weight)
        nn.init.constant_(last.bias, 0.5)
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(channels * side * side, hidden), nn.ReLU(inplace=True), last)

    def forward(self, crops: Tensor) -> Tensor:
        return self.head(self.body(crops)).unflatten(1, (len(POINT_NAMES), 2))  # (B, 5, 2)


def crop_square(box: NDArray[np.float32]) -> tuple[int, int, int]:
    """Left, top and side in whole pixels of the square that is cut out for a face box (x, y, width, height)."""
    x, y, width, height = (float(value) for value in box)
    side = max(4, round(CROP_SCALE * max(width, height)))
    return round(x + width / 2 - side / 2), round(y + height / 2 - side / 2), side


def cut_square(image: NDArray[np.uint8], left: int, top: int, side: int) -> NDArray[np.uint8]:
    """A square of the image; what lies outside of the image repeats its edge."""
    height, width = image.shape[:2]
    right, bottom = left + side, top + side
    inside = image[max(0, top) : max(1, bottom), max(0, left) : max(1, right)]
    if inside.shape[0] == side and inside.shape[1] == side:
        return inside
    rows = np.clip(np.arange(top, bottom), 0, height - 1)
    columns = np.clip(np.arange(left, right), 0, width - 1)
    return image[rows[:, None], columns[None, :]]


def face_crop(gray: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
    """The network's input for one face: (64, 64), zero mean and unit variance, cut from a gray image."""
    square = cut_square(gray, *crop_square(box))
    method = cv2.INTER_AREA if square.shape[0] > CROP_SIZE else cv2.INTER_LINEAR
    values = np.asarray(cv2.resize(square, (CROP_SIZE, CROP_SIZE), interpolation=method), np.float32)
    return (values - values.mean()) / (values.std() + 1e-3)


def load_face_points(path: Path) -> FacePointNet:
    """The trained network, ready for use.

    Raises:
        ModelError: if the file is missing or holds other weights.
    """
    network = FacePointNet()
    try:
        network.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    except FileNotFoundError:
        raise ModelError(f"{path} is missing: install FEDN Studio again or name another face model.") from None
    except Exception as error:
        raise ModelError(f"{path} does not hold the weights of the face point network ({error}).") from error
    return network.eval()


@torch.inference_mode()
def find_face_points(network: FacePointNet, gray: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
    """Five points (5, 2) in pixels of the gray image."""
    left, top, side = crop_square(box)
    crop = torch.from_numpy(face_crop(gray, box))[None, None]
    points = network(crop)[0].numpy()
    return (points * side + np.array([left, top], np.float32)).astype(np.float32)
