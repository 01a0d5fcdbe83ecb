"""The timeline: one painted widget. What stands still is kept in a pixmap; playhead and gestures are drawn over it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from app import theme
from app.document.snapping import Snapper
from app.marking import Marking
from app.session import Session
from app.views.timeline import picture
from app.views.timeline.curve_painter import Pyramid
from app.views.timeline.gestures.begin import begin_gesture
from app.views.timeline.gestures.gesture import Gesture, Pointer
from app.views.timeline.hit import Hit, HitTest, Part
from app.views.timeline.layout import GAP_PX, TIER_PX, Band, Layout
from app.views.timeline.tier_rows import TierRows
from app.views.timeline.tiers_painter import TiersPainter
from app.views.timeline.time_scale import TimeScale
from app.views.timeline.tooltip import event_tooltip

DRAG_PX = 4
SNAP_PX = 7
ZOOM_STEP = 1.25
FOLLOW_MARGIN = 0.08


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
        self._scale = TimeScale()
        self._rows = TierRows(session)
        self._pyramid: Pyramid | None = None
        self._gesture: Gesture | None = None
        self._pressed: QMouseEvent | None = None
        self._still: QPixmap | None = None
        self._overview: QPixmap | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
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
        session.reference_changed.connect(self.on_content_changed)
        session.selection_changed.connect(self.on_selection_changed)
        session.playhead_changed.connect(self.on_playhead_changed)
        self.marking.changed.connect(self.viewport().update)
        self.verticalScrollBar().valueChanged.connect(self.redraw)

    # What gestures and painters ask for

    @property
    def scale(self) -> TimeScale:
        return self._scale

    @property
    def areas(self) -> Layout:
        size = self.viewport().size()
        rows = len(self._rows.all())
        return Layout(size.width(), size.height(), rows, self._pyramid is not None, self.verticalScrollBar().value())

    @property
    def rows(self) -> TierRows:
        return self._rows

    @property
    def pyramid(self) -> Pyramid | None:
        return self._pyramid

    @property
    def gesture(self) -> Gesture | None:
        return self._gesture

    @property
    def hits(self) -> HitTest:
        return HitTest(self.areas, self._scale, self._rows.all(), self.session.selected_events)

    @property
    def tiers_painter(self) -> TiersPainter:
        project, reference = self.session.project, self.session.reference_tier
        threshold = self._pyramid.curves.threshold if self._pyramid else 0.5
        return TiersPainter(
            self.areas,
            self._scale,
            theme.current(),
            project.vocabulary if project else None,
            reference.id if reference else "",
            threshold,
        )

    def snapper(self, moving: Iterable[str], snaps: bool) -> Snapper:
        left_out = set(moving)
        others = [event for row in self._rows.all() for event in row.events if event.id not in left_out]
        reach = SNAP_PX / self._scale.px_per_frame
        # Dragging an edge moves the playhead along, so the playhead of before the drag is the one to snap to.
        playhead = self._gesture.playhead_before if self._gesture else self.session.playhead
        return Snapper(others, playhead, reach, on=snaps and self.snapping)

    def events_in(self, rect: QRectF) -> list[str]:
        return self.hits.touching(rect)

    def set_scale(self, scale: TimeScale) -> None:
        if scale != self._scale:
            self._scale = scale
            self._still = None
            self.viewport().update()
            self.zoomed.emit()

    # Zoom and pan

    def zoom(self, factor: float) -> None:
        """Zooms around the playhead if it is seen, else around the middle."""
        x = self._scale.center_x(self.session.playhead)
        seen = self._scale.left_px <= x <= self._scale.left_px + self._scale.width_px
        self.set_scale(self._scale.zoomed(factor, x if seen else self._scale.left_px + self._scale.width_px / 2))

    def zoom_in(self) -> None:
        self.zoom(ZOOM_STEP**2)

    def zoom_out(self) -> None:
        self.zoom(ZOOM_STEP**-2)

    def fit(self) -> None:
        """Shows the whole video."""
        self.set_scale(self._scale.fitted())

    # What the session says

    def on_video_changed(self, video_id: str) -> None:
        self._end_gesture()
        curves = self.session.curves(video_id) if video_id else None
        self._pyramid = Pyramid.of(curves) if curves else None
        video = self.session.current_video
        areas = self.areas
        frames = video.frame_count if video else 1
        self._scale = TimeScale(frames, areas.content_left, areas.content_width).fitted()
        self.on_content_changed()
        self.zoomed.emit()

    def on_content_changed(self) -> None:
        self._rows.forget()
        self._update_scroll_bar()
        self.redraw()

    def on_tiers_changed(self, video_id: str) -> None:
        if self._is_shown(video_id):
            self.on_content_changed()

    def on_events_changed(self, video_id: str, _tier_id: str, _event_ids: object) -> None:
        if self._is_shown(video_id):
            self._rows.forget()
            self.redraw()

    def on_curves_changed(self, video_id: str) -> None:
        if self._is_shown(video_id):
            curves = self.session.curves(video_id)
            self._pyramid = Pyramid.of(curves) if curves else None
            self._update_scroll_bar()
            self.redraw()

    def on_selection_changed(self) -> None:
        selected = self.session.selected_events
        if self._gesture is None and len(selected) == 1 and self.session.project is not None:
            event = self.session.project.event(selected[0])
            first, last = self._scale.seen
            if event.offset < first or event.onset > last:
                self.set_scale(self._scale.centered((event.onset + event.offset) / 2))
        self.viewport().update()

    def on_playhead_changed(self, frame: int) -> None:
        first, last = self._scale.seen
        if self._gesture is None and not first <= frame < last:
            margin = (last - first) * FOLLOW_MARGIN
            to = frame - margin if frame >= last else frame - (last - first) + margin
            self.set_scale(self._scale.panned((to - first) * self._scale.px_per_frame))
        self.viewport().update()

    def _is_shown(self, video_id: str) -> bool:
        video = self.session.current_video
        return video is not None and video.id == video_id

    # Painting

    def redraw(self, *_: object) -> None:
        """Draws again what is kept in the pixmap."""
        self._still, self._overview = None, None
        self.viewport().update()

    @property
    def overview(self) -> QPixmap:
        """The whole video's strip, drawn once for every change of it."""
        if self._overview is None:
            band = self.areas.overview
            self._overview = self._pixmap(QSize(band.right() + 2, band.bottom() + 2))
            painter = QPainter(self._overview)
            picture.paint_whole_video(painter, self)
            painter.end()
        return self._overview

    def _pixmap(self, size: QSize) -> QPixmap:
        ratio = self.viewport().devicePixelRatioF()
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._still is not None and self._still.devicePixelRatio() != self.viewport().devicePixelRatioF():
            self.redraw()
        if self._still is None:
            self._still = self._pixmap(self.viewport().size())
            self._still.fill(theme.current().background)
            painter = QPainter(self._still)
            picture.paint_panel(painter, self.viewport().rect(), theme.current())
            painter.setFont(self.font())
            picture.paint_still(painter, self)
            painter.end()
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.drawPixmap(0, 0, self._still)
        picture.paint_moving(painter, self)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
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
        bar.setSingleStep(TIER_PX + GAP_PX)

    # Mouse and keys

    def pointer(self, event: QMouseEvent) -> Pointer:
        x, y = event.position().x(), event.position().y()
        snaps = not event.modifiers() & Qt.KeyboardModifier.AltModifier
        return Pointer(x, y, self._scale.position(x), snaps)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.session.current_video is None or self._gesture is not None:
            return
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        self._pressed = QMouseEvent(event)
        at_once = self.areas.band_at(event.position().y()) != Band.TIERS
        if event.button() == Qt.MouseButton.LeftButton and not at_once:
            self._select_under(event)
        if at_once or event.button() == Qt.MouseButton.MiddleButton:
            self._begin(event)

    def _select_under(self, event: QMouseEvent) -> None:
        hit = self.hits.at(event.position().x(), event.position().y())
        row = self.hits.row_at(event.position().y())
        if row is not None and row.is_editable:
            self.marking.set_tier(row.tier.id)
        if hit is None:
            return
        selected = self.session.selected_events
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            kept = tuple(event_id for event_id in selected if event_id != hit.event.id)
            self.session.select_events(kept if hit.event.id in selected else (*selected, hit.event.id))
        elif hit.event.id not in selected:
            self.session.select_events((hit.event.id,))

    def _begin(self, event: QMouseEvent) -> None:
        assert self._pressed is not None
        self._gesture = begin_gesture(self, self._pressed)
        if self._gesture is not None:
            self.viewport().setCursor(self._gesture.cursor)
            self._gesture.move(self.pointer(event))
            self.redraw()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            self._gesture.move(self.pointer(event))
            self.viewport().update()
        elif self._pressed is not None:
            moved = (event.position() - self._pressed.position()).manhattanLength()
            if moved >= DRAG_PX:
                self._begin(event)
        else:
            self._show_cursor(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if self._gesture is not None:
            gesture = self._gesture
            gesture.move(self.pointer(event))
            self._end_gesture()
            gesture.finish()
        elif pressed is not None:
            self._click(pressed)
        self._show_cursor(event.position().toPoint())

    def _click(self, event: QMouseEvent) -> None:
        """A press and release without a drag: the playhead goes there; beside every event nothing stays selected."""
        several = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        hit = self.hits.at(event.position().x(), event.position().y())
        if several:
            return
        self.session.select_events((hit.event.id,) if hit else ())
        frame = self._scale.frame(event.position().x())
        if hit is not None:
            frame = max(hit.event.onset, min(hit.event.offset, frame))
        self.session.set_playhead(frame)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._hit(event.position().toPoint()):
            self.play_requested.emit()
        else:
            self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self._gesture is not None or self._pressed is not None):
            self.cancel_gesture()
            return
        event.ignore()

    def cancel_gesture(self) -> None:
        """Esc: as if the mouse had never gone down."""
        gesture = self._gesture
        self._pressed = None
        self._end_gesture()
        if gesture is not None:
            gesture.cancel()

    def _end_gesture(self) -> None:
        self._gesture = None
        self.viewport().unsetCursor()
        self.redraw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        modifiers = event.modifiers()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.set_scale(self._scale.zoomed(ZOOM_STEP ** (turned / 120), event.position().x()))
        elif modifiers & Qt.KeyboardModifier.AltModifier and self.verticalScrollBar().maximum():
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - round(turned / 120 * bar.singleStep()))
        elif event.position().x() < self.areas.content_left and self.verticalScrollBar().maximum():
            super().wheelEvent(event)
        else:
            self.set_scale(self._scale.panned(-turned / 120 * self._scale.width_px * 0.08))
        event.accept()

    def _hit(self, at: QPoint) -> Hit | None:
        return self.hits.at(at.x(), at.y())

    def _show_cursor(self, at: QPoint) -> None:
        hit = self._hit(at)
        row = self.hits.row_at(at.y())
        if hit is not None:
            edge = hit.part != Part.BODY
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.PointingHandCursor)
        elif row is not None and row.is_editable and at.x() >= self.areas.content_left:
            self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.viewport().unsetCursor()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            hit = self._hit(event.pos())
            text = event_tooltip(hit.row, hit.event, self.session.frame_index) if hit else ""
            QToolTip.showText(event.globalPos(), text, self.viewport(), self._tip_area(hit))
            return True
        return super().viewportEvent(event)

    def _tip_area(self, hit: Hit | None) -> QRect:
        if hit is None:
            return QRect()
        band = self.areas.tier(self._rows.all().index(hit.row))
        return self.tiers_painter.rect(band, hit.event.onset, hit.event.offset).toAlignedRect()
