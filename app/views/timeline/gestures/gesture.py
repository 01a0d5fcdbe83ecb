"""What every mouse gesture of the timeline has in common: it begins, moves, and is finished or cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QRectF, Qt

from app.document.snapping import Snapper
from app.session import Session
from app.views.timeline.hit import HitTest
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.event import Event


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the mouse is: in the widget, and in frames (not rounded, not limited to the video)."""

    x: float
    y: float
    position: float
    snaps: bool = True

    @property
    def frame(self) -> int:
        return int(self.position // 1)

    @property
    def boundary(self) -> int:
        """The nearest border between two frames."""
        return round(self.position)


class Surface(Protocol):
    """What gestures know of the timeline that they happen on."""

    @property
    def session(self) -> Session: ...

    @property
    def scale(self) -> TimeScale: ...

    def snapper(self, moving: Iterable[str], snaps: bool) -> Snapper:
        """Snaps to everything but the events that are being moved."""
        ...

    @property
    def hits(self) -> HitTest: ...

    def events_in(self, rect: QRectF) -> list[str]: ...

    def set_scale(self, scale: TimeScale) -> None: ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """An event as it would be if the mouse were released now."""

    tier_id: str
    event: Event


class Gesture:
    """The base; nothing in the project changes before `finish`."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.session = surface.session
        self.playhead_before = surface.session.playhead
        self._snapper: Snapper | None = None
        self._snapper_for: tuple[bool, float] = (True, 0.0)

    def snapper(self, moving: Iterable[str], at: Pointer) -> Snapper:
        """Made once: nothing else moves while the mouse is down, but the zoom may change."""
        wanted = (at.snaps, self.surface.scale.px_per_frame)
        if self._snapper is None or self._snapper_for != wanted:
            self._snapper, self._snapper_for = self.surface.snapper(moving, at.snaps), wanted
        return self._snapper

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        """Half-done events."""
        return ()

    @property
    def hidden(self) -> frozenset[str]:
        """Events that `drawn` stands for."""
        return frozenset()

    @property
    def lines(self) -> tuple[float, ...]:
        """Positions in frames at which something has snapped, to be shown across the tiers."""
        return ()

    @property
    def band(self) -> QRectF | None:
        """The rubber band, if there is one."""
        return None

    def move(self, at: Pointer) -> None: ...

    def finish(self) -> None: ...

    def cancel(self) -> None:
        self.give_back_playhead()

    def take_playhead(self) -> None:
        """From now on the player shows the frame under what is dragged, and does not play on from there."""
        self.session.playhead_taken.emit()
        self.playhead_before = self.session.playhead

    def give_back_playhead(self) -> None:
        """The player has shown the frame under what was dragged, and shows again what it showed before."""
        self.session.set_playhead(self.playhead_before)


class Refused(Gesture):
    """Why nothing can be dragged here has been told; nothing happens until the mouse is released."""

    cursor = Qt.CursorShape.ForbiddenCursor
