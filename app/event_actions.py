"""What the keys and menu entries do to events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from PySide6.QtCore import QElapsedTimer, QObject

from app.document.edits import (
    CopyToTier,
    DeleteEvents,
    Edit,
    Group,
    MergeEvents,
    MoveApex,
    MoveBoundary,
    RejectPredictions,
    SplitEvent,
    UnrejectPredictions,
)
from app.marking import Marking
from app.session import Session, new_gesture
from fedn.annotation.event import Event
from fedn.annotation.tier import Source

RUN_MS = 400
Edge = Literal["onset", "offset"]


class EventActions(QObject):
    """Slots that change the selected events. Without a selection they say what to select."""

    def __init__(self, session: Session, marking: Marking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._marking = marking
        self._run = _Run()

    def press_key(self, key: str) -> None:
        """A label's key."""
        self._marking.press_key(key)

    def delete(self) -> None:
        """Deletes people's events; a detector's tier is a record of what it found and stays."""
        selected = self._session.selected_events
        if self._session.project is None or not selected:
            return
        own = self._of_people(selected)
        if not own:
            self._session.messages.info("Predictions stay as they were found; press X to reject them.")
        elif self._session.may_change(own):
            self._session.do(DeleteEvents(own))

    def accept(self) -> None:
        """Copies the selected predictions into the annotator's own tier."""
        predictions = self._predictions()
        if predictions:
            self._session.accept(predictions)
        else:
            self._session.messages.info("Select a prediction to accept it into your own tier.")

    def reject(self) -> None:
        """Marks the selected predictions as wrong; if all of them are, takes that back."""
        project, predictions = self._session.project, self._predictions()
        if project is None or not predictions:
            self._session.messages.info("Select a prediction to reject it; events made by people are deleted with Del.")
            return
        if not self._session.may_change(predictions):
            return
        still = tuple(one for one in predictions if not project.is_rejected(one))
        self._session.do(RejectPredictions(still) if still else UnrejectPredictions(predictions))

    def nudge(self, edge: Edge, frames: int) -> None:
        """Moves an edge of every selected event; presses of the same key in a run are one step."""
        session, selected = self._session, self._session.selected_events
        project = session.project
        if project is None or not selected:
            session.messages.info("Select an event first.")
            return

        def moved(ids: tuple[str, ...]) -> Edit:
            # What a correction that was made earlier says counts; one that is made in this step is not there yet.
            events = [
                project.event(new if project.has_event(new) else old) for new, old in zip(ids, selected, strict=True)
            ]
            steps = [
                MoveBoundary(new, edge, _frame(event, edge) + frames) for new, event in zip(ids, events, strict=True)
            ]
            words = f"Move {edge} of {len(steps)} events by {frames:+d}"
            return steps[0] if len(steps) == 1 else Group(tuple(steps), words)

        gesture = self._run.gesture((edge, frames, selected))
        if session.do_on_events(selected, moved, gesture):
            now = session.selected_events
            self._run.goes_on_with((edge, frames, now))
            if len(now) == 1:
                session.set_playhead(_frame(project.event(now[0]), edge))

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
        home = project.tier_of(selected[0])
        tiers = [tier for tier in self._session.tiers() if tier.id == home.id or tier in self._session.shown_tiers()]
        place = next(at for at, tier in enumerate(tiers) if tier.id == home.id)
        others = tiers[place + 1 :] if direction > 0 else tiers[:place][::-1]
        target = next((tier for tier in others if tier.source != Source.DETECTOR), None)
        if target is None:
            where = "below" if direction > 0 else "above"
            self._session.messages.info(f"There is no tier of a person {where} “{home.name}” to copy to.")
            return
        moved = tuple(one for one in selected if project.tier_of(one).id == home.id)
        copies = CopyToTier(moved, target.id)
        if self._session.may_change((), (target.id,)) and self._session.do(copies):
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

    def _of_people(self, event_ids: Iterable[str]) -> tuple[str, ...]:
        project = self._session.project
        return tuple(one for one in event_ids if project and project.tier_of(one).source != Source.DETECTOR)

    def _predictions(self) -> tuple[str, ...]:
        project = self._session.project
        found = self._session.selected_events
        return tuple(one for one in found if project and project.tier_of(one).source == Source.DETECTOR)

    def _one(self) -> Event | None:
        selected = self._session.selected_events
        if len(selected) == 1 and self._session.project is not None:
            return self._session.project.event(selected[0])
        self._session.messages.info("Select one event first.")
        return None


class _Run:
    """Tells which presses of a key follow each other so quickly that they are one step, as when it is held down."""

    def __init__(self) -> None:
        self._what: object = None
        self._gesture = 0
        self._since = QElapsedTimer()

    def gesture(self, what: object) -> int:
        """The number of the step that this press belongs to."""
        if what != self._what or not self._since.isValid() or self._since.elapsed() > RUN_MS:
            self._gesture = new_gesture()
        self.goes_on_with(what)
        return self._gesture

    def goes_on_with(self, what: object) -> None:
        self._what = what
        self._since.start()


def _frame(event: Event, edge: Edge) -> int:
    return event.onset if edge == "onset" else event.offset
