"""The numbers of agreement as tables; a number that is not defined says why."""

from __future__ import annotations

from app.reports.study.material import Material
from app.reports.study.tables import NO_LABEL, Cell, ReportTable, reasons
from app.review.agreement_report import AgreementReport

NO_EVENT = "no event"


def agreement_tables(material: Material) -> tuple[ReportTable, ...]:
    """All of them, or one that says why there are none."""
    report = material.agreement
    if report is None:
        rows = (("agreement", None, "", "", material.no_agreement),)
        return (ReportTable("agreement", "Agreement", _MEASURES, rows),)
    tables = (_measures(report), _labels(report), _boundaries(report), _confusion(report))
    return (*tables, _by_video(material)) if len(material.videos) > 1 else tables


_MEASURES = ("measure", "value", "unit", "definition", "why there is no value")


def _measures(report: AgreementReport) -> ReportTable:
    rows = tuple(
        (row.name, row.measure.value, row.unit, f"{row.definition}.", row.measure.reason) for row in report.rows
    )
    over = "the reviewed ranges" if report.reviewed_only else "the whole"
    about = (
        f"First: {report.first.title}, which is compared with. Second: {report.second.title}. Over {over} of "
        f"{report.video_count} of {report.asked_count} videos, {report.frames.frames:,} frames."
    )
    return ReportTable("agreement", "Agreement", _MEASURES, rows, about)


def _labels(report: AgreementReport) -> ReportTable:
    rows = tuple(
        (row.label or NO_LABEL, row.first_count, row.second_count, row.f1.value, row.kappa.value,
         reasons(row.f1, row.kappa))
        for row in report.labels
    )  # fmt: skip
    one, two = f"events of {report.first.short}", f"events of {report.second.short}"
    header = ("label", one, two, "F1", "Cohen's kappa", "why there is no value")
    about = (
        "F1: twice the matched events that both call so over the events that either calls so. Kappa: agreement beyond "
        "chance on whether a frame has this label."
    )
    return ReportTable("agreement_labels", "Agreement by label", header, rows, about)


def _boundaries(report: AgreementReport) -> ReportTable:
    rows = tuple(
        (row.name.lower(), len(row.differences.frames), row.differences.median.value,
         row.differences.median_absolute.value, row.differences.spread.value, reasons(row.differences.median))
        for row in report.boundaries
    )  # fmt: skip
    header = ("boundary", "pairs", "median", "median of absolute", "interquartile range", "why there is no value")
    about = f"Frames by which {report.second.short} sets the boundary later than {report.first.short}, matched events."
    return ReportTable("agreement_boundaries", "Boundaries of matched events", header, rows, about)


def _confusion(report: AgreementReport) -> ReportTable:
    names, counts = report.categories, report.confusion
    rows: tuple[tuple[Cell, ...], ...] = tuple((_name(one), *(counts[one, two] for two in names)) for one in names)
    about = f"Events; a row for each label of {report.first.short}, a column for each label of {report.second.short}."
    header = ("first \\ second", *(_name(name) for name in names))
    return ReportTable("agreement_confusion", "Confusion of labels", header, rows, about)


def _by_video(material: Material) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    header: tuple[str, ...] = ()
    for video in material.videos:
        report = material.agreements.get(video.video.id)
        if report is None:
            continue
        header = tuple(row.name for row in report.rows)
        values = (row.measure.value for row in report.rows)
        why = reasons(*(row.measure for row in report.rows))
        rows.append((video.video.subject, video.video.name, *values, why))
    about = "As above, of each video alone."
    header = ("subject", "video", *header, "why there is no value")
    return ReportTable("agreement_videos", "Agreement by video", header, tuple(rows), about)


def _name(label: str | None) -> str:
    return NO_EVENT if label is None else label or NO_LABEL
