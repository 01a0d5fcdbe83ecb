"""The panel with the event table: in step with the timeline, filtered, edited in place, exported."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from app.clipboard_actions import ClipboardActions
from app.document.prediction_states import State
from app.session import Session
from app.views.events.columns import Column
from app.views.events.delegate import EventDelegate
from app.views.events.event_line import EventLine
from app.views.events.event_table_model import EventTableModel
from app.views.events.filter_bar import FilterBar
from app.views.events.table_view import EventTable
from fedn.annotation.formats.event_csv import write_event_table
from fedn.annotation.formats.event_row import EventRow
from fedn.counted import counted
from fedn.errors import FednError


class EventsView(QWidget):
    """Lists the events of this video or of the project.

    Signals:
        play_requested: an event was double-clicked; it is the selected one.
    """

    play_requested = Signal()

    def __init__(self, session: Session, clipboard: ClipboardActions) -> None:
        super().__init__()
        self._session = session
        self._clipboard = clipboard
        self._plays_when_known = False
        self.model = EventTableModel(session, self)
        self.bar = FilterBar()
        self.table = EventTable(self.model)
        self.table.setItemDelegate(EventDelegate(session, self.table))
        self._hint = QLabel()
        self._lay_out()
        self._connect()

    def _connect(self) -> None:
        session, table = self._session, self.table
        session.selection_changed.connect(self._follow)
        session.index_changed.connect(self._on_index_known)
        session.project_changed.connect(self.bar.words.clear)
        self.model.modelReset.connect(self._on_lines_replaced)
        self.model.rowsInserted.connect(self._show_count)
        self.model.rowsRemoved.connect(self._show_count)
        self.bar.changed.connect(lambda: self.model.set_filter(self.bar.chosen))
        self.bar.scope_changed.connect(self.show_whole_project)
        self.bar.export_wanted.connect(self.choose_export)
        table.chosen.connect(session.select_events)
        table.opened.connect(self.go_to)
        table.played.connect(self.play)
        table.copied.connect(lambda: self._clipboard.copy_events(table.selected_ids()))
        table.filter_wanted.connect(self.focus_filter)

    def focus_table(self) -> None:
        """Put the keyboard into the table."""
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_filter(self) -> None:
        """Put the keyboard into the filter (Ctrl+F in the table)."""
        self.bar.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.words.selectAll()

    def show_whole_project(self, whole: bool) -> None:
        self.bar.scope.setCurrentIndex(int(whole))
        self.table.setColumnHidden(Column.VIDEO, not whole)
        self.model.set_whole_project(whole)

    # Going places

    def go_to(self, event_id: str) -> None:
        """Shows the event: its video, its onset, and selects it."""
        project = self._session.project
        if project is None or not project.has_event(event_id):
            return
        video_id = project.tier_of(event_id).video_id
        if self._session.current_video is None or self._session.current_video.id != video_id:
            self._session.select_video(video_id)
        self._session.select_events((event_id,))
        self._session.set_playhead(project.event(event_id).onset)

    def play(self, event_id: str) -> None:
        """As `go_to`, and plays it, once the video can be played."""
        self.go_to(event_id)
        self._plays_when_known = self._session.frame_index is None
        if not self._plays_when_known:
            self.play_requested.emit()

    def _on_index_known(self, _video_id: str) -> None:
        wanted, self._plays_when_known = self._plays_when_known, False
        if wanted and self._session.frame_index is not None:
            self.play_requested.emit()

    # In step with the session

    def _follow(self) -> None:
        """Those of other videos stay selected: the session only knows of the current one's."""
        selected = self._session.selected_events
        here = [one for one in self.table.selected_ids() if self._is_here(one)] if self.isVisible() else []
        if self.isVisible() and set(here) != set(selected):
            self.table.follow(selected)

    def _is_here(self, event_id: str) -> bool:
        project, video = self._session.project, self._session.current_video
        if project is None or video is None or not project.has_event(event_id):
            return False
        return project.tier_of(event_id).video_id == video.id

    def _on_lines_replaced(self) -> None:
        project = self._session.project
        vocabularies = project.vocabularies if project else ()
        labels = tuple(dict.fromkeys(name for vocabulary in vocabularies for name in vocabulary.names))
        self.bar.offer(labels, tuple(self.model.tier_names()))
        self.model.set_filter(self.bar.chosen)
        self.table.follow(self._session.selected_events)
        self._show_count()

    def _show_count(self, *_: object) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self.bar.show_count(shown, total)
        self.bar.export.setEnabled(shown > 0)
        self._hint.setVisible(shown == 0)
        self._hint.setText("No event fits the filter." if total else "No events yet: detect, or mark them by keys.")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.set_awake(True)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.model.set_awake(False)

    # Files

    def choose_export(self) -> None:
        """Asks where to write what is shown."""
        name, _ = QFileDialog.getSaveFileName(self, "Export the events that are shown", "events.csv", "Tables (*.csv)")
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> None:
        """Writes what is shown as an event table, in the order in which it is shown."""
        try:
            write_event_table(path, [self._row(line) for line in self.model.lines()])
        except FednError as error:
            self._session.messages.error(str(error))
            return
        self._session.messages.info(f"{counted(self.model.rowCount(), 'event')} written to {path}.")

    def _row(self, line: EventLine) -> EventRow:
        tier, video = line.tier, line.video
        return EventRow(
            video.name,
            line.event,
            video.subject,
            tier.name,
            *self.model.times_of(line),
            source=tier.source,
            who=tier.who,
            vocabulary=tier.vocabulary,
            rejected=line.state == State.REJECTED,
        )

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._hint.setProperty("muted", True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.table.setColumnHidden(Column.VIDEO, True)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addWidget(self._hint)
        column.addWidget(self.table, 1)
