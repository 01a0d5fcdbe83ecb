"""A list to choose one value from, which keeps the choice when the list is filled anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy


class ChoiceBox(QComboBox):
    """Signals:
    chosen: the value that the user has chosen.
    """

    chosen = Signal(object)

    def __init__(self, name: str, tip: str = "") -> None:
        super().__init__()
        self._values: list[Any] = []
        self.setAccessibleName(name)
        self.setToolTip(tip or name)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        # Long names of tiers must not make the panel wider than its dock.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.activated.connect(lambda at: self.chosen.emit(self._values[at]))

    def offer(self, rows: Sequence[tuple[str, Any]], value: Any) -> None:
        """Texts and values to choose from, and the one that is chosen now."""
        values = [data for _, data in rows]
        if values != self._values or [self.itemText(at) for at in range(self.count())] != [text for text, _ in rows]:
            self.clear()
            self.addItems([text for text, _ in rows])
            self._values = values
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)
        self.setEnabled(bool(rows))

    @property
    def value(self) -> Any:
        return self._values[self.currentIndex()] if 0 <= self.currentIndex() < len(self._values) else None
