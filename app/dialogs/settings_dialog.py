"""The settings, row by row as `settings_table` has them; what is changed holds at once, Cancel takes it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.settings import Settings
from app.settings_table import SETTINGS, Choice, Decimal, SettingRow, Switch, Text
from app.spin_box import padded

FIELD_PX = 300


class SettingsDialog(QDialog):
    """Signals:
    changed: a setting has another value.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._before = replace(settings)
        self.setWindowTitle("Settings")
        self.setMinimumWidth(620)
        self.widgets: dict[str, QWidget] = {}
        pages = QTabWidget()
        for page, rows in groupby(SETTINGS, key=lambda row: row.page):
            pages.addTab(self._page(list(rows)), page)
        buttons = QDialogButtonBox.StandardButton
        box = QDialogButtonBox(buttons.Ok | buttons.Cancel | buttons.RestoreDefaults)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        box.button(buttons.RestoreDefaults).setText("Everything as at first")
        box.button(buttons.RestoreDefaults).clicked.connect(lambda: self._take(Settings()))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addWidget(pages, 1)
        column.addWidget(box)

    def reject(self) -> None:
        self._take(self._before)
        super().reject()

    def _take(self, values: Settings) -> None:
        """Gives every setting of the table the value that it has there."""
        for row in SETTINGS:
            setattr(self._settings, row.field, getattr(values, row.field))
            _show(self.widgets[row.field], row, getattr(values, row.field))
        self.changed.emit()

    def _page(self, rows: list[SettingRow]) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 16, 8, 8)
        column.setSpacing(14)
        for row in rows:
            column.addLayout(self._row(row))
        column.addStretch(1)
        return page

    def _row(self, row: SettingRow) -> QVBoxLayout:
        widget = self.widgets[row.field] = _editor(row, lambda value: self._set(row.field, value))
        _show(widget, row, getattr(self._settings, row.field))
        widget.setAccessibleName(row.title)
        widget.setAccessibleDescription(row.explanation)
        explanation = QLabel(row.explanation)
        explanation.setWordWrap(True)
        explanation.setProperty("muted", True)
        above = QHBoxLayout()
        if not isinstance(row.kind, Switch):
            title = QLabel(row.title)
            title.setBuddy(widget)
            above.addWidget(title, 1)
            widget.setFixedWidth(FIELD_PX)
        above.addWidget(widget)
        lines = QVBoxLayout()
        lines.setSpacing(4)
        lines.addLayout(above)
        lines.addWidget(explanation)
        return lines

    def _set(self, field: str, value: object) -> None:
        if getattr(self._settings, field) != value:
            setattr(self._settings, field, value)
            self.changed.emit()


def _editor(row: SettingRow, tell: Callable[[object], None]) -> QWidget:
    """The widget for a kind of setting; `tell` is called with what the user sets."""
    kind = row.kind
    if isinstance(kind, Switch):
        box = QCheckBox(row.title)
        box.toggled.connect(tell)
        return box
    if isinstance(kind, Choice):
        combo = QComboBox()
        for value, text in kind.options:
            combo.addItem(text, value)
        combo.currentIndexChanged.connect(lambda place: tell(kind.options[place][0]))
        return combo
    if isinstance(kind, Text):
        line = QLineEdit()
        line.setPlaceholderText(kind.hint)
        line.textChanged.connect(lambda text: tell(text.strip()))
        return line
    spin: Any = padded(QDoubleSpinBox() if isinstance(kind, Decimal) else QSpinBox())
    spin.setRange(kind.lowest, kind.highest)
    spin.setSingleStep(kind.step)
    spin.setSuffix(f" {kind.unit}" if kind.unit else "")
    spin.valueChanged.connect(tell)
    return spin


def _show(widget: QWidget, row: SettingRow, value: object) -> None:
    if isinstance(widget, QCheckBox):
        widget.setChecked(bool(value))
    elif isinstance(widget, QComboBox):
        widget.setCurrentIndex(max(0, widget.findData(value)))
    elif isinstance(widget, QLineEdit):
        if widget.text().strip() != value:
            widget.setText(str(value))
    elif isinstance(widget, QSpinBox | QDoubleSpinBox):
        widget.setValue(value)  # pyright: ignore[reportArgumentType]
