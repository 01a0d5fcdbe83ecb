"""The confusion matrix as a heat table: how often which two labels meet; a click leads to the events."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.review.agreement_report import AgreementReport
from app.theme import Tokens
from fedn.counted import counted

ROW_PX = 26
NAMES_PX = 96
HEADER_PX = 40
MOST_PX = 62
_MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_CHOOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ConfusionMatrix(QWidget):
    """Rows are labels of the first tier, columns those of the second, the last of each "no event".

    Signals:
        cell_chosen: the two labels, None for no event.
    """

    cell_chosen = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._report: AgreementReport | None = None
        self._cell: tuple[int, int] | None = None
        self.setAccessibleName("Confusion matrix")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_report(self, report: AgreementReport | None) -> None:
        self._report = report
        size = self._size
        if self._cell is not None and max(self._cell) >= size:
            self._cell = None
        self.updateGeometry()
        self.update()

    @property
    def _size(self) -> int:
        return len(self._report.categories) if self._report else 0

    def sizeHint(self) -> QSize:
        return QSize(NAMES_PX + 30 * self._size, HEADER_PX + ROW_PX * self._size + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def cell_rect(self, row: int, column: int) -> QRect:
        width = min(MOST_PX, (self.width() - NAMES_PX) // max(1, self._size))
        return QRect(NAMES_PX + column * width, HEADER_PX + row * ROW_PX, width - 2, ROW_PX - 2)

    def cell_at(self, place: QPoint) -> tuple[int, int] | None:
        size = self._size
        cells = ((row, column) for row in range(size) for column in range(size))
        return next((cell for cell in cells if self.cell_rect(*cell).contains(place)), None)

    def words(self, row: int, column: int) -> str:
        """What a cell says, in one sentence."""
        report = self._report
        if report is None:
            return ""
        one, two = report.categories[row], report.categories[column]
        count = report.confusion[one, two]
        said = ", ".join((f"{report.first.short} {_name(one)}", f"{report.second.short} {_name(two)}"))
        return f"{said}: {counted(count, 'event')}"

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        report = self._report
        if report is None:
            return
        painter, tokens = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = QFont(self.font())
        small.setPixelSize(11)
        painter.setFont(small)
        self._paint_names(painter, report, tokens)
        counts, names = report.confusion, report.categories
        most = max(counts.values(), default=1)
        for row, one in enumerate(names):
            for column, two in enumerate(names):
                self._paint_cell(painter, (row, column), counts[one, two], most, tokens)
        painter.end()

    def _paint_names(self, painter: QPainter, report: AgreementReport, tokens: Tokens) -> None:
        metrics = QFontMetrics(painter.font())
        painter.setPen(tokens.muted)
        corner = QRect(0, 0, NAMES_PX - 6, 16)
        painter.drawText(corner, Qt.AlignmentFlag.AlignLeft, _cut(metrics, f"{report.first.short} ↓", corner))
        top = QRect(NAMES_PX, 0, max(40, self.width() - NAMES_PX), 16)
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft, _cut(metrics, f"{report.second.short} →", top))
        painter.setPen(tokens.text)
        for place, label in enumerate(report.categories):
            row, column = self.cell_rect(place, 0), self.cell_rect(0, place)
            left = QRect(0, row.top(), NAMES_PX - 6, row.height())
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(left, Qt.AlignmentFlag.AlignLeft | middle, _cut(metrics, _name(label).capitalize(), left))
            above = QRect(column.left(), 18, column.width(), HEADER_PX - 20)
            painter.drawText(above, Qt.AlignmentFlag.AlignHCenter | middle, _code(metrics, label, above))

    def _paint_cell(self, painter: QPainter, cell: tuple[int, int], count: int, most: int, tokens: Tokens) -> None:
        row, column = cell
        last = self._size - 1
        place = self.cell_rect(row, column)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.sunken)
        if not row == column == last:  # Where neither has an event there is nothing to count.
            painter.drawRoundedRect(place, 3, 3)
        if count:
            differs = tokens.no_counterpart if last in (row, column) else tokens.label_differs
            color = QColor(tokens.agrees if row == column else differs)
            color.setAlphaF(0.2 + 0.4 * count / most)
            painter.setBrush(color)
            painter.drawRoundedRect(place, 3, 3)
            painter.setPen(tokens.text)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
        if cell == self._cell:
            painter.setPen(QPen(tokens.accent if self.hasFocus() else tokens.muted, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place, 3, 3)

    # Mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move_to(self.cell_at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._move_to(self.cell_at(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None and cell == self._cell:
            self._choose()

    def event(self, event: QEvent) -> bool:
        """Claims the keys that move between cells and choose one; tells about the one under the mouse."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_for_cells(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(event.pos())
            text = f"{self.words(*cell)}; click to see them in the review queue" if cell else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _CHOOSE:
            self._choose()
        elif event.key() in _MOVES and self._size:
            down, right = _MOVES[Qt.Key(event.key())]
            row, column = self._cell or (0, 0)
            last = self._size - 1
            moved = (min(max(row + down, 0), last), min(max(column + right, 0), last))
            self._move_to(moved if self._cell else (0, 0))
        else:
            event.ignore()

    def _move_to(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.setAccessibleDescription(self.words(*cell) if cell else "")
            self.update()

    def _choose(self) -> None:
        report = self._report
        if report is not None and self._cell is not None:
            row, column = self._cell
            self.cell_chosen.emit(report.categories[row], report.categories[column])


def _is_for_cells(event: QKeyEvent) -> bool:
    return not event.modifiers() and (event.key() in _MOVES or event.key() in _CHOOSE)


def _name(label: str | None) -> str:
    return "no event" if label is None else label or "no label"


def _code(metrics: QFontMetrics, label: str | None, room: QRect) -> str:
    """The whole name if there is room, else its first letters."""
    name = _name(label).capitalize()
    if metrics.horizontalAdvance(name) <= room.width():
        return name
    return "none" if label is None else name[:3]


def _cut(metrics: QFontMetrics, text: str, room: QRect) -> str:
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
