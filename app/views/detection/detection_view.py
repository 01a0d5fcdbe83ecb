"""The detection panel: what runs, waits, is done and has failed, and what can be done about each."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.captions import heading, note
from app.jobs.detection_entry import ENDED, Entry, State
from app.jobs.detections import Detections
from app.views.detection.delegate import EntryDelegate
from app.views.detection.list_model import ENTRY_ROLE, DetectionListModel

IDLE = "Nothing is being detected. Choose Detect above, or press Ctrl+D for this video."


class EntryList(QListView):
    """Signals:
    cancel_wanted: Delete was pressed.
    """

    cancel_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.cancel_wanted.emit()
        else:
            super().keyPressEvent(event)


class DetectionView(QWidget):
    """Lists the queue. What concerns one video is done to the selected row.

    Signals:
        video_wanted: id of a video whose row was double-clicked.
        face_wanted: an Entry whose video shows several people, one of whom is to be chosen.
    """

    video_wanted = Signal(str)
    face_wanted = Signal(object)

    def __init__(self, detections: Detections) -> None:
        super().__init__()
        self._detections = detections
        self.model = DetectionListModel(detections, self)
        self.list = EntryList()
        self.status, self.hint, self.sentence = note(""), note(IDLE), QLabel()
        self.details = QPlainTextEdit()
        self.pause = QPushButton("Pause")
        self.cancel_all, self.clear = QPushButton("Cancel all"), QPushButton("Clear")
        self.choose, self.again = QPushButton("Choose whom…"), QPushButton("Try again")
        self.cancel, self.why = QPushButton("Cancel"), QPushButton("Details")
        self._set_up_list()
        self._lay_out()
        self._connect()
        self._show()

    @property
    def selected(self) -> Entry | None:
        indexes = self.list.selectionModel().selectedIndexes()
        return indexes[0].data(ENTRY_ROLE) if indexes else None

    def select(self, entry: Entry) -> None:
        row = self.model.row_of(entry)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row))

    # What the queue says

    def _on_entry_changed(self, entry: Entry) -> None:
        if entry.state in (State.FAILED, State.ASKING) and self.selected is None:
            self.select(entry)
        self._show()

    def _show(self) -> None:
        detections, entry = self._detections, self.selected
        is_empty, is_running = self.model.rowCount() == 0, detections.is_running
        self.hint.setVisible(is_empty)
        self.list.setVisible(not is_empty)
        self.status.setText(detections.status.removeprefix("Detecting").removeprefix(" · ").strip())
        self.status.setVisible(bool(self.status.text()))
        self.pause.setText("Resume" if detections.is_paused else "Pause")
        for button in (self.pause, self.cancel_all):
            button.setVisible(is_running)
        self.clear.setVisible(not is_empty and any(one.state in ENDED for one in detections.entries))
        state = entry.state if entry else None
        self.sentence.setText(_about(entry))
        self.sentence.setVisible(bool(self.sentence.text()))
        self.choose.setVisible(state is State.ASKING)
        self.again.setVisible(state in (State.FAILED, State.CANCELLED))
        self.cancel.setVisible(state in (State.WAITING, State.RUNNING, State.PAUSED, State.ASKING))
        self.why.setVisible(bool(entry and entry.details))
        shows = self.why.isChecked() and bool(entry and entry.details)
        self.details.setVisible(shows)
        if shows and entry and self.details.toPlainText() != entry.details:
            self.details.setPlainText(entry.details)

    # What the user presses

    def _on_pause(self) -> None:
        if self._detections.is_paused:
            self._detections.resume()
        else:
            self._detections.pause()
        self._show()

    def _on_cancel(self) -> None:
        if self.selected is not None:
            self._detections.cancel(self.selected)

    def _on_again(self) -> None:
        if self.selected is not None:
            self._detections.again(self.selected)

    def _on_choose(self) -> None:
        if self.selected is not None:
            self.face_wanted.emit(self.selected)

    def _on_menu_wanted(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for button in (self.choose, self.again, self.cancel):
            if not button.isHidden():
                menu.addAction(button.text(), button.click)
        if not menu.isEmpty():
            menu.popup(self.list.viewport().mapToGlobal(place))

    # Putting together

    def _connect(self) -> None:
        detections = self._detections
        detections.entry_changed.connect(self._on_entry_changed)
        detections.entries_changed.connect(self._show)
        detections.status_changed.connect(self._show)
        detections.running_changed.connect(self._show)
        self.list.selectionModel().selectionChanged.connect(self._show)
        self.model.modelReset.connect(self._show)
        self.list.doubleClicked.connect(lambda index: self.video_wanted.emit(index.data(ENTRY_ROLE).video_id))
        self.list.cancel_wanted.connect(self._on_cancel)
        self.list.customContextMenuRequested.connect(self._on_menu_wanted)
        self.pause.clicked.connect(self._on_pause)
        self.cancel_all.clicked.connect(detections.cancel_all)
        self.clear.clicked.connect(detections.clear)
        self.cancel.clicked.connect(self._on_cancel)
        self.again.clicked.connect(self._on_again)
        self.choose.clicked.connect(self._on_choose)
        self.why.toggled.connect(self._show)

    def _set_up_list(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        # The arrows belong to the player, unless Tab leads here.
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName("Videos that are being detected in")

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(200)
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details.setReadOnly(True)
        self.details.setAccessibleName("What the failed detection wrote")
        self.details.setMaximumHeight(160)
        self.why.setCheckable(True)
        self.clear.setToolTip("Forget the videos that are done, failed or cancelled")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 12, 10, 10)
        column.setSpacing(8)
        for widget in (heading("Detection"), self.status, self.hint):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addWidget(self.sentence)
        column.addWidget(self.details)
        for buttons in ((self.choose, self.again, self.cancel, self.why), (self.pause, self.cancel_all, self.clear)):
            row = QHBoxLayout()
            row.setSpacing(6)
            for button in buttons:
                row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
        column.addStretch(0)


def _about(entry: Entry | None) -> str:
    if entry is None or entry.state is State.DONE:
        return ""
    if entry.state is State.ASKING:
        return f"{entry.name} shows several people: choose whose expressions are to be detected."
    return entry.sentence[:1].upper() + entry.sentence[1:]
