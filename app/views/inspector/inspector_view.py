"""The selected events in numbers, editable, what the other tiers say about one, and its history."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app import captions, theme
from app.document.edits import Edit, Group, MoveApex, MoveBoundary, Relabel, SetAttributes
from app.document.prediction_states import PredictionStates, State
from app.label_choice import labels_for
from app.session import Session
from app.views.inspector.comparison import Counterpart, counterparts
from app.views.inspector.event_form import EventForm, choose
from app.views.inspector.history_list import HistoryList
from app.views.inspector.shared_value import shared
from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.tier import Source
from fedn.counted import counted

_NOTHING = "Select an event on the timeline to see and change it."
_VERBS = {Source.EXPERT: "Expert says", Source.SELF_REPORT: "Self-report"}
HISTORY_AFTER_MS = 150
_Ids = tuple[str, ...]


class InspectorView(QWidget):
    """Shows and edits the selected events: what they have in common, and what is entered for all of them.

    Signals:
        accept_wanted, reject_wanted: for the selected predictions.
        done: Return was pressed in a field; the keyboard is free again.
    """

    accept_wanted = Signal()
    reject_wanted = Signal()
    done = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._events: tuple[Event, ...] = ()
        self._showing = False
        self._said: list[tuple[QLabel, Counterpart]] = []
        self._heading = QLabel("Event")
        self._tier_name = QLabel()
        self._hint = QLabel(_NOTHING)
        self.form = EventForm()
        self._says = QFormLayout()
        self.history = HistoryList()
        # Reading it is a third of what an edit costs; while edits follow each other nobody reads it.
        self._history_due = QTimer(self, singleShot=True, interval=HISTORY_AFTER_MS)
        self._history_due.timeout.connect(self._show_history)
        self._lay_out()
        self._connect_fields()
        session.selection_changed.connect(self._show_selected)
        session.project_changed.connect(self._show_selected)
        session.events_changed.connect(self._on_events_changed)
        session.tiers_changed.connect(self._show_selected)
        session.index_changed.connect(self._show_selected)
        self._show_selected()

    @property
    def event_shown(self) -> Event | None:
        """The one selected event."""
        return self._events[0] if len(self._events) == 1 else None

    def focus_note(self) -> None:
        """Put the keyboard into the note (F2)."""
        self.form.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_onset(self) -> None:
        """Put the keyboard into the onset (E)."""
        self.form.onset.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.form.onset.box.selectAll()

    # Showing

    def _on_events_changed(self, video_id: str, _tier_id: str, _event_ids: object) -> None:
        video = self._session.current_video
        if video is not None and video.id == video_id:
            self._show_selected()

    def _show_selected(self, *_: object) -> None:
        project, before = self._session.project, tuple(event.id for event in self._events)
        selected = self._session.selected_events
        if before and selected != before:
            self._events = ()
            self._write_note(before)
        self._events = tuple(project.event(one) for one in selected if project.has_event(one)) if project else ()
        self.form.setVisible(bool(self._events))
        self._hint.setVisible(not self._events)
        if project is None or not self._events:
            self._heading.setText("Event")
            self._tier_name.setText("")
            self._show_one(project, None, same_event=False)
            return
        self._showing = True
        try:
            self._show_all(project, same_events=before == selected)
            self._show_one(project, self.event_shown, same_event=before == selected)
        finally:
            self._showing = False

    def _show_all(self, project: Project, *, same_events: bool) -> None:
        """What one event or many have in common."""
        events, form = self._events, self.form
        video, index = self._session.current_video, self._session.frame_index
        last_frame = video.frame_count - 1 if video else max(event.offset for event in events)
        self._heading.setText("Event" if len(events) == 1 else f"{len(events):,} events")
        self._tier_name.setText(_tier_names(project, events))
        form.onset.show(shared(events, lambda event: event.onset), last_frame, index)
        form.apex.show(shared(events, lambda event: event.apex), last_frame, index)
        form.offset.show(shared(events, lambda event: event.offset), last_frame, index)
        form.length.setText(self._length(events))
        ids = tuple(event.id for event in events)
        form.show_labels(labels_for(project, ids, self._session.who), shared(events, lambda event: event.label))
        choose(form.kind, shared(events, lambda event: event.kind))
        choose(form.intensity, shared(events, lambda event: event.intensity or ""))
        # What is being typed stays when something else about the events changes.
        if not (same_events and form.units.field.hasFocus() and form.units.is_dirty):
            form.units.show_units(shared(events, lambda event: event.action_units))
        if not (same_events and form.note.hasFocus()):
            form.note.show_note(shared(events, lambda event: event.note))

    def _length(self, events: tuple[Event, ...]) -> str:
        index = self._session.frame_index
        frames = sum(event.offset - event.onset + 1 for event in events)
        mean = "" if len(events) == 1 else "mean "
        text = f"{mean}{frames / len(events):.0f} frame{'s' if frames != 1 else ''}"
        if index is None or max(event.offset for event in events) >= index.frame_count:
            return text
        seconds = sum(index.end_s(event.offset) - index.time_s(event.onset) for event in events)
        return f"{text} · {seconds / len(events):.{3 if len(events) == 1 else 2}f} s"

    def _show_one(self, project: Project | None, event: Event | None, *, same_event: bool) -> None:
        """What there is to say of a single event only."""
        self._show_state()
        self.form.score.setText(_score_text(event) if event else "")
        others = counterparts(project, event.id) if project and event else []
        self._show_others(event, [other for other in others if self._session.blind.sees(other.tier)])
        if same_event and event is not None:
            self._history_due.start()
        else:
            self._show_history(same_event=False)

    def _show_history(self, *, same_event: bool = True) -> None:
        self._history_due.stop()
        document, event = self._session.document, self.event_shown
        self.history.show_past(document.history_of(event.id) if document and event else (), same_event=same_event)

    def _show_state(self) -> None:
        project = self._session.project
        found = [one.id for one in self._events if project and project.tier_of(one.id).source == Source.DETECTOR]
        rejected = bool(found) and all(project is not None and project.is_rejected(one) for one in found)
        self.form.show_prediction(self._state(found), is_prediction=bool(found), is_rejected=rejected)

    def _state(self, predictions: list[str]) -> str:
        """What has become of the selected predictions."""
        project, tokens = self._session.project, theme.current()
        if project is None or not predictions:
            return ""
        video = project.tier_of(predictions[0]).video_id
        known = PredictionStates()
        state_on = {tier.id: known.on(project, tier) for tier in project.tiers_of(video)}
        states = [state_on[project.tier_of(one).id](project.event(one)) for one in predictions]
        rejected, accepted = states.count(State.REJECTED), states.count(State.ACCEPTED)
        if len(self._events) == 1:
            if rejected:
                return f'<b style="color:{tokens.no_counterpart.name()}">Rejected</b>'
            return f'<b style="color:{tokens.agrees.name()}">Accepted</b>' if accepted else "Prediction, open"
        return f"{counted(len(predictions), 'prediction')}: {accepted:,} accepted, {rejected:,} rejected"

    def _show_others(self, event: Event | None, others: list[Counterpart]) -> None:
        while self._says.rowCount():
            self._says.removeRow(0)
        self._said = [(QLabel(), other) for other in others]
        for label, other in self._said:
            caption = captions.muted(_VERBS.get(other.tier.source, other.tier.name))
            self._says.addRow(caption, label)
        if event is not None:
            self._color_others(event)

    def _color_others(self, event: Event) -> None:
        for label, other in self._said:
            label.setText(_said(other, event.label))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Only new texts: deleting a widget while a style is being changed crashes Qt.
        if event.type() == QEvent.Type.PaletteChange and self.event_shown is not None:
            self._color_others(self.event_shown)
            self._show_state()

    # Editing

    def _change(self, make: Callable[[_Ids], Edit]) -> None:
        """One undo step for all events; predictions are accepted into the annotator's tier in the same step."""
        if self._events and not self._showing:
            self._session.do_on_events(tuple(event.id for event in self._events), make)
            # A refused value must not stay in its field.
            self._show_selected()

    def _on_onset(self, frame: int) -> None:
        self._change(lambda ids: _each(ids, lambda one: MoveBoundary(one, "onset", frame), "onset"))

    def _on_offset(self, frame: int) -> None:
        self._change(lambda ids: _each(ids, lambda one: MoveBoundary(one, "offset", frame), "offset"))

    def _on_apex(self, frame: int | None) -> None:
        self._change(lambda ids: _each(ids, lambda one: MoveApex(one, frame), "apex"))

    def _on_label(self) -> None:
        name = self.form.label.currentData()
        if any(event.label != name for event in self._events):
            self._change(lambda ids: Relabel(ids, name))

    def _on_kind(self) -> None:
        kind = self.form.kind.currentData()
        if any(event.kind != kind for event in self._events):
            self._change(lambda ids: SetAttributes(ids, kind=kind))

    def _on_intensity(self) -> None:
        intensity = self.form.intensity.currentData()
        if any((event.intensity or "") != intensity for event in self._events):
            self._change(lambda ids: SetAttributes(ids, intensity=intensity))

    def _on_units(self, units: tuple[ActionUnit, ...]) -> None:
        if any(event.action_units != units for event in self._events):
            self._change(lambda ids: SetAttributes(ids, action_units=units))

    def _on_note_left(self) -> None:
        self._write_note(tuple(event.id for event in self._events))

    def _write_note(self, event_ids: _Ids) -> None:
        project, field = self._session.project, self.form.note
        there = tuple(one for one in event_ids if project is not None and project.has_event(one))
        if not field.is_dirty:
            return
        note = field.take()
        if there:
            self._session.do_on_events(there, lambda ids: SetAttributes(ids, note=note))

    # Putting together

    def _connect_fields(self) -> None:
        form = self.form
        form.onset.entered.connect(self._on_onset)
        form.apex.entered.connect(self._on_apex)
        form.offset.entered.connect(self._on_offset)
        boxes: tuple[tuple[QComboBox, Callable[[], None]], ...] = (
            (form.label, self._on_label), (form.kind, self._on_kind), (form.intensity, self._on_intensity)
        )  # fmt: skip
        for box, slot in boxes:
            box.activated.connect(slot)
        form.units.entered.connect(self._on_units)
        form.units.refused.connect(self._session.messages.error)
        form.note.left.connect(self._on_note_left)
        for field in (form.onset, form.apex, form.offset, form.units, form.note):
            field.done.connect(self.done)
        form.accept.clicked.connect(self.accept_wanted)
        form.reject.clicked.connect(self.reject_wanted)

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._heading.setProperty("heading", True)
        for label in (self._tier_name, self._hint):
            label.setProperty("muted", True)
        self._hint.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(self._heading)
        # A long name of a model must not make the panel wider than its dock.
        self._tier_name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._tier_name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self._tier_name, 1)
        self._says.setHorizontalSpacing(12)
        self._says.setVerticalSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self._hint)
        column.addWidget(self.form)
        column.addLayout(self._says)
        column.addWidget(self.history)
        column.addStretch(1)


def _each(ids: _Ids, edit: Callable[[str], Edit], what: str) -> Edit:
    edits = tuple(edit(one) for one in ids)
    return edits[0] if len(edits) == 1 else Group(edits, f"Change {what} of {len(edits)} events")


def _tier_names(project: Project, events: tuple[Event, ...]) -> str:
    tiers = {tier.id: tier for tier in (project.tier_of(event.id) for event in events)}
    if len(tiers) > 1:
        return f"{len(tiers)} tiers"
    tier = next(iter(tiers.values()))
    return " · ".join(part for part in (tier.name, tier.who) if part)


def _score_text(event: Event) -> str:
    if event.score is not None:
        return f"Score {event.score:.2f}"
    if event.origin is not None:
        return f"Predicted {event.origin.score:.2f}"
    return ""


def _said(other: Counterpart, label: str) -> str:
    tokens = theme.current()
    if other.event is None:
        return f'<span style="color:{tokens.muted.name()}">nothing here</span>'
    agreement = other.agreement(label)
    color = tokens.text if agreement == "no_counterpart" else getattr(tokens, agreement)
    name = (other.event.label or "no label").capitalize()
    return f'<b style="color:{color.name()}">{name}</b>&nbsp; IoU {other.iou:.2f}'
