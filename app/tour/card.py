"""The card of the tour: a few sentences beside what they are about. It never takes the keyboard by itself."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app import theme
from app.captions import heading, muted
from app.tour.placing import Side, place_of

WIDTH_PX = 348
TIP_PX = 9
PADDING_PX = 14


class TourCard(QWidget):
    """Signals:
    next_wanted, back_wanted, leave_wanted: a button was pressed.
    """

    next_wanted = Signal()
    back_wanted = Signal()
    leave_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._target, self._side = QRect(), Side.NONE
        self._grip: QPoint | None = None
        self._is_moved = False
        self.title, self.text, self.praise, self.place = heading(""), QLabel(), QLabel(), muted("")
        self.next_button, self.back_button, self.close_button = QPushButton(), QPushButton(), QToolButton()
        self._lay_out()
        self.next_button.clicked.connect(self.next_wanted)
        self.back_button.clicked.connect(self.back_wanted)
        self.close_button.clicked.connect(self.leave_wanted)
        self.hide()

    def show_words(self, title: str, text: str, place: str, *, back: str, next: str) -> None:
        """`place` as "2 of 6"; `back` "" for no such button. An ampersand in a button's text marks its key."""
        self.title.setText(title)
        self.text.setText(text)
        # A label counts the least height that it was given before.
        self.text.setMinimumHeight(0)
        self.text.setFixedHeight(self.text.heightForWidth(self.text.width()))
        self.praise.setText("")
        self.place.setText(place)
        for button, words in ((self.back_button, back), (self.next_button, next)):
            button.setText(words)
            button.setVisible(bool(words))
        self._is_moved = False
        self._column.invalidate()
        self.setFixedHeight(self._column.sizeHint().height())
        self.show()
        self.raise_()
        said = f"{title}. {place}. {self.text.text()}"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def show_praise(self, text: str) -> None:
        self.praise.setText(f"✓ {text}")
        self.praise.setStyleSheet(f"color: {theme.current().agrees.name()}")
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def point_at(self, target: QRect, room: QRect) -> None:
        """Moves beside the target, an empty one for none, unless the user has moved the card."""
        if self._is_moved:
            return
        corner, self._side = place_of(self.size(), target, room)
        self._target = target
        self.move(corner)
        self.raise_()
        self.update()

    # Moved with the mouse, where it is in the way

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        room = self._window.rect()
        corner = self.mapToParent(event.position().toPoint()) - self._grip
        x = max(0, min(corner.x(), room.width() - self.width()))
        y = max(0, min(corner.y(), room.height() - self.height()))
        self.move(x, y)
        self._is_moved, self._side = True, Side.NONE
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._grip = None

    # Looks

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tokens.accent)
        painter.setBrush(tokens.raised)
        painter.drawPath(self._outline())
        painter.end()

    def _outline(self) -> QPainterPath:
        body, path = self.rect().toRectF().adjusted(TIP_PX, TIP_PX, -TIP_PX, -TIP_PX), QPainterPath()
        path.addRoundedRect(body, 9, 9)
        if self._side is Side.NONE:
            return path
        aim = self._target.center() - self.pos()
        x = max(body.left() + 20, min(float(aim.x()), body.right() - 20))
        y = max(body.top() + 20, min(float(aim.y()), body.bottom() - 20))
        tip, across = {
            Side.LEFT: (QPointF(0.5, y), QPointF(0, TIP_PX)),
            Side.RIGHT: (QPointF(self.width() - 0.5, y), QPointF(0, TIP_PX)),
            Side.ABOVE: (QPointF(x, 0.5), QPointF(TIP_PX, 0)),
            Side.BELOW: (QPointF(x, self.height() - 0.5), QPointF(TIP_PX, 0)),
        }[self._side]
        inward = QPointF(body.center().x() - tip.x(), 0) if across.x() == 0 else QPointF(0, body.center().y() - tip.y())
        foot = tip + inward / max(abs(inward.x()), abs(inward.y())) * (TIP_PX + 2)
        arrow = QPainterPath(foot - across)
        arrow.lineTo(tip)
        arrow.lineTo(foot + across)
        arrow.closeSubpath()
        return path.united(arrow)

    def _lay_out(self) -> None:
        self.setAccessibleName("Tour")
        self.setFixedWidth(WIDTH_PX)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setFixedWidth(WIDTH_PX - 2 * (TIP_PX + PADDING_PX))
        self.next_button.setProperty("primary", True)
        self.next_button.setToolTip("On in the tour")
        self.back_button.setToolTip("Back in the tour")
        self.close_button.setText("✕")
        self.close_button.setObjectName("flat")
        self.close_button.setToolTip("Leave the tour (Esc)")
        self.close_button.setAccessibleName("Leave the tour")
        for button in (self.next_button, self.back_button, self.close_button):
            button.setCursor(Qt.CursorShape.ArrowCursor)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        foot.setSpacing(8)
        foot.addWidget(self.place)
        foot.addWidget(self.praise, 1)
        foot.addWidget(self.back_button)
        foot.addWidget(self.next_button)
        self._column = column = QVBoxLayout(self)
        around = TIP_PX + PADDING_PX
        column.setContentsMargins(around, TIP_PX + 8, around, around)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.text)
        column.addLayout(foot)
