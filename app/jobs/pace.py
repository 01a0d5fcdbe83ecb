"""How fast work goes and how long it still takes, for people."""

from __future__ import annotations

from collections import deque

_WINDOW_S = 30.0
_LEAST_S = 1.0


class Pace:
    """Units done over the last half minute; a stall shows as a falling rate, a cached start is soon forgotten."""

    def __init__(self, window_s: float = _WINDOW_S) -> None:
        self._window_s = window_s
        self._seen: deque[tuple[float, float]] = deque()

    def add(self, time_s: float, done: float) -> None:
        """`done` units in all at `time_s`."""
        self._seen.append((time_s, done))
        while len(self._seen) > 2 and self._seen[0][0] < time_s - self._window_s:
            self._seen.popleft()

    @property
    def per_second(self) -> float | None:
        """None until there is something to measure."""
        if not self._seen:
            return None
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        if last_s - first_s < _LEAST_S or last <= first:
            return None
        return (last - first) / (last_s - first_s)

    def left_s(self, total: float) -> float | None:
        """Seconds until `total` units are done."""
        rate = self.per_second
        return None if rate is None else max(0.0, total - self._seen[-1][1]) / rate


def duration_text(seconds: float) -> str:
    """
    >>> [duration_text(seconds) for seconds in (8, 89, 400, 8000)]
    ['8 s', '1.5 min', '7 min', '2 h 13 min']
    """
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = seconds / 60
    if minutes < 3:
        return f"{minutes:.1f} min"
    if minutes < 90:
        return f"{round(minutes)} min"
    return f"{round(minutes) // 60} h {round(minutes) % 60} min"
