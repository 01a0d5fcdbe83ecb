"""Which keys stand for which action: those of the table, with what the user has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QAction, QKeySequence

from app.actions.action import Action

LABEL_KEYS = tuple("1234567890")
_TAKEN = {
    **dict.fromkeys(LABEL_KEYS, "the labels"),
    "Tab": "going to the next field",
    "Shift+Tab": "going to the field before",
}


class Keys:
    """Changes are kept in `changed` (name of an action: its keys), which holds nothing but what differs."""

    def __init__(self, table: Sequence[Action], changed: dict[str, list[str]]) -> None:
        self._rows = {row.name: row for row in table}
        self._changed = changed

    def of(self, name: str) -> tuple[str, ...]:
        """Keys of an action in Qt's portable writing; one that the user has given to another is not among them."""
        own = self._changed.get(name)
        if own is not None:
            return tuple(own)
        given = {key for other in self._changed if other in self._rows for key in self._changed[other]}
        return tuple(key for key in self._rows[name].keys if key not in given)

    def is_changed(self, name: str) -> bool:
        return name in self._changed

    def refusal(self, name: str, key: str) -> str:
        """Why an action cannot have a key, in one sentence; "" if it can."""
        if key in _TAKEN:
            return f"{native(key)} stands for {_TAKEN[key]}; press another key."
        for other, row in self._rows.items():
            if other != name and key in self.of(other):
                return f"{native(key)} already stands for “{row.text}”; press another key, or change that one first."
        return ""

    def set(self, name: str, keys: Sequence[str]) -> None:
        """Gives an action these keys instead of its own; `refusal` has been asked before."""
        if tuple(keys) == self._rows[name].keys:
            self._changed.pop(name, None)
        else:
            self._changed[name] = list(keys)

    def reset(self, name: str) -> str:
        """The keys of the table again; why not, in one sentence, if another action has one of them now."""
        for key in self._rows[name].keys:
            refused = self.refusal(name, key)
            if refused:
                return refused
        self._changed.pop(name, None)
        return ""

    def reset_all(self) -> None:
        self._changed.clear()

    def give_to(self, actions: Mapping[str, QAction]) -> None:
        """Makes the keys work."""
        # First none, so that no key stands for two actions in between.
        for name in self._rows:
            actions[name].setShortcuts([])
        for name in self._rows:
            actions[name].setShortcuts([sequence(key) for key in self.of(name)])


def sequence(key: str) -> QKeySequence:
    return QKeySequence(key, QKeySequence.SequenceFormat.PortableText)


def native(key: str) -> str:
    """As people of this system write it."""
    return sequence(key).toString(QKeySequence.SequenceFormat.NativeText)
