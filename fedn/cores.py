"""How many processor cores there are to use."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_beside_others() -> int:
    """Threads for long work beside a program that somebody uses: all cores but one.

    Threads that wait for each other many times a second are slower than one thread once a core is taken from them.
    """
    return max(1, usable_cores() - 1)
