"""The project's videos by subject, with their state."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import captions
from app.jobs.add_videos import VIDEO_SUFFIXES
from app.session import Session
from app.views.videos.adding import Adding
from app.views.videos.delegate import VideoDelegate
from app.views.videos.list_model import Role, VideoListModel
from app.views.videos.menu import VideoMenu


class VideosView(QWidget):
    """Lists the videos, filters them, and adds new ones.

    Signals:
        face_wanted: id of the video whose menu entry "Whose face…" was chosen.
        detect_requested: ids of the videos whose menu entry "Detect" was chosen; the window hands them to the jobs.
    """

    detect_requested = Signal(object)
    face_wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.model = VideoListModel(session, self)
        self.adding = Adding(session, self)
        self.list = QListView()
        self.filter = QLineEdit()
        self._hint = QLabel()
        self._add = QPushButton("Add videos…")
        self._progress = QProgressBar()
        self._progress_text = QLabel()
        self._set_up_list()
        self._lay_out()
        self.filter.textChanged.connect(self._on_filter_typed)
        self._add.clicked.connect(self.choose_videos)
        self.adding.progressed.connect(self._on_adding)
        self.model.modelReset.connect(self._on_rows_replaced)
        session.video_changed.connect(self._show_current)
        session.project_changed.connect(self.filter.clear)
        self._on_rows_replaced()
        self._on_adding(0, 0, "")

    def choose_videos(self) -> None:
        """Ask for files and add them (menu entry "Add videos…")."""
        patterns = " ".join(f"*{suffix}" for suffix in VIDEO_SUFFIXES)
        names, _ = QFileDialog.getOpenFileNames(self, "Add videos", "", f"Videos ({patterns});;All files (*)")
        if names:
            self.add_videos([Path(name) for name in names])

    def choose_folder(self) -> None:
        """Ask for a folder; the videos and folders of images in it are added."""
        name = QFileDialog.getExistingDirectory(self, "Add the videos of a folder")
        if name:
            self.add_videos([Path(name)])

    def add_videos(self, paths: Sequence[Path]) -> None:
        """Ask whom the files show, scan them in a thread and add each to the project."""
        self.adding.ask_and_add(paths, self.window())

    def focus_filter(self) -> None:
        """Put the keyboard into the filter (Ctrl+F)."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def selected_ids(self) -> tuple[str, ...]:
        """Ids of the videos selected in the list, in its order."""
        rows = sorted(self.list.selectionModel().selectedIndexes(), key=lambda index: index.row())
        return tuple(index.data(Role.VIDEO_ID) for index in rows if index.data(Role.VIDEO_ID))

    def shut_down(self) -> None:
        """Stops a scan that is still running."""
        self.adding.stop()

    def _on_filter_typed(self, text: str) -> None:
        self.model.set_filter(text)

    def _on_rows_replaced(self) -> None:
        project = self._session.project
        is_empty = self.model.rowCount() == 0
        if project is None:
            text = "Open a project to see its videos."
        elif self.model.is_filtered:
            text = "No video fits the filter."
        else:
            text = "No videos yet. Drop files or folders here, or choose them."
        self._hint.setText(text)
        self._hint.setVisible(is_empty)
        self._add.setVisible(is_empty and project is not None and not self.model.is_filtered)
        self.list.setVisible(not is_empty)
        self.filter.setEnabled(project is not None)
        self._show_current()

    def _show_current(self, *_: object) -> None:
        video = self._session.current_video
        place = self.model.row_of(video.id) if video else -1
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        if place < 0:
            selection.clearSelection()
        elif self.model.index(place) not in selection.selectedIndexes():
            selection.setCurrentIndex(self.model.index(place), QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.list.scrollTo(self.model.index(place))
        selection.blockSignals(False)
        self.list.viewport().update()

    def _on_selection_changed(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        self.list.viewport().update()
        ids, current = self.selected_ids(), self._session.current_video
        if ids and (current is None or current.id not in ids):
            self._session.select_video(ids[0])

    def _on_menu_wanted(self, place: QPoint) -> None:
        ids = self.selected_ids()
        if ids:
            menu = VideoMenu(self._session, ids, self)
            menu.detect_requested.connect(self.detect_requested)
            menu.face_wanted.connect(self.face_wanted)
            menu.popup(self.list.viewport().mapToGlobal(place))

    def _on_adding(self, done: int, total: int, text: str) -> None:
        is_running = done < total
        self._progress.setVisible(is_running)
        self._progress_text.setVisible(is_running)
        self._progress.setMaximum(max(1, total))
        self._progress.setValue(done)
        self._progress_text.setText(f"{text} ({done + 1} of {total})")

    # Putting together

    def _set_up_list(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(VideoDelegate(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        # The arrows belong to the player, unless Tab leads here.
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName("Videos")
        self.list.customContextMenuRequested.connect(self._on_menu_wanted)
        self.list.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(200)
        heading = captions.heading("Videos")
        self.filter.setPlaceholderText("Filter: subject, label, state")
        self.filter.setAccessibleName("Filter of the videos")
        self.filter.setClearButtonEnabled(True)
        self._hint.setWordWrap(True)
        # A low panel must not cut a line in two.
        self._hint.setMinimumHeight(3 * self._hint.fontMetrics().lineSpacing())
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for label in (self._hint, self._progress_text):
            label.setProperty("muted", True)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 12, 6, 8)
        column.setSpacing(8)
        for widget in (heading, self.filter):
            row = QHBoxLayout()
            row.setContentsMargins(8, 0, 8, 0)
            row.addWidget(widget)
            column.addLayout(row)
        column.addWidget(self.list, 1)
        column.addStretch(1)
        column.addWidget(self._hint)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        column.addWidget(self._progress_text)
        column.addWidget(self._progress)
        column.setStretch(2, 1000)
