"""From nothing to a window: application, logging, crash hook, theme, session; and pictures of it without a screen."""

from __future__ import annotations

import logging
import logging.handlers
import os
import signal
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import cast

import platformdirs
from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtWidgets import QApplication

from app import assets
from app import theme as themes
from app.crash import CrashHook
from app.key_guard import KeyGuard
from app.memory import MemoryKeeper
from app.session import Session
from app.settings import Settings, load_settings, settings_file
from app.window import StudioWindow
from fedn.annotation.project_file import FILE_NAME
from fedn.annotation.tier import Source
from fedn.errors import ProjectError

NAME = "fedn-studio"
KEEP_SETTINGS_MS = 60_000
LOAD_AHEAD_MS = 3_000
LOG_BYTES = 2_000_000
PICTURE_SIZE = (1440, 900)
FRAME = QSize(16, 48)
"""What a system draws around a window, at most."""


def run_window(path: Path | None = None) -> int:
    """Opens the window, with the project in `path` if there is one, and stays until it is closed.

    Returns:
        The exit code of the process.
    """
    settings = load_settings(settings_file())
    if settings.scale != "100":
        os.environ.setdefault("QT_SCALE_FACTOR", str(int(settings.scale) / 100))
    app = make_application()
    _log_to_file()
    themes.apply(app, cast(themes.Choice, settings.theme))
    session = Session(settings=settings)
    hook = CrashHook(session.messages, Path(platformdirs.user_state_dir(NAME)) / "reports", session)
    hook.install()
    memory = MemoryKeeper(app)
    window = StudioWindow(session)
    session.project_changed.connect(memory.settle)
    memory.settle()
    _fit_screen(window)
    window.show()
    if path is None and settings.reopen and Path(settings.last_project, FILE_NAME).is_file():
        path = Path(settings.last_project)
    if path is not None:
        session.open_project(path)
    window.tour.offer()
    _keep_settings(window)
    _let_ctrl_c_close(window)
    QTimer.singleShot(LOAD_AHEAD_MS, load_plots_ahead)
    try:
        return app.exec()
    finally:
        hook.uninstall()


def load_plots_ahead() -> threading.Thread:
    """Loads pyqtgraph beside the GUI thread, so that the first curve does not stop the window for 0.3 s."""
    thread = threading.Thread(target=import_module, args=("pyqtgraph",), name="plots", daemon=True)
    thread.start()
    return thread


def make_application() -> QApplication:
    """The one QApplication, made on the first call."""
    present = QApplication.instance()
    if isinstance(present, QApplication):
        return present
    app = QApplication(sys.argv[:1])
    app.setApplicationName(NAME)
    app.setApplicationDisplayName("FEDN Studio")
    app.setDesktopFileName(NAME)
    app.setWindowIcon(assets.app_icon())
    app.installEventFilter(KeyGuard(app))
    return app


def save_window_picture(project: Path, png: Path, video: str | None = None, theme: str = "dark") -> None:
    """Draws the window as it is with the project open, also where there is no display.

    Args:
        video: name or id of the video to show; the first one by default.
        theme: "dark" or "light".

    Raises:
        FednError: if the project cannot be opened.
        OSError: if the picture cannot be written.
    """
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")) and sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_application()
    themes.apply(app, cast(themes.Choice, theme))
    session = Session(settings=Settings(theme=theme))
    problems: list[str] = []
    session.messages.told.connect(lambda level, text: problems.append(text) if level == "error" else None)
    window = StudioWindow(session)
    window.resize(*PICTURE_SIZE)
    window.show()
    try:
        if not session.open_project(project):
            raise ProjectError(problems[-1])
        _choose(session, video)
        _settle(app, window)
        if not window.grab().save(str(png)):
            raise OSError(f"the picture cannot be written to {png}; choose another place")
    finally:
        window.leave()
        window.deleteLater()
        app.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def _choose(session: Session, video: str | None) -> None:
    """The video of that name, and in it the surest prediction, so that the picture shows something."""
    project = session.project
    assert project is not None
    for found in project.videos.values():
        if video in (found.id, found.name):
            session.select_video(found.id)
    tiers = session.tiers()
    events = [event for tier in tiers if tier.source == Source.DETECTOR for event in project.events(tier.id)]
    events = events or [event for tier in tiers for event in project.events(tier.id)]
    if events:
        event = max(events, key=lambda event: event.score or 0.0)
        session.select_events((event.id,))
        session.set_playhead(event.apex if event.apex is not None else (event.onset + event.offset) // 2)


def _settle(app: QApplication, window: StudioWindow, timeout_s: float = 20.0, calm_s: float = 0.5) -> None:
    """Until the player has shown its picture and nothing newer has come for a moment."""
    end = time.monotonic() + timeout_s
    image, since = None, time.monotonic()
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)
        shown = window.parts.player.picture.image
        if shown is not image:
            image, since = shown, time.monotonic()
        nothing_to_show = window.session.current_video is None
        if (image is not None or nothing_to_show) and time.monotonic() - since > calm_s:
            return


def _fit_screen(window: StudioWindow) -> None:
    """On a small screen nothing lies beyond its edge; a size that the user has chosen comes back later."""
    window.resize(window.size().boundedTo(window.screen().availableSize() - FRAME))


def _log_to_file() -> None:
    """A rotating log; a folder that cannot be written costs the log, not the start."""
    folder = Path(platformdirs.user_log_dir(NAME))
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(folder / "studio.log", maxBytes=LOG_BYTES, backupCount=3)
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)


def _keep_settings(window: StudioWindow) -> None:
    """Also while the program runs: what ends it need not be its user."""
    kept = QTimer(window)
    kept.timeout.connect(window.keep_settings)
    kept.start(KEEP_SETTINGS_MS)


def _let_ctrl_c_close(window: StudioWindow) -> None:
    """Python only sees the signal while it runs, so it is given a moment twice a second."""
    signal.signal(signal.SIGINT, lambda *_: window.close())
    beat = QTimer(window)
    beat.timeout.connect(lambda: None)
    beat.start(500)
