"""What the keys and menu entries do to events."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject

from app.document.edits import (
    CopyToTier,
    DeleteEvents,
    MergeEvents,
    MoveApex,
    MoveBoundary,
    SplitEvent,
)
from app.marking import Marking
from app.session import Session
from fedn.annotation.event import Event
from fedn.annotation.tier import Source


class EventActions(QObject):
    """Slots that change the selected events. Without a selection they say what to select."""

    def __init__(self, session: Session, marking: Marking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._marking = marking

    def press_key(self, key: str) -> None:
        """A label's key."""
        project = self._session.project
        label = project.vocabulary.label_of_key(key) if project else None
        if label is not None:
            self._marking.press_label(label.name)

    def delete(self) -> None:
        """Deletes people's events; a detector's tier is a record of what it found and stays."""
        project, selected = self._session.project, self._session.selected_events
        if project is None or not selected:
            return
        own = tuple(event_id for event_id in selected if project.tier_of(event_id).source != Source.DETECTOR)
        if not own:
            self._session.messages.info("Predictions stay as they were found; only labels made by people are deleted.")
            return
        self._session.do(DeleteEvents(own))

    def accept(self) -> None:
        """Copies the selected predictions into the annotator's own tier."""
        project = self._session.project
        found = self._session.selected_events
        predictions = [one for one in found if project and project.tier_of(one).source == Source.DETECTOR]
        if predictions:
            self._session.accept(predictions)
        else:
            self._session.messages.info("Select a prediction to accept it into your own tier.")

    def nudge(self, edge: Literal["onset", "offset"], frames: int) -> None:
        """Moves an edge of the one selected event."""
        event = self._one()
        if event is None:
            return
        frame = (event.onset if edge == "onset" else event.offset) + frames
        if self._session.do_on_events((event.id,), lambda ids: MoveBoundary(ids[0], edge, frame)):
            self._session.set_playhead(frame)

    def onset_earlier(self) -> None:
        self.nudge("onset", -1)

    def onset_later(self) -> None:
        self.nudge("onset", 1)

    def offset_earlier(self) -> None:
        self.nudge("offset", -1)

    def offset_later(self) -> None:
        self.nudge("offset", 1)

    def apex_here(self) -> None:
        """The apex of the selected event is the frame that is shown."""
        event, frame = self._one(), self._session.playhead
        if event is not None:
            self._session.do_on_events((event.id,), lambda ids: MoveApex(ids[0], frame))

    def split(self) -> None:
        """Divides the selected event at the playhead."""
        event, frame = self._one(), self._session.playhead
        if event is not None:
            self._session.do_on_events((event.id,), lambda ids: SplitEvent(ids[0], frame))

    def merge(self) -> None:
        """Joins the selected events, or the one selected with the next of its tier."""
        project, selected = self._session.project, self._session.selected_events
        if project is None or not selected:
            self._session.messages.info("Select the events to merge.")
            return
        if len(selected) == 1:
            events = project.events(project.tier_of(selected[0]).id)
            place = next(at for at, event in enumerate(events) if event.id == selected[0])
            selected = tuple(event.id for event in events[place : place + 2])
        if len(selected) < 2:
            self._session.messages.info("There is no later event on this tier to merge with.")
            return
        self._session.do_on_events(selected, MergeEvents)

    def copy_up(self) -> None:
        self._copy(-1)

    def copy_down(self) -> None:
        self._copy(1)

    def _copy(self, direction: int) -> None:
        """Copies the selected events to the next tier of a person above or below."""
        project, selected = self._session.project, self._session.selected_events
        if project is None or not selected:
            return
        tiers = self._session.tiers()
        home = project.tier_of(selected[0])
        place = next(at for at, tier in enumerate(tiers) if tier.id == home.id)
        others = tiers[place + 1 :] if direction > 0 else tiers[:place][::-1]
        target = next((tier for tier in others if tier.source != Source.DETECTOR), None)
        if target is None:
            where = "below" if direction > 0 else "above"
            self._session.messages.info(f"There is no tier of a person {where} “{home.name}” to copy to.")
            return
        moved = tuple(one for one in selected if project.tier_of(one).id == home.id)
        copies = CopyToTier(moved, target.id)
        if self._session.do(copies):
            self._session.select_events(copies.new_ids)

    def select_all(self) -> None:
        """Every event of the tier that the selection is on, else of every tier of people."""
        project, selected = self._session.project, self._session.selected_events
        if project is None:
            return
        tiers = [project.tier_of(selected[0])] if selected else self._session.tiers()
        self._session.select_events(event.id for tier in tiers for event in project.events(tier.id))

    def select_none(self) -> None:
        self._marking.clear()
        self._session.select_events(())

    def mark_video_reviewed(self) -> None:
        self._session.mark_reviewed()

    def _one(self) -> Event | None:
        selected = self._session.selected_events
        if len(selected) == 1 and self._session.project is not None:
            return self._session.project.event(selected[0])
        self._session.messages.info("Select one event first.")
        return None
