"""What somebody wants of a retraining. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scope = Literal["detector", "full"]
UnknownLabels = Literal["learn", "spot", "leave"]


@dataclass(frozen=True, slots=True)
class RetrainWish:
    """What somebody wants of a retraining.

    Attributes:
        tier: name of the tier that is the truth.
        scope: "detector" learns on cached features; "full" trains the backbone too.
        held_out: subjects to compare on; empty takes about a fifth of them.
        compares: False learns from everybody and compares nothing.
        epochs: passes over the windows; None for what suits the scope.
        model: name or folder of the parent; by default the model the project uses.
        from_scratch: a new detector of the parent's kind, on the parent's backbone.
        rename: labels of the tier that become others.
        unknown_labels: "learn" gives the network outputs for labels it does not have; the others as in DataConfig.
        replays: whether what the parent learned from is learned from again, where it was kept.
        settings: single changes to the recipe, as "optimization.learning_rate=3e-4".
    """

    tier: str
    scope: Scope = "detector"
    held_out: tuple[str, ...] = ()
    compares: bool = True
    epochs: int | None = None
    model: str | None = None
    from_scratch: bool = False
    rename: Mapping[str, str] = field(default_factory=dict)
    unknown_labels: UnknownLabels = "learn"
    replays: bool = True
    seed: int = 0
    settings: tuple[str, ...] = ()
