"""Playing: which frame is due now, led by the sound where there is some, else by the monotonic clock."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.views.player.clock import PlaybackClock
from app.views.player.sound_output import SoundOutput
from fedn.annotation.interval import Interval
from fedn.video.frame_index import FrameIndex

_SHORTEST_WAIT_MS = 2
_LONGEST_WAIT_MS = 100
_HURRY_S = 0.12
_SOUND_AGAIN_MS = 150


class Playback(QObject):
    """Plays one range of frames, once or again and again.

    Signals:
        due: the frame to be shown now.
        ended: the range has been played to its end; not after `stop`.
    """

    due = Signal(int)
    ended = Signal()

    def __init__(self, sound: SoundOutput, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sound = sound
        self._clock: PlaybackClock | None = None
        self._begun_s = 0.0
        # Added to the monotonic clock, so that time goes on evenly where the sound leaves off.
        self._lag_s = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._sound_again = QTimer(self)
        self._sound_again.setSingleShot(True)
        self._sound_again.setInterval(_SOUND_AGAIN_MS)
        self._sound_again.timeout.connect(self._on_sound_again)
        self._start_at: Callable[[int], None] = lambda _frame: None

    @property
    def is_running(self) -> bool:
        return self._clock is not None

    @property
    def speed(self) -> float:
        """Negative backward, 0 while nothing plays."""
        return self._clock.speed if self._clock else 0.0

    def start(self, index: FrameIndex, frame: int, speed: float, *, within: Interval, looping: bool) -> None:
        """Plays from a frame on, in place of what was played before.

        While the playhead is dragged this comes many times a second; the sound waits until that ends.
        """
        now_s = time.monotonic()
        is_hurried = self.is_running and now_s - self._begun_s < _HURRY_S
        self._begun_s, self._lag_s = now_s, 0.0
        self._clock = PlaybackClock(index, frame, speed, within=within, looping=looping, now_s=now_s)
        self._start_at = partial(self.start, index, speed=speed, within=within, looping=looping)
        self._sound_again.stop()
        if is_hurried:
            self._sound.stop()
            self._sound_again.start()
        else:
            self._sound.start(_heard(index, frame, within, looping), speed)
        self._on_timeout()

    def _on_sound_again(self) -> None:
        if self._clock is not None:
            self._start_at(self._clock.due(self.now_s()).frame)

    def stop(self) -> None:
        self._timer.stop()
        self._sound_again.stop()
        self._sound.stop()
        self._clock = None

    def now_s(self) -> float:
        """The clock that leads, on the scale of the monotonic one."""
        monotonic_s = time.monotonic()
        played_s = self._sound.played_s()
        if played_s is None:
            return monotonic_s - self._lag_s
        self._lag_s = monotonic_s - (self._begun_s + played_s)
        return self._begun_s + played_s

    def _on_timeout(self) -> None:
        clock = self._clock
        if clock is None:
            return
        due = clock.due(self.now_s())
        self.due.emit(due.frame)
        if self._clock is not clock:
            # Whoever was told has started something else, or stopped.
            return
        if due.ended:
            self.stop()
            self.ended.emit()
            return
        self._timer.start(min(max(round(due.wait_s * 1000), _SHORTEST_WAIT_MS), _LONGEST_WAIT_MS))


def _heard(index: FrameIndex, frame: int, within: Interval, looping: bool) -> Iterable[tuple[float, float]]:
    """The times whose sound is heard: from the frame on to the end of the range, then the whole range if it loops."""
    begin_s, end_s = index.time_s(within.onset), index.end_s(within.offset)
    first = (index.time_s(min(max(frame, within.onset), within.offset)), end_s)
    return itertools.chain((first,), itertools.repeat((begin_s, end_s))) if looping else (first,)
