"""`main.py evaluate`: two event tables, and every number and figure that compares them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.output import JsonOption, output
from fedn.annotation.event import Event
from fedn.errors import FormatError

if TYPE_CHECKING:
    from fedn.annotation.thresholds import ThresholdCounts

NESTED = "nested"


@dataclass(frozen=True, slots=True)
class EventTable:
    """Events by video name, and the subject of each video that has one."""

    events: dict[str, list[Event]]
    subject_of: dict[str, str]


def evaluate(
    predictions: Annotated[Path, typer.Option(help="Event table of the predictions (CSV).")],
    truth: Annotated[Path, typer.Option(help="Event table of the truth (CSV).")],
    iou: Annotated[float, typer.Option(min=0.01, max=1.0, help="Overlap from which two events are the same.")] = 0.5,
    protocol: Annotated[str, typer.Option(help="Whose definitions: ours, strs or lgsnet.")] = "ours",
    tier: Annotated[str, typer.Option(help="Use only the truth's rows of this tier.")] = "",
    threshold: Annotated[
        str,
        typer.Option(
            help="Least score of a prediction that counts for F1; average precision sees all. “nested”: for each "
            "subject the one that suits the others, when each was predicted by a model that had not seen them."
        ),
    ] = "",
    bootstrap: Annotated[
        int, typer.Option(min=0, help="Resamples of the subjects for confidence intervals; 0 for none.")
    ] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the resamples.")] = 0,
    figures: Annotated[
        Path | None, typer.Option(help="Folder for figures as PNG, SVG and PDF: AP against IoU, confusion, timelines.")
    ] = None,
    compare: Annotated[
        list[str] | None, typer.Option(help="NAME=CSV: another method's predictions for the figures; may be repeated.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the predictions in the figures.")] = "predictions",
    videos: Annotated[
        Path | None, typer.Option(help="Folder with the videos, for the apex frames in the timelines.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Compare predictions with a truth: spotting, recognition, detection."""
    with output(json) as out:
        from fedn.annotation.metrics import evaluate as compared

        true, scored = read_table(truth, tier), read_table(predictions)
        others = {other: read_table(path).events for other, path in _named_tables(compare or [])}
        subject_of = {**scored.subject_of, **true.subject_of}
        counted = above_threshold(true.events, scored.events, threshold, subject_of, iou)
        result = compared(true.events, counted, iou=iou, protocol=protocol, candidates=scored.events).to_json()
        intervals = intervals_of(true.events, counted, scored.events, subject_of, iou, protocol, bootstrap, seed)
        if intervals:
            result["confidence"] = intervals
        if figures is not None:
            from app.commands.evaluation_figures import write_figures

            written = write_figures(
                figures, true.events, counted, {name: scored.events, **others}, iou, videos, out.reporter
            )
            result["figures"] = [str(path) for path in written]
        out.document(result)
        for line in summary_lines(result):
            out.say(line)
        if figures is not None:
            out.say(f"{len(result['figures'])} files of figures are in {figures}")


def read_table(path: Path, tier: str = "") -> EventTable:
    """The events of a table; only those of `tier` if it is given.

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
    return EventTable(dict(by_video), {row.video: row.subject for row in rows if row.subject})


def _named_tables(given: Sequence[str]) -> list[tuple[str, Path]]:
    tables = []
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or not name.strip():
            raise FormatError(f"“{text}” is not of the form NAME=CSV, for example STR=str-predictions.csv")
        tables.append((name.strip(), Path(path)))
    return tables


def above_threshold(
    truth: Mapping[str, Sequence[Event]],
    predictions: Mapping[str, Sequence[Event]],
    threshold: str,
    subject_of: Mapping[str, str],
    iou: float,
) -> dict[str, list[Event]]:
    """The predictions that count for F1.

    Args:
        threshold: "" for all, a number, or "nested".

    Raises:
        FormatError: if it is none of these, or "nested" without at least two subjects.
    """
    from fedn.annotation.thresholds import above, nested_thresholds, threshold_counts

    if not threshold:
        return {video: list(events) for video, events in predictions.items()}
    if threshold != NESTED:
        try:
            return {video: above(events, float(threshold)) for video, events in predictions.items()}
        except ValueError:
            raise FormatError(f"the threshold “{threshold}” is neither a number nor “{NESTED}”") from None
    if missing := [video for video in {**truth, **predictions} if video not in subject_of]:
        raise FormatError(f"a nested threshold needs the subject of {missing[0]}; add the column subject to a table")
    by_subject: dict[str, ThresholdCounts] = {}
    for subject in sorted({subject_of[video] for video in {**truth, **predictions}}):
        own = [video for video in {**truth, **predictions} if subject_of[video] == subject]
        by_subject[subject] = threshold_counts(
            {video: truth.get(video, ()) for video in own}, {video: predictions.get(video, ()) for video in own}, iou
        )
    if len(by_subject) < 2:
        raise FormatError("a nested threshold needs at least two subjects; give a number instead")
    chosen = nested_thresholds(by_subject)
    return {video: above(events, chosen[subject_of[video]]) for video, events in predictions.items()}


def intervals_of(
    truth: Mapping[str, Sequence[Event]],
    predictions: Mapping[str, Sequence[Event]],
    candidates: Mapping[str, Sequence[Event]],
    subject_of: Mapping[str, str],
    iou: float,
    protocol: Any,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    """Confidence intervals over subjects, as plain values; empty where fewer than two subjects are named."""
    from fedn.annotation.confidence import LEVEL, confidence_intervals, figures_by_subject

    videos = {**truth, **predictions}
    if not resamples or any(video not in subject_of for video in videos):
        return {}
    by_subject = figures_by_subject(truth, predictions, subject_of, candidates=candidates, iou=iou, protocol=protocol)
    found = confidence_intervals(by_subject, resamples=resamples, seed=seed)
    if not found:
        return {}
    about = {"level": LEVEL, "unit": "subject", "n_subjects": len(by_subject), "resamples": resamples, "seed": seed}
    return about | {key: [interval.low, interval.high] for key, interval in found.items()}


def summary_lines(result: dict[str, Any]) -> list[str]:
    """The main numbers of `Evaluation.to_json()`, one line for each of the three questions."""
    spotting, recognition, detection = result["spotting"], result["recognition"], result["detection"]
    confidence = result.get("confidence", {})

    def interval(key: str) -> str:
        return f" [{number(confidence[key][0])}, {number(confidence[key][1])}]" if key in confidence else ""

    lines = [
        f"{result['n_predictions']} predictions, {result['n_truth']} true events",
        f"spotting     F1 {number(spotting['f1'])}{interval('spotting_f1')}  (IoU {spotting['iou']})  "
        f"precision {number(spotting['precision'])}  recall {number(spotting['recall'])}  "
        f"mAP {number(spotting['map'])}{interval('spotting_map')}",
        f"recognition  F1 {number(recognition['micro_f1'])}{interval('micro_f1')}  "
        f"unweighted F1 {number(recognition['uf1'])}{interval('uf1')}  "
        f"unweighted recall {number(recognition['uar'])}  ({recognition['n']} matched events)",
        f"detection    mAP {number(detection['map'])}{interval('detection_map')}",
    ]
    if confidence:
        share, subjects = f"{confidence['level']:.0%}", confidence["n_subjects"]
        lines.append(f"in brackets: {share} intervals, {confidence['resamples']} resamples of {subjects} subjects")
    return lines


def number(value: float | None) -> str:
    """Three decimals, or a dash for what is not defined (no matched event, no label)."""
    return "—" if value is None else f"{value:.3f}"
