"""The tour's flow: which step it is, what the card points at, and whether the user has done what the step is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QWidget

from app.actions.keys import native
from app.project_actions import DEMO
from app.settings import save_settings, settings_file
from app.tour.card import TourCard
from app.tour.highlight import Highlight
from app.tour.steps import DETECT, FAREWELL, OFFER_TEXT, OFFER_TITLE, STEPS, TourStep
from fedn.annotation.tier import Source

if TYPE_CHECKING:
    from app.window import StudioWindow

PRAISED_MS = 1500
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)


class Tour(QObject):
    """Watches what the user does, and takes nothing out of the user's hands."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window
        self.steps: tuple[TourStep, ...] = ()
        self._place = -1
        self._watched: list[QWidget] = []
        self.highlight = Highlight(window)
        self.card = TourCard(window)
        self.card.next_wanted.connect(self._on_next)
        self.card.back_wanted.connect(self._on_back)
        self.card.leave_wanted.connect(self.leave)
        self._praising = QTimer(self)
        self._praising.setSingleShot(True)
        self._praising.setInterval(PRAISED_MS)
        self._praising.timeout.connect(self._on_next)
        # Many moves come at once when panels are arranged.
        self._pointing = QTimer(self)
        self._pointing.setSingleShot(True)
        self._pointing.setInterval(0)
        self._pointing.timeout.connect(self._point)
        self._listen()

    @property
    def is_shown(self) -> bool:
        return not self.card.isHidden()

    @property
    def step(self) -> TourStep | None:
        """None while nothing or only the offer is shown."""
        return self.steps[self._place] if 0 <= self._place < len(self.steps) else None

    def offer(self) -> None:
        """Asks once, without standing in anybody's way."""
        if self._window.settings.tour_seen:
            return
        self.steps, self._place = (), -1
        self.card.show_words(OFFER_TITLE, OFFER_TEXT, "", back="&Not now", next="&Take the tour")
        self._watch(self._window)
        self._point()

    def start(self) -> None:
        """From the first step, in the demo project; it is opened, and made the first time."""
        project = self._window.session.project
        if project is None or project.name != DEMO:
            self._window.parts.project_actions.demo()
            project = self._window.session.project
        if project is None or project.name != DEMO:
            self.leave()
            return
        found = any(tier.source == Source.DETECTOR for tier in project.tiers.values())
        self.steps = STEPS if found else (STEPS[0], DETECT, *STEPS[1:])
        self._remember()
        self._window.messages.hide()
        self._go(0)

    def leave(self) -> None:
        self.steps, self._place = (), -1
        self._praising.stop()
        self._watch(None)
        self.highlight.hide()
        self.card.hide()
        self._remember()

    # Going through it

    def _go(self, place: int) -> None:
        self._praising.stop()
        self._place = place
        step = self.steps[place]
        if step.target in self._window.docks:
            self._window.layouts.show_dock(step.target)
        is_last = place == len(self.steps) - 1
        self.card.show_words(
            step.title,
            step.text.format_map(_KeyNames(self._window)),
            f"{place + 1} of {len(self.steps)}",
            back="&Back" if place else "",
            next="&Finish" if is_last else "&Next",
        )
        self._watch(self._target())
        self._point()

    def _on_next(self) -> None:
        if self.step is None:
            self.start()
        elif self._place + 1 < len(self.steps):
            self._go(self._place + 1)
        else:
            self.leave()
            self._window.session.messages.info(FAREWELL)

    def _on_back(self) -> None:
        if self._place > 0:
            self._go(self._place - 1)
        else:
            self.leave()

    def _remember(self) -> None:
        if not self._window.settings.tour_seen:
            self._window.settings.tour_seen = True
            save_settings(self._window.settings, settings_file())

    # What the user does

    def _listen(self) -> None:
        session, parts = self._window.session, self._window.parts
        session.project_changed.connect(self._on_project_changed)
        session.playhead_changed.connect(lambda _: parts.player.is_playing and self._on_done("play"))
        session.selection_changed.connect(lambda: session.selected_events and self._on_done("read"))
        session.events_changed.connect(self._on_events_changed)
        session.model_changed.connect(lambda: self._on_done("choose"))
        parts.trainings.attention_wanted.connect(lambda: self._on_done("retrain"))

    def _on_events_changed(self, _video_id: str, tier_id: str, _event_ids: object) -> None:
        project = self._window.session.project
        tier = project.tiers.get(tier_id) if project else None
        if tier is not None and tier.source == Source.DETECTOR and self._window.parts.detections.is_running:
            self._on_done("detect")
        else:
            self._on_done("correct")
            self._on_done("review")

    def _on_done(self, name: str) -> None:
        """The user has done what a step is about; if it is this one, the tour goes on after a moment."""
        if self.step is not None and self.step.name == name and not self._praising.isActive():
            self.card.show_praise(self.step.praise)
            self._praising.start()

    def _on_project_changed(self) -> None:
        """The tour is about the demo: whoever opens something else has left it."""
        if self.step is not None:
            self.leave()
        elif self.is_shown:
            self._pointing.start()

    # What the card points at

    def _target(self) -> QWidget | None:
        step, window = self.step, self._window
        if step is None:
            return None
        if step.target in window.docks:
            return window.docks[step.target]
        kind, _, name = step.target.partition(":")
        if kind == "action":
            shown = window.actions_by_name[name].associatedObjects()
            return next((one for one in shown if isinstance(one, QAbstractButton)), None)
        return window.header.detect

    def _watch(self, target: QWidget | None) -> None:
        """The target moves with all that it lies in."""
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched = []
        widget = target
        while widget is not None:
            self._watched.append(widget)
            widget.installEventFilter(self)
            widget = widget.parentWidget()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self._pointing.start()
        return False

    def _point(self) -> None:
        if not self.is_shown:
            return
        window, target = self._window, self._target()
        room = window.rect().adjusted(0, window.header.height(), 0, -window.status.height())
        if target is None:
            self.highlight.hide()
            self.card.point_at(QRect(), window.pages.geometry())
            return
        seen = _rect_in(window, target)
        self.highlight.surround(seen)
        self.card.point_at(seen, room)


def _rect_in(window: QWidget, target: QWidget) -> QRect:
    """Empty if it cannot be seen in this window, for instance because its panel floats."""
    if not target.isVisible() or target.window() is not window:
        return QRect()
    inner = target.widget() if isinstance(target, QDockWidget) else target
    return QRect(inner.mapTo(window, QPoint()), inner.size()).intersected(window.rect())


class _KeyNames(dict[str, str]):
    """What to press for an action, by its name."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__()
        self._window = window

    def __missing__(self, name: str) -> str:
        keys = self._window.menus.keys.of(name)
        return f"<b>{native(keys[0])}</b>" if keys else f"“{self._window.actions_by_name[name].text()}” in the menus"
