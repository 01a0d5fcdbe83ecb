"""Two models side by side, in one sentence and in pictures, and the choice that it asks for."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import captions
from app.views.models.comparison_table import ComparisonTable
from app.views.models.figures import compared
from app.views.models.interval_picture import IntervalPicture, pictured
from app.views.models.legend import Legend
from app.views.models.share_bars import ShareBars
from fedn.counted import counted
from fedn.kept_comparison import KeptComparison

_NUMBERS = (("F1", "f1"), ("Average precision", "ap"))


class ChoicePanel(QWidget):
    """Signals:
    use_pressed, keep_pressed: which model the user wants, the new or the old one.
    timeline_wanted: content key of the video to show both models' events on.
    """

    use_pressed = Signal()
    keep_pressed = Signal()
    timeline_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.kept: KeptComparison | None = None
        self.heading, self.verdict = captions.heading(""), QLabel()
        self.state = captions.note("")
        self.legend, self.picture, self.table = Legend(), IntervalPicture(), ComparisonTable()
        self.labels, self.people = ShareBars("Labels compared"), ShareBars("People compared")
        self.number = QComboBox()
        self.use_button, self.keep_button = QPushButton("Use this model"), QPushButton("Keep the old")
        self.videos: list[QPushButton] = []
        self._fill()
        self._lay_out()

    def _fill(self) -> None:
        for label in (self.heading, self.verdict):
            label.setWordWrap(True)
        self.use_button.setProperty("primary", True)
        self.use_button.clicked.connect(self.use_pressed)
        self.keep_button.clicked.connect(self.keep_pressed)
        self.number.setAccessibleName("Number that the bars show")
        for text, value in _NUMBERS:
            self.number.addItem(text, value)
        self.number.activated.connect(self._show_bars)

    def show_comparison(self, kept: KeptComparison, in_use: str, *, old: str = "", new: str = "") -> None:
        """Args:
        in_use: name of the model that the project uses.
        old, new: what people call the models, if it is not their names.
        """
        self.kept = kept
        is_compared = bool(kept.before or kept.after)
        verdict = kept.verdict
        if is_compared:
            count = kept.after.get("n_truth")
            events = f", {counted(count, 'event')} of “{kept.tier}”" if isinstance(count, int) and kept.tier else ""
            who = f"subject{'' if len(kept.subjects) == 1 else 's'} {', '.join(kept.subjects) or 'held out'}"
            unseen = "" if kept.seen_by_new else ", whom the new one has not learned from"
            self.heading.setText(f"Compared on {who}{unseen}{events}")
        else:
            self.heading.setText("The two were not compared, because nobody was held out")
            verdict = "Look at what the new model detects in a video before you rely on it"
        self.verdict.setText(f"{verdict[:1].upper()}{verdict[1:]}." if verdict else "")
        self.verdict.setVisible(bool(verdict))
        self.legend.show_names(old or kept.old, new or kept.new)
        self.picture.show_rows(pictured(kept))
        self.table.show_figures(compared(kept.before, kept.after, kept.confidence))
        self.table.setVisible(is_compared)
        self._show_bars()
        self._show_videos(kept)
        self.show_in_use(in_use)
        self.show()

    def show_in_use(self, in_use: str) -> None:
        """Which of the two is in use, and what can be done about it."""
        if self.kept is None:
            return
        uses_new, uses_old = in_use == self.kept.new, in_use == self.kept.old
        self.use_button.setVisible(not uses_new)
        self.keep_button.setVisible(True)
        self.keep_button.setText("Keep the old" if uses_old else "Go back to the old" if uses_new else "Use the old")
        which = "The new model is" if uses_new else "The old model is" if uses_old else f"Another model, {in_use}, is"
        self.state.setText(f"{which} in use. Either can be put back in use any time; nothing is lost.")

    def _show_bars(self) -> None:
        if self.kept is None:
            return
        number = self.number.currentData()
        self.labels.show_rows(self.kept.labels, number)
        self.people.show_rows(self.kept.people, number)
        self._labels_part.setVisible(bool(self.kept.labels))
        self._people_part.setVisible(bool(self.kept.people))

    def _show_videos(self, kept: KeptComparison) -> None:
        for button in self.videos:
            button.deleteLater()
        self.videos = []
        for video in kept.videos:
            button = QPushButton(f"{video.name}  ({video.subject})")
            button.setToolTip(
                f"Shows {len(video.truth)} true events, {len(video.old)} of the old model and {len(video.new)} of the "
                "new one on the timeline; Undo takes both tiers away again"
            )
            button.clicked.connect(partial(self.timeline_wanted.emit, video.key))
            self._videos.addWidget(button)
            self.videos.append(button)
        self._videos_part.setVisible(bool(kept.videos))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.use_button)
        buttons.addWidget(self.keep_button)
        buttons.addStretch(1)
        self.row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.row.addLayout(buttons)
        kinds = QHBoxLayout()
        kinds.addWidget(captions.heading("By label"))
        kinds.addStretch(1)
        kinds.addWidget(self.number)
        self._labels_part, self._people_part, self._videos_part = QWidget(), QWidget(), QWidget()
        labels, people, self._videos = (
            _column(part) for part in (self._labels_part, self._people_part, self._videos_part)
        )
        labels.addLayout(kinds)
        labels.addWidget(self.labels)
        people.addWidget(captions.heading("By person, whatever the label"))
        people.addWidget(self.people)
        self._videos.addWidget(captions.heading("Both on the timeline"))
        self._videos.addWidget(captions.note("Both models' events on tiers of their own beside the truth:"))
        column = _column(self)
        column.setSpacing(10)
        # The choice stands before the pictures, so that a low panel shows what there is to decide without scrolling.
        for part in (self.heading, self.verdict, self.state):
            column.addWidget(part)
        column.addLayout(self.row)
        for part in (self.legend, self.picture, self._labels_part, self._people_part, self._videos_part, self.table):
            column.addWidget(part)


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    return column
