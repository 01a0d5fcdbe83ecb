"""The selected event in numbers, editable, and what the other tiers say about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.document.edits import Edit, MoveApex, MoveBoundary, Relabel, SetAttributes
from app.session import Session
from app.views.inspector.comparison import Counterpart, counterparts
from app.views.inspector.frame_row import FrameRow
from app.views.inspector.note_field import NoteField
from fedn.annotation.event import INTENSITIES, KINDS, Event
from fedn.annotation.tier import Source, Tier

_NOTHING = "Select an event on the timeline to see and change it."
_VERBS = {Source.EXPERT: "Expert says", Source.SELF_REPORT: "Self-report"}


class InspectorView(QWidget):
    """Shows and edits the one selected event."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._event: Event | None = None
        self._showing = False
        self._is_other = True
        self._said: list[tuple[QLabel, Counterpart]] = []
        self._tier_name = QLabel()
        self._tier_name.setProperty("muted", True)
        self._hint = QLabel(_NOTHING)
        self._hint.setProperty("muted", True)
        self._hint.setWordWrap(True)
        self._form = QWidget()
        self._says = QFormLayout()
        self._label, self._kind, self._intensity = QComboBox(), QComboBox(), QComboBox()
        self._score = QLabel()
        self._note = NoteField()
        grid = QGridLayout()
        self.onset = FrameRow("Onset", grid, 0)
        self.apex = FrameRow("Apex", grid, 1, optional=True)
        self.offset = FrameRow("Offset", grid, 2)
        self._lay_out(grid)
        self._connect_fields()
        session.selection_changed.connect(self._show_selected)
        session.project_changed.connect(self._on_project_changed)
        session.events_changed.connect(self._on_events_changed)
        session.tiers_changed.connect(self._show_selected)
        session.index_changed.connect(self._show_selected)
        self._on_project_changed()

    @property
    def event_shown(self) -> Event | None:
        return self._event

    def focus_note(self) -> None:
        """Put the keyboard into the note (F2)."""
        self._note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_onset(self) -> None:
        """Put the keyboard into the onset (E)."""
        self.onset.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.onset.box.selectAll()

    # Showing

    def _on_project_changed(self) -> None:
        self._showing = True
        self._label.clear()
        project = self._session.project
        for label in project.vocabulary.labels if project else ():
            self._label.addItem(_dot(label.color), label.name.capitalize(), label.name)
        self._showing = False
        self._show_selected()

    def _on_events_changed(self, video_id: str, _tier_id: str, _event_ids: object) -> None:
        video = self._session.current_video
        if video is not None and video.id == video_id:
            self._show_selected()

    def _show_selected(self, *_: object) -> None:
        project, selected = self._session.project, self._session.selected_events
        event = (
            project.event(selected[0]) if project and len(selected) == 1 and project.has_event(selected[0]) else None
        )
        before = self._event
        if before is not None and (event is None or event.id != before.id):
            self._event = None
            self._write_note(before)
        self._is_other = before is None or event is None or event.id != before.id
        self._event = event
        self._form.setVisible(event is not None)
        self._hint.setVisible(event is None)
        many = f"{len(selected)} events are selected; a label key changes all of them."
        self._hint.setText(many if len(selected) > 1 else _NOTHING)
        self._tier_name.setText("")
        if project is not None and event is not None:
            self._showing = True
            try:
                self._show(event, project.tier_of(event.id), counterparts(project, event.id))
            finally:
                self._showing = False

    def _show(self, event: Event, tier: Tier, others: list[Counterpart]) -> None:
        video, index = self._session.current_video, self._session.frame_index
        last_frame = video.frame_count - 1 if video else event.offset
        self._tier_name.setText(" · ".join(part for part in (tier.name, tier.who) if part))
        for row, frame in ((self.onset, event.onset), (self.apex, event.apex), (self.offset, event.offset)):
            row.show(frame, last_frame, index)
        self._show_label(event.label)
        self._kind.setCurrentIndex(KINDS.index(event.kind))
        self._intensity.setCurrentIndex(1 + INTENSITIES.index(event.intensity) if event.intensity else 0)
        self._score.setText(_score_text(event))
        if self._note.toPlainText() != event.note and (self._is_other or not self._note.hasFocus()):
            self._note.setPlainText(event.note)
        self._show_others(event, others)

    def _show_label(self, name: str) -> None:
        place = self._label.findData(name)
        if place < 0 and name:
            # Imported events may carry labels that the vocabulary does not have.
            self._label.addItem(name.capitalize(), name)
            place = self._label.count() - 1
        self._label.setCurrentIndex(place)

    def _show_others(self, event: Event, others: list[Counterpart]) -> None:
        while self._says.rowCount():
            self._says.removeRow(0)
        self._said = [(QLabel(), other) for other in others]
        for label, other in self._said:
            caption = QLabel(_VERBS.get(other.tier.source, other.tier.name))
            caption.setProperty("muted", True)
            self._says.addRow(caption, label)
        self._color_others(event)

    def _color_others(self, event: Event) -> None:
        for label, other in self._said:
            label.setText(_said(other, event.label))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Only new texts: deleting a widget while a style is being changed crashes Qt.
        if event.type() == QEvent.Type.PaletteChange and self._event is not None:
            self._color_others(self._event)

    # Editing

    def _change(self, make: Callable[[str], Edit]) -> None:
        """One undo step; a prediction is accepted into the annotator's tier in the same step."""
        if self._event is not None and not self._showing:
            self._session.do_on_events((self._event.id,), lambda ids: make(ids[0]))
            # A refused value must not stay in its field.
            self._show_selected()

    def _on_onset(self, frame: int) -> None:
        self._change(lambda event_id: MoveBoundary(event_id, "onset", frame))

    def _on_offset(self, frame: int) -> None:
        self._change(lambda event_id: MoveBoundary(event_id, "offset", frame))

    def _on_apex(self, frame: int | None) -> None:
        self._change(lambda event_id: MoveApex(event_id, frame))

    def _on_label(self) -> None:
        name = self._label.currentData()
        if self._event is not None and name != self._event.label:
            self._change(lambda event_id: Relabel((event_id,), name))

    def _on_kind(self) -> None:
        kind = KINDS[self._kind.currentIndex()]
        if self._event is not None and kind != self._event.kind:
            self._change(lambda event_id: SetAttributes((event_id,), kind=kind))

    def _on_intensity(self) -> None:
        intensity = self._intensity.currentData()
        if self._event is not None and intensity != (self._event.intensity or ""):
            self._change(lambda event_id: SetAttributes((event_id,), intensity=intensity))

    def _on_note_left(self) -> None:
        if self._event is not None:
            self._write_note(self._event)

    def _write_note(self, event: Event) -> None:
        note, project = self._note.toPlainText(), self._session.project
        if note != event.note and project is not None and project.has_event(event.id):
            self._session.do_on_events((event.id,), lambda ids: SetAttributes(ids, note=note))

    # Putting together

    def _connect_fields(self) -> None:
        self.onset.entered.connect(self._on_onset)
        self.apex.entered.connect(self._on_apex)
        self.offset.entered.connect(self._on_offset)
        self._label.activated.connect(self._on_label)
        self._kind.activated.connect(self._on_kind)
        self._intensity.activated.connect(self._on_intensity)
        self._note.left.connect(self._on_note_left)

    def _lay_out(self, grid: QGridLayout) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        heading = QLabel("Event")
        heading.setProperty("heading", True)
        top = QHBoxLayout()
        top.addWidget(heading)
        # A long name of a model must not make the panel wider than its dock.
        self._tier_name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._tier_name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self._tier_name, 1)
        for kind in KINDS:
            self._kind.addItem(kind.capitalize(), kind)
        self._intensity.addItem("—", "")
        for intensity in INTENSITIES:
            self._intensity.addItem(intensity, intensity)
        for row, (name, widget) in enumerate((("Label", self._label), ("Kind", self._kind)), start=3):
            caption = QLabel(name)
            caption.setProperty("muted", True)
            grid.addWidget(caption, row, 0)
            grid.addWidget(widget, row, 1, 1, 2)
            widget.setAccessibleName(name)
            widget.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._add_intensity_row(grid, 5)
        grid.setColumnStretch(2, 1)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        self._says.setHorizontalSpacing(12)
        self._says.setVerticalSpacing(4)
        inner = QVBoxLayout(self._form)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(10)
        inner.addLayout(grid)
        inner.addWidget(self._note)
        inner.addLayout(self._says)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self._hint)
        column.addWidget(self._form)
        column.addStretch(1)

    def _add_intensity_row(self, grid: QGridLayout, row: int) -> None:
        caption = QLabel("Intensity")
        caption.setProperty("muted", True)
        self._intensity.setAccessibleName("Intensity")
        self._intensity.setToolTip("FACS intensity, A (trace) to E (maximum)")
        self._intensity.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        grid.addWidget(caption, row, 0)
        grid.addWidget(self._intensity, row, 1)
        grid.addWidget(self._score, row, 2, Qt.AlignmentFlag.AlignRight)


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


def _dot(color: str) -> QIcon:
    pixmap = QPixmap(QSize(20, 20))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(4, 4, 12, 12)
    painter.end()
    return QIcon(pixmap)
