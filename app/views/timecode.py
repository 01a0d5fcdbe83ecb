"""Times as people read and type them; which frame a time is, only the frame index says."""

from __future__ import annotations


def timecode(time_s: float, *, hours: bool = True) -> str:
    """
    >>> timecode(3723.4), timecode(21.733, hours=False)
    ('01:02:03.400', '00:21.733')
    """
    milliseconds = round(max(0.0, time_s) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    seconds = f"{rest // 1000:02d}.{rest % 1000:03d}"
    if hours or minutes >= 60:
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds}"
    return f"{minutes:02d}:{seconds}"


def parse_time(text: str) -> float | None:
    """Seconds of "1:02:03.4", "2:30" or "23,4"; None if it is not a time.

    >>> parse_time("1:02:03.4"), parse_time("23,4"), parse_time("soon"), parse_time("-1")
    (3723.4, 23.4, None, None)
    """
    parts = text.strip().replace(",", ".").split(":")
    if not 1 <= len(parts) <= 3 or not all(parts):
        return None
    try:
        *whole, last = parts
        seconds = float(last)
        leading = [int(part) for part in whole]
    except ValueError:
        return None
    if not 0 <= seconds < float("inf") or any(part < 0 for part in leading):
        return None
    for place, part in enumerate(reversed(leading), start=1):
        seconds += part * 60**place
    return seconds
