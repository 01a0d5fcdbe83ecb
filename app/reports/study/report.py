"""A project's report as files: HTML, PDF, tables and figures, written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from matplotlib.figure import Figure

from app.document.file_names import distinct_names, safe_name
from app.document.video_matching import exported_name
from app.reports.evaluation_figures import save_figure
from app.reports.study.agreement_tables import agreement_tables
from app.reports.study.cells import table_csv, tables_xlsx
from app.reports.study.charts import budget_chart, confusion_chart
from app.reports.study.choices import ReportChoices
from app.reports.study.html import Section, embedded, render_html
from app.reports.study.lettering import lettering, shortened, unreadable
from app.reports.study.material import Material, ReportVideo, letters_of, read_material
from app.reports.study.pages import PdfWriter
from app.reports.study.tables import (
    budget_table,
    event_table,
    made_by,
    model_table,
    people_table,
    settings_table,
    subject_table,
    summary_table,
    tier_table,
    video_table,
)
from app.reports.study.timeline import Timeline
from fedn.errors import FormatError
from fedn.progress import SILENT, Reporter

FORMATS = ("html", "pdf")


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """The files, those for reading first, and what they say about the study in one sentence each."""

    files: tuple[Path, ...]
    remarks: tuple[str, ...]


def write_report(
    project_folder: Path, folder: Path, choices: ReportChoices, reporter: Reporter = SILENT
) -> WrittenReport:
    """Reads a project and writes its report; other files in the folder stay.

    Raises:
        ProjectError: if the project cannot be read.
        FormatError: if there is no such tier or format, or a file cannot be written.
        Cancelled: if it is asked to stop; nothing is written then.
    """
    unknown = [name for name in choices.formats if name not in FORMATS]
    if unknown or not choices.formats:
        raise FormatError(f"a report cannot be written as “{', '.join(unknown)}”; choose {' or '.join(FORMATS)}")
    material = read_material(project_folder, choices, reporter)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as unfinished,
            lettering(letters_of(material)),
        ):
            names = _ReportFiles(material, Path(unfinished), reporter).write()
            reporter.check()
            for name in names:
                (folder / name).parent.mkdir(exist_ok=True)
                (Path(unfinished) / name).replace(folder / name)
    except OSError as error:
        raise FormatError(
            f"the report cannot be written to {folder} ({error.strerror}); choose another folder"
        ) from error
    return WrittenReport(tuple(folder / name for name in names), tuple(remarks_of(material)))


def remarks_of(material: Material) -> list[str]:
    """What a reader must know before the numbers."""
    found = list(material.choices.remarks)
    if not material.videos:
        found.append("There are no videos in this report, so that there are no times, events or numbers.")
    for video in material.videos:
        if video.problem:
            told = "its times are those of its nominal frame rate, and there are no pictures"
            found.append(f"{video.video.name} could not be read, so that {told}: {video.problem.rstrip('.')}.")
    missing = unreadable(letters_of(material))
    if missing:
        told = f"{shortened(missing, 10, 200)}; install one, such as Noto Sans CJK, and write the report again"
        found.append(f"In the PDF and the figures some letters are empty boxes because no font here has {told}.")
    if material.no_agreement:
        found.append(f"There is no agreement: {material.no_agreement}.")
    return found


class _ReportFiles:
    """Into an empty folder."""

    def __init__(self, material: Material, folder: Path, reporter: Reporter) -> None:
        self._material, self._folder, self._reporter = material, folder, reporter
        self._names: list[str] = []
        self._steps = 4 + 2 * len(material.videos)
        self._done = 0
        one = material.videos[0].video if len(material.videos) == 1 and material.choices.video_ids else None
        self._title = f"{one.subject} · {one.name}" if one else material.project.name
        self._name = f"{exported_name(one) if one else safe_name(material.project.name, 'project')} report"
        names = distinct_names(exported_name(video.video) for video in material.videos)
        self._figure_names = {
            video.video.id: f"timeline {name}" for video, name in zip(material.videos, names, strict=True)
        }
        self._tables = [
            summary_table(material), video_table(material), tier_table(material), budget_table(material),
            subject_table(material), *agreement_tables(material), model_table(material), people_table(material),
            settings_table(material), event_table(material),
        ]  # fmt: skip

    def write(self) -> list[str]:
        """Names of the files in the folder."""
        formats = self._material.choices.formats
        if "html" in formats:
            self._write(f"{self._name}.html", self._html().encode("utf-8", "replace"))
        if "pdf" in formats:
            self._step("writing the pages")
            self._write_pdf(f"{self._name}.pdf")
        self._step("writing the tables")
        self._write(f"{self._name}.xlsx", tables_xlsx(self._tables))
        for table in self._tables:
            self._write(f"tables/{table.name}.csv", table_csv(table))
        for name, figure in self._figures():
            self._step("writing the figures")
            paths = save_figure(figure, self._folder / "figures", name)
            self._names += [f"figures/{path.name}" for path in paths]
        return self._names

    def _figures(self) -> Iterator[tuple[str, Figure]]:
        for name, chart in (("time budget", budget_chart), ("confusion", confusion_chart)):
            if (figure := chart(self._material)) is not None:
                yield name, figure
        for video in self._material.videos:
            yield self._figure_names[video.video.id], Timeline.of(self._material, video).whole()

    def _html(self) -> str:
        by_name = {table.name: table for table in self._tables}
        agreement = [table for table in self._tables if table.name.startswith("agreement")]
        budget, confusion = budget_chart(self._material), confusion_chart(self._material)
        sections = [
            Section("Summary", [by_name["summary"], by_name["videos"], by_name["tiers"]],
                    sentences=remarks_of(self._material)),
            Section("Time budget", [by_name["time_budget"], by_name["time_budget_subjects"]],
                    embedded(budget) if budget else "", "Events a minute and share of time by label and tier"),
            Section("Agreement", agreement, embedded(confusion) if confusion else "", "Confusion of labels"),
            *self._video_sections(),
            Section("Model", [by_name["model"]]),
            Section("Versions, settings and people", [by_name["settings"], by_name["people"]]),
        ]  # fmt: skip
        return render_html(self._title, self._made, sections)

    def _video_sections(self) -> Iterator[Section]:
        for video in self._material.videos:
            self._step("drawing timelines")
            figure = embedded(Timeline.of(self._material, video).whole())
            title = f"{video.video.subject} · {video.video.name}"
            said = [f"This video could not be read: {video.problem.rstrip('.')}."] if video.problem else []
            yield Section(title, [event_table(self._material, (video,))], figure, f"Timeline of {title}", said)

    @property
    def _made(self) -> str:
        settings = next(table for table in self._tables if table.name == "settings")
        return f"Report by {made_by()}, {settings.rows[0][1]}"

    def _write_pdf(self, name: str) -> None:
        material = self._material
        with PdfWriter(self._folder / name, self._title) as pages:
            pages.heading(self._title, 18)
            pages.sentence(self._made)
            for remark in remarks_of(material):
                pages.sentence(remark)
            for table in self._tables:
                if table.name == "events":
                    continue
                self._reporter.check()
                pages.table(table)
                chart = {"time_budget": budget_chart, "agreement_confusion": confusion_chart}.get(table.name)
                if chart is not None and (figure := chart(material)) is not None:
                    pages.chart(figure, table.title)
            for video in material.videos:
                self._step("writing the pages")
                self._write_video(pages, video)
        self._names.append(name)

    def _write_video(self, pages: PdfWriter, video: ReportVideo) -> None:
        for figure in Timeline.of(self._material, video).pages():
            self._reporter.check()
            pages.figure(figure)
        title = f"Events of {video.video.subject} · {video.video.name}"
        table = event_table(self._material, (video,))
        # Every row has the same subject and video, which the heading says.
        rows = tuple(row[2:] for row in table.rows)
        pages.table(replace(table, title=title, header=table.header[2:], rows=rows))

    def _write(self, name: str, content: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        self._names.append(name)

    def _step(self, text: str) -> None:
        self._reporter.check()
        self._reporter.progress(text, min(self._done, self._steps), self._steps)
        self._done += 1
