"""Marking events by keys: in and out, a label key to begin and to end, Enter to create."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.corrections import annotator_tier
from app.document.edits import AddTier, CreateEvent, Edit, Group, Relabel
from app.session import Session
from fedn.annotation.event import Event
from fedn.annotation.tier import Source


class Marking(QObject):
    """What has been marked on the current video and not yet become an event.

    Signals:
        changed: in, out, the label or the tier for new events.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._label = ""
        self._tier_id = ""
        self.in_frame: int | None = None
        self.out_frame: int | None = None
        self._begun_by_label = False
        session.video_changed.connect(self.clear)
        session.project_changed.connect(self.clear)

    @property
    def label(self) -> str:
        """The label of new events: the last one used, at first the vocabulary's first."""
        project = self._session.project
        names = project.vocabulary.names if project else ()
        return self._label if self._label in names else (names[0] if names else "")

    @property
    def tier_id(self) -> str:
        """The person's tier that new events go to; "" for the annotator's own, which may have to be made."""
        tiers = {tier.id: tier for tier in self._session.tiers() if tier.source != Source.DETECTOR}
        return self._tier_id if self._tier_id in tiers else ""

    def set_tier(self, tier_id: str) -> None:
        """The tier that was last clicked becomes the one for new events."""
        if tier_id != self._tier_id:
            self._tier_id = tier_id
            self.changed.emit()

    def clear(self) -> None:
        self.in_frame, self.out_frame, self._begun_by_label = None, None, False
        self.changed.emit()

    def mark_in(self) -> None:
        """The next event begins at the playhead."""
        self.in_frame, self._begun_by_label = self._session.playhead, False
        self.changed.emit()

    def mark_out(self) -> None:
        """The next event ends at the playhead."""
        self.out_frame = self._session.playhead
        self.changed.emit()

    def press_label(self, name: str) -> None:
        """Relabels the selection; without one begins an event at the playhead, and the next press ends it."""
        self._label = name
        selected = self._session.selected_events
        if selected:
            self._session.do_on_events(selected, lambda ids: Relabel(ids, name))
            self.changed.emit()
        elif self._begun_by_label and self.in_frame is not None:
            self.out_frame = self._session.playhead
            self.create()
        elif self.in_frame is not None and self.out_frame is not None:
            self.create()
        else:
            self.mark_in()
            self._begun_by_label = True

    def create(self) -> None:
        """Makes the event between in and out; the playhead stands for the one that is not marked."""
        video, project = self._session.current_video, self._session.project
        if video is None or project is None:
            return
        if self.in_frame is None and self.out_frame is None:
            self._session.messages.info("Nothing is marked: press I where the event begins and O where it ends.")
            return
        begin = self._session.playhead if self.in_frame is None else self.in_frame
        end = self._session.playhead if self.out_frame is None else self.out_frame
        event = Event(min(begin, end), max(begin, end), self.label)
        tier_id = self.tier_id
        before: tuple[Edit, ...] = ()
        if not tier_id:
            tier = annotator_tier(project, video.id, self._session.who)
            tier_id = tier.id
            before = () if tier.id in project.tiers else (AddTier(tier),)
        edit = CreateEvent(tier_id, event)
        if self._session.do(Group((*before, edit), edit.text) if before else edit):
            self.clear()
            self._session.select_events((event.id,))
