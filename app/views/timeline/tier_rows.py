"""The rows of the timeline: a tier's events with what the comparison with the reference tier says about each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from app.jobs.detection import tier_name_of
from app.provisional import Provisional
from app.session import Session
from app.tier_views import TierView
from app.views.timeline.agreement import Agreement, Comparison, compare, frames_of
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier

PASSING_ID = "being detected"


@dataclass(frozen=True, slots=True, eq=False)
class TierRow:
    """One tier of the current video. `onsets` and `stops` (exclusive) are sorted by onset like `events`.

    Attributes:
        provisional: ids of events that a running detection has found so far; they are not in the project.
        provisional_until: the first frame that it has not looked at, 0 if none runs.
        is_passing: there is no such tier yet.
    """

    tier: Tier
    events: tuple[Event, ...]
    onsets: NDArray[np.int64]
    stops: NDArray[np.int64]
    longest: int = 0
    agreement: dict[str, Agreement] = field(default_factory=dict)
    missed: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    view: TierView = field(default_factory=TierView)
    provisional: frozenset[str] = frozenset()
    provisional_until: int = 0
    is_passing: bool = False

    @classmethod
    def of(cls, tier: Tier, events: tuple[Event, ...]) -> TierRow:
        """Not compared with any other."""
        onsets, stops = frames_of(events)
        return cls(tier, events, onsets, stops, int((stops - onsets).max()) if len(events) else 0)

    @property
    def is_editable(self) -> bool:
        return self.tier.source != Source.DETECTOR

    def between(self, first: float, last: float) -> range:
        """Indices of events that may touch the frames from first to last; longest events decide how far it looks."""
        start = int(np.searchsorted(self.onsets, first - self.longest, side="left"))
        return range(start, max(start, int(np.searchsorted(self.onsets, last, side="right"))))


class TierRows:
    """The rows of the shown tiers of the current video, kept until something in them changes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: list[TierRow] | None = None
        self._plain: dict[str, TierRow] = {}
        self._comparisons: dict[str, tuple[tuple[Event, ...], tuple[Event, ...], float, Comparison]] = {}

    def forget(self) -> None:
        self._rows = None
        self._plain.clear()
        self._comparisons.clear()

    def forget_tier(self, tier_id: str) -> None:
        """Its events have changed, those of the others have not."""
        self._rows = None
        self._plain.pop(tier_id, None)

    def arrange(self) -> None:
        """Order, visibility, heights or colors have changed."""
        self._rows = None

    def all(self) -> list[TierRow]:
        if self._rows is None:
            self._rows = self._made()
        return self._rows

    def _made(self) -> list[TierRow]:
        project = self._session.project
        if project is None:
            return []
        tiers, reference = self._session.tiers(), self._session.reference_tier
        detector = next((tier for tier in tiers if tier.source == Source.DETECTOR), None)
        views = self._session.tier_views
        shown = [tier for tier in tiers if not views.is_hidden(tier.id)]
        rows = [self._compared(project, tier, reference, detector, views.of(tier.id)) for tier in shown]
        video = self._session.current_video
        running = self._session.provisional_of(video.id) if video else None
        return rows if video is None or running is None else _with_provisional(rows, running, tiers, video.id)

    def _compared(
        self, project: Project, tier: Tier, reference: Tier | None, detector: Tier | None, view: TierView
    ) -> TierRow:
        """A detector's tier is compared with the reference, the reference is searched for what the detector missed."""
        row = replace(self._plain_row(project, tier), view=view)
        if tier.source == Source.DETECTOR:
            rejected = frozenset(event.id for event in row.events if project.is_rejected(event.id))
            said = self._comparison(project, tier, reference).of_predictions if reference else {}
            return replace(row, agreement=said, rejected=rejected)
        if reference is not None and tier.id == reference.id and detector is not None:
            return replace(row, missed=self._comparison(project, detector, reference).missed)
        return row

    def _comparison(self, project: Project, detector: Tier, reference: Tier) -> Comparison:
        """Made again only for other events of one of the two or another overlap: it is most of what an edit costs."""
        events, truth = (self._plain_row(project, tier).events for tier in (detector, reference))
        known, iou = self._comparisons.get(detector.id), self._session.least_iou
        if known is None or known[0] is not events or known[1] is not truth or known[2] != iou:
            known = self._comparisons[detector.id] = events, truth, iou, compare(events, truth, iou)
        return known[3]

    def _plain_row(self, project: Project, tier: Tier) -> TierRow:
        row = self._plain.get(tier.id)
        if row is None or row.tier is not tier:
            row = self._plain[tier.id] = TierRow.of(tier, project.events(tier.id))
        return row


def _with_provisional(rows: list[TierRow], running: Provisional, tiers: list[Tier], video_id: str) -> list[TierRow]:
    """The tier of the model that detects shows what it has found so far; on top if the model has no tier yet."""
    known = next((tier for tier in tiers if tier.source == Source.DETECTOR and tier.who == running.model), None)
    if known is None:
        tier = Tier(video_id, tier_name_of(running.model), Source.DETECTOR, running.model, PASSING_ID)
        return [replace(_provisional_row(TierRow.of(tier, ()), running), is_passing=True), *rows]
    return [_provisional_row(row, running) if row.tier.id == known.id else row for row in rows]


def _provisional_row(row: TierRow, running: Provisional) -> TierRow:
    """Found events as far as the detection is, behind that those of the last one."""
    old = tuple(event for event in row.events if event.onset >= running.stop_frame)
    changed = TierRow.of(row.tier, running.events + old)
    return replace(
        changed,
        agreement=row.agreement,
        rejected=row.rejected,
        view=row.view,
        provisional=frozenset(event.id for event in running.events),
        provisional_until=max(1, running.stop_frame),
    )
