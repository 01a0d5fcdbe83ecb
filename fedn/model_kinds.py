"""Which kinds of models there are, and where each kind's code is. Imports none of it, and no torch."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from fedn.errors import ModelError


class Kind(NamedTuple):
    """The classes of one kind of model, as "module:class", so that a kind is imported only when a model of it is met.

    Attributes:
        config: the dataclass of the network's numbers, free of torch, with `label_count`, `to_dict`, `from_dict`.
        predictor: finds events in videos (`fedn.predictor.VideoPredictor`); "" if the kind cannot.
        recognizer: names given intervals (`fedn.recognizer.Recognizer`); "" if the kind cannot.
    """

    config: str
    predictor: str = ""
    recognizer: str = ""


KINDS = {
    "fedn": Kind("fedn.model_config:FednConfig", "fedn.predictors.fedn:FednPredictor"),
    "fesnet": Kind("fedn.fesnet_config:FesnetConfig", "fedn.predictors.fesnet:FesnetPredictor"),
    "cfc-sp": Kind(
        "fedn.cfc_sp_config:CfcSpConfig",
        "fedn.predictors.cfc_sp:CfcSpPredictor",
        "fedn.predictors.cfc_sp:CfcSpPredictor",
    ),
    "ceflnet": Kind("fedn.ceflnet_config:CeflnetConfig", recognizer="fedn.predictors.ceflnet:CeflnetRecognizer"),
    "optical-flow": Kind(
        "fedn.optical_flow_config:OpticalFlowConfig", "fedn.predictors.optical_flow:OpticalFlowPredictor"
    ),
    "str": Kind(
        "fedn.str_config:StrConfig",
        "fedn.predictors.str_baseline:StrPredictor",
        "fedn.predictors.str_baseline:StrPredictor",
    ),
    "cascade": Kind("fedn.cascade_config:CascadeConfig", "fedn.predictors.cascade:CascadePredictor"),
}


def kind_named(name: object) -> Kind:
    """The kind of this name.

    Raises:
        ModelError: if there is none.
    """
    if name not in KINDS:
        raise ModelError(f"“{name}” is no kind of model that this version runs; they are: {', '.join(KINDS)}")
    return KINDS[str(name)]


def imported(place: str) -> Any:
    """The class at "module:class"."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
