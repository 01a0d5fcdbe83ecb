"""The window: docks, menus, toolbar and status bar put together. What happens is decided elsewhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QPainter, QPaintEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QInputDialog,
    QMainWindow,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
)

from app import assets, theme
from app.actions.action import When, fill_menus, make_actions
from app.actions.table import action_table
from app.dialogs.keys_dialog import KeysDialog
from app.dialogs.retrain_dialog import RetrainDialog
from app.dock import GRIP_PX, make_dock, scrolling
from app.header import Header
from app.message_bar import MessageBar
from app.session import Session
from app.settings import save_settings, settings_file
from app.status import StatusLine
from app.views.welcome.welcome_view import WelcomeView
from app.window_parts import WindowParts
from fedn.annotation.interval import Interval

LAYOUT_VERSION = 1
MARGIN_PX = 8
TIMELINE_SHARE = 0.36
LOWEST_TIMELINE_PX = 282
TRAINING_PX = 400
PROJECT_SUFFIX = ".fedn"


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
        self.parts.timeline.snapping = self.settings.snapping
        self.welcome = WelcomeView()
        self._pages = QStackedWidget()
        self._pages.setContentsMargins(0, GRIP_PX, 0, 0)
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.parts.player)
        self.setCentralWidget(self._pages)
        self._docks = self._make_docks()
        self._table = action_table(self.parts)
        self.actions_by_name = make_actions(self._table, self)
        named = self.actions_by_name
        detect = [named[name] for name in ("detect", "detect-chosen", "detect-all")]
        self._header = Header(detect, named["retrain"], self.parts.models, self.parts.reference)
        self.setMenuWidget(self._header)
        self._menus = fill_menus(self._table, named, self._header.menus)
        self._fill_edit_and_view_menus()
        self.status = StatusLine(session, self.parts.jobs)
        self.setStatusBar(self.status)
        self._connect()
        self._default_layout = self.saveState(LAYOUT_VERSION)
        self._is_laid_out = False
        self.on_project_changed()

    # Putting together

    def _make_docks(self) -> dict[str, QDockWidget]:
        parts, area = self.parts, Qt.DockWidgetArea
        places = (
            ("videos", "Videos", parts.videos, area.LeftDockWidgetArea),
            ("labels", "Labels", parts.labels, area.RightDockWidgetArea),
            ("inspector", "Event", parts.inspector, area.RightDockWidgetArea),
            ("training", "Training", parts.training, area.RightDockWidgetArea),
            ("timeline", "Timeline", parts.timeline, area.BottomDockWidgetArea),
        )
        docks = {}
        for name, title, panel, where in places:
            docks[name] = make_dock(name, title, scrolling(panel) if name in ("inspector", "training") else panel)
            self.addDockWidget(where, docks[name])
        self.setCorner(Qt.Corner.BottomLeftCorner, area.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, area.BottomDockWidgetArea)
        # Its curves and figures are high: it shares the whole place below the labels instead of halving it.
        self.tabifyDockWidget(docks["inspector"], docks["training"])
        self.setTabPosition(area.RightDockWidgetArea, QTabWidget.TabPosition.North)
        docks["training"].hide()
        return docks

    def _fill_edit_and_view_menus(self) -> None:
        undo = self.session.undo_stack.createUndoAction(self, "Undo")
        undo.setShortcut("Ctrl+Z")
        redo = self.session.undo_stack.createRedoAction(self, "Redo")
        redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        edit = self._menus["Edit"]
        edit.insertActions(self.actions_by_name["delete"], [undo, redo])
        self.actions_by_name["undo"], self.actions_by_name["redo"] = undo, redo
        view = self._menus["View"]
        snapping = QAction("Snap to edges and playhead", self, checkable=True, checked=self.settings.snapping)
        snapping.toggled.connect(self._set_snapping)
        view.addSeparator()
        view.addAction(snapping)
        view.addMenu(self._theme_menu())
        view.addSeparator()
        for dock in self._docks.values():
            view.addAction(dock.toggleViewAction())
        view.addAction("Reset the layout", self.reset_layout)
        for key in "1234567890":
            shortcut = QShortcut(key, self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(lambda pressed=key: self.parts.events.press_key(pressed))

    def _theme_menu(self) -> QMenu:
        menu = QMenu("Theme", self)
        choices = QActionGroup(menu)
        for choice, text in (("system", "As the system"), ("dark", "Dark"), ("light", "Light")):
            action = QAction(text, menu, checkable=True, checked=self.settings.theme == choice)
            action.triggered.connect(lambda _checked=False, chosen=choice: self.set_theme(chosen))
            choices.addAction(action)
            menu.addAction(action)
        return menu

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Behind the panels, and behind the header also in the margins."""
        painter, tokens = QPainter(self), theme.current()
        painter.fillRect(self.rect(), tokens.background)
        painter.fillRect(0, 0, self.width(), self._header.height() - 1, tokens.panel)
        painter.fillRect(0, self._header.height() - 1, self.width(), 1, tokens.line)
        painter.end()

    def _connect(self) -> None:
        session, parts = self.session, self.parts
        session.project_changed.connect(self.on_project_changed)
        session.videos_changed.connect(self._show_counts)
        session.video_changed.connect(self._update_enabled)
        session.selection_changed.connect(self._update_enabled)
        parts.jobs.running_changed.connect(self._update_enabled)
        parts.jobs.training_started.connect(self._show_training)
        parts.jobs.training_finished.connect(self._show_choice)
        parts.labels.label_chosen.connect(parts.marking.press_label)
        parts.timeline.play_requested.connect(parts.player.play_selected)
        parts.videos.detect_requested.connect(parts.jobs.detect)
        self.welcome.new_wanted.connect(self.new_project)
        self.welcome.open_wanted.connect(self.choose_project)
        self.welcome.project_chosen.connect(self.open_project)
        QApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    # Layout and theme

    def showEvent(self, event: QShowEvent) -> None:
        """Docks take their sizes only once the window has its own."""
        super().showEvent(event)
        if self._is_laid_out:
            return
        self._is_laid_out = True
        if self.settings.window:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.window.encode()))
        self._arrange()
        if self.settings.docks and self.session.project is not None:
            self.restoreState(QByteArray.fromBase64(self.settings.docks.encode()), LAYOUT_VERSION)
        self.parts.timeline.setFocus()

    def reset_layout(self) -> None:
        """Every panel where it was at first."""
        self.restoreState(self._default_layout, LAYOUT_VERSION)
        self.on_project_changed()
        self._arrange()

    def _arrange(self) -> None:
        docks, horizontal, vertical = self._docks, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.resizeDocks([docks["videos"], docks["inspector"]], [250, 262], horizontal)
        self.resizeDocks(
            [docks["timeline"]], [max(LOWEST_TIMELINE_PX, round(self.height() * TIMELINE_SHARE))], vertical
        )
        self.resizeDocks([docks["labels"], docks["inspector"]], [160, 600], vertical)

    def set_theme(self, choice: str) -> None:
        """Gives the program another theme and remembers it."""
        self.settings.theme = choice
        app = QApplication.instance()
        if isinstance(app, QApplication) and choice in ("system", "dark", "light"):
            theme.apply(app, choice)

    def _on_scheme_changed(self) -> None:
        if self.settings.theme == "system" and theme.resolve("system") != theme.current_name():
            self.set_theme("system")

    def _set_snapping(self, on: bool) -> None:
        self.settings.snapping = on
        self.parts.timeline.snapping = on

    # What the session says

    def on_project_changed(self) -> None:
        project = self.session.project
        has_project = project is not None
        self._pages.setCurrentIndex(1 if has_project else 0)
        for name, dock in self._docks.items():
            if name != "training" or not has_project:
                dock.setVisible(has_project)
        self.setWindowTitle(f"{project.name} — FEDN Studio" if project else "FEDN Studio")
        self._docks["labels"].setMaximumHeight(self.parts.labels.sizeHint().height() + 2 * GRIP_PX)
        self.messages.hide()
        if project is not None:
            self.settings.remember_project(Path(project.folder))
        else:
            self.welcome.show_recent(self.settings.recent)
        self._show_counts()
        self._update_enabled()

    def _show_counts(self) -> None:
        project = self.session.project
        if project is None:
            self._header.show_project(None, "")
        else:
            subjects, videos = _counted(len(project.subjects()), "subject"), _counted(len(project.videos), "video")
            self._header.show_project(project.name, f"{subjects} · {videos}")
        self._update_enabled()

    def _update_enabled(self, *_: object) -> None:
        project = self.session.project
        has_video = self.session.current_video is not None
        enabled = {
            When.ALWAYS: True,
            When.PROJECT: project is not None,
            When.VIDEO: has_video,
            When.SELECTION: has_video and bool(self.session.selected_events),
            When.JOB: self.parts.jobs.is_running,
        }
        for row in self._table:
            self.actions_by_name[row.name].setEnabled(enabled[row.when])
        self._header.detect.setEnabled(bool(project and project.videos))

    def _show_training(self, *_: object) -> None:
        training = self._docks["training"]
        training.show()
        training.raise_()
        if not training.isFloating():
            self.resizeDocks([training], [TRAINING_PX], Qt.Orientation.Horizontal)

    def _show_choice(self, *_: object) -> None:
        """Brings what there is to decide into sight, but takes nobody's text field away."""
        training, choice = self._docks["training"], self.parts.training.choice
        if choice.isHidden() or self.parts.inspector.isAncestorOf(QApplication.focusWidget() or self):
            return
        training.raise_()
        area = training.widget()
        if isinstance(area, QScrollArea):
            # Only after the panel has given the new rows their places.
            QTimer.singleShot(0, self, lambda: area.ensureWidgetVisible(choice.use_button))

    # Slots of the table

    def new_project(self) -> None:
        """Asks for a name and a place."""
        name, accepted = QInputDialog.getText(self, "New project", "Name of the project:")
        if not accepted or not name.strip():
            return
        parent = QFileDialog.getExistingDirectory(self, "Folder to put the project into")
        if parent:
            self.session.create_project(Path(parent) / f"{name.strip()}{PROJECT_SUFFIX}", name.strip())

    def choose_project(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open a project (a folder that ends in .fedn)")
        if folder:
            self.open_project(Path(folder))

    def open_project(self, folder: Path) -> None:
        if self._may_leave():
            self.session.open_project(folder)

    def close_project(self) -> None:
        if self._may_leave():
            self.session.close_project()

    def mark_seen_reviewed(self) -> None:
        """The frames that the timeline shows now."""
        first, last = self.parts.timeline.scale.seen
        self.session.mark_reviewed(Interval(int(first), max(int(first) + 1, round(last))))

    def escape(self) -> None:
        """Esc cancels the gesture if there is one, else takes back marks and selection."""
        if self.parts.timeline.gesture is not None:
            self.parts.timeline.cancel_gesture()
        else:
            self.parts.events.select_none()

    def detect_current(self) -> None:
        video = self.session.current_video
        if video is not None:
            self.parts.jobs.detect([video.id])

    def detect_selected(self) -> None:
        self.parts.jobs.detect(self.parts.videos.selected_ids())

    def detect_all(self) -> None:
        if self.session.project is not None:
            self.parts.jobs.detect(list(self.session.project.videos))

    def retrain(self) -> None:
        dialog = RetrainDialog(self.session, self)
        options = dialog.ask()
        dialog.deleteLater()
        if options is not None:
            self.parts.jobs.retrain(options)

    def show_keys(self) -> None:
        KeysDialog(self._table, self.session.project, self).exec()

    def show_about(self) -> None:
        self.session.messages.info(
            "FEDN Studio finds facial expressions in long videos and learns from corrections. Apache-2.0."
        )

    # Closing

    def _may_leave(self) -> bool:
        """Whether running jobs, if any, may be cancelled; cancels them then."""
        jobs = self.parts.jobs
        if not jobs.is_running:
            return True
        leave, stay = "Cancel it and go on", "Keep it running"
        question = "A detection or training is running. What it has not finished yet would be lost."
        if self.session.messages.ask("A job is running", question, (leave, stay), stay) != leave:
            return False
        jobs.cancel()
        return True

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_leave():
            event.ignore()
            return
        self.settings.window = bytes(self.saveGeometry().toBase64().data()).decode()
        if self.session.project is not None:
            self.settings.docks = bytes(self.saveState(LAYOUT_VERSION).toBase64().data()).decode()
        save_settings(self.settings, settings_file())
        self.leave()
        event.accept()

    def leave(self) -> None:
        """Ends every thread and child process and gives the project free, without a question."""
        self.parts.jobs.shut_down()
        self.parts.videos.shut_down()
        self.parts.player.shut_down()
        self.session.close_project()
        self.hide()


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
