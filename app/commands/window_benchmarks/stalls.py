"""How long a user waits for the window: the gaps between ticks of a timer in its event loop."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from app.window import StudioWindow

TICK_MS = 5
BUDGET_MS = 50.0
LOOK_S = 0.004
DEEPEST = 4


def window_with_demo(folder: Path, panel: str) -> StudioWindow:
    """The program's window, with the demo's videos and labels as a new project and one panel in front."""
    from app import assets
    from app.document.dataset_project import NewProject, create_with_dataset
    from app.session import Session
    from app.startup import load_plots_ahead
    from app.window import StudioWindow

    create_with_dataset(NewProject(folder, "Demo", who="bench"), assets.DEMO)[0].close()
    window = StudioWindow(Session(who="bench"))
    window.resize(1440, 900)
    window.show()
    window.session.open_project(folder)
    window.layouts.show_dock(panel)
    load_plots_ahead().join()
    settle(2.0)
    return window


def settle(seconds: float) -> None:
    """Lets the window work off what waits."""
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.002)


def watch(seconds: float, enough: Callable[[], bool] = lambda: False) -> dict[str, Any]:
    """Runs the event loop, as the program does, and looks at the clock in every tick, until it is over or `enough`.

    A gap is longer than its processor time where other programs had the processor.
    """
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    loop, timer = QEventLoop(), QTimer()
    watcher = _Watcher()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(watcher.tick)
    timer.timeout.connect(lambda: loop.quit() if enough() else None)
    timer.start(TICK_MS)
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    thread = threading.Thread(target=watcher.look, daemon=True)
    thread.start()
    loop.exec()
    timer.stop()
    watcher.is_over = True
    thread.join()
    return watcher.figures()


class _Watcher:
    """Ticks in the GUI thread; looks from another one at what the GUI thread is doing when a tick is late."""

    def __init__(self) -> None:
        self.is_over = False
        self._gui = threading.get_ident()
        self._last, self._last_work = time.perf_counter(), time.thread_time()
        self._gaps: list[float] = []
        self._work: list[float] = []
        self._seen: dict[int, str] = {}

    def tick(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self._gaps.append(now - self._last)
        self._work.append(work - self._last_work)
        self._last, self._last_work = now, work

    def look(self) -> None:
        while not self.is_over:
            time.sleep(LOOK_S)
            if time.perf_counter() - self._last > BUDGET_MS / 2000:
                self._seen[len(self._gaps)] = _where(self._gui)

    def figures(self) -> dict[str, Any]:
        gaps, work = 1000 * np.array(self._gaps), 1000 * np.array(self._work)
        worst = int(work.argmax())
        return {
            "longest_ms": round(float(gaps.max()), 1),
            "longest_ms_of_processor": round(float(work.max()), 1),
            "ms_99": round(float(np.percentile(gaps, 99)), 1),
            "ms_99_of_processor": round(float(np.percentile(work, 99)), 1),
            "over_budget": int((gaps > BUDGET_MS).sum()),
            "over_budget_of_processor": int((work > BUDGET_MS).sum()),
            "ticks": len(gaps),
            "busiest_in": self._seen.get(worst, ""),
        }


def _where(thread: int) -> str:
    """The innermost calls of a thread, the last one first."""
    calls: list[str] = []
    frame = sys._current_frames().get(thread)
    while frame is not None and len(calls) < DEEPEST:
        calls.append(f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    # Who kept frames would keep the painters in them, and end them in this thread.
    del frame
    return " < ".join(calls)
