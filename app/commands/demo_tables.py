"""The demo's results as tables on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from app.commands.demo_project import Found
from app.commands.evaluate import number

STYLES = {
    "agrees": "green",
    "label differs": "yellow",
    "no counterpart": "red",
    "missed": "red",
    "only self-reported": "dim",
}


def event_table(one: Found) -> Table:
    """Predictions beside expert and self-report, event by event."""
    title = f"{one.video.subject} · {one.video.name} · {one.video.frame_count} frames"
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in ("frames", "FEDN", "score", "expert", "self-report", ""):
        table.add_column(name, justify="right" if name in ("frames", "score") else "left")
    for row in one.rows:
        event = row.predicted or row.expert or row.self_report
        if event is None:
            continue
        score = row.predicted.score if row.predicted is not None else None
        table.add_row(
            f"{event.onset}-{event.offset}",
            row.predicted.label if row.predicted else "—",
            "" if score is None else f"{score:.2f}",
            row.expert.label if row.expert else "—",
            row.self_report.label if row.self_report else "—",
            Text(row.verdict, style=STYLES[row.verdict]),
        )
    return table


def metrics_table(metrics: Mapping[str, Any]) -> Table:
    table = Table(title="compared with", title_justify="left", title_style="bold")
    names = (
        "",
        "events",
        "predicted",
        "spotting F1",
        "precision",
        "recall",
        "spotting mAP",
        "recognition F1",
        "det. mAP",
    )
    for name in names:
        table.add_column(name, justify="right" if name else "left")
    for reference, result in metrics.items():
        spotting = result["spotting"]
        values = (spotting["f1"], spotting["precision"], spotting["recall"], spotting["map"])
        table.add_row(
            reference,
            str(result["n_truth"]),
            str(result["n_predictions"]),
            *map(number, values),
            number(result["recognition"]["micro_f1"]),
            number(result["detection"]["map"]),
        )
    return table
