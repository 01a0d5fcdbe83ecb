"""Whether what came from elsewhere is a model that runs: weights of the right names and shapes, all finite."""

from __future__ import annotations

import torch

from fedn.errors import ModelError
from fedn.model_config import FednConfig
from fedn.model_info import INFO_FILE, WEIGHTS_FILE, ModelInfo
from fedn.model_kinds import imported, kind_named
from fedn.models.build import build_detector


def check_model(info: ModelInfo) -> None:
    """Loads a model to the processor and forgets it.

    Raises:
        ModelError: if weights or description are missing, damaged or not finite, or do not belong together.
    """
    assert info.folder is not None
    if isinstance(info.network, FednConfig):
        _check_size(info, info.network)
    kind = kind_named(info.kind)
    try:
        imported(kind.predictor or kind.recognizer).load(info, "cpu")
    except (ValueError, TypeError, IndexError, ZeroDivisionError, RuntimeError) as error:
        # What numbers a network can be made of is known to its code alone.
        raise ModelError(f"{INFO_FILE} in {info.folder} describes no network that can be made ({error})") from None


def _check_size(info: ModelInfo, network: FednConfig) -> None:
    """A description of a huge network must not fill the memory before the weights are looked at."""
    assert info.folder is not None
    path = info.folder / WEIGHTS_FILE
    try:
        with torch.device("meta"):
            needed = sum(value.numel() for value in build_detector(network).state_dict().values())
    except (ValueError, TypeError, IndexError, ZeroDivisionError, RuntimeError) as error:
        raise ModelError(f"{INFO_FILE} in {info.folder} describes no network that can be made ({error})") from None
    if path.is_file() and needed > path.stat().st_size:
        raise ModelError(f"{path} does not fit its {INFO_FILE}: it is too small for this network; get it once more")
