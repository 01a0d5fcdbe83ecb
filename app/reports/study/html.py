"""A report as one HTML file: style, figures and pictures inside, nothing from a network, no script."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from app.reports.study.cells import cell_text, number_columns, shown
from app.reports.study.lettering import outlined, plain
from app.reports.study.tables import ReportTable

MOST_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: its figure as a data address, and tables."""

    title: str
    tables: Sequence[ReportTable]
    figure: str = ""
    caption: str = ""
    sentences: Sequence[str] = ()


def embedded(figure: Figure) -> str:
    """The figure as a data address: an SVG whose letters are drawings, the same on every computer."""
    FigureCanvasSVG(figure)
    stream = io.BytesIO()
    with outlined():
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(stream.getvalue()).decode()


def render_html(title: str, made: str, sections: Sequence[Section]) -> str:
    """The whole file. What comes from the project is escaped, whatever it holds."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["j2"]), trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(
        cell=lambda cell: plain(cell_text(cell)), plain=plain, numbers=number_columns, shown=shown
    )
    template = environment.get_template("study_report.html.j2")
    return template.render(title=title, made=made, sections=sections, most_rows=MOST_ROWS)
