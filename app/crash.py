"""What happens to a bug: it is logged, a report is written, the user is told once, and the window goes on."""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from datetime import datetime
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler, qVersion

from app.messages import Messages

logger = logging.getLogger("studio")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashHook(QObject):
    """Takes over what nobody caught, in any thread.

    Signals:
        caught: sentence for the user; queued to the GUI thread.
    """

    caught = Signal(str)

    def __init__(self, messages: Messages, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._known: set[str] = set()
        self.caught.connect(messages.error)

    def install(self) -> None:
        sys.excepthook = self.handle
        threading.excepthook = lambda what: self.handle(what.exc_type, what.exc_value, what.exc_traceback)
        qInstallMessageHandler(_log_qt)

    def uninstall(self) -> None:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def handle(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Writes a report, once for every place in the code."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        logger.error("uncaught\n%s", text)
        if text in self._known:
            return
        self._known.add(text)
        path = self._write(text)
        where = f" A report is in {path}." if path else ""
        self.caught.emit(f"Something went wrong inside the program; your labels are safe on disk.{where}")

    def _write(self, text: str) -> Path | None:
        now = datetime.now()
        head = f"FEDN Studio, {now:%Y-%m-%d %H:%M:%S}\n{platform.platform()}, Python {platform.python_version()}, Qt "
        path = self._folder / f"report-{now:%Y%m%d-%H%M%S-%f}.txt"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{head}{qVersion()}\n\n{text}", encoding="utf-8")
        except OSError:
            logger.exception("the report could not be written to %s", path)
            return None
        return path


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(_LEVELS.get(kind, logging.WARNING), "%s", text)
