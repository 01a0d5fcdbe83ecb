"""What the retrain dialog hands to the retrain job."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetrainOptions:
    """One retraining.

    Attributes:
        tier: name of the tier that is the truth.
        scope: "detector" or "full".
        held_out: subjects that old and new model are compared on; empty lets the training choose.
        epochs: passes over the training samples.
    """

    tier: str
    scope: str = "detector"
    held_out: tuple[str, ...] = ()
    epochs: int = 20
