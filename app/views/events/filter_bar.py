"""What the event table lists: words, a label, a tier, this video or the whole project."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app import captions
from app.views.events.lines import Filter


class FilterBar(QWidget):
    """Signals:
    changed: another filter is chosen.
    scope_changed: True for the whole project.
    export_wanted: what is shown is to be written to a file.
    """

    changed = Signal()
    scope_changed = Signal(bool)
    export_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = QLineEdit()
        self.words.setPlaceholderText("Filter: label, note, unit, video, state")
        self.words.setAccessibleName("Filter events")
        self.words.setClearButtonEnabled(True)
        self.label, self.tier, self.scope = QComboBox(), QComboBox(), QComboBox()
        for box, name in ((self.label, "Label"), (self.tier, "Tier"), (self.scope, "Video or project")):
            box.setAccessibleName(name)
            box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.scope.addItem("This video", False)
        self.scope.addItem("Whole project", True)
        self.count = QLabel()
        self.count.setProperty("muted", True)
        self.export = QPushButton("Export…")
        self.export.setToolTip("Write the events that are shown to a CSV file, in this order")
        self.export.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        heading = captions.heading("Events")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widgets, wide in (
            ((heading, self.count, self.scope, self.export), self.count),
            ((self.words, self.label, self.tier), self.words),
        ):
            row = QHBoxLayout()
            row.setSpacing(6)
            for widget in widgets:
                row.addWidget(widget, int(widget is wide))
            column.addLayout(row)
        self.words.textChanged.connect(self.changed)
        self.label.activated.connect(self.changed)
        self.tier.activated.connect(self.changed)
        self.scope.activated.connect(lambda _: self.scope_changed.emit(bool(self.scope.currentData())))
        self.export.clicked.connect(self.export_wanted)
        self.offer((), ())

    @property
    def chosen(self) -> Filter:
        words = tuple(self.words.text().casefold().split())
        return Filter(words, self.label.currentData(), self.tier.currentData())

    def offer(self, labels: tuple[str, ...], tiers: tuple[str, ...]) -> None:
        """The labels and tiers to choose from; a choice that is no longer there is taken back."""
        named = [("All labels", None), *((name.capitalize(), name) for name in labels), ("No label", "")]
        _fill(self.label, named)
        _fill(self.tier, [("All tiers", None), *((name, name) for name in tiers)])

    def show_count(self, shown: int, total: int) -> None:
        self.count.setText(f"{shown:,}" if shown == total else f"{shown:,} of {total:,}")


def _fill(box: QComboBox, rows: list[tuple[str, str | None]]) -> None:
    chosen = box.currentData()
    if [(box.itemText(at), box.itemData(at)) for at in range(box.count())] == rows:
        return
    box.clear()
    for text, data in rows:
        box.addItem(text, data)
    # Not findData: to Qt None and "" are the same.
    box.setCurrentIndex(next((at for at, (_, data) in enumerate(rows) if data == chosen), 0))
