"""Gives memory that is free again back to the system.

Frames and pixmaps of all sizes come and go by the thousand. glibc keeps what they leave behind, a hundred megabytes in
a few minutes of work, and returns it only when asked; other platforms do that by themselves.
"""

from __future__ import annotations

import ctypes
import sys
import threading

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 20_000


def give_memory_back() -> None:
    """Takes some milliseconds, without holding the interpreter."""
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def keep_giving_memory_back(owner: QObject) -> None:
    """Every twenty seconds, off the GUI thread, as long as `owner` lives."""
    timer = QTimer(owner)
    timer.timeout.connect(lambda: threading.Thread(target=give_memory_back, name="memory", daemon=True).start())
    timer.start(EVERY_MS)
