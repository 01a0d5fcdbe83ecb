"""A network's numbers from a table of TOML, checked against the config class of its kind. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from fedn.errors import ModelError


def network_values(kind: type, content: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments for a frozen dataclass whose one obligatory field is `label_count`; arrays become tuples.

    Raises:
        ModelError: if a key is unknown, `label_count` is missing, or a value is of another type than its default.
    """
    defaults = {entry.name: 1 if entry.default is MISSING else entry.default for entry in fields(kind)}
    if unknown := set(content) - set(defaults):
        raise ModelError(f"unknown network setting “{min(unknown)}”; known are: {', '.join(sorted(defaults))}")
    if "label_count" not in content:
        raise ModelError("the network settings lack label_count")
    return {name: _like(defaults[name], value, name) for name, value in content.items()}


def _like(default: Any, value: Any, name: str) -> Any:
    if isinstance(default, tuple) and isinstance(value, (list, tuple)):
        return tuple(_like(default[0] if default else 0, entry, name) for entry in value)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        raise ModelError(f"the network setting {name} is {value!r}; it must look like {default!r}")
    return value
