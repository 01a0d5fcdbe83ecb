"""The timeline: one painted widget. What stands still is kept in pixmaps; playhead and gestures are drawn over them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from app import theme
from app.document.snapping import Snapper
from app.marking import Marking
from app.session import Session
from app.thumbnails import Thumbnails
from app.views.timeline import picture
from app.views.timeline.curve_painter import Pyramid
from app.views.timeline.event_style import StyleBook
from app.views.timeline.gestures.gesture import Gesture, Pointer
from app.views.timeline.hit import HitTest
from app.views.timeline.layout import Layout
from app.views.timeline.mouse import Mouse
from app.views.timeline.sprites import Sprites
from app.views.timeline.still import Still
from app.views.timeline.tier_actions import TierActions
from app.views.timeline.tier_drag import TierDrag
from app.views.timeline.tier_menu import tier_menu
from app.views.timeline.tier_rows import TierRows
from app.views.timeline.tiers_painter import TiersPainter
from app.views.timeline.time_scale import TimeScale
from app.views.timeline.tooltip import show_tip
from app.views.timeline.zooming import Zooming, pinch, turn_wheel
from fedn.annotation.vocabulary import Vocabulary
from fedn.video.waveform import Waveform

SNAP_PX = 7
FOLLOW_MARGIN = 0.08
SCROLL_PX = 44


class TimelineView(QAbstractScrollArea):
    """Shows and edits the tiers of the current video.

    Signals:
        play_requested: an event was double-clicked; it is the selected one.
        zoomed: what is seen has changed.
    """

    play_requested = Signal()
    zoomed = Signal()

    def __init__(self, session: Session, marking: Marking) -> None:
        super().__init__()
        self.session = session
        self.marking = marking
        self.snapping = True
        self.thumbnails = Thumbnails(session, self)
        self.tier_actions = TierActions(self)
        self.tier_drag = TierDrag(self)
        self.zooming = Zooming(self)
        self._mouse = Mouse(self)
        self._scale = TimeScale()
        self._rows = TierRows(session)
        self._still = Still(self)
        self._sprites: Sprites | None = None
        self._pyramid: Pyramid | None = None
        self._chosen_tier = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        self.setAccessibleName("Timeline")
        self.setMinimumHeight(150)
        self._connect()
        video = session.current_video
        self.on_video_changed(video.id if video else "")

    def _connect(self) -> None:
        session = self.session
        session.project_changed.connect(self.on_content_changed)
        session.video_changed.connect(self.on_video_changed)
        session.index_changed.connect(self.redraw)
        session.tiers_changed.connect(self.on_tiers_changed)
        session.events_changed.connect(self.on_events_changed)
        session.reviewed_changed.connect(self.redraw)
        session.curves_changed.connect(self.on_curves_changed)
        session.provisional.changed.connect(self.on_provisional_changed)
        session.waveform_changed.connect(self.on_arrangement_changed)
        session.reference_changed.connect(self.on_arrangement_changed)
        session.overlap_changed.connect(self.on_arrangement_changed)
        session.settings_changed.connect(self.on_arrangement_changed)
        session.tier_views.changed.connect(self.on_arrangement_changed)
        session.selection_changed.connect(self.on_selection_changed)
        session.playhead_changed.connect(self.on_playhead_changed)
        self.thumbnails.ready.connect(self.redraw_content)
        self.marking.changed.connect(self.viewport().update)
        self.verticalScrollBar().valueChanged.connect(self.redraw)

    # What gestures and painters ask for

    @property
    def scale(self) -> TimeScale:
        return self._scale

    @property
    def areas(self) -> Layout:
        size, rows = self.viewport().size(), self._rows.all()
        with_thumbnails = frozenset(index for index, row in enumerate(rows) if row.view.thumbnails)
        heights = tuple(row.view.height_px for row in rows)
        has_curves, scrolled = self._pyramid is not None, self.verticalScrollBar().value()
        has_sound = self.waveform is not None
        return Layout(size.width(), size.height(), heights, has_curves, scrolled, has_sound, with_thumbnails)

    @property
    def rows(self) -> TierRows:
        return self._rows

    @property
    def pyramid(self) -> Pyramid | None:
        return self._pyramid

    @property
    def gesture(self) -> Gesture | None:
        return self._mouse.gesture

    @property
    def hits(self) -> HitTest:
        return HitTest(self.areas, self._scale, self._rows.all(), self.session.selected_events)

    @property
    def vocabularies(self) -> dict[str, Vocabulary]:
        """By the ids of the shown tiers."""
        project = self.session.project
        if project is None:
            return {}
        return {
            row.tier.id: project.vocabulary if row.is_passing else project.vocabulary_of(row.tier.id)
            for row in self._rows.all()
        }

    @property
    def tiers_painter(self) -> TiersPainter:
        ratio = self.viewport().devicePixelRatioF()
        if self._sprites is None or self._sprites.ratio != ratio:
            self._sprites = Sprites(self.font(), ratio)
        threshold = self._pyramid.curves.threshold if self._pyramid else 0.5
        styles = {
            tier_id: StyleBook.of(vocabulary, theme.current_name(), threshold)
            for tier_id, vocabulary in self.vocabularies.items()
        }
        return TiersPainter(self.areas, self._scale, theme.current(), styles, self._sprites, ratio)

    def snapper(self, moving: Iterable[str], snaps: bool) -> Snapper:
        left_out = set(moving)
        others = [event for row in self._rows.all() for event in row.events if event.id not in left_out]
        reach = SNAP_PX / self._scale.px_per_frame
        # Dragging an edge moves the playhead along, so the playhead of before the drag is the one to snap to.
        playhead = self.gesture.playhead_before if self.gesture else self.session.playhead
        return Snapper(others, playhead, reach, on=snaps and self.snapping)

    def events_in(self, rect: QRectF) -> list[str]:
        return self.hits.touching(rect)

    def pointer(self, event: QMouseEvent) -> Pointer:
        x, y = event.position().x(), event.position().y()
        # Many desktops move windows with Alt; Shift does the same here.
        snaps = not event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
        return Pointer(x, y, self._scale.position(x), snaps)

    def set_scale(self, scale: TimeScale) -> None:
        if scale != self._scale:
            self._scale = scale
            self.viewport().update()
            self.zoomed.emit()

    # The chosen tier, and what is shown

    @property
    def chosen_tier(self) -> str:
        """Id of the tier that keys about tiers mean, "" while none is chosen."""
        return self._chosen_tier if any(row.tier.id == self._chosen_tier for row in self._rows.all()) else ""

    def choose_tier(self, tier_id: str) -> None:
        """Also makes it the one that new events go into, if it takes any, and brings it into sight."""
        self._chosen_tier = tier_id
        rows = self._rows.all()
        place = next((place for place, row in enumerate(rows) if row.tier.id == tier_id), None)
        if place is not None:
            if rows[place].is_editable and not rows[place].view.locked:
                self.marking.set_tier(tier_id)
            band, tiers, bar = self.areas.tier(place), self.areas.tiers, self.verticalScrollBar()
            if band.top() < tiers.top():
                bar.setValue(bar.value() + band.top() - tiers.top())
            elif band.bottom() > tiers.bottom():
                bar.setValue(bar.value() + band.bottom() - tiers.bottom())
        self.redraw()

    @property
    def waveform(self) -> Waveform | None:
        """The sound, if it is to be shown and known by now."""
        video = self.session.current_video
        if not self.session.settings.waveform or video is None or self.session.frame_index is None:
            return None
        return self.session.waveform(video.id)

    def toggle_waveform(self) -> None:
        """Shows the sound, which is read on first demand, or hides it."""
        self.session.settings.waveform = not self.session.settings.waveform
        self.session.settings_changed.emit()

    def open_tier_menu(self) -> None:
        """The menu of the chosen tier, or of the first one, beside its name."""
        rows = self._rows.all()
        first = next((row for row in rows if not row.is_passing), None)
        if not self.chosen_tier and first is not None:
            self.choose_tier(first.tier.id)
        place = next((place for place, row in enumerate(rows) if row.tier.id == self.chosen_tier), None)
        at = self.areas.tier(place).bottomLeft() if place is not None else self.areas.tiers.topLeft()
        menu = tier_menu(self)
        menu.popup(self.viewport().mapToGlobal(at))

    # What the session says

    def on_video_changed(self, video_id: str) -> None:
        self._mouse.end()
        curves = self.session.curves(video_id) if video_id else None
        self._pyramid = Pyramid.of(curves) if curves else None
        video = self.session.current_video
        frames = video.frame_count if video else 1
        self._rows.forget()
        areas = self.areas
        self._scale = TimeScale(frames, areas.content_left, areas.content_width).fitted()
        self.on_content_changed()
        self.zoomed.emit()

    def on_content_changed(self) -> None:
        self._rows.forget()
        self._update_scroll_bar()
        self.redraw()

    def on_arrangement_changed(self, *_: object) -> None:
        self._rows.arrange()
        self._update_scroll_bar()
        self.redraw()

    def on_tiers_changed(self, video_id: str) -> None:
        if self._is_shown(video_id):
            self.on_content_changed()

    def on_events_changed(self, video_id: str, tier_id: str, _event_ids: object) -> None:
        if self._is_shown(video_id):
            self._rows.forget_tier(tier_id)
            self.redraw()

    def on_curves_changed(self, video_id: str) -> None:
        if self._is_shown(video_id):
            curves = self.session.curves(video_id)
            self._pyramid = Pyramid.of(curves) if curves else None
            self._update_scroll_bar()
            self.redraw()

    def on_provisional_changed(self, video_id: str, first: int, stop: int) -> None:
        """A running detection has found more of the curves from `first` to before `stop`, or is over."""
        if not self._is_shown(video_id):
            return
        curves = self.session.curves(video_id)
        if self._pyramid is None or curves is not self._pyramid.curves:
            self._pyramid = Pyramid.of(curves) if curves else None
        else:
            self._pyramid.refresh(first, stop)
        self.on_arrangement_changed()

    def on_selection_changed(self) -> None:
        selected = self.session.selected_events
        if self.gesture is None and len(selected) == 1 and self.session.project is not None:
            event = self.session.project.event(selected[0])
            first, last = self._scale.seen
            if event.offset < first or event.onset > last:
                self.set_scale(self._scale.centered((event.onset + event.offset) / 2))
        self.viewport().update()

    def on_playhead_changed(self, frame: int) -> None:
        first, last = self._scale.seen
        if self.gesture is None and not first <= frame < last:
            margin = (last - first) * FOLLOW_MARGIN
            to = frame - margin if frame >= last else frame - (last - first) + margin
            self.set_scale(self._scale.panned((to - first) * self._scale.px_per_frame))
        self.viewport().update()

    def _is_shown(self, video_id: str) -> bool:
        video = self.session.current_video
        return video is not None and video.id == video_id

    # Painting

    def redraw(self, *_: object) -> None:
        """Draws again what is kept in pixmaps."""
        self._still.forget()
        self.viewport().update()

    def redraw_content(self, *_: object) -> None:
        """Draws events, curves and apex frames again."""
        self._still.forget_content()
        self.viewport().update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        try:
            painter.setFont(self.font())
            self._still.draw(painter)
            picture.paint_moving(painter, self)
        finally:
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._sprites = None
            self.redraw()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        areas = self.areas
        self._scale = self._scale.placed(areas.content_left, areas.content_width)
        self._update_scroll_bar()
        self.redraw()

    def _update_scroll_bar(self) -> None:
        areas = self.areas
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, areas.tiers_height - areas.tiers.height()))
        bar.setPageStep(max(1, areas.tiers.height()))
        bar.setSingleStep(SCROLL_PX)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() == Qt.MouseButton.LeftButton and self.hits.at(at.x(), at.y()):
            self.play_requested.emit()
        else:
            self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self._mouse.is_down or self.tier_drag.is_active):
            self.cancel_gesture()
            return
        event.ignore()

    def cancel_gesture(self) -> None:
        """Esc: as if the mouse had never gone down."""
        self._mouse.cancel()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn_wheel(self, event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.open_tier_menu()
        elif self.session.current_video is not None:
            row = self.hits.row_at(event.pos().y())
            if row is not None:
                self.choose_tier(row.tier.id)
            tier_menu(self).popup(event.globalPos())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            show_tip(self, event)
            return True
        if event.type() in (QEvent.Type.NativeGesture, QEvent.Type.Gesture):
            return pinch(self, event)
        return super().viewportEvent(event)
