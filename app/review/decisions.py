"""What a reviewer has decided about a pair of events where the events themselves do not tell it.

A prediction tells by itself whether it was accepted or rejected. Of what two people have coded nothing does: that
both were wrong, or which of the two was right, is kept as a setting of the project, under the ids of the two events.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.document.edits import Edit
from fedn.annotation.changes import SettingRow
from fedn.annotation.project import Project

PREFIX = "decided/"


class Verdict(StrEnum):
    """Which of two events is right. EDITED: one of them, with changes."""

    FIRST = "first"
    SECOND = "second"
    EDITED = "edited"
    NEITHER = "neither"


def decision_key(first_id: str, second_id: str) -> str:
    """The setting's key; "" stands for an event that one of the two does not have."""
    return f"{PREFIX}{first_id}/{second_id}"


def verdict_on(project: Project, first_id: str, second_id: str) -> Verdict | None:
    """None where nothing has been decided yet."""
    try:
        return Verdict(_words(project, first_id, second_id)[0])
    except (ValueError, IndexError):  # Nothing, or what only a newer program knows.
        return None


def result_of(project: Project, first_id: str, second_id: str) -> str:
    """Id of the event that the verdict has brought to the third tier, "" if there is none."""
    words = _words(project, first_id, second_id)
    return words[1] if len(words) > 1 and project.has_event(words[1]) else ""


def _words(project: Project, first_id: str, second_id: str) -> list[str]:
    row = project.row(SettingRow, decision_key(first_id, second_id))
    return row.value.split() if isinstance(row, SettingRow) else []


@dataclass(frozen=True, slots=True)
class Decide(Edit):
    """Keeps a verdict on a pair of events, with the event that came of it; or with None takes it back."""

    first_id: str
    second_id: str
    verdict: Verdict | None
    result_id: str = ""

    def change(self, project: Project) -> None:
        value = f"{self.verdict} {self.result_id}".strip() if self.verdict else ""
        project.set_setting(decision_key(self.first_id, self.second_id), value)

    @property
    def text(self) -> str:
        return f"Decide: {self.verdict}" if self.verdict else "Take decision back"
