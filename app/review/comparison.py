"""Which two tiers are compared, over what, and from which overlap on two events are the same; one for all views."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.review.tier_key import TierKey, tier_keys
from app.session import Session
from fedn.annotation.agreement.coding import CodedVideo
from fedn.annotation.agreement.event_agreement import KeptPairings
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source, Tier
from fedn.registry import DEFAULT_MODEL


class Comparison(QObject):
    """By default the reference (see `Session.reference_tier`) and the detector in use, else the first one.

    Attributes:
        pairings_of: which events of a video belong together; the queue and the numbers ask for the same.

    Signals:
        changed: other tiers, another overlap, other ranges; or the tiers to choose from are others.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._first: TierKey | None = None
        self._second: TierKey | None = None
        self.pairings_of = KeptPairings()
        self._whole_project = False
        self._reviewed_only = False
        self._keys: dict[str, TierKey] | None = None
        self._by_video: dict[tuple[str, TierKey], Tier] = {}
        self._choices: list[TierKey] = []
        self._told: tuple[TierKey | None, TierKey | None] = (None, None)
        self.changed.connect(self._remember)
        session.project_changed.connect(self._on_project_changed)
        session.video_changed.connect(self._on_video_changed)
        session.tiers_changed.connect(self._on_tiers_changed)
        session.videos_changed.connect(self._on_tiers_changed)
        session.reference_changed.connect(self._on_reference_changed)
        session.overlap_changed.connect(self.changed)
        session.tier_views.changed.connect(self._on_tiers_changed)
        session.blind.changed.connect(self._on_tiers_changed)
        session.model_changed.connect(self._on_tiers_changed)

    # The two tiers

    @property
    def choices(self) -> list[TierKey]:
        """Those of the current video first, then what only other videos have."""
        self._look_up()
        return self._choices

    @property
    def first(self) -> TierKey | None:
        """What is compared with: the reference, or the first of two people."""
        if self._first is not None and self._first in self.choices:
            return self._first
        reference = self._session.reference_tier
        if reference is not None and self._all.get(reference.id) not in (None, self._second):
            return self._all[reference.id]
        people = [key for key in self.choices if not key.is_detector and key != self._second]
        return min(people, key=lambda key: key.source is not Source.EXPERT, default=None)

    @property
    def second(self) -> TierKey | None:
        """What is judged: a detector's predictions, or the second of two people."""
        choices = self.choices
        if self._second in choices:
            return self._second
        first = self._first if self._first in choices else None
        here = {self._all[tier.id] for tier in self._session.tiers() if tier.id in self._all}
        detectors = sorted(
            (key for key in choices if key.is_detector and key != first),
            key=lambda key: (key not in here, key.who != self._model_in_use),
        )
        others = (key for key in choices if key != (first or self._of_reference))
        return next(iter(detectors), None) or next(others, None)

    @property
    def _model_in_use(self) -> str:
        project = self._session.project
        return (project.model_in_use or DEFAULT_MODEL) if project else ""

    @property
    def is_of_people(self) -> bool:
        """Whether two people are compared, between whom one decides; else predictions are accepted or rejected."""
        return self.first is not None and self.second is not None and not self.second.is_detector

    def choose(self, first: TierKey, second: TierKey) -> None:
        """Chooses two tiers; a detector always comes second. The same twice leaves everything as it is.

        What predictions are compared with becomes the reference, so that the timeline says the same as the queue.
        """
        if first.is_detector and not second.is_detector:
            first, second = second, first
        if first == second or (first, second) == (self._first, self._second):
            return
        if second.is_detector and not first.is_detector:
            self._session.set_reference(first.name)
        self._first, self._second = first, second
        self.changed.emit()

    def choose_first(self, key: TierKey) -> None:
        second = self.second
        if second is not None:
            self.choose(key, second if second != key else (self.first or second))

    def choose_second(self, key: TierKey) -> None:
        first = self.first
        if first is not None:
            self.choose(first if first != key else (self.second or first), key)

    # Over what

    @property
    def iou(self) -> float:
        """Overlap from which two events are the same, above 0."""
        return self._session.least_iou

    @property
    def whole_project(self) -> bool:
        return self._whole_project

    @property
    def reviewed_only(self) -> bool:
        """Whether only what was looked at is judged, else whole videos."""
        return self._reviewed_only

    def set_iou(self, iou: float) -> None:
        self._session.set_least_iou(iou)

    def set_whole_project(self, whole: bool) -> None:
        if whole != self._whole_project:
            self._whole_project = whole
            self.changed.emit()

    def set_reviewed_only(self, only: bool) -> None:
        if only != self._reviewed_only:
            self._reviewed_only = only
            self.changed.emit()

    def video_ids(self) -> list[str]:
        """The videos in question, in the order of the project; those that are still being coded blind are left out."""
        project, video = self._session.project, self._session.current_video
        if project is None:
            return []
        ids = list(project.videos) if self._whole_project else [video.id] if video else []
        return [video_id for video_id in ids if not self._session.blind.hides(video_id)]

    def judged(self, video_id: str) -> tuple[Interval, ...]:
        project = self._session.project
        if project is None:
            return ()
        if self._reviewed_only:
            return project.reviewed(video_id)
        return (Interval(0, project.videos[video_id].frame_count),)

    def coded(self, video_id: str) -> CodedVideo | None:
        """What both tiers say of a video; None if it lacks one of them."""
        project, (one, two) = self._session.project, self.tiers_on(video_id)
        if project is None or one is None or two is None:
            return None
        return CodedVideo(video_id, project.events(one.id), project.events(two.id), self.judged(video_id))

    def tiers_on(self, video_id: str) -> tuple[Tier | None, Tier | None]:
        """The first and the second of a video, None where it has none."""
        self._look_up()
        found = (self._by_video.get((video_id, key)) if key else None for key in (self.first, self.second))
        one, two = found
        return one, two

    def concerns(self, tier_id: str) -> bool:
        """Whether the tier is one of the two, on any video."""
        return self._all.get(tier_id) in (self.first, self.second)

    # Inside

    @property
    def _all(self) -> dict[str, TierKey]:
        self._look_up()
        return self._keys or {}

    def _look_up(self) -> None:
        """Once for all tiers: a project may have thousands."""
        if self._keys is not None:
            return
        project, blind = self._session.project, self._session.blind
        self._keys = tier_keys(project) if project else {}
        seen = [tier for tier in project.tiers.values() if blind.sees(tier)] if project else []
        self._by_video = {(tier.video_id, self._keys[tier.id]): tier for tier in reversed(seen)}
        here = (self._keys[tier.id] for tier in self._session.tiers())
        self._choices = list(dict.fromkeys((*here, *(self._keys[tier.id] for tier in seen))))

    @property
    def _of_reference(self) -> TierKey | None:
        reference: Tier | None = self._session.reference_tier
        return self._all.get(reference.id) if reference else None

    def _on_tiers_changed(self, *_: object) -> None:
        self._keys = None
        self.changed.emit()

    def _remember(self) -> None:
        self._told = (self.first, self.second)

    def _on_video_changed(self, _video_id: str) -> None:
        """Within the project nothing else is compared for that, unless another video has other tiers."""
        self._keys = None
        if not self._whole_project or self._told != (self.first, self.second):
            self._on_tiers_changed()

    def _on_reference_changed(self) -> None:
        """Who chooses another reference wants to compare with it."""
        self._first = None
        self.changed.emit()

    def _on_project_changed(self) -> None:
        self._first, self._second, self._whole_project, self._reviewed_only = None, None, False, False
        self.pairings_of.forget()
        self._on_tiers_changed()
