"""What a detection tells of the part of a video that it has seen: the record of kind "partial"."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.progress import Reporter


def tell_partial(
    reporter: Reporter,
    first_frame: int,
    curves: NDArray,
    events: Sequence[Event],
    *,
    events_from: int,
    labels: Sequence[str],
    threshold: float,
) -> None:
    """Everything in it replaces what was told before for the same frames, and is provisional.

    Args:
        first_frame: of the curves.
        curves: (labels, frames) scores in [0, 1].
        events: all that begin at the frame `events_from` or later.
        threshold: the score from which a prediction is an event.
    """
    reporter.partial(
        first_frame=first_frame,
        labels=list(labels),
        curves=curves.astype(float).round(3).tolist(),
        threshold=float(threshold),
        events_from=events_from,
        events=[
            {
                "onset": event.onset,
                "apex": event.apex,
                "offset": event.offset,
                "label": event.label,
                "score": round(event.score or 0.0, 4),
            }
            for event in events
        ],
    )
