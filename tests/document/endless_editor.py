"""Edits a project by chance until it is killed, and says which steps have returned."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from app.document.document import Document
from app.document.edits import Edit, ReplaceEvents
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.errors import EditError
from tests.document.random_edits import Dice, make_edit

MANY = 400


class EndlessEditor:
    """The same seed and the same project give the same steps, here and in a process that is killed.

    Args:
        do: makes an edit of the project and returns its inverse.
    """

    def __init__(self, seed: int, project: Project, do: Callable[[Edit], Edit]) -> None:
        self._chance = random.Random(seed)
        self._project = project
        self._do = do
        self._undo: list[Edit] = []

    def step(self) -> None:
        """One edit of any kind, one that takes a while, or an undo; refused ones are part of it."""
        real, uuid.uuid4 = uuid.uuid4, lambda: uuid.UUID(int=self._chance.getrandbits(128))
        try:
            if self._undo and self._chance.random() < 0.15:
                self._do(self._undo.pop())
            else:
                self._undo.append(self._do(self._any_edit()))
        except EditError:
            pass
        finally:
            uuid.uuid4 = real

    def _any_edit(self) -> Edit:
        tiers = list(self._project.tiers)
        if tiers and self._chance.random() < 0.05:
            events = tuple(Event(number % 40, number % 40 + 2, "anger", note=str(number)) for number in range(MANY))
            return ReplaceEvents(self._chance.choice(tiers), events)
        return make_edit(Dice(self._chance.randint, self._project))


def edit_endlessly(folder: Path, seed: int, returned: Connection) -> None:
    """Sends the number of each step that has returned, from 1 on."""
    with Document.open(folder, who="ann") as document:
        editor = EndlessEditor(seed, document.project, document.do)
        for number in range(1, 1_000_000):
            editor.step()
            returned.send(number)
