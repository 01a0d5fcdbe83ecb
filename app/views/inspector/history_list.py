"""An event's life: who did what to it when, and what it was before."""

from __future__ import annotations

from datetime import datetime
from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app import captions, theme
from fedn.annotation.action_unit import action_units_text
from fedn.annotation.event import Event
from fedn.annotation.history import PastChange

SHOWN_AT_FIRST = 3


class HistoryList(QWidget):
    """The last changes, and all of them on demand."""

    def __init__(self) -> None:
        super().__init__()
        self._past: tuple[PastChange, ...] = ()
        self._shows_all = False
        heading = captions.heading("History")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more = QPushButton()
        self.more.setObjectName("flat")
        self.more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more.setCursor(Qt.CursorShape.PointingHandCursor)
        self.more.clicked.connect(self._on_more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(heading)
        column.addWidget(self.text)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_past(self, past: tuple[PastChange, ...], *, same_event: bool) -> None:
        """Newest first."""
        self._past = past
        self._shows_all = self._shows_all and same_event
        self._show()

    def _on_more(self) -> None:
        self._shows_all = True
        self._show()

    def _show(self) -> None:
        shown = self._past if self._shows_all else self._past[:SHOWN_AT_FIRST]
        muted = theme.current().muted.name()
        self.text.setText("".join(_row(change, muted) for change in shown))
        self.more.setText(f"Show all {len(self._past)} changes")
        self.more.setVisible(len(shown) < len(self._past))
        self.setVisible(bool(self._past))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()


def _row(change: PastChange, muted: str) -> str:
    said = [change.who, when(change.time), difference(change.before, change.after)]
    details = escape(" · ".join(part for part in said if part))
    what = escape(change.text[:1].upper() + change.text[1:])
    return f'<p style="margin:0 0 6px 0">{what}<br><span style="color:{muted}">{details}</span></p>'


def when(time: datetime) -> str:
    """In the place's own time; the year only where it is not this one."""
    local = time.astimezone()
    year = "" if local.year == datetime.now().year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def difference(before: Event | None, after: Event | None) -> str:
    """What an edit took away from an event: "was onset 20, label fear"; where it came from, if it made the event."""
    if before is None and after is not None:
        origin = after.origin
        if origin is None:
            return f"{after.onset} – {after.offset}"
        return f"{origin.model} said {origin.label} {origin.onset} – {origin.offset}, {origin.score:.2f}"
    if before is None:
        return ""
    if after is None:
        return f"was {before.label or 'no label'} {before.onset} – {before.offset}"
    was = [f"{name} {text}" for name, text, now in _fields(before, after) if text != now]
    return "was " + ", ".join(was) if was else ""


def _fields(before: Event, after: Event) -> list[tuple[str, str, str]]:
    def texts(event: Event) -> dict[str, str]:
        return {
            "onset": str(event.onset),
            "apex": "none" if event.apex is None else str(event.apex),
            "offset": str(event.offset),
            "label": event.label or "none",
            "kind": event.kind,
            "intensity": event.intensity or "none",
            "action units": action_units_text(event.action_units) or "none",
            "note": f"“{event.note}”" if event.note else "none",
        }

    was, now = texts(before), texts(after)
    return [(name, was[name], now[name]) for name in was]
