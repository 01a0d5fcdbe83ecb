"""Keeps the window's process small, and keeps Python from stopping it to clean up.

Python's search for circular garbage goes through everything that is alive: a tenth of a second with the window open, at
any moment, in whichever thread happens to allocate, and destroys what it finds there, Qt's objects too. So it is
switched off and done here: in the GUI thread, often, and without what has been there since the project was opened.

Frames and pixmaps of all sizes come and go by the thousand. glibc keeps what they leave behind, a hundred megabytes in
a few minutes of work, and returns it only when asked; other platforms do that by themselves.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, QTimer

YOUNG_MS, ALL_MS = 1_000, 20_000
SETTLED_MS = 3_000
"""So long after a project was opened, everything that stays for good is there."""
MANY_NEW_OBJECTS = 2_000


class MemoryKeeper(QObject):
    """Cleans up in the thread that it was made in, as long as `owner` lives."""

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        gc.disable()
        self._settling = _timer(self, SETTLED_MS, self._set_aside)
        self._settling.setSingleShot(True)
        _timer(self, YOUNG_MS, _clean_young).start()
        _timer(self, ALL_MS, _clean_all).start()

    def settle(self) -> None:
        """To be called when much that will stay has come: the window, a project."""
        self._settling.start()

    def _set_aside(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def give_memory_back() -> None:
    """Takes some milliseconds, without holding the interpreter."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


def _timer(owner: QObject, interval_ms: int, slot: Any) -> QTimer:
    timer = QTimer(owner)
    timer.setInterval(interval_ms)
    timer.timeout.connect(slot)
    return timer


def _clean_young() -> None:
    if gc.get_count()[0] > MANY_NEW_OBJECTS:
        gc.collect(1)


def _clean_all() -> None:
    gc.collect()
    threading.Thread(target=give_memory_back, name="memory", daemon=True).start()


@cache
def _malloc_trim() -> Any:
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform.startswith("linux") else None
