"""Reviewing: the queue, where one is in it, and what the keys decide."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.curves import find_curves, load_threshold
from app.document.prediction_states import State
from app.review.comparison import Comparison
from app.review.items import Item, Kind, Order
from app.review.queue import Filter, items_of, sorted_items
from app.session import Session
from fedn.annotation.event import Event

STANDARD_THRESHOLD = 0.5
PAINTED_FIRST_MS = 20
"""The edit is seen before the queue that follows from it."""


class Review(QObject):
    """The queue follows the project lazily: it is made when somebody asks for it.

    Attributes:
        is_watched: somebody shows which item is the current one and wants to be told.

    Signals:
        queue_changed: other items, or in another order.
        current_changed: another item is the current one.
        play_wanted: the item that was gone to, which is selected, is to be played.
    """

    queue_changed = Signal()
    current_changed = Signal()
    play_wanted = Signal()

    def __init__(self, session: Session, comparison: Comparison, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.comparison = comparison
        self._filter, self._order = Filter(), Order.DISAGREEMENT
        self._by_video: dict[str, list[Item]] = {}
        self._thresholds: dict[str, float] = {}
        self._places_of_videos: dict[str, int] = {}
        self._queue: list[Item] | None = None
        self._places: dict[str, int] = {}
        self._current, self._at = "", -1
        self._gone_to: tuple[str, str] | None = None
        self._plays_when_known = False
        self.is_watched = False
        # Many changes come at once: one telling for all of them.
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(PAINTED_FIRST_MS)
        self._telling.timeout.connect(self._tell)
        session.project_changed.connect(self._on_project_changed)
        session.events_changed.connect(self._on_events_changed)
        session.model_changed.connect(self.refresh)
        session.videos_changed.connect(self.refresh)
        session.curves_changed.connect(self._on_curves_changed)
        session.blind.changed.connect(self.refresh)
        session.reviewed_changed.connect(self._on_reviewed_changed)
        session.selection_changed.connect(self._on_selection_changed)
        session.index_changed.connect(self._on_index_known)
        comparison.changed.connect(self.refresh)

    # The queue

    @property
    def filter(self) -> Filter:
        return self._filter

    @property
    def order(self) -> Order:
        return self._order

    def set_filter(self, chosen: Filter) -> None:
        if chosen != self._filter:
            self._filter = chosen
            self._requeue()

    def set_order(self, order: Order) -> None:
        if order != self._order:
            self._order = order
            self._requeue()

    @property
    def queue(self) -> list[Item]:
        if self._queue is None:
            self._queue = sorted_items(self.all_items(), self._filter, self._order)
            self._places = {one: at for at, item in enumerate(self._queue) for one in item.event_ids if one}
            # Where the current one was, the one after it is now.
            self._at = self._places.get(self._current, min(self._at, len(self._queue)))
        return self._queue

    @property
    def is_behind(self) -> bool:
        """Whether the queue that is shown is of before a change."""
        return self._telling.isActive()

    def all_items(self) -> list[Item]:
        """Without a filter."""
        return [item for video_id in self.comparison.video_ids() for item in self._items(video_id)]

    @property
    def current(self) -> Item | None:
        """The item that was gone to or selected; None once it has left the queue."""
        queue = self.queue
        place = self._places.get(self._current, -1)
        return queue[place] if place >= 0 else None

    @property
    def current_place(self) -> int:
        """From 0; -1 without a current item."""
        return self._places.get(self._current, -1) if self.queue else -1

    @property
    def disagreements(self) -> int:
        """How many items of the queue are such."""
        return sum(item.kind.is_disagreement for item in self.queue)

    def item_of(self, event_id: str) -> Item | None:
        """The item of the event, whether the queue holds it or not; of the current video."""
        video = self._session.current_video
        if video is None or self._session.blind.hides(video.id):
            return None
        return next((item for item in self._items(video.id) if event_id and event_id in item.event_ids), None)

    def _items(self, video_id: str) -> list[Item]:
        project, compared = self._session.project, self.comparison
        if project is None:
            return []
        if video_id not in self._by_video:
            self._by_video[video_id] = items_of(
                project,
                video_id,
                *compared.tiers_on(video_id),
                iou=compared.iou,
                judged=compared.judged(video_id),
                threshold=self._threshold(video_id),
                place=self._video_places().get(video_id, 0),
                pairings_of=compared.pairings_of,
            )
        return self._by_video[video_id]

    def _video_places(self) -> dict[str, int]:
        if not self._places_of_videos and self._session.project is not None:
            self._places_of_videos = {video_id: at for at, video_id in enumerate(self._session.project.videos)}
        return self._places_of_videos

    def _threshold(self, video_id: str) -> float:
        project = self._session.project
        if video_id not in self._thresholds and project is not None:
            path = find_curves(self._session.cache_folder(project.videos[video_id]))
            self._thresholds[video_id] = (load_threshold(path) if path else None) or STANDARD_THRESHOLD
        return self._thresholds[video_id]

    # Going places

    def next(self) -> None:
        self._step(1)

    def previous(self) -> None:
        self._step(-1)

    def next_disagreement(self) -> None:
        """The next item of the queue on which the two do not agree."""
        self._step(1, lambda item: item.kind.is_disagreement)

    def _step(self, direction: int, fits: Callable[[Item], bool] = lambda _: True) -> None:
        """Past the end the queue begins again."""
        queue = self.queue
        self._follow_selection()
        count, place = len(queue), self._places.get(self._current, -1)
        if place < 0:
            place = self._before_first(direction)
        around = (queue[(place + direction * step) % count] for step in range(1, count + 1))
        target = next((item for item in around if fits(item)), None)
        if target is None:
            self._session.messages.info(self._why_nothing())
        else:
            self.go_to(target)

    def _before_first(self, direction: int) -> int:
        """Where to step from without a current item: where it was, by time from the playhead, else from the end."""
        if 0 <= self._at <= len(self.queue):
            return self._at - 1 if direction > 0 else self._at
        video, here = self._session.current_video, self._session.playhead
        if self._order is Order.TIME and video is not None and direction > 0:
            ahead = (at for at, item in enumerate(self.queue) if item.video_id == video.id and item.event.onset > here)
            return next(ahead, 0) - 1
        return -1 if direction > 0 else 0

    def _why_nothing(self) -> str:
        if self.comparison.second is None:
            return "There is nothing to review yet: detect, or code with a second person."
        if not self.comparison.video_ids():
            return "The queue is hidden while this video is being coded blind."
        if self._filter.state is State.OPEN and not any(item.state is State.OPEN for item in self.all_items()):
            return "Nothing is left to review: every item has been decided."
        if self.queue:
            return "No item of the queue is a disagreement; “Next item” (N) goes on with the others."
        return "No item fits the filter of the queue."

    def go_to(self, item: Item) -> None:
        """Shows the item: its video, its apex or onset, and selects the event that is to be judged."""
        session = self._session
        if session.current_video is None or session.current_video.id != item.video_id:
            session.select_video(item.video_id)
        self._set_current(item.event.id)
        self._gone_to = item.event_ids
        session.select_events((item.event.id,))
        session.set_playhead(_best_frame(item.event))
        if session.settings.review_plays:
            self.play(item)

    def play(self, item: Item | None = None) -> None:
        """Plays an item, once its video can be played; by default the current one."""
        item = item or self.current
        if item is None:
            self._session.messages.info("Go to an item of the queue first (N).")
            return
        if self._session.selected_events != (item.event.id,):
            self._session.select_events((item.event.id,))
        self._plays_when_known = self._session.frame_index is None
        if not self._plays_when_known:
            self.play_wanted.emit()

    def was_gone_to(self, item: Item) -> bool:
        """Whether the user came to the item through the queue, not by selecting its event somewhere else."""
        return self._gone_to == item.event_ids

    def _set_current(self, event_id: str) -> None:
        if event_id != self._current:
            self._current = event_id
            self._at = self._places.get(event_id, self._at)
            self.current_changed.emit()

    # What the session says

    def refresh(self, *_: object) -> None:
        """Everything anew."""
        self._by_video.clear()
        self._places_of_videos.clear()
        self._requeue()

    def _requeue(self) -> None:
        self._queue = None
        self._telling.start()

    def _tell(self) -> None:
        self.queue_changed.emit()

    def _on_project_changed(self) -> None:
        self._thresholds.clear()
        self._current, self._at, self._gone_to, self._filter = "", -1, None, Filter()
        self.refresh()

    def _on_events_changed(self, video_id: str, _tier_id: str, _event_ids: object) -> None:
        self._by_video.pop(video_id, None)
        self._requeue()

    def _on_reviewed_changed(self, video_id: str) -> None:
        if self.comparison.reviewed_only:
            self._on_events_changed(video_id, "", None)

    def _on_curves_changed(self, video_id: str) -> None:
        self._thresholds.pop(video_id, None)
        self._on_events_changed(video_id, "", None)

    def _on_selection_changed(self) -> None:
        selected = self._session.selected_events
        if self._gone_to is not None and not (len(selected) == 1 and selected[0] in self._gone_to):
            self._gone_to = None
        if self.is_watched:
            self._follow_selection()

    def _follow_selection(self) -> None:
        """Whoever has selected an event of the queue is at its item."""
        selected = self._session.selected_events
        if len(selected) == 1 and self.queue and selected[0] in self._places:
            self._set_current(self.queue[self._places[selected[0]]].event.id)

    def _on_index_known(self, _video_id: str) -> None:
        wanted, self._plays_when_known = self._plays_when_known, False
        if wanted and self._session.frame_index is not None:
            self.play_wanted.emit()


def _best_frame(event: Event) -> int:
    return event.onset if event.apex is None else event.apex


def words_of(kind: Kind, *, of_people: bool, first: str, second: str) -> str:
    """What the comparison says about an item, for people; `first` and `second` are the titles of the tiers."""
    if of_people:
        single = {Kind.ONLY_FIRST: f"Only {first}", Kind.ONLY_SECOND: f"Only {second}"}
    else:
        single = {Kind.ONLY_FIRST: "Missed", Kind.ONLY_SECOND: "No counterpart"}
    rest = {Kind.AGREES: "Agrees", Kind.LABEL_DIFFERS: "Label differs", Kind.OPEN: "Prediction"}
    return {**single, **rest}[kind]
