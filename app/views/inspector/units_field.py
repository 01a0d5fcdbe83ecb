"""Action units as coders write them, with what they mean in words while they are typed."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from app import theme
from app.views.inspector.reverting import Reverting
from app.views.inspector.shared_value import Mixed
from fedn.annotation.action_unit import ActionUnit, action_units_text, parse_action_units
from fedn.errors import FormatError

# Ekman, Friesen and Hager, FACS, 2002.
NAMES = {
    1: "inner brow raiser", 2: "outer brow raiser", 4: "brow lowerer", 5: "upper lid raiser", 6: "cheek raiser",
    7: "lid tightener", 9: "nose wrinkler", 10: "upper lip raiser", 11: "nasolabial deepener", 12: "lip corner puller",
    13: "sharp lip puller", 14: "dimpler", 15: "lip corner depressor", 16: "lower lip depressor", 17: "chin raiser",
    18: "lip pucker", 20: "lip stretcher", 22: "lip funneler", 23: "lip tightener", 24: "lip presser",
    25: "lips part", 26: "jaw drop", 27: "mouth stretch", 28: "lips suck", 38: "nostril dilator",
    39: "nostril compressor", 43: "eye closure", 45: "blink", 46: "wink",
}  # fmt: skip


class UnitsField(QWidget):
    """A text field over a line that says what was typed, or what is wrong with it.

    Signals:
        entered: a tuple of ActionUnit, when the field is left.
        refused: a sentence, when what was typed cannot be read.
        done: Return was pressed, and what was typed can be read.
    """

    entered = Signal(object)
    refused = Signal(str)
    done = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setAccessibleName("Action units")
        self.field.setToolTip("Action units with side (L, R, T, B, A before the number) and strength (A to E after it)")
        self.said = QLabel()
        self.said.setWordWrap(True)
        self._shown = ""
        self._text, self._wrong, self._refused_text = "", False, ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.field)
        column.addWidget(self.said)
        self.field.textEdited.connect(self._on_edited)
        self.field.editingFinished.connect(self._on_left)
        self.field.returnPressed.connect(self._on_return)
        Reverting(self.field, lambda: self.field.setText(self._shown))
        self.show_units(())

    @property
    def is_dirty(self) -> bool:
        """Whether something has been typed that is not an edit yet."""
        return self.field.text() != self._shown

    def show_units(self, units: tuple[ActionUnit, ...] | Mixed) -> None:
        mixed = isinstance(units, Mixed)
        self._shown = "" if isinstance(units, Mixed) else action_units_text(units)
        self.field.setPlaceholderText("mixed" if mixed else "4C+R10B")
        self.field.setText(self._shown)
        self._say("" if isinstance(units, Mixed) else in_words(units), wrong=False)

    def _on_edited(self, text: str) -> None:
        """A unit that is still being typed is no mistake yet; what cannot be read is told when the field is left."""
        try:
            self._say(in_words(parse_action_units(text)), wrong=False)
        except FormatError:
            self._say("" if self._wrong else self._text, wrong=False)

    def _on_left(self) -> None:
        if not self.is_dirty or (self._wrong and self._refused_text == self.field.text()):
            return
        try:
            units = parse_action_units(self.field.text())
        except FormatError as error:
            sentence = str(error)[:1].upper() + str(error)[1:]
            self._say(f"{sentence}.", wrong=True)
            self._refused_text = self.field.text()
            self.refused.emit(sentence)
            return
        self._shown = self.field.text()
        self.entered.emit(units)

    def _on_return(self) -> None:
        self._on_left()
        if not self._wrong:
            self.done.emit()

    def _say(self, text: str, *, wrong: bool) -> None:
        self._text, self._wrong = text, wrong
        tokens = theme.current()
        color = tokens.no_counterpart if wrong else tokens.muted
        self.said.setText(f'<span style="color:{color.name()}">{escape(text)}</span>')
        self.said.setVisible(bool(text))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._say(self._text, wrong=self._wrong)


def in_words(units: tuple[ActionUnit, ...]) -> str:
    """
    >>> in_words(parse_action_units("4C+R10B"))
    'Brow lowerer C · upper lip raiser B, right'
    """
    said = " · ".join(_unit_in_words(unit) for unit in units)
    return said[:1].upper() + said[1:]


def _unit_in_words(unit: ActionUnit) -> str:
    name = NAMES.get(unit.number, f"AU {unit.number}")
    strength = f" {unit.strength}" if unit.strength else ""
    return f"{name}{strength}{f', {unit.side}' if unit.side else ''}"
