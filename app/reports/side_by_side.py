"""Prediction, expert and self-report of one video, event beside event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fedn.annotation.event import Event
from fedn.annotation.matching import match

SAME_IOU = 0.5


class Verdict(StrEnum):
    """What the expert says about a prediction; `MISSED` is an expert's event without a prediction."""

    AGREES = "agrees"
    LABEL_DIFFERS = "label differs"
    NO_COUNTERPART = "no counterpart"
    MISSED = "missed"
    ONLY_SELF_REPORT = "only self-reported"


@dataclass(frozen=True, slots=True)
class Row:
    """Events that are about the same expression; at least one is not None."""

    predicted: Event | None
    expert: Event | None
    self_report: Event | None

    @property
    def verdict(self) -> Verdict:
        if self.predicted is None:
            return Verdict.ONLY_SELF_REPORT if self.expert is None else Verdict.MISSED
        if self.expert is None:
            return Verdict.NO_COUNTERPART
        return Verdict.AGREES if self.predicted.label == self.expert.label else Verdict.LABEL_DIFFERS

    @property
    def onset(self) -> int:
        return min(event.onset for event in (self.predicted, self.expert, self.self_report) if event is not None)


def side_by_side(
    predicted: Sequence[Event], expert: Sequence[Event], self_report: Sequence[Event], iou: float = SAME_IOU
) -> list[Row]:
    """Rows by onset. Predictions meet the expert's events first; self-reports join the expert's, else a prediction."""
    seen_by_expert = _pairs(expert, predicted, iou)
    told_to_expert = _pairs(expert, self_report, iou)
    rows = [Row(seen_by_expert.get(event.id), event, told_to_expert.get(event.id)) for event in expert]
    met = {event.id for event in (*seen_by_expert.values(), *told_to_expert.values())}
    alone = [event for event in predicted if event.id not in met]
    told_alone = [event for event in self_report if event.id not in met]
    told_to_alone = _pairs(alone, told_alone, iou)
    rows += [Row(event, None, told_to_alone.get(event.id)) for event in alone]
    met |= {event.id for event in told_to_alone.values()}
    rows += [Row(None, None, event) for event in told_alone if event.id not in met]
    return sorted(rows, key=lambda row: row.onset)


def _pairs(first: Sequence[Event], second: Sequence[Event], iou: float) -> dict[str, Event]:
    """The event of `second` that belongs to each event of `first` that has one, by id."""
    found = match([event.interval for event in first], [event.interval for event in second], iou)
    return {first[pair.truth_index].id: second[pair.predicted_index] for pair in found}
