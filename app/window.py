"""The window: docks, menus, toolbar and status bar put together. What happens is decided elsewhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QInputDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QWidget,
)

from app import assets, theme
from app.actions import When, action_table, fill_menus, make_actions
from app.dialogs.keys_dialog import KeysDialog
from app.dialogs.retrain_dialog import RetrainDialog
from app.dock import make_dock
from app.message_bar import MessageBar
from app.session import Session
from app.settings import Settings, save_settings, settings_file
from app.status import StatusLine
from app.views.welcome.welcome_view import WelcomeView
from app.window_parts import WindowParts
from fedn.annotation.interval import Interval

LAYOUT_VERSION = 1
PROJECT_SUFFIX = ".fedn"


class StudioWindow(QMainWindow):
    """One project at a time."""

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session = session
        self.settings = settings
        self.setWindowIcon(assets.app_icon())
        self.setMinimumSize(1024, 640)
        self.resize(1440, 900)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.messages = MessageBar(session.messages, self)
        self.parts = WindowParts.make(self, session)
        self.parts.timeline.snapping = settings.snapping
        self.welcome = WelcomeView()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.parts.player)
        self.setCentralWidget(self._pages)
        self._docks = self._make_docks()
        self._table = action_table(self.parts)
        self.actions_by_name = make_actions(self._table, self)
        self._menus = fill_menus(self._table, self.actions_by_name, self.menuBar())
        self._fill_edit_and_view_menus()
        self._toolbar = self._make_toolbar()
        self.status = StatusLine(session, self.parts.jobs)
        self.setStatusBar(self.status)
        self._connect()
        self._default_layout = self.saveState(LAYOUT_VERSION)
        self._restore_layout()
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
            docks[name] = make_dock(name, title, panel)
            self.addDockWidget(where, docks[name])
        self.setCorner(Qt.Corner.BottomLeftCorner, area.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, area.BottomDockWidgetArea)
        self.resizeDocks([docks["videos"], docks["inspector"]], [256, 262], Qt.Orientation.Horizontal)
        self.resizeDocks([docks["timeline"]], [318], Qt.Orientation.Vertical)
        self.resizeDocks([docks["labels"], docks["inspector"]], [150, 330], Qt.Orientation.Vertical)
        docks["training"].hide()
        return docks

    def _fill_edit_and_view_menus(self) -> None:
        undo = self.session.undo_stack.createUndoAction(self, "Undo")
        undo.setShortcut("Ctrl+Z")
        redo = self.session.undo_stack.createRedoAction(self, "Redo")
        redo.setShortcuts(["Ctrl+Shift+Z", "Ctrl+Y"])
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

    def _make_toolbar(self) -> QToolBar:
        bar = QToolBar("Main")
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        self._name, self._counts = QLabel(), QLabel()
        self._name.setObjectName("projectName")
        self._counts.setProperty("muted", True)
        bar.addWidget(self._name)
        bar.addWidget(self._counts)
        bar.addSeparator()
        detect = QToolButton()
        detect.setText("Detect ▾")
        detect.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(detect)
        menu.addActions([self.actions_by_name[name] for name in ("detect", "detect-chosen", "detect-all")])
        detect.setMenu(menu)
        self._detect = detect
        bar.addWidget(detect)
        self._retrain = QToolButton()
        self._retrain.setDefaultAction(self.actions_by_name["retrain"])
        bar.addWidget(self._retrain)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        for caption, button in (("Model", self.parts.models), ("Reference", self.parts.reference)):
            label = QLabel(caption)
            label.setProperty("muted", True)
            bar.addWidget(label)
            bar.addWidget(button)
        for button in bar.findChildren(QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.addToolBar(bar)
        return bar

    def _connect(self) -> None:
        session, parts = self.session, self.parts
        session.project_changed.connect(self.on_project_changed)
        session.videos_changed.connect(self._show_counts)
        session.video_changed.connect(self._update_enabled)
        session.selection_changed.connect(self._update_enabled)
        parts.jobs.running_changed.connect(self._update_enabled)
        parts.jobs.training_started.connect(self._show_training)
        parts.labels.label_chosen.connect(parts.marking.press_label)
        parts.timeline.play_requested.connect(parts.player.play_selected)
        parts.videos.detect_requested.connect(parts.jobs.detect)
        self.welcome.new_wanted.connect(self.new_project)
        self.welcome.open_wanted.connect(self.choose_project)
        self.welcome.project_chosen.connect(self.open_project)
        QApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    # Layout and theme

    def _restore_layout(self) -> None:
        if self.settings.window:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.window.encode()))
        if self.settings.docks:
            self.restoreState(QByteArray.fromBase64(self.settings.docks.encode()), LAYOUT_VERSION)

    def reset_layout(self) -> None:
        """Every panel where it was at first."""
        self.restoreState(self._default_layout, LAYOUT_VERSION)

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
        self._toolbar.setVisible(has_project)
        for name, dock in self._docks.items():
            if name != "training" or not has_project:
                dock.setVisible(has_project)
        self._name.setText(project.name if project else "")
        self.setWindowTitle(f"{project.name} — FEDN Studio" if project else "FEDN Studio")
        if project is not None:
            self.settings.remember_project(Path(project.folder))
        else:
            self.welcome.show_recent(self.settings.recent)
        self._show_counts()
        self._update_enabled()

    def _show_counts(self) -> None:
        project = self.session.project
        if project is not None:
            subjects, videos = len(project.subjects()), len(project.videos)
            self._counts.setText(f"{_counted(subjects, 'subject')} · {_counted(videos, 'video')}")
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
        self._detect.setEnabled(bool(project and project.videos))

    def _show_training(self, *_: object) -> None:
        self._docks["training"].show()
        self._docks["training"].raise_()

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
        options = RetrainDialog(self.session, self).ask()
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
