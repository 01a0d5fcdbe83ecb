"""A report as PDF: A4 pages with headings, sentences and tables that flow, and figures on pages of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from app.reports.study.cells import cell_text, number_columns, shown
from app.reports.study.lettering import LINE, MUTED, TEXT, plain, shortened, width_pt
from app.reports.study.tables import Cell, ReportTable
from app.reports.study.timeline import MARGIN_IN, PAGE_IN

MOST_ROWS = 400
_WIDTH, _HEIGHT = PAGE_IN[0] * 72, PAGE_IN[1] * 72
_EDGE = MARGIN_IN * 72
_ROOM = _WIDTH - 2 * _EDGE
_SIZE, _LEADING, _GAP = 7.5, 1.3, 9.0
_WIDEST_SHARE, _MOST_LINES, _HEADER = 0.42, 4, 76.0


Column = tuple[float, bool]
"""Width in points, and whether its texts stand to the right."""


class PdfWriter:
    """Writes from above to below; a new page begins where the old one is full."""

    def __init__(self, path: Path, title: str) -> None:
        about = {"Title": plain(title), "Creator": "FEDN Studio"}
        self._pages = PdfPages(path, metadata=about)
        self._page: Figure | None = None
        self._y = 0.0
        self._number = 0

    def __enter__(self) -> PdfWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        if kind is None:
            self._end_page()
        self._pages.close()

    def heading(self, text: str, size: float = 12.0) -> None:
        """Kept together with the lines below it."""
        self._need(size * 2 + 60)
        self._y += size * 0.9
        self._text(_EDGE, shortened(plain(text), size, _ROOM), size, weight="bold")
        self._y += size * 1.5

    def sentence(self, text: str) -> None:
        for line in wrapped(plain(text), _SIZE + 0.5, _ROOM):
            self._need(12)
            self._text(_EDGE, line, _SIZE + 0.5, color=MUTED)
            self._y += (_SIZE + 0.5) * _LEADING
        self._y += 4

    def table(self, whole: ReportTable) -> None:
        """With its heading and its sentences; where it has no rows, it says so."""
        table = shown(whole)
        self._need(140)
        self.heading(table.title)
        if table.about:
            self.sentence(table.about)
        if not table.rows:
            self.sentence("There is nothing to list.")
            return
        rows = table.rows[:MOST_ROWS]
        columns = list(zip(column_widths(table.header, rows), number_columns(table), strict=True))
        self._head(table.header, columns)
        for row in rows:
            lines = [
                wrapped(plain(cell_text(cell)), _SIZE, width)[:_MOST_LINES]
                for cell, (width, _) in zip(row, columns, strict=True)
            ]
            if self._y + _row_height(lines) > _HEIGHT - _EDGE - 12:
                self._new_page()
                self._head(table.header, columns)
            self._row(lines, columns)
        if len(table.rows) > MOST_ROWS:
            left_out = f"These are the first {MOST_ROWS:,} of {len(table.rows):,} rows"
            self.sentence(f"{left_out}; the tables beside this file have all.")

    def figure(self, figure: Figure) -> None:
        """A figure that fills a page."""
        self._end_page()
        self._number += 1
        self._footer(figure)
        FigureCanvasAgg(figure)
        self._pages.savefig(figure)

    def chart(self, figure: Figure, title: str) -> None:
        """A figure of constrained layout, made as large as a page, with a heading."""
        figure.set_size_inches(*PAGE_IN)
        engine = figure.get_layout_engine()
        if isinstance(engine, ConstrainedLayoutEngine):
            engine.set(rect=(0.04, 0.05, 0.92, 0.85))
        figure.text(_EDGE / _WIDTH, 1 - _EDGE / _HEIGHT, plain(title), fontsize=12, weight="bold", va="top",
                    parse_math=False)  # fmt: skip
        self.figure(figure)

    def _head(self, header: Sequence[str], columns: Sequence[Column]) -> None:
        lines = [wrapped(plain(name), _SIZE, width) for name, (width, _) in zip(header, columns, strict=True)]
        self._need(_row_height(lines) + 20)
        self._row(lines, columns, color=MUTED)

    def _row(self, lines: Sequence[Sequence[str]], columns: Sequence[Column], color: str = TEXT) -> None:
        x = _EDGE
        for own, (width, to_right) in zip(lines, columns, strict=True):
            place, ha = (x + width, "right") if to_right else (x, "left")
            for number, line in enumerate(own):
                self._text(place, line, _SIZE, color=color, below=number * _SIZE * _LEADING, ha=ha)
            x += width + _GAP
        y = 1 - (self._y - 2) / _HEIGHT
        line = Line2D((_EDGE / _WIDTH, (x - _GAP) / _WIDTH), (y, y), color=LINE, linewidth=0.4)
        self._ensured().add_artist(line)
        self._y += _row_height(lines)

    def _text(
        self, x: float, text: str, size: float, *, color: str = TEXT, below: float = 0.0, ha: str = "left",
        weight: str = "normal",
    ) -> None:  # fmt: skip
        y = 1 - (self._y + below) / _HEIGHT
        self._ensured().text(x / _WIDTH, y, text, fontsize=size, color=color, ha=ha, va="top", weight=weight,
                             parse_math=False)  # fmt: skip

    def _need(self, room: float) -> None:
        if self._page is None or self._y + room > _HEIGHT - _EDGE - 12:
            self._new_page()

    def _ensured(self) -> Figure:
        if self._page is None:
            self._new_page()
        assert self._page is not None
        return self._page

    def _new_page(self) -> None:
        self._end_page()
        self._page = Figure(figsize=PAGE_IN)
        self._number += 1
        self._footer(self._page)
        self._y = _EDGE

    def _footer(self, figure: Figure) -> None:
        figure.text(1 - _EDGE / _WIDTH, 16 / _HEIGHT, str(self._number), fontsize=7, color=MUTED, ha="right")

    def _end_page(self) -> None:
        if self._page is not None:
            FigureCanvasAgg(self._page)
            self._pages.savefig(self._page)
            self._page = None


def _row_height(lines: Sequence[Sequence[str]]) -> float:
    return max(map(len, lines)) * _SIZE * _LEADING + 3


def column_widths(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[float]:
    """Points: as wide as the texts where there is room, else the widest columns give way and wrap."""
    texts = [[cell_text(row[at]) for row in rows] for at in range(len(header))]
    longest_words = [max((width_pt(word, _SIZE) for word in name.split()), default=0) for name in header]
    wanted = [
        max(
            longest,
            14.0,
            min(width_pt(name, _SIZE), _HEADER),
            max((width_pt(plain(text), _SIZE) for text in own), default=0),
        )
        + 2
        for name, longest, own in zip(header, longest_words, texts, strict=True)
    ]
    room = _ROOM - _GAP * (len(header) - 1)
    widest = _WIDEST_SHARE * room if len(header) > 2 else 0.75 * room
    widths = [min(width, widest) for width in wanted]
    while sum(widths) > room:
        limit = max(widths) * 0.9
        widths = [min(width, limit) for width in widths]
    return widths


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Lines that are no wider than `room` points; words that are, are broken."""
    lines, line = [], ""
    for word in text.split():
        while width_pt(word, size) > room:
            part = shortened(word, size, room).removesuffix("…") or word[:1]
            lines += [line] * bool(line) + [part]
            line, word = "", word[len(part) :]
        longer = f"{line} {word}".strip()
        if width_pt(longer, size) <= room:
            line = longer
        else:
            lines.append(line)
            line = word
    return [*lines, line] if line or not lines else lines
