"""The event table as Qt's views see it; changes of the project arrive line by line."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap

from app import theme
from app.document.prediction_states import State
from app.session import Session
from app.views.events.columns import COLUMNS, Column
from app.views.events.event_line import EventLine
from app.views.events.known_times import KnownTimes
from app.views.events.lines import Filter, Lines
from fedn.errors import FednError

Index = QModelIndex | QPersistentModelIndex
LINE_BY_LINE = 64
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NO_PARENT = QModelIndex()
_COLUMNS = tuple(Column)
_COUNT = len(_COLUMNS)
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
# Made once: a large selection asks for every cell.
_FLAGS = [_PLAIN | Qt.ItemFlag.ItemIsEditable if COLUMNS[column].edit else _PLAIN for column in Column]


class EventTableModel(QAbstractTableModel):
    """The events of the current video, or of the project, filtered and sorted here: 20,000 lines stay fluent.

    While asleep it follows nothing and is brought up to date when it wakes.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lines = Lines(session)
        self._times = KnownTimes(session)
        self._descending = False
        self._awake = False
        self._stale = True
        session.project_changed.connect(self._on_project_changed)
        session.videos_changed.connect(self.refresh)
        session.video_changed.connect(self._on_video_changed)
        session.index_changed.connect(self._on_index_changed)
        session.tiers_changed.connect(self._on_tiers_changed)
        session.events_changed.connect(self._on_events_changed)

    # What is listed

    @property
    def whole_project(self) -> bool:
        return self._lines.whole_project

    @property
    def total(self) -> int:
        return self._lines.total

    def tier_names(self) -> list[str]:
        return self._lines.tier_names()

    def set_awake(self, awake: bool) -> None:
        self._awake = awake
        if awake and self._stale:
            self.refresh()

    def set_whole_project(self, whole: bool) -> None:
        if whole != self._lines.whole_project:
            self._lines.whole_project = whole
            self.refresh()

    def set_filter(self, chosen: Filter) -> None:
        if chosen != self._lines.filter:
            self._lines.filter = chosen
            self.refresh()

    def refresh(self, *_: object) -> None:
        """Everything anew."""
        if not self._awake:
            self._stale = True
            return
        self.beginResetModel()
        self._lines.gather()
        self._stale = False
        self.endResetModel()

    def line(self, row: int) -> EventLine:
        return self._lines[self._turned(row)]

    def lines(self) -> list[EventLine]:
        """As shown, from the top."""
        return [self.line(row) for row in range(len(self._lines))]

    def row_of(self, event_id: str) -> int:
        """-1 if the event is not listed."""
        place = self._lines.place_of(event_id)
        return place if place < 0 else self._turned(place)

    def text(self, line: EventLine, column: Column) -> str:
        return COLUMNS[column].text(line, self._times.index_of(line.video))

    def times_of(self, line: EventLine) -> tuple[float | None, float | None, float | None]:
        """Start of onset and apex and end of offset in seconds, None where not at hand."""
        index, event = self._times.index_of(line.video), line.event
        if index is None or event.offset >= index.frame_count:
            return None, None, None
        apex_s = None if event.apex is None else index.time_s(event.apex)
        return index.time_s(event.onset), apex_s, index.end_s(event.offset)

    def _turned(self, place: int) -> int:
        return len(self._lines) - 1 - place if self._descending else place

    # Qt's model

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else _COUNT

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[Column(section)].title
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            return _RIGHT if COLUMNS[Column(section)].is_number else left
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if COLUMNS[column].is_number else None
        line = self.line(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            text = self.text(line, column)
            shows = role == Qt.ItemDataRole.DisplayRole and column in (Column.LABEL, Column.KIND)
            return text.capitalize() if shows else text
        if role == Qt.ItemDataRole.ForegroundRole:
            return _color(line, column)
        if role == Qt.ItemDataRole.DecorationRole and column == Column.LABEL:
            return self._dot(line)
        if role == Qt.ItemDataRole.FontRole and column == Column.LABEL and line.state == State.REJECTED:
            return _struck()
        if role == Qt.ItemDataRole.ToolTipRole and column in (Column.NOTE, Column.VIDEO, Column.TIER):
            return self.text(line, column)
        return None

    def _dot(self, line: EventLine) -> QIcon | None:
        project = self._session.project
        if project is None or line.tier.id not in project.tiers:
            return None
        label = project.vocabulary_of(line.tier.id).label(line.event.label)
        return _dot(label.color) if label else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _FLAGS[index.column()] if index.isValid() else Qt.ItemFlag.NoItemFlags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """One edit with undo; a prediction is accepted into the annotator's tier in the same step."""
        make, line = COLUMNS[Column(index.column())].edit, self.line(index.row())
        if role != Qt.ItemDataRole.EditRole or make is None or value == self.text(line, Column(index.column())):
            return False
        try:
            make(line.event.id, str(value))
        except FednError as error:
            self._session.messages.error(str(error))
            return False
        return self._session.do_on_events((line.event.id,), lambda ids: make(ids[0], str(value)))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.beginResetModel()
        self._lines.column, self._descending = Column(column), order == Qt.SortOrder.DescendingOrder
        self._lines.sort()
        self.endResetModel()

    # What the session says

    def _on_project_changed(self) -> None:
        self._times.forget()
        self.refresh()

    def _on_video_changed(self, _video_id: str) -> None:
        if not self._lines.whole_project:
            self.refresh()

    def _on_tiers_changed(self, video_id: str) -> None:
        if self._lines.whole_project or self._is_current(video_id):
            self.refresh()

    def _is_current(self, video_id: str) -> bool:
        video = self._session.current_video
        return video is not None and video.id == video_id

    def _on_index_changed(self, _video_id: str) -> None:
        self._changed_in((Column.START, Column.END, Column.DURATION))

    def _changed_in(self, columns: Iterable[Column]) -> None:
        for column in columns if len(self._lines) else ():
            self.dataChanged.emit(self.index(0, column), self.index(len(self._lines) - 1, column))

    def _on_events_changed(self, video_id: str, _tier_id: str, event_ids: object) -> None:
        if not (self._lines.whole_project or self._is_current(video_id)) or not isinstance(event_ids, set):
            return
        if not self._awake or len(event_ids) > LINE_BY_LINE:
            self.refresh()
            return
        project = self._session.project
        accepted = self._lines.states.accepted(project, video_id) if project else frozenset()
        self._lines.states.forget(video_id)
        for event_id in event_ids:
            self._update(event_id)
        if project is not None and accepted != self._lines.states.accepted(project, video_id):
            for event in self._lines.predictions_of(video_id):
                self._update(event.id)

    def _update(self, event_id: str) -> None:
        """One line: repainted, moved, inserted or removed."""
        before, after = self._lines.place_of(event_id), self._lines.line_now(event_id)
        if before < 0 and after is None:
            return
        if before < 0 and after is not None:
            row = len(self._lines) - self._lines.place_for(after) if self._descending else self._lines.place_for(after)
            self.beginInsertRows(_NO_PARENT, row, row)
            self._lines.insert(after)
            self.endInsertRows()
        elif after is None:
            row = self._turned(before)
            self.beginRemoveRows(_NO_PARENT, row, row)
            self._lines.remove(event_id)
            self.endRemoveRows()
        elif self._lines[before] != after:
            self._replace(before, after)

    def _replace(self, before: int, after: EventLine) -> None:
        place = self._lines.place_for(after)
        # Its old line still stands there: one that goes further back comes to stand one place before.
        row, to = self._turned(before), self._turned(place - 1 if place > before else place)
        if to != row:
            self.beginMoveRows(_NO_PARENT, row, row, _NO_PARENT, to + 1 if to > row else to)
        self._lines.remove(after.event.id)
        self._lines.insert(after)
        if to != row:
            self.endMoveRows()
        self.dataChanged.emit(self.index(to, 0), self.index(to, len(Column) - 1))


def _color(line: EventLine, column: Column) -> QColor | None:
    tokens = theme.current()
    if column == Column.STATE and line.state in (State.ACCEPTED, State.REJECTED):
        return tokens.agrees if line.state == State.ACCEPTED else tokens.no_counterpart
    derived = column in (Column.VIDEO, Column.TIER, Column.START, Column.END, Column.DURATION, Column.STATE)
    return tokens.muted if derived or line.state == State.REJECTED else None


@lru_cache(maxsize=1)
def _struck() -> QFont:
    font = QFont()
    font.setStrikeOut(True)
    return font


@lru_cache(maxsize=64)
def _dot(color: str) -> QIcon:
    pixmap = QPixmap(QSize(24, 24))
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(1, 1, 10, 10)
    painter.end()
    icon = QIcon(pixmap)
    # The color says which label it is: no tint when the row is selected.
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
