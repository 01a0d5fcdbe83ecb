"""The current item, both events side by side, and the buttons that decide about it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app import assets, captions, theme
from app.choice_box import ChoiceBox
from app.document.prediction_states import State
from app.review.comparison import Comparison
from app.review.items import Item
from app.review.tier_key import TierKey
from fedn.annotation.event import Event

NEW_TIER = "Adjudicated"


class DecisionPanel(QWidget):
    """Signals:
    accept_wanted, reject_wanted, edit_wanted, first_wanted, second_wanted, play_wanted: a button was pressed.
    into_chosen: name of the tier that results of adjudication go to.
    """

    accept_wanted = Signal()
    reject_wanted = Signal()
    edit_wanted = Signal()
    first_wanted = Signal()
    second_wanted = Signal()
    play_wanted = Signal()
    into_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._item: Item | None = None
        self._is_of_people = False
        self._keys: tuple[TierKey | None, TierKey | None] = (None, None)
        self.sides = (QLabel(), QLabel())
        self.accept = _button("Accept  A", "The prediction is right: copy it into your own tier", self.accept_wanted)
        self.first = _button("First  Q", "The first is right", self.first_wanted)
        self.second = _button("Second  W", "The second is right", self.second_wanted)
        self.reject = _button("Reject  X", "", self.reject_wanted)
        self.edit = _button("Edit  E", "", self.edit_wanted)
        self.play = QToolButton()
        self.play.setToolTip("Play this event (Shift+Space)")
        self.play.setAccessibleName("Play this event")
        self.play.setStyleSheet("padding: 5px 4px;")
        self.play.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.play.clicked.connect(self.play_wanted)
        self.into = ChoiceBox("Result goes to", "The tier that gets what is decided between the two")
        self._into_row = QWidget()
        self.accept.setProperty("primary", True)
        self._lay_out()
        self.into.chosen.connect(self.into_chosen)

    def show_item(self, item: Item | None, comparison: Comparison) -> None:
        of_people = comparison.is_of_people
        # The one that is judged above; of two people in the order of their keys.
        self._item, self._is_of_people = item, of_people
        self._keys = (comparison.first, comparison.second) if of_people else (comparison.second, comparison.first)
        self._show_sides()
        self.accept.setVisible(not of_people)
        self.first.setVisible(of_people)
        self.second.setVisible(of_people)
        self._into_row.setVisible(of_people)
        first, second = comparison.first, comparison.second
        self.first.setText(f"{_short(first)}  Q")
        self.second.setText(f"{_short(second)}  W")
        for button, key in ((self.first, first), (self.second, second)):
            button.setToolTip(f"{key.title} is right" if key else "")
        undo = item is not None and item.state is State.REJECTED
        self.reject.setText("Reopen  X" if undo else "Neither  X" if of_people else "Reject  X")
        self.reject.setToolTip("Neither is right" if of_people else "There is no such expression here")
        self.edit.setToolTip("Change frames or label in the Event panel, on a copy in your own tier")
        for button in (self.accept, self.reject, self.edit, self.play):
            button.setEnabled(item is not None)
        self.first.setEnabled(bool(item and item.first))
        self.second.setEnabled(bool(item and item.second))

    def show_targets(self, names: list[str], name: str) -> None:
        """Tiers that results can go to."""
        rows = list(dict.fromkeys((name, *names)))
        self.into.offer([(row, row) for row in rows], name)

    def _show_sides(self) -> None:
        item = self._item
        events = (item.second, item.first) if item else (None, None)
        events = events[::-1] if self._is_of_people else events
        for label, key, event in zip(self.sides, self._keys, events, strict=True):
            label.setVisible(item is not None and key is not None)
            label.setText(_side(key, event) if key else "")
        self.play.setVisible(item is not None)
        self.play.setIcon(assets.icon("play", theme.current().text))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_sides()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        sides = QGridLayout()
        sides.setVerticalSpacing(2)
        for row, label in enumerate(self.sides):
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            sides.addWidget(label, row, 0)
        sides.addWidget(self.play, 0, 1, 2, 1)
        sides.setColumnStretch(0, 1)
        column.addLayout(sides)
        into = QGridLayout(self._into_row)
        into.setContentsMargins(0, 0, 0, 0)
        caption = captions.caption("Result goes to", self.into)
        into.addWidget(caption, 0, 0)
        into.addWidget(self.into, 0, 1)
        into.setColumnStretch(1, 1)
        column.addWidget(self._into_row)
        buttons = QGridLayout()
        buttons.setSpacing(6)
        between = QGridLayout()
        between.setSpacing(6)
        between.addWidget(self.first, 0, 0)
        between.addWidget(self.second, 0, 1)
        column.addLayout(between)
        for place, button in enumerate((self.accept, self.reject, self.edit)):
            buttons.addWidget(button, 0, place)
        column.addLayout(buttons)


def _button(text: str, tip: str, pressed: object) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    # Keys stay with the timeline: A, X, E work without going here.
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(pressed)
    # Three of them stand side by side in a narrow panel.
    button.setStyleSheet("padding: 5px 3px;")
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    button.setMinimumWidth(button.fontMetrics().horizontalAdvance(text) + 12)
    return button


def _short(key: TierKey | None) -> str:
    """What stands on a button: the person where people are told apart, else the tier."""
    name = key.short if key else ""
    return name if len(name) <= 12 else f"{name[:11]}…"


def _side(key: TierKey, event: Event | None) -> str:
    """ "Expert  Happiness  652 – 771"."""
    muted = theme.current().muted.name()
    name = f'<span style="color:{muted}">{key.short}</span>&nbsp; '
    if event is None:
        return f'{name}<span style="color:{muted}">nothing here</span>'
    score = "" if event.score is None else f" · {event.score:.2f}"
    return f"{name}<b>{(event.label or 'no label').capitalize()}</b>&nbsp; {event.onset} – {event.offset}{score}"
