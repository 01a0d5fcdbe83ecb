"""The panel with the review queue: what is compared, what is left to decide, and the decision."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app import captions
from app.choice_box import ChoiceBox
from app.review.deciding import Deciding
from app.review.items import Item, Order
from app.review.queue import Filter
from app.review.review import Review
from app.session import Session
from app.views.review.decision_panel import DecisionPanel
from app.views.review.filter_panel import FilterPanel
from app.views.review.queue_list import QueueList
from app.views.review.queue_model import QueueModel
from fedn.annotation.tier import Source
from fedn.counted import counted

LEAST_WIDTH_PX = 290
SCOPES = (("This video", False), ("Project", True))
BLIND_TEXT = "You are coding this video blind: what others have coded or predicted is hidden until you mark it as done."


class ReviewView(QWidget):
    """Shows the queue while it is visible; hidden it costs nothing."""

    def __init__(self, session: Session, review: Review, deciding: Deciding) -> None:
        super().__init__()
        self._session, self._review, self._deciding = session, review, deciding
        self.count = QLabel()
        self.second = ChoiceBox("What is judged", "What is judged: predictions, or the second of two people")
        self.first = ChoiceBox("Compared with", "What it is compared with")
        self.order = ChoiceBox("Order of the queue", "What the queue is sorted by")
        self.filter_button = QPushButton("Filter")
        self.filter = FilterPanel(self)
        self.model = QueueModel(session, review, self)
        self.list = QueueList(self.model)
        self.decision = DecisionPanel()
        self.done_button, self.leave_button = QPushButton("Mark as done"), QPushButton("Leave blind coding…")
        self._hint = QLabel()
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self._refresh()

    def _connect(self) -> None:
        review, deciding, compared = self._review, self._deciding, self._review.comparison
        review.queue_changed.connect(self._on_queue)
        review.current_changed.connect(self._show_current)
        self._session.blind.changed.connect(self._on_queue)
        self._session.video_changed.connect(self._on_queue)
        self.first.chosen.connect(compared.choose_first)
        self.second.chosen.connect(compared.choose_second)
        self.filter.scope.chosen.connect(compared.set_whole_project)
        self.order.chosen.connect(review.set_order)
        self.filter.changed.connect(review.set_filter)
        self.filter_button.clicked.connect(self._open_filter)
        self.list.gone_to.connect(review.go_to)
        self.list.opened.connect(review.play)
        decision = self.decision
        decision.accept_wanted.connect(deciding.accept)
        decision.reject_wanted.connect(deciding.reject)
        decision.edit_wanted.connect(deciding.edit)
        decision.first_wanted.connect(deciding.take_first)
        decision.second_wanted.connect(deciding.take_second)
        decision.play_wanted.connect(review.play)
        decision.into_chosen.connect(self._on_into)
        self.done_button.clicked.connect(self._session.blind.finish_video)
        self.leave_button.clicked.connect(self._session.blind.leave)

    # Showing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._review.is_watched = True
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._review.is_watched = False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self._show_current()

    def _on_queue(self, *_: object) -> None:
        if self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        video, compared = self._session.current_video, self._review.comparison
        hidden = bool(video and self._session.blind.hides(video.id))
        self._pages.setCurrentIndex(1 if hidden else 0)
        # The panel is narrow: only where it is needed a name says both whose and which.
        shorts = Counter(key.short for key in compared.choices)
        keys = [(key.short if shorts[key.short] == 1 else key.title, key) for key in compared.choices]
        self.first.offer(keys, compared.first)
        self.second.offer(keys, compared.second)
        self.order.offer([(order.value.capitalize(), order) for order in Order], self._review.order)
        where = "Project" if compared.whole_project else "This video"
        is_on = self._review.filter != Filter()
        self.filter_button.setText(f"{where} ● ▾" if is_on else f"{where} ▾")
        self.filter_button.setAccessibleName("Filter of the queue, on" if is_on else "Filter of the queue")
        if self.filter.isVisible():
            self._show_filter()
        self.model.refresh()
        self._show_current()

    def _show_filter(self) -> None:
        self.filter.scope.offer(SCOPES, self._review.comparison.whole_project)
        items, project, chosen = self._review.all_items(), self._session.project, self._review.filter
        labels = sorted({label for item in items for label in item.labels} | ({chosen.label} - {None}))  # type: ignore[type-var]
        self.filter.show_filter(chosen, labels, project.subjects() if project else [])

    def _open_filter(self) -> None:
        """Below its button."""
        self._show_filter()
        self.filter.adjustSize()
        self.filter.move(self.filter_button.mapToGlobal(self.filter_button.rect().bottomLeft()))
        self.filter.show()

    def _show_current(self) -> None:
        place, total, differing = self._review.current_place, len(self._review.queue), self._review.disagreements
        self.list.follow(place)
        item = self._current_item()
        self.decision.show_item(item, self._review.comparison)
        self.decision.show_targets(self._targets(), self._deciding.into)
        position = (
            f"{place + 1} of {total:,}" if place >= 0 else f"{total:,} to do" if self._is_of_open() else f"{total:,}"
        )
        self.count.setText(f"{position}, {counted(differing, 'disagreement')}" if total else "")
        self._hint.setText(self._why_empty() if not total else "")
        self._hint.setVisible(not total)
        self.list.setVisible(bool(total))

    def _is_of_open(self) -> bool:
        return self._review.filter.state is Filter().state

    def _current_item(self) -> Item | None:
        """Also what has been decided and left the queue, as long as it is selected."""
        selected = self._session.selected_events
        return self._review.current or (self._review.item_of(selected[0]) if len(selected) == 1 else None)

    def _why_empty(self) -> str:
        compared = self._review.comparison
        if self._session.project is None:
            return "Open a project to review what was found in its videos."
        if compared.second is None:
            return "Nothing to review yet: choose Detect, or let a second person code the video."
        if not self._review.all_items():
            where = "in the project" if compared.whole_project else "on this video"
            return f"“{compared.second.title}” has nothing {where} to compare."
        return "Everything is decided." if self._review.filter == Filter() else "No item fits the filter."

    def _targets(self) -> list[str]:
        """Tiers of people that are not themselves compared."""
        compared = self._review.comparison
        keys = [key for key in compared.choices if key not in (compared.first, compared.second)]
        return [key.name for key in keys if key.source in (Source.EXPERT, Source.ANNOTATOR)]

    def _on_into(self, name: str) -> None:
        self._deciding.into = name

    # Putting together

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setMinimumWidth(LEAST_WIDTH_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        heading = captions.heading("Review")
        for label in (self.count, self._hint):
            label.setProperty("muted", True)
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.filter_button.setToolTip("Which items the queue holds")
        self.filter_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        against = captions.muted("vs.")
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(_row(self.second, against, self.first))
        column.addLayout(_row(self.order, self.filter_button))
        column.addWidget(self._hint, 1)
        column.addWidget(self.list, 1)
        column.addWidget(self.decision)
        queue = QWidget()
        queue.setLayout(column)
        self._pages.addWidget(queue)
        self._pages.addWidget(self._blind_page())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.setSpacing(8)
        top = QHBoxLayout()
        top.addWidget(heading)
        top.addWidget(self.count, 1)
        outer.addLayout(top)
        outer.addWidget(self._pages, 1)

    def _blind_page(self) -> QWidget:
        page, text = QWidget(), QLabel(BLIND_TEXT)
        text.setWordWrap(True)
        self.done_button.setProperty("primary", True)
        for button in (self.done_button, self.leave_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(text)
        column.addWidget(self.done_button)
        column.addWidget(self.leave_button)
        column.addStretch(1)
        return page


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget)
    return row
