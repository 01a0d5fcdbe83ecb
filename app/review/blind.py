"""Blind second coding: until a video is marked done, its coder sees no tier but the own one, no curve, no prediction.

That it is on, and which videos are done, are settings of the project, written by edits: they survive a restart and go
with the project to another machine, and its history says who began, finished and left, and when. Beginning and leaving
are no undo steps, so that nobody comes to see the other tiers by pressing Ctrl+Z.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.document.edits import AddTier, Edit, Group, MarkReviewed
from fedn.annotation.changes import SettingRow
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier

if TYPE_CHECKING:
    from app.session import Session

TIER_NAME = "Blind coding"
_BEGIN, _LEAVE, _DONE, _GO_ON = "Begin", "Leave", "Mark as done", "Go on coding"


@dataclass(frozen=True, slots=True)
class KeepBlindness(Edit):
    """Keeps, or with "" forgets, that somebody codes blind, or that a video is done."""

    key: str
    value: str
    words: str

    def change(self, project: Project) -> None:
        project.set_setting(self.key, self.value)

    @property
    def text(self) -> str:
        return self.words


class Blind(QObject):
    """Whether this annotator codes blind, and what may then be seen.

    Signals:
        changed: something has been hidden or shown.
        coded_into: id of the tier that new events of the current video belong on.
    """

    changed = Signal()
    coded_into = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._seen: object = None
        session.project_changed.connect(self._update)
        session.model_changed.connect(self._update)
        session.video_changed.connect(self._on_video)
        session.tiers_changed.connect(self._on_video)
        session.settings_changed.connect(self._update)

    # What may be seen

    @property
    def is_on(self) -> bool:
        return bool(self._value(self._mode_key))

    def is_done(self, video_id: str) -> bool:
        """Whether this annotator has marked the video as coded."""
        return bool(self._value(self._done_key(video_id)))

    def hides(self, video_id: str) -> bool:
        """Whether everything that others say about the video is hidden."""
        return self.is_on and not self.is_done(video_id)

    def sees(self, tier: Tier) -> bool:
        return not self.hides(tier.video_id) or self._is_own(tier)

    def _is_own(self, tier: Tier) -> bool:
        return (tier.name, tier.who, tier.source) == (TIER_NAME, self._session.who, Source.EXPERT)

    # What the user can do

    def toggle(self) -> None:
        """Begins, or after a question leaves."""
        if self.is_on:
            self.leave()
        else:
            self.begin()

    def begin(self) -> None:
        if self._session.project is None or self.is_on:
            return
        question = (
            f"Until you mark a video as done you will see only your own tier “{TIER_NAME}” on it: no other tiers, no "
            "score curves, no predictions and no review queue. This stays so when the program is closed."
        )
        if self._session.messages.ask("Blind coding", question, (_BEGIN, "Cancel"), _BEGIN) == _BEGIN:
            self._keep(KeepBlindness(self._mode_key, TIER_NAME, "Begin blind coding"))

    def finish_video(self) -> None:
        """The current video is coded: it counts as looked at, and the other tiers can be seen."""
        video, project = self._session.current_video, self._session.project
        if video is None or project is None or not self.hides(video.id):
            self._session.messages.info("This video is not being coded blind.")
            return
        question = f"Is {video.name} coded? All of it will count as reviewed, and you will see what others have coded."
        if self._session.messages.ask("Video done", question, (_DONE, _GO_ON), _DONE) == _DONE:
            words = f"Finish blind coding of {video.name}"
            done = KeepBlindness(self._done_key(video.id), "done", words)
            self._session.do(Group((done, MarkReviewed(video.id, Interval(0, video.frame_count))), words))

    def leave(self) -> None:
        project = self._session.project
        if project is None or not self.is_on:
            return
        begun = [video_id for video_id in project.videos if self._own_tier(video_id) and not self.is_done(video_id)]
        left = f"{len(begun)} video{'s are' if len(begun) != 1 else ' is'} begun and not done; " if begun else ""
        question = f"All tiers will be shown again. {left}the project's history will say that you left blind coding."
        if self._session.messages.ask("Leave blind coding", question, (_LEAVE, _GO_ON), _LEAVE) == _LEAVE:
            unfinished = f" with {len(begun)} not done" if begun else ""
            self._keep(KeepBlindness(self._mode_key, "", f"Leave blind coding{unfinished}"))

    # Inside

    @property
    def _mode_key(self) -> str:
        return f"blind/{self._session.who}"

    def _done_key(self, video_id: str) -> str:
        return f"coded/{self._session.who}/{video_id}"

    def _value(self, key: str) -> str:
        row = self._session.project.row(SettingRow, key) if self._session.project else None
        return row.value if isinstance(row, SettingRow) else ""

    def _keep(self, edit: Edit) -> None:
        self._session.do_for_good(edit)

    def _own_tier(self, video_id: str) -> Tier | None:
        project = self._session.project
        return next((tier for tier in project.tiers_of(video_id) if self._is_own(tier)), None) if project else None

    def _update(self, *_: object) -> None:
        """Tells who shows something, if what may be seen has changed."""
        project = self._session.project
        hidden = frozenset(video_id for video_id in project.videos if self.hides(video_id)) if project else frozenset()
        if (self._session.who, hidden) == self._seen:
            return
        self._seen = (self._session.who, hidden)
        self._on_video()
        video = self._session.current_video
        if video is not None:
            self._session.select_events(())
            self._session.tiers_changed.emit(video.id)
            self._session.curves_changed.emit(video.id)
        self.changed.emit()

    def _on_video(self, *_: object) -> None:
        """The tier that is coded into is there as soon as its video is looked at."""
        video = self._session.current_video
        if video is None or not self.hides(video.id):
            return
        own = self._own_tier(video.id)
        if own is None and self._session.why_read_only is not None:
            return
        if own is None:
            own = Tier(video.id, TIER_NAME, Source.EXPERT, self._session.who)
            self._keep(AddTier(own))
        self.coded_into.emit(own.id)
