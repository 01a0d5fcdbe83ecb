"""The report of leaving one subject out: one HTML file with the paper's tables, subjects, protocols and figures; and
the same numbers as tables for spreadsheets."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from fedn.annotation.confidence import FIGURES, ConfidenceInterval
from fedn.annotation.metrics import Evaluation
from fedn.errors import FormatError
from fedn.model_info import write_atomically

MOST_TIMELINES = 12
CAPTIONS = {
    "ap-against-iou": ("Average precision against IoU (the paper's figures 2 and 3)", 860),
    "detection-ap-by-label": ("The same for each label", 500),
    "confusion": ("Labels of the matched events (figure 5)", 520),
}
NAMES = {
    "spotting_f1": "spotting F1",
    "spotting_map": "spotting mAP",
    "micro_f1": "recognition F1",
    "uf1": "unweighted recognition F1",
    "detection_map": "detection mAP",
}


@dataclass(frozen=True, slots=True)
class MethodPart:
    """One recipe of the report.

    Attributes:
        intervals: by number of `fedn.annotation.confidence.FIGURES`.
        subjects: rows with subject, videos, true, predicted, tp, precision, recall, f1, map, recognition, threshold.
        protocols: (name, meaning, spotting F1 or None).
        figures: PNG files, the timelines last.
    """

    name: str
    evaluation: Evaluation
    intervals: Mapping[str, ConfidenceInterval]
    subjects: Sequence[Mapping[str, Any]]
    protocols: Sequence[tuple[str, str, float | None]]
    parameters: int | None
    gflop: float | None
    figures: Sequence[Path] = ()

    @property
    def shown_figures(self) -> list[tuple[str, int, str]]:
        """Captions, widths in pixels and data addresses of the figures that the report shows."""
        timelines = [path for path in self.figures if path.name.startswith("timeline-")]
        others = [path for path in self.figures if path not in timelines]
        chosen = [*others, *timelines[:MOST_TIMELINES]]
        return [
            (*_caption(path), f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}")
            for path in chosen
        ]

    @property
    def hidden_timelines(self) -> int:
        return max(0, sum(path.name.startswith("timeline-") for path in self.figures) - MOST_TIMELINES)


def _caption(path: Path) -> tuple[str, int]:
    other = f"Timeline of {path.stem.removeprefix('timeline-')} (figure 6): right in green, wrong in red", 1040
    return CAPTIONS.get(path.stem, other)


def table_row(part: MethodPart) -> dict[str, Any]:
    """All numbers of a method; empty where one is not defined."""
    found, named = part.evaluation.spotting, part.evaluation.recognition
    row: dict[str, Any] = {"method": part.name, "n_true": part.evaluation.n_truth}
    row |= {"n_predicted": part.evaluation.n_predictions, "tp": found.tp, "fp": found.fp, "fn": found.fn}
    row |= {"precision": found.precision, "recall": found.recall, "spotting_f1": found.f1, "spotting_map": found.map}
    row |= {"recognition_f1": named.micro_f1, "recognition_uf1": named.uf1, "recognition_strs_f1": named.strs_f1}
    row |= {"detection_map": part.evaluation.detection.map, "strs": part.evaluation.strs}
    for name in FIGURES:
        interval = part.intervals.get(name)
        row |= {f"{name}_low": interval.low if interval else None, f"{name}_high": interval.high if interval else None}
    row |= {f"ap_{iou}": value for iou, value in found.ap.items()}
    return row | {"parameters": part.parameters, "gflop": part.gflop}


def write_report(folder: Path, parts: Sequence[MethodPart], *, title: str, notes: Sequence[str]) -> list[Path]:
    """Writes report.html, table.csv, subjects.csv and protocols.csv.

    Args:
        notes: sentences about the data and how it was done.

    Raises:
        FormatError: if the folder cannot be written to.
    """
    subjects = [{"method": part.name, **row} for part in parts for row in part.subjects]
    protocols = [
        {"method": part.name, "protocol": name, "spotting_f1": value, "meaning": meaning}
        for part in parts
        for name, meaning, value in part.protocols
    ]
    content = {
        "report.html": _html(parts, title, notes),
        "table.csv": _csv([table_row(part) for part in parts]),
        "subjects.csv": _csv(subjects),
        "protocols.csv": _csv(protocols),
    }
    try:
        for name, text in content.items():
            write_atomically(folder / name, text.encode())
    except OSError as error:
        raise FormatError(
            f"the report cannot be written to {folder} ({error.strerror}); choose another folder"
        ) from None
    return [folder / name for name in content]


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["method"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _html(parts: Sequence[MethodPart], title: str, notes: Sequence[str]) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["j2"]), trim_blocks=True
    )
    template = environment.get_template("loso_report.html.j2")
    return template.render(parts=parts, title=title, notes=notes, names=NAMES, number=number, times=times)


def number(value: float | None, digits: int = 3) -> str:
    """A number, or a dash where it is not defined."""
    return "—" if value is None else f"{value:.{digits}f}"


def times(value: float | None, factor: float) -> str:
    """A number as the paper's tables have it: times 100 or 1000, one decimal."""
    return "—" if value is None else f"{factor * value:.1f}"
