"""Edits a project until it is killed; says on stdout which edits have returned."""

import random
import sys
from pathlib import Path

from app.document.document import Document
from app.document.edits import CreateEvent, MoveEvent, ReplaceEvents
from fedn.annotation.event import Event

folder, first = Path(sys.argv[1]), int(sys.argv[2])
chance = random.Random(first)
with Document.open(folder, who="ann") as document:
    for number in range(first, first + 1_000_000):
        onset, frames = number % 400, chance.randint(1, 50)
        document.do(CreateEvent("own", Event(onset, onset + 5, "fear", note=str(number), id=f"e{number}")))
        document.do(MoveEvent(f"e{number}", frames))
        if number % 10 == 0:
            many = tuple(Event(start, start + 1, "anger", id=f"p{number}-{start}") for start in range(0, 400, 2))
            document.do(ReplaceEvents("fedn", many))
        print(number, onset + frames, flush=True)
