"""Every number of agreement between two tiers, with what it means in one sentence and its unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.review.tier_key import TierKey
from fedn.annotation.agreement.coding import CodedVideo
from fedn.annotation.agreement.event_agreement import Differences, EventAgreement, PairingsOf, event_agreement
from fedn.annotation.agreement.frame_agreement import FrameAgreement, frame_agreement
from fedn.annotation.agreement.measure import Measure

SHARE = "0 to 1"
CHANCE = "-1 to 1, 0 is chance"
FRAMES = "frames"


@dataclass(frozen=True, slots=True)
class Row:
    """One number.

    Attributes:
        definition: one sentence without a period.
        unit: of the value, in words.
    """

    name: str
    measure: Measure
    definition: str
    unit: str


@dataclass(frozen=True, slots=True)
class LabelRow:
    """Agreement on one label; "" for events without one."""

    label: str
    first_count: int
    second_count: int
    f1: Measure
    kappa: Measure


@dataclass(frozen=True, slots=True)
class BoundaryRow:
    """How many frames later the second sets a boundary, over the matched events that have it on both sides."""

    name: str
    differences: Differences


@dataclass(frozen=True)
class AgreementReport:
    """What two tiers of one or many videos have in common.

    Attributes:
        first, second: the tiers; the first is what is compared with.
        video_count: videos that have both tiers, of `asked_count` in question.
    """

    first: TierKey
    second: TierKey
    video_count: int
    asked_count: int
    reviewed_only: bool
    events: EventAgreement
    frames: FrameAgreement
    labels: tuple[LabelRow, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        one, two, iou = self.first.short, self.second.short, self.events.iou
        events, frames = self.events, self.frames
        matched = f"Twice the matched events over all events of both; from an IoU of {iou:.2f} on two events match"
        chance = "Agreement on the label of each frame, or that there is none, beyond chance"
        return (
            Row("F1", events.f1, matched, SHARE),
            Row("Precision", events.precision, f"Share of the events of {two} that {one} has too", SHARE),
            Row("Recall", events.recall, f"Share of the events of {one} that {two} has too", SHARE),
            Row("Same label", events.same_label, "Share of matched events to which both give the same label", SHARE),
            Row("Cohen's kappa", frames.kappa, chance, CHANCE),
            Row("Krippendorff's alpha", frames.alpha, "One minus observed over expected disagreement", CHANCE),
            Row("Same frames", frames.same, "Share of frames that both label the same, or both leave empty", SHARE),
        )

    @property
    def boundaries(self) -> tuple[BoundaryRow, ...]:
        events = self.events
        pairs = (("Onset", events.onsets), ("Apex", events.apexes), ("Offset", events.offsets))
        return tuple(BoundaryRow(name, differences) for name, differences in pairs)

    @property
    def categories(self) -> tuple[str | None, ...]:
        """Rows and columns of the confusion matrix: the labels, and None for no event."""
        return (*self.events.labels, None)

    @property
    def confusion(self) -> Counter[tuple[str | None, str | None]]:
        """(first's label, second's label) -> how often; None where one has no event."""
        return self.events.confusion


def agreement_report(
    coded: Sequence[CodedVideo],
    first: TierKey,
    second: TierKey,
    *,
    asked_count: int,
    iou: float,
    reviewed_only: bool,
    check: Callable[[], None] = lambda: None,
    pairings_of: PairingsOf | None = None,
) -> AgreementReport:
    """The numbers over some videos.

    Args:
        asked_count: how many videos there were to choose from.
        check: called between videos; what it raises ends the work.
        pairings_of: as for `event_agreement`.
    """

    def checked(videos: Iterable[CodedVideo]) -> Iterator[CodedVideo]:
        for video in videos:
            check()
            yield video

    events = event_agreement(checked(coded), iou, pairings_of=pairings_of)
    frames = frame_agreement(checked(coded))
    rows = _label_rows(events, frames)
    return AgreementReport(first, second, len(coded), asked_count, reviewed_only, events, frames, rows)


def _label_rows(events: EventAgreement, frames: FrameAgreement) -> tuple[LabelRow, ...]:
    first, second = Counter[str | None](), Counter[str | None]()
    for (one, two), count in events.confusion.items():
        first[one] += count
        second[two] += count
    return tuple(
        LabelRow(label, first[label], second[label], events.f1_of(label), frames.kappa_of(label))
        for label in events.labels
    )
