"""Agreement as tables: one long CSV, or a workbook with a sheet for each kind of number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.review.agreement_report import FRAMES, SHARE, AgreementReport
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.formats.spreadsheet_text import escape_formula
from fedn.annotation.project import Project

Cell = str | int | float | None
Table = list[list[Cell]]
NO_EVENT = "no event"
NO_LABEL = "no label"


def write_agreement(path: Path, report: AgreementReport, project: Project) -> None:
    """A workbook for the ending .xlsx, else CSV; whole or not at all.

    Raises:
        FormatError: if it cannot be written.
    """
    sheets = dict(_sheets(report, project))
    write_foreign(path, workbook(sheets) if path.suffix.lower() == ".xlsx" else _csv(sheets))


def _sheets(report: AgreementReport, project: Project) -> Iterator[tuple[str, Table]]:
    yield "summary", [["measure", "value", "unit", "definition", "why there is no value"], *_summary(report)]
    yield "labels", [["label", "events of first", "events of second", "F1", "Cohen's kappa"], *_labels(report)]
    yield "boundaries", [["boundary", "pairs", "median", "spread", "unit"], *_boundaries(report)]
    yield "confusion", _confusion(report)
    yield "events", _pairs(report, project)


def _summary(report: AgreementReport) -> Table:
    over = "reviewed ranges" if report.reviewed_only else "whole videos"
    facts: Table = [
        ["first", report.first.title, "", "The tier that is compared with", ""],
        ["second", report.second.title, "", "The tier that is judged", ""],
        ["videos", report.video_count, "videos", f"Videos with both tiers, of {report.asked_count}", ""],
        ["judged", over, "", "Which parts of the videos count", ""],
        ["frames", report.frames.frames, FRAMES, "Frames that were judged", ""],
        ["IoU", report.events.iou, SHARE, "Overlap from which two events match", ""],
    ]
    rows: Table = [[row.name, row.measure.value, row.unit, row.definition, row.measure.reason] for row in report.rows]
    return facts + rows


def _labels(report: AgreementReport) -> Table:
    return [
        [row.label or NO_LABEL, row.first_count, row.second_count, row.f1.value, row.kappa.value]
        for row in report.labels
    ]


def _boundaries(report: AgreementReport) -> Table:
    return [
        [row.name.lower(), len(row.differences.frames), row.differences.median.value, row.differences.spread.value,
         "frames by which the second is later"]
        for row in report.boundaries
    ]  # fmt: skip


def _confusion(report: AgreementReport) -> Table:
    counts, names = report.confusion, report.categories
    header: list[Cell] = ["first \\ second", *(_name(name) for name in names)]
    return [header, *([_name(one), *(counts[one, two] for two in names)] for one in names)]


def _pairs(report: AgreementReport, project: Project) -> Table:
    table: Table = [["video", "subject", *(f"{side} {what}" for side in ("first", "second") for what in
                     ("onset", "apex", "offset", "label", "score")), "IoU"]]  # fmt: skip
    for pairing in report.events.pairings:
        video = project.videos.get(pairing.video_id)
        row: list[Cell] = [video.name, video.subject] if video else [pairing.video_id, ""]
        for event in (pairing.first, pairing.second):
            row += [event.onset, event.apex, event.offset, event.label, event.score] if event else [None] * 5
        table.append([*row, round(pairing.iou, 4) if pairing.is_match else None])
    return table


def _name(label: str | None) -> str:
    return NO_EVENT if label is None else label or NO_LABEL


def _csv(sheets: dict[str, Table]) -> bytes:
    """The tables one below the other, with a line of their names before each."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    for name, table in sheets.items():
        writer.writerow([f"# {name}"])
        for row in table:
            writer.writerow(
                ["" if cell is None else escape_formula(cell) if isinstance(cell, str) else cell for cell in row]
            )
        writer.writerow([])
    return stream.getvalue().encode("utf-8-sig")


def workbook(sheets: dict[str, Table]) -> bytes:
    """A sheet for each table with its header in bold, text that no program takes for a formula, and numbers."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for name, table in sheets.items():
        sheet: Any = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["A"].width = 24
        for at, row in enumerate(table):
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=None if isinstance(value, str) else value)
                if isinstance(value, str):
                    # openpyxl takes "=" for a formula and "#N/A" for an error.
                    cell.value, cell.data_type = escape_formula(value), "s"
                if at == 0:
                    cell.font = Font(bold=True)
                cells.append(cell)
            sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
