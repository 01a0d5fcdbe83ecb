"""The window: parts, docks, menus and status bar put together. What happens is decided elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QTimer
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QScrollArea, QStackedWidget

from app import assets, theme
from app.actions.action import When
from app.actions.table import action_table
from app.dialogs.wait_dialog import wait_for
from app.dock import GRIP_PX
from app.drop_target import DropTarget
from app.header import Header
from app.key_guard import is_text_field
from app.message_bar import MessageBar
from app.places import Places
from app.session import Session
from app.settings import save_settings, settings_file
from app.status import StatusLine
from app.tour.tour import Tour
from app.views.welcome.welcome_view import WelcomeView
from app.window_docks import DOCKS, make_docks
from app.window_layouts import Layouts
from app.window_menus import WindowMenus
from app.window_parts import WindowParts
from fedn.annotation.interval import Interval
from fedn.counted import counted

MARGIN_PX = 8


class StudioWindow(QMainWindow):
    """One project at a time."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.settings = session.settings
        self.setWindowIcon(assets.app_icon())
        self.setMinimumSize(1024, 640)
        self.resize(1440, 900)
        self.setContentsMargins(MARGIN_PX, 0, MARGIN_PX, 0)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.messages = MessageBar(session.messages, self)
        self.parts = WindowParts.make(self, session)
        session.patience = lambda work, title, can_cancel: wait_for(
            work, title, session.messages, self, can_cancel=can_cancel
        )
        self.parts.timeline.snapping = self.settings.snapping
        self.welcome = WelcomeView()
        self.pages = QStackedWidget()
        self.pages.setContentsMargins(0, GRIP_PX, 0, 0)
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.parts.player)
        self.setCentralWidget(self.pages)
        self.docks = make_docks(self, {row.name: getattr(self.parts, row.name) for row in DOCKS})
        self.layouts = Layouts(self, self.docks, self.settings)
        self.table = action_table(self.parts)
        self.menus = WindowMenus(self, self.table)
        self.actions_by_name = named = self.menus.actions_by_name
        detect = [named[name] for name in ("detect", "detect-chosen", "detect-all", "propose")]
        self.header = Header(detect, named["retrain"], self.parts.models, self.parts.reference)
        self.setMenuWidget(self.header)
        self.menus.fill(self.header.menus)
        self.status = StatusLine(session, self.parts.detections, self.parts.trainings)
        self.setStatusBar(self.status)
        self.drop_target = DropTarget(self)
        self.tour = Tour(self)
        self.places = Places(session, self.parts.timeline)
        session.damaged.connect(self.parts.project_actions.offer_restore)
        self.header.edit_wanted.connect(self.parts.project_actions.open_again)
        self._connect()
        self._is_laid_out = False
        self.on_project_changed()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Behind the panels, and behind the header also in the margins."""
        painter, tokens = QPainter(self), theme.current()
        painter.fillRect(self.rect(), tokens.background)
        painter.fillRect(0, 0, self.width(), self.header.height() - 1, tokens.panel)
        painter.fillRect(0, self.header.height() - 1, self.width(), 1, tokens.line)
        painter.end()

    def _connect(self) -> None:
        session, parts = self.session, self.parts
        session.project_changed.connect(self.on_project_changed)
        session.videos_changed.connect(self._show_counts)
        session.video_changed.connect(self._update_enabled)
        session.selection_changed.connect(self._update_enabled)
        parts.trainings.running_changed.connect(self._update_enabled)
        parts.detections.running_changed.connect(self._update_enabled)
        parts.trainings.attention_wanted.connect(self._show_training)
        parts.comparison.offered.connect(self._show_choice)
        parts.model_list.compare_wanted.connect(lambda *_: self.layouts.show_dock("comparison"))
        parts.model_jobs.imported.connect(lambda _: self.show_models())
        parts.models.list_wanted.connect(self.show_models)
        parts.labels.label_chosen.connect(parts.marking.press_label)
        parts.timeline.play_requested.connect(parts.player.play_selected)
        parts.videos.detect_requested.connect(parts.model_actions.detect)
        parts.detection.face_wanted.connect(parts.face_actions.choose_for)
        parts.videos.face_wanted.connect(parts.face_actions.choose)
        parts.detection.video_wanted.connect(session.select_video)
        self.status.jobs_wanted.connect(self._show_running)
        parts.agreement.queue_wanted.connect(lambda: self.layouts.show_dock("review"))
        # The panels are only in sight afterwards; else Qt gives the keyboard to the first button there is.
        self.layouts.changed.connect(lambda: QTimer.singleShot(0, self, parts.timeline.setFocus))
        self.welcome.demo_wanted.connect(parts.project_actions.demo)
        self.welcome.new_wanted.connect(parts.project_actions.new)
        self.welcome.open_wanted.connect(parts.project_actions.choose)
        self.welcome.dataset_wanted.connect(parts.project_actions.new_of_dataset)
        self.welcome.recent.chosen.connect(parts.project_actions.open)
        self.welcome.recent.removed.connect(self._forget_recent)
        session.settings_changed.connect(self._apply_settings)
        QApplication.styleHints().colorSchemeChanged.connect(self._apply_theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Docks take their sizes only once the window has its own."""
        super().showEvent(event)
        if self._is_laid_out:
            return
        self._is_laid_out = True
        if self.settings.window:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.window.encode()))
        self.on_project_changed()

    def set_theme(self, choice: str) -> None:
        """Gives the program another theme and remembers it."""
        self.settings.theme = choice
        self.session.settings_changed.emit()

    def _apply_settings(self) -> None:
        self.parts.timeline.snapping = self.settings.snapping
        self._apply_theme()

    def _apply_theme(self) -> None:
        """A new style sheet costs a tenth of a second: only if it is another one."""
        app, choice = QApplication.instance(), self.settings.theme
        if isinstance(app, QApplication) and theme.resolve(cast(theme.Choice, choice)) != theme.current_name():
            theme.apply(app, cast(theme.Choice, choice))

    # What the session says

    def on_project_changed(self) -> None:
        project = self.session.project
        has_project = project is not None
        self.pages.setCurrentIndex(1 if has_project else 0)
        if not has_project:
            self.layouts.hide()
        elif self._is_laid_out:
            self.layouts.fit_labels(self.parts.labels.sizeHint().height())
            self.layouts.show()
        looks_only = " (read-only)" if self.session.why_read_only is not None else ""
        self.setWindowTitle(f"{project.name}{looks_only} — FEDN Studio" if project else "FEDN Studio")
        self.messages.hide()
        if project is not None:
            self.settings.remember_project(Path(project.folder))
        else:
            self.welcome.recent.show_folders(self.settings.recent)
        self._show_counts()
        self._update_enabled()

    def _forget_recent(self, folder: str) -> None:
        self.settings.recent.remove(folder)
        self.welcome.recent.show_folders(self.settings.recent)

    def _show_counts(self) -> None:
        project = self.session.project
        if project is None:
            self.header.show_project(None, "")
        else:
            subjects, videos = counted(len(project.subjects()), "subject"), counted(len(project.videos), "video")
            why = self.session.why_read_only
            why_not = f"You can look at it but change nothing: {why}." if why is not None else ""
            self.header.show_project(project.name, f"{subjects} · {videos}", why_not)
        self._update_enabled()

    def _update_enabled(self, *_: object) -> None:
        project = self.session.project
        has_video = self.session.current_video is not None
        enabled = {
            When.ALWAYS: True,
            When.PROJECT: project is not None,
            When.VIDEO: has_video,
            When.SELECTION: has_video and bool(self.session.selected_events),
            When.JOB: self.parts.trainings.is_training or self.parts.detections.is_running,
        }
        for row in self.table:
            if row.when in enabled:
                self.actions_by_name[row.name].setEnabled(enabled[row.when])
        self.header.detect.setEnabled(bool(project and project.videos))

    def show_models(self) -> None:
        self.layouts.show_dock("model_list")

    def show_comparison(self) -> None:
        self.layouts.show_dock("comparison")

    def _show_training(self, *_: object) -> None:
        # At the start panels are still being put in order, which brings others to the front.
        QTimer.singleShot(0, self, lambda: self.layouts.show_dock("training"))

    def _show_running(self) -> None:
        only_training = self.parts.trainings.is_training and not self.parts.detections.is_running
        self.layouts.show_dock("training" if only_training else "detection")

    def _show_choice(self, *_: object) -> None:
        """Brings what there is to decide into sight, but takes nobody's text field away."""
        if self.parts.inspector.isAncestorOf(QApplication.focusWidget() or self):
            return
        self.layouts.show_dock("comparison")
        area, choice = self.docks["comparison"].widget(), self.parts.comparison.choice
        if isinstance(area, QScrollArea):
            # Only after the panel has given the new rows their places.
            QTimer.singleShot(0, self, lambda: area.ensureWidgetVisible(choice.use_button))

    # Slots of the table

    def mark_seen_reviewed(self) -> None:
        """The frames that the timeline shows now."""
        first, last = self.parts.timeline.scale.seen
        self.session.mark_reviewed(Interval(int(first), max(int(first) + 1, round(last))))

    def escape(self) -> None:
        """Esc leaves the tour, gives the keyboard back to the timeline, cancels the gesture, or selects nothing."""
        focus, gesture = QApplication.focusWidget(), self.parts.timeline.gesture
        if self.tour.is_shown and gesture is None and not (focus and is_text_field(focus)):
            self.tour.leave()
        elif focus is not None and focus is not self.parts.timeline and self.isAncestorOf(focus):
            self.parts.timeline.setFocus()
        elif gesture is not None:
            self.parts.timeline.cancel_gesture()
        else:
            self.parts.events.select_none()

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.parts.project_actions.may_leave():
            event.ignore()
            return
        self.keep_settings()
        self.leave()
        event.accept()

    def keep_settings(self) -> None:
        """On disk, with what is open, so that the next start goes on here."""
        project = self.session.project
        self.settings.last_project = str(Path(project.folder).resolve()) if project else ""
        self.settings.window = bytes(self.saveGeometry().toBase64().data()).decode()
        self.layouts.keep()
        save_settings(self.settings, settings_file())

    def leave(self) -> None:
        """Ends every thread and child process and gives the project free, without a question."""
        self.parts.looking.write(also_while_redo=True)
        self.parts.agreement.shut_down()
        self.parts.detections.shut_down()
        self.parts.model_jobs.shut_down()
        self.parts.trainings.let_go()
        self.parts.face_actions.shut_down()
        self.parts.videos.shut_down()
        self.parts.player.shut_down()
        self.session.close_project()
        self.hide()
