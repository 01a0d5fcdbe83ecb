"""What a cascade is made of; stored in its description. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from fedn.errors import ModelError
from fedn.network_values import network_values


@dataclass(frozen=True, slots=True)
class CascadeConfig:
    """A spotter that finds intervals, and a recognizer that names them (FEDN section 4, the cascaded baselines).

    Attributes:
        label_count: number of the recognizer's labels K.
        spotter, recognizer: their models: a folder as seen from the cascade's own, or the name of a model that comes
            with the program.
        score: "product" ranks by the spotter's score times the label's probability, "spotter" by the first alone; the
            paper does not say which.
    """

    label_count: int
    spotter: str = ""
    recognizer: str = ""
    score: Literal["product", "spotter"] = "product"

    def __post_init__(self) -> None:
        if self.score not in ("product", "spotter"):
            raise ModelError(f"score is “{self.score}”; it must be “product” or “spotter”")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for TOML."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> CascadeConfig:
        """The config in a parsed TOML table.

        Raises:
            ModelError: if a key is unknown, `label_count` is missing, or a value is of the wrong type.
        """
        return cls(**network_values(cls, content))
