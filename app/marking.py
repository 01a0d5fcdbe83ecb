"""Marking events by keys: in and out, a label key to begin and to end, Enter to create."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from app.corrections import annotator_tier
from app.document.edits import AddTier, CreateEvent, Edit, Group, Relabel
from app.label_choice import label_tier, vocabulary_of
from app.session import Session
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.vocabulary import Vocabulary

HOLD = "hold"


def _standing() -> float:
    return 0.0


class Marking(QObject):
    """What has been marked on the current video and not yet become an event.

    Signals:
        changed: in, out, the label or the tier for new events.

    Args:
        playing_speed: how fast the video plays now, in seconds of it a second; 0 while it stands.
    """

    changed = Signal()

    def __init__(
        self, session: Session, parent: QObject | None = None, playing_speed: Callable[[], float] = _standing
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._playing_speed = playing_speed
        self._label = ""
        self._tier_id = ""
        self.in_frame: int | None = None
        self.out_frame: int | None = None
        self._begun_by_label = False
        self._held = ""
        session.video_changed.connect(self.clear)
        session.project_changed.connect(self.clear)

    # Which tier and which labels

    @property
    def label(self) -> str:
        """The label of new events: the last one used, at first the first of their tier's vocabulary."""
        target, project = self.target, self._session.project
        names = vocabulary_of(project, target).names if project and target else ()
        return self._label if self._label in names else (names[0] if names else "")

    @property
    def tier_id(self) -> str:
        """The person's tier that new events go to; "" for the annotator's own, which may have to be made."""
        tiers = {tier.id: tier for tier in self._session.tiers() if tier.source != Source.DETECTOR}
        return self._tier_id if self._tier_id in tiers else ""

    @property
    def target(self) -> Tier | None:
        """The tier that new events go to, which may not be in the project yet; None without a video."""
        video, project = self._session.current_video, self._session.project
        if video is None or project is None:
            return None
        return project.tiers.get(self.tier_id) or annotator_tier(project, video.id, self._session.who)

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The labels that keys give now: those of the selected events' tier, else those of new events'."""
        project, selected = self._session.project, self._session.selected_events
        if project is None:
            return None
        target = label_tier(project, selected[0], self._session.who) if selected else self.target
        return project.vocabulary if target is None else vocabulary_of(project, target)

    def set_tier(self, tier_id: str) -> None:
        """The tier that was last clicked becomes the one for new events."""
        if tier_id != self._tier_id:
            self._tier_id = tier_id
            self.changed.emit()

    # In and out

    def clear(self) -> None:
        self.in_frame, self.out_frame, self._begun_by_label = None, None, False
        self._stop_waiting()
        self.changed.emit()

    def mark_in(self) -> None:
        """The next event begins at the playhead."""
        self.in_frame, self._begun_by_label = self._frame_meant(), False
        self.changed.emit()

    def mark_out(self) -> None:
        """The next event ends at the playhead."""
        self.out_frame = self._frame_meant()
        self.changed.emit()

    def _frame_meant(self) -> int:
        """The playhead; while playing the frame that was shown a reaction time ago."""
        frame, index = self._session.playhead, self._session.frame_index
        back_s = self._session.settings.reaction_ms / 1000 * self._playing_speed()
        if not back_s or index is None or frame >= index.frame_count:
            return frame
        return index.frame_at(max(index.time_s(0), index.time_s(frame) - back_s))

    # Labels

    def press_key(self, key: str) -> None:
        """A digit: the label that the vocabulary in question has on it."""
        project = self._session.project
        if project is None:
            return
        if self._relabels:
            self._relabel_by_key(project, key)
            return
        label = self.vocabulary.label_of_key(key) if self.vocabulary and self.target else None
        if label is None:
            self._say_no_label(key, (self.vocabulary,) if self.vocabulary else ())
            return
        if self._session.settings.label_keys != HOLD:
            self._toggle(label.name)
        elif not self._held:
            self._label = label.name
            self._begin_by_label()
            self._wait_for_release(key)
        else:
            self._label = label.name
            self.changed.emit()

    def press_label(self, name: str) -> None:
        """Relabels the selection; without one, or while playing, begins an event, and the next press ends it."""
        if self._relabels:
            self._label = name
            self._session.do_on_events(self._session.selected_events, lambda ids: Relabel(ids, name))
            self.changed.emit()
        else:
            self._toggle(name)

    @property
    def _relabels(self) -> bool:
        """Whoever marks while the video plays does not mean the event made last, which is still selected."""
        marks = self._begun_by_label or bool(self._playing_speed())
        return bool(self._session.selected_events) and not marks

    def _relabel_by_key(self, project: Project, key: str) -> None:
        """Each of the selected events by its own tier's vocabulary."""
        selected, who = self._session.selected_events, self._session.who
        vocabularies = {one: vocabulary_of(project, label_tier(project, one, who)) for one in selected}
        labels = {event_id: vocabulary.label_of_key(key) for event_id, vocabulary in vocabularies.items()}
        names = {event_id: label.name for event_id, label in labels.items() if label is not None}
        if len(names) < len(selected):
            self._say_no_label(key, (vocabularies[one] for one in selected if one not in names))
            return
        self._label = names[selected[0]]
        self._session.do_on_events(selected, lambda ids: _relabel(dict(zip(ids, names.values(), strict=True))))
        self.changed.emit()

    def _say_no_label(self, key: str, vocabularies: Iterable[Vocabulary]) -> None:
        named = " and ".join(dict.fromkeys(f"“{vocabulary.name}”" for vocabulary in vocabularies))
        if named:
            self._session.messages.info(f"No label of {named} is on the key {key}.")

    def _toggle(self, name: str) -> None:
        self._label = name
        if self._begun_by_label and self.in_frame is not None:
            self.out_frame = self._frame_meant()
            self.create()
        elif self.in_frame is not None and self.out_frame is not None:
            self.create()
        else:
            self._begin_by_label()

    def _begin_by_label(self) -> None:
        self.mark_in()
        self._begun_by_label = True

    # A key that is held down

    def _wait_for_release(self, key: str) -> None:
        app = QCoreApplication.instance()
        self._held = key
        if app is not None:
            app.installEventFilter(self)

    def _stop_waiting(self) -> None:
        app = QCoreApplication.instance()
        if self._held and app is not None:
            app.removeEventFilter(self)
        self._held = ""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Only while a label's key is held: shortcuts tell of presses, not of releases."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
            if not event.isAutoRepeat() and event.key() == getattr(Qt.Key, f"Key_{self._held}", None):
                self._on_released()
        elif event.type() == QEvent.Type.ApplicationDeactivate:
            # The release would go to another program.
            self._on_released()
        return False

    def _on_released(self) -> None:
        self._stop_waiting()
        end = self._frame_meant()
        if self.in_frame is None:
            return
        if end == self.in_frame:
            self._session.messages.info("Hold the label's key down for as long as the expression lasts.")
            self.clear()
            return
        self.out_frame = end
        self.create()

    def create(self) -> None:
        """Makes the event between in and out; the playhead stands for the one that is not marked."""
        project, target = self._session.project, self.target
        if project is None or target is None:
            return
        if self.in_frame is None and self.out_frame is None:
            self._session.messages.info("Nothing is marked: press I where the event begins and O where it ends.")
            return
        begin = self._frame_meant() if self.in_frame is None else self.in_frame
        end = self._frame_meant() if self.out_frame is None else self.out_frame
        event = Event(min(begin, end), max(begin, end), self.label)
        if not self._session.may_change((), (target.id,)):
            return
        edit = CreateEvent(target.id, event)
        before = () if target.id in project.tiers else (AddTier(target),)
        if self._session.do(Group((*before, edit), edit.text) if before else edit):
            self.clear()
            self._session.select_events((event.id,))


def _relabel(names: dict[str, str]) -> Edit:
    """One edit for events that may be of tiers with different vocabularies."""
    by_name: dict[str, list[str]] = {}
    for event_id, name in names.items():
        by_name.setdefault(name, []).append(event_id)
    parts = tuple(Relabel(tuple(ids), name) for name, ids in by_name.items())
    return parts[0] if len(parts) == 1 else Group(parts, f"Label {len(names)} events")
