"""Wheel, touchpad and pinch: how what is seen changes, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView

ZOOM_STEP = 1.25
PAN_SHARE = 0.08
NOTCH = 120
SMART_ZOOM = 8.0
PAGE_SHARE = 0.8
AROUND_SHARE = 0.6


class Zooming:
    """What menu entries and keys do to what is seen."""

    def __init__(self, view: TimelineView) -> None:
        self._view = view

    def zoom(self, factor: float) -> None:
        """Zooms around the playhead if it is seen, else around the middle."""
        scale = self._view.scale
        x = scale.center_x(self._view.session.playhead)
        seen = scale.left_px <= x <= scale.left_px + scale.width_px
        self._view.set_scale(scale.zoomed(factor, x if seen else scale.left_px + scale.width_px / 2))

    def zoom_in(self) -> None:
        self.zoom(ZOOM_STEP**2)

    def zoom_out(self) -> None:
        self.zoom(ZOOM_STEP**-2)

    def fit(self) -> None:
        """Shows the whole video."""
        self._view.set_scale(self._view.scale.fitted())

    def pan_earlier(self) -> None:
        self._view.set_scale(self._view.scale.panned(-PAGE_SHARE * self._view.scale.width_px))

    def pan_later(self) -> None:
        self._view.set_scale(self._view.scale.panned(PAGE_SHARE * self._view.scale.width_px))

    def fit_selection(self) -> None:
        """Shows the selected events with something around them."""
        project = self._view.session.project
        events = [project.event(event_id) for event_id in self._view.session.selected_events] if project else []
        if events:
            first, last = min(event.onset for event in events), max(event.offset for event in events) + 1
            around = max(1.0, (last - first) * AROUND_SHARE)
            whole = float(self._view.scale.frame_count)
            self._view.set_scale(self._view.scale.resized(max(0.0, first - around), min(whole, last + around)))


def turn_wheel(view: TimelineView, event: QWheelEvent) -> None:
    """Ctrl zooms at the cursor, Alt or the left margin scrolls the tiers, else it pans; touchpads pan by pixels."""
    turned = event.angleDelta().y() or event.angleDelta().x()
    modifiers, bar = event.modifiers(), view.verticalScrollBar()
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        view.set_scale(view.scale.zoomed(ZOOM_STEP ** (turned / NOTCH), event.position().x()))
    elif modifiers & Qt.KeyboardModifier.AltModifier or event.position().x() < view.areas.content_left:
        bar.setValue(bar.value() - round(turned / NOTCH * bar.singleStep()))
    elif not event.pixelDelta().isNull():
        _slide(view, event)
    else:
        view.set_scale(view.scale.panned(-turned / NOTCH * view.scale.width_px * PAN_SHARE))
    event.accept()


def _slide(view: TimelineView, event: QWheelEvent) -> None:
    """Two fingers on a touchpad: sideways pans, up and down scrolls the tiers where they do not all fit."""
    by, bar = event.pixelDelta(), view.verticalScrollBar()
    if abs(by.y()) > abs(by.x()) and bar.maximum():
        bar.setValue(bar.value() - by.y())
    else:
        view.set_scale(view.scale.panned(-(by.x() or by.y())))


def pinch(view: TimelineView, event: QEvent) -> bool:
    """Zooms for a touchpad's native gesture or two fingers on a screen; False if the event is neither."""
    if isinstance(event, QNativeGestureEvent):
        return _native(view, event)
    if isinstance(event, QGestureEvent):
        found = event.gesture(Qt.GestureType.PinchGesture)
        if isinstance(found, QPinchGesture):
            x = view.viewport().mapFromGlobal(found.hotSpot()).x()
            view.set_scale(view.scale.zoomed(max(0.2, found.scaleFactor()), x))
            event.accept(found)
            return True
    return False


def _native(view: TimelineView, event: QNativeGestureEvent) -> bool:
    x = event.position().x()
    kind = event.gestureType()
    if kind == Qt.NativeGestureType.ZoomNativeGesture:
        view.set_scale(view.scale.zoomed(max(0.2, 1 + event.value()), x))
    elif kind == Qt.NativeGestureType.SmartZoomNativeGesture:
        view.set_scale(view.scale.zoomed(SMART_ZOOM, x) if view.scale.shows_all else view.scale.fitted())
    elif kind == Qt.NativeGestureType.PanNativeGesture:
        view.set_scale(view.scale.panned(-event.delta().x()))
    else:
        return kind in (Qt.NativeGestureType.BeginNativeGesture, Qt.NativeGestureType.EndNativeGesture)
    return True
