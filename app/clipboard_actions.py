"""Copying, cutting and pasting events, as tables that spreadsheet programs read and write too."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from app.document.clipboard import Clipboard
from app.document.edits import AddTier, DeleteEvents, Edit, Group, PasteEvents
from app.marking import Marking
from app.session import Session
from fedn.annotation.project import Project
from fedn.annotation.tier import Source
from fedn.errors import FednError


class ClipboardActions(QObject):
    """Slots for Ctrl+C, Ctrl+X and Ctrl+V on events."""

    def __init__(self, session: Session, marking: Marking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._marking = marking
        self._clipboard = Clipboard()

    def copy(self) -> None:
        """Puts the selected events into the system's clipboard."""
        self.copy_events(self._session.selected_events)

    def copy_events(self, event_ids: Sequence[str]) -> bool:
        """Puts these events into the system's clipboard; those of several videos only as a table for other programs."""
        project = self._session.project
        if project is None:
            return False
        try:
            text = self._clipboard.copy(project, event_ids)
        except FednError as error:
            self._session.messages.error(str(error))
            return False
        QGuiApplication.clipboard().setText(text)
        return True

    def cut(self) -> None:
        """As copy, and deletes those that people made; predictions stay."""
        project, selected = self._session.project, self._session.selected_events
        if project is None:
            return
        own = tuple(one for one in selected if project.tier_of(one).source != Source.DETECTOR)
        if selected and not own:
            self._session.messages.info("Predictions stay as they were found; copy them instead.")
        elif self._session.may_change(own) and self.copy_events(selected) and own:
            self._session.do(DeleteEvents(own))

    def paste(self) -> None:
        """Puts the copied events at the playhead, the first of them there; they are then selected."""
        project = self._session.project
        if project is None or self._session.current_video is None:
            return
        try:
            edit = self._paste(project, QGuiApplication.clipboard().text())
        except FednError as error:
            self._session.messages.error(str(error))
            return
        pasted = _pastes(edit)
        if self._session.may_change((), (one.tier_id for one in pasted)) and self._session.do(edit):
            self._session.select_events(event_id for one in pasted for event_id in one.new_ids)

    def _paste(self, project: Project, text: str) -> Edit:
        """On the tier that was clicked last; events of several tiers on those of the same names, where all are there.

        Raises:
            FormatError, EditError: if there is nothing to paste, or the text is no event table.
        """
        video, target = self._session.current_video, self._marking.target
        assert video is not None and target is not None
        frame = self._session.playhead
        names = {one.tier.casefold() for one in self._clipboard.events(text)}
        people = {tier.name.casefold() for tier in self._session.tiers() if tier.source != Source.DETECTOR}
        clicked = bool(self._marking.tier_id) and len(names) == 1
        if names and names <= people and not clicked:
            return self._clipboard.paste(project, video.id, frame, text)
        edit = self._clipboard.paste(project, video.id, frame, text, target.id)
        return edit if target.id in project.tiers else Group((AddTier(target), edit), edit.text)


def _pastes(edit: Edit) -> list[PasteEvents]:
    if isinstance(edit, PasteEvents):
        return [edit]
    return [part for part in edit.edits if isinstance(part, PasteEvents)] if isinstance(edit, Group) else []
