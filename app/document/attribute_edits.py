"""Edits of what is said of events: label, kind, intensity, action units, note; of one or of many at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.document.edit import Edit
from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.errors import EditError


def check_label(project: Project, tier_id: str, label: str) -> None:
    """Refuses labels that the tier's vocabulary does not permit; no label at all is permitted.

    Raises:
        EditError: if it is refused.
    """
    vocabulary = project.vocabulary_of(tier_id)
    if label and label not in vocabulary.names:
        known = ", ".join(vocabulary.names)
        raise EditError(f"the label “{label}” is not in the vocabulary “{vocabulary.name}”; choose one of {known}")


def check_some(ids: tuple[str, ...]) -> None:
    if not ids:
        raise EditError("no event is selected; select one first")


def words_for(project: Project, ids: tuple[str, ...]) -> str:
    """The events in words: "happiness", "3 events"."""
    return (project.event(ids[0]).label or "event") if len(ids) == 1 else f"{len(ids)} events"


@dataclass(frozen=True, slots=True)
class Relabel(Edit):
    """Gives events another label of their tier's vocabulary, or none with ""."""

    ids: tuple[str, ...]
    label: str

    def change(self, project: Project) -> None:
        check_some(self.ids)
        for event_id in self.ids:
            tier = project.tier_of(event_id)
            check_label(project, tier.id, self.label)
            project.put_event(tier.id, replace(project.event(event_id), label=self.label))

    @property
    def text(self) -> str:
        return f"Label as {self.label}" if self.label else "Remove label"

    def describe(self, project: Project) -> str:
        words = words_for(project, self.ids) if self.ids else "event"
        return f"Label {words} as {self.label}" if self.label else f"Remove label of {words}"


@dataclass(frozen=True, slots=True)
class SetAttributes(Edit):
    """Sets note, intensity ("A" to "E", "" for none), kind and action units; what is None stays as it is."""

    ids: tuple[str, ...]
    note: str | None = None
    intensity: str | None = None
    kind: str | None = None
    action_units: tuple[ActionUnit, ...] | None = None

    def change(self, project: Project) -> None:
        check_some(self.ids)
        for event_id in self.ids:
            project.put_event(project.tier_of(event_id).id, self._changed(project.event(event_id)))

    def _changed(self, event: Event) -> Event:
        if self.note is not None:
            event = replace(event, note=self.note)
        if self.intensity is not None:
            event = replace(event, intensity=self.intensity or None)
        if self.kind is not None:
            event = replace(event, kind=self.kind)
        if self.action_units is not None:
            event = replace(event, action_units=self.action_units)
        return event

    @property
    def text(self) -> str:
        names = ("note", "intensity", "kind", "action_units")
        set_ones = [name.replace("_", " ") for name in names if getattr(self, name) is not None]
        return f"Change {' and '.join(set_ones) or 'nothing'}"

    def describe(self, project: Project) -> str:
        return f"{self.text} of {words_for(project, self.ids)}" if self.ids else self.text
