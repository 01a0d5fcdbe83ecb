"""An edit of thousands of rows, done in a copy of the project and on disk while the project can still be looked at."""

from __future__ import annotations

import threading

from app.document.document import Document, DoneAside
from app.document.edit import Edit
from fedn.progress import Reporter

LARGE = 2000
"""Rows from which doing it at once would be felt: about a tenth of a second."""


class LongEdit:
    """`run` in any thread, then `finish` where the project is read. In between nothing else may change the project.

    Whoever wants to change it meanwhile calls `finish` first, which waits.
    """

    def __init__(self, document: Document, edit: Edit) -> None:
        self._document, self._edit = document, edit
        self._over = threading.Event()
        self._done: DoneAside | None = None
        self._is_taken = False

    def run(self, reporter: Reporter) -> bool:
        """Does it aside and writes it.

        Raises:
            EditError, ProjectError: as `Document.do`. Cancelled: if it is asked to stop; nothing was changed then.
        """
        try:
            self._done = self._document.do_aside(self._edit, reporter)
            return True
        finally:
            self._over.set()

    def finish(self) -> DoneAside | None:
        """Lets the project have become what is on disk; None if nothing was changed."""
        self._over.wait()
        if self._done is not None and not self._is_taken:
            self._is_taken = True
            self._document.project.become(self._done.project)
        return self._done
