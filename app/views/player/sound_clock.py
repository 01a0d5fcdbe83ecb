"""How much of the sound has come out: the clock that leads the pictures while there is sound."""

from __future__ import annotations

_JUMP_S = 0.08
_CORRECTION_A_S = 2.0
_LONGEST_WAIT_S = 2.0


class SoundClock:
    """Smooths what the device says: it takes sound in portions, so its own count moves in steps.

    Between two readings the time goes on as the monotonic clock does, and is drawn towards the device's count, to
    which it jumps where it is far off. It never goes back.
    """

    def __init__(self, now_s: float) -> None:
        self._started_s = self._asked_s = now_s
        self._moved_s = now_s
        self._reading_s = 0.0
        self._played_s = 0.0

    def played_s(self, now_s: float, reading_s: float) -> float:
        """Seconds of sound that have been heard since the start.

        Args:
            now_s: of the monotonic clock.
            reading_s: seconds of sound that the device has taken and that do not wait in its buffer.
        """
        passed_s, self._asked_s = max(0.0, now_s - self._asked_s), now_s
        if reading_s != self._reading_s:
            if self._reading_s == 0.0:
                # The device has just begun: everything before was waiting for it.
                self._played_s, passed_s = min(self._played_s, reading_s), 0.0
            self._reading_s, self._moved_s = reading_s, now_s
        if reading_s == 0.0:
            return 0.0
        # What was taken in one portion is heard over the time after it.
        ideal_s = self._reading_s + (now_s - self._moved_s)
        free_s = self._played_s + passed_s
        error_s = ideal_s - free_s
        if now_s - self._moved_s > _JUMP_S:
            # The device has stopped taking: the pictures wait for it.
            free_s = min(free_s, max(self._played_s, self._reading_s))
        elif abs(error_s) > _JUMP_S:
            free_s = ideal_s
        else:
            free_s += error_s * min(1.0, _CORRECTION_A_S * passed_s)
        self._played_s = max(self._played_s, free_s)
        return self._played_s

    def is_stuck(self, now_s: float) -> bool:
        """Whether the device has not begun to take any sound for two seconds."""
        return self._reading_s == 0.0 and now_s - self._started_s > _LONGEST_WAIT_S
