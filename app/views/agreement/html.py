"""Tables of numbers as rich text: one label paints them all, which is quicker than a label for every cell."""

from __future__ import annotations

from html import escape

from app import theme
from app.review.agreement_report import AgreementReport
from fedn.annotation.agreement.measure import Measure

NONE = "—"


def value_text(measure: Measure, digits: int = 2) -> str:
    """The number, or a dash where there is none."""
    if measure.value is None:
        return NONE
    text = f"{measure.value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def measure_table(report: AgreementReport) -> str:
    """Name, number, and below them what it means; where there is no number, why."""
    muted = theme.current().muted.name()
    rows = []
    for row in report.rows:
        what = f"No value: {row.measure.reason}" if row.measure.value is None else f"{row.definition} ({row.unit})"
        below = f'<span style="color:{muted}; font-size:11px">{escape(what)}.</span>'
        rows.append(
            f"<tr><td><b>{escape(row.name)}</b><br>{below}</td>"
            f'<td align="right" width="56" style="font-size:15px"><b>{value_text(row.measure)}</b></td></tr>'
        )
    return f'<table width="100%" cellspacing="0" cellpadding="3">{"".join(rows)}</table>'


def label_table(report: AgreementReport) -> str:
    """Events of either, F1 and kappa of each label."""
    muted = theme.current().muted.name()
    titles = (report.first.short, report.second.short, "F1", "Kappa")
    heads = "".join(f'<td align="right" style="color:{muted}">{escape(title)}</td>' for title in titles)
    rows = [f"<tr><td></td>{heads}</tr>"]
    for row in report.labels:
        values = (f"{row.first_count:,}", f"{row.second_count:,}", value_text(row.f1), value_text(row.kappa))
        cells = "".join(f'<td align="right">{value}</td>' for value in values)
        rows.append(f"<tr><td>{escape((row.label or 'No label').capitalize())}</td>{cells}</tr>")
    if not report.labels:
        return f'<span style="color:{muted}">Neither of the two has events.</span>'
    return f'<table width="100%" cellspacing="0" cellpadding="2">{"".join(rows)}</table>'
