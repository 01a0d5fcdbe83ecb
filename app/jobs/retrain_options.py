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
        compares: False learns from everybody and compares nothing.
        from_scratch: a new detector instead of going on with the model's own.
        unknown_labels: of labels that the model does not have: "learn", "spot" or "leave" them.
        epochs: passes over the training samples.
        settings: single changes to the recipe, as "optimization.learning_rate=3e-4".
    """

    tier: str
    scope: str = "detector"
    held_out: tuple[str, ...] = ()
    epochs: int = 20
    compares: bool = True
    from_scratch: bool = False
    unknown_labels: str = "learn"
    settings: tuple[str, ...] = ()
