"""What A, X, E and the keys of adjudication do to the item that is shown: one undo step each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject

from app.corrections import annotator_tier, corrections_of
from app.document.edits import AcceptPredictions, Edit, Group, RejectPredictions
from app.document.prediction_states import State
from app.event_actions import EventActions
from app.review.adjudication import ADJUDICATED, adjudicate, looked_at, result_tier
from app.review.decisions import Decide, Verdict
from app.review.items import Item
from app.review.review import Review
from app.session import Session
from fedn.annotation.project import Project
from fedn.annotation.tier import Tier

MARKED = "marked"


class Deciding(QObject):
    """Decides about the current item; without one, or with other events selected, the keys do what they always do.

    Attributes:
        into: name of the third tier that results of adjudication go to.

    Args:
        edit: puts the keyboard where the selected event is edited.
    """

    def __init__(
        self,
        session: Session,
        review: Review,
        events: EventActions,
        edit: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._review, self._events, self._edit = session, review, events, edit
        self.into = ADJUDICATED
        session.project_changed.connect(self._on_project_changed)

    # Slots of the keys

    def accept(self) -> None:
        """A: the prediction is right; of two people, the selected one; a missed event is taken over."""
        item, project = self._item(), self._session.project
        if item is None or project is None:
            self._events.accept()
        elif self._review.comparison.is_of_people or item.second is None:
            self._adjudicate(item, Verdict.FIRST if self._is_first_selected(item) else Verdict.SECOND)
        else:
            self._accept(project, item)

    def reject(self) -> None:
        """X: the prediction is wrong; of two people, neither is right; what was missed is nothing."""
        item, project = self._item(), self._session.project
        if item is None or project is None or item.state is State.REJECTED:
            self._take_back(item) if item is not None and project is not None else self._events.reject()
        elif self._review.comparison.is_of_people or item.second is None:
            self._adjudicate(item, Verdict.NEITHER)
        else:
            self._reject(item)

    def edit(self) -> None:
        """E: what is selected is edited; of two people, a copy of it on the third tier."""
        item, project = self._item(), self._session.project
        if item is None or project is None or not (self._review.comparison.is_of_people or item.second is None):
            self._edit()
            return
        chosen = item.first if self._is_first_selected(item) else item.second
        into = self._tier_for(project, item)
        step = adjudicate(project, item, Verdict.EDITED, into, chosen)
        before = {event.id for event in project.events(into.id)} if into.id in project.tiers else set()
        if self._do(item, into, (step,), step.text):
            made = [event.id for event in project.events(into.id) if event.id not in before]
            self._session.select_events(made)
            self._edit()

    def take_first(self) -> None:
        """Q: the first of the two is right."""
        self._take(Verdict.FIRST)

    def take_second(self) -> None:
        """W: the second of the two is right."""
        self._take(Verdict.SECOND)

    def _take(self, verdict: Verdict) -> None:
        item = self._item()
        if item is None:
            self._session.messages.info("Go to an item of the review queue first (N).")
            return
        chosen = item.first if verdict is Verdict.FIRST else item.second
        if chosen is None:
            self._session.messages.info("There is no event to take: this coder has marked nothing here.")
        elif self._review.comparison.is_of_people or verdict is Verdict.FIRST:
            self._adjudicate(item, verdict)
        elif self._session.project is not None:
            self._accept(self._session.project, item)

    # The steps

    def _accept(self, project: Project, item: Item) -> None:
        first = corrections_of(project, (item.event.id,), self._session.who)
        into = [edit.tier_id for edit in first.edits if isinstance(edit, AcceptPredictions)]
        words = f"Accept {item.event.label or 'prediction'}"
        if self._session.may_change((), into) and self._do(item, None, first.edits, words):
            self._go_on(item, first.ids)

    def _reject(self, item: Item) -> None:
        if not self._session.may_change((item.event.id,)):
            return
        if self._do(item, None, (RejectPredictions((item.event.id,)),), f"Reject {item.event.label or 'prediction'}"):
            self._go_on(item)

    def _take_back(self, item: Item) -> None:
        """The same key once more: the item is open again."""
        if item.second is None or self._review.comparison.is_of_people:
            self._session.do(Decide(*item.event_ids, None))
        else:
            self._events.reject()

    def _adjudicate(self, item: Item, verdict: Verdict) -> None:
        project = self._session.project
        if project is None:
            return
        into = self._tier_for(project, item)
        source = project.tier_of(item.first.id) if item.first and verdict is Verdict.FIRST else None
        step = adjudicate(project, item, verdict, into)
        if source is not None and source.id == into.id:
            # It already stands where it would be taken to.
            step = Decide(*item.event_ids, verdict)
        steps: list[Edit] = [step]
        if not self._review.comparison.is_of_people and item.second is not None and item.state is State.OPEN:
            steps.append(RejectPredictions((item.second.id,)))
        if self._do(item, into, steps, step.text):
            self._go_on(item)

    def _do(self, item: Item, into: Tier | None, edits: Iterable[Edit], words: str) -> bool:
        """With the frames of the item as looked at, unless only what is marked counts as that."""
        project = self._session.project
        if project is None or (into is not None and not self._session.may_change((), (into.id,))):
            return False
        steps = list(edits)
        if self._session.settings.reviewed_by != MARKED:
            steps.append(looked_at(item, project.videos[item.video_id].frame_count))
        return not steps or self._session.do(Group(tuple(steps), words))

    def _go_on(self, item: Item, made: tuple[str, ...] = ()) -> None:
        """To the next item, if the user came through the queue and wants that; else what was made is selected."""
        review = self._review
        if not review.was_gone_to(item) or not self._session.settings.review_advances:
            self._session.select_events(made or self._session.selected_events)
        elif any(one.event_ids != item.event_ids for one in review.queue):
            review.next()
        else:
            self._session.messages.info("Nothing is left in the queue.")

    # Which item and where to

    def _item(self) -> Item | None:
        """What the keys decide about: the selected prediction, or what the user has gone to in the queue.

        None if no event or several are selected: events of people that are selected on the timeline are just that.
        """
        selected = self._session.selected_events
        item = self._review.item_of(selected[0]) if len(selected) == 1 else None
        if item is None or self._review.was_gone_to(item):
            return item
        is_prediction = not self._review.comparison.is_of_people and item.second and item.second.id == selected[0]
        return item if is_prediction else None

    def _is_first_selected(self, item: Item) -> bool:
        selected = self._session.selected_events
        return item.second is None or bool(item.first and item.first.id in selected)

    def _tier_for(self, project: Project, item: Item) -> Tier:
        """The third tier between two people; what a detector missed goes where its predictions are accepted into."""
        if self._review.comparison.is_of_people:
            return result_tier(project, item.video_id, self.into, self._session.who)
        return annotator_tier(project, item.video_id, self._session.who)

    def _on_project_changed(self) -> None:
        self.into = ADJUDICATED
