"""Steps are loaded while the device computes."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, Generic, TypeVar

Plan = TypeVar("Plan")
Loaded = TypeVar("Loaded")


class Loader(Generic[Plan, Loaded]):
    """Loads the plans of an epoch one after the other, some ahead of who asks for them.

    Args:
        load: must not depend on anything that changes meanwhile.
        ahead: so many steps are loaded in another thread before they are asked for; with 0 each when it is asked for,
            which is best where loading and learning share the processor.

    Attributes:
        waited_s: how long whoever asked had to wait.
    """

    def __init__(self, plans: Sequence[Plan], load: Callable[[Plan], Loaded], ahead: int) -> None:
        self._plans, self._load, self._ahead = plans, load, ahead
        self.waited_s = 0.0

    def __iter__(self) -> Iterator[Loaded]:
        # Closed with the loop that asks: the thread ends although not everything was asked for.
        with closing(self._from_thread() if self._ahead else self._at_once()) as steps:
            while True:
                began = time.perf_counter()
                step = next(steps, None)
                self.waited_s += time.perf_counter() - began
                if step is None:
                    return
                yield step[0]

    def _at_once(self) -> Generator[tuple[Loaded]]:
        for plan in self._plans:
            yield (self._load(plan),)

    def _from_thread(self) -> Generator[tuple[Loaded]]:
        ready: Queue[Any] = Queue(maxsize=self._ahead)
        ended = Event()

        def put(value: Any) -> None:
            while not ended.is_set():
                try:
                    ready.put(value, timeout=0.2)
                    return
                except Full:
                    continue

        def work() -> None:
            try:
                for plan in self._plans:
                    if ended.is_set():
                        return
                    put((self._load(plan),))
                put(None)
            except BaseException as error:
                put(error)

        thread = Thread(target=work, name="loader", daemon=True)
        thread.start()
        try:
            while True:
                try:
                    step = ready.get(timeout=1.0)
                except Empty:
                    continue
                if step is None:
                    return
                if isinstance(step, BaseException):
                    raise step
                yield step
        finally:
            ended.set()
            thread.join()
