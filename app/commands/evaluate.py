"""`main.py evaluate`: two event tables, and every number that compares them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.output import JsonOption, output
from fedn.annotation.event import Event
from fedn.errors import FormatError


def evaluate(
    predictions: Annotated[Path, typer.Option(help="Event table of the predictions (CSV).")],
    truth: Annotated[Path, typer.Option(help="Event table of the truth (CSV).")],
    iou: Annotated[float, typer.Option(min=0.01, max=1.0, help="Overlap from which two events are the same.")] = 0.5,
    protocol: Annotated[str, typer.Option(help="Whose definitions: ours, strs or lgsnet.")] = "ours",
    tier: Annotated[str, typer.Option(help="Use only the truth's rows of this tier.")] = "",
    json: JsonOption = False,
) -> None:
    """Compare predictions with a truth: spotting, recognition, detection."""
    with output(json) as out:
        from fedn.annotation.metrics import evaluate as compare

        truth_events = read_events(truth, tier)
        result = compare(truth_events, read_events(predictions), iou=iou, protocol=protocol).to_json()
        out.document(result)
        for line in summary_lines(result):
            out.say(line)


def read_events(path: Path, tier: str = "") -> dict[str, list[Event]]:
    """The events of a table by video name; only those of `tier` if it is given.

    Raises:
        FormatError: if the table cannot be read or has no row of that tier.
    """
    from fedn.annotation.formats.event_csv import read_event_table

    rows = read_event_table(path)
    chosen = [row for row in rows if not tier or row.tier.casefold() == tier.casefold()]
    if tier and not chosen:
        names = ", ".join(sorted({row.tier for row in rows})) or "none"
        raise FormatError(f"{path} has no row of the tier “{tier}”; its tiers are: {names}")
    by_video: dict[str, list[Event]] = defaultdict(list)
    for row in chosen:
        by_video[row.video].append(row.event)
    return dict(by_video)


def summary_lines(result: dict[str, Any]) -> list[str]:
    """The main numbers of `Evaluation.to_json()`, one line for each of the three questions."""
    spotting, recognition, detection = result["spotting"], result["recognition"], result["detection"]
    return [
        f"{result['n_predictions']} predictions, {result['n_truth']} true events",
        f"spotting     F1 {number(spotting['f1'])}  precision {number(spotting['precision'])}  "
        f"recall {number(spotting['recall'])}  (IoU {spotting['iou']})  mAP {number(spotting['map'])}",
        f"recognition  F1 {number(recognition['micro_f1'])}  unweighted F1 {number(recognition['uf1'])}  "
        f"unweighted recall {number(recognition['uar'])}  ({recognition['n']} matched events)",
        f"detection    mAP {number(detection['map'])}",
    ]


def number(value: float | None) -> str:
    """Three decimals, or a dash for what is not defined (no matched event, no label)."""
    return "—" if value is None else f"{value:.3f}"
