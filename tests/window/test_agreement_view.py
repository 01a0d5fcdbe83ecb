"""The agreement of two tiers is live, answers in words where there is no number, and leads to the events."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sklearn.metrics import cohen_kappa_score

from app.document.edits import AddEvents, AddTier, DeleteEvents, Relabel
from app.review.agreement_report import AgreementReport
from app.session import Session
from app.views.agreement.agreement_view import AgreementView
from app.views.agreement.histogram import Histogram
from app.views.agreement.html import measure_table
from app.views.timeline.agreement import Agreement
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.annotation.tier import Source, Tier
from tests.window.conftest import EXPERT, FRAMES, PREDICTED, Told, wait_until

VIDEO = "0502 funny errors"


@pytest.fixture
def view(window: StudioWindow) -> AgreementView:
    window.layouts.show_dock("agreement")
    wait_until(lambda: window.parts.agreement.report is not None)
    return window.parts.agreement


def measured(view: AgreementView) -> AgreementReport:
    wait_until(lambda: not view.measuring.is_running)
    assert view.report is not None
    return view.report


def value(view: AgreementView, name: str) -> float | None:
    return next(row.measure.value for row in measured(view).rows if row.name == name)


def painted(rows: tuple) -> list[str]:
    frames = [""] * FRAMES
    for onset, offset, label, *_ in rows:
        frames[onset : offset + 1] = [label] * (offset - onset + 1)
    return frames


def compare(view: AgreementView, first: str, second: str) -> None:
    compared = view._comparison
    compared.choose(*(next(key for key in compared.choices if key.name == name) for name in (first, second)))


def test_the_numbers_are_those_of_the_two_tiers(view: AgreementView):
    assert value(view, "F1") == pytest.approx(8 / 9)
    assert (value(view, "Precision"), value(view, "Recall")) == (0.8, 1.0)
    assert value(view, "Cohen's kappa") == pytest.approx(cohen_kappa_score(painted(EXPERT), painted(PREDICTED)))
    assert measured(view).boundaries[0].differences.frames == (-2, 2, 2, -2)
    assert "0.89" in view.measures.text() and "from an IoU of 0.50" in view.measures.text()


def test_an_edit_and_its_undo_are_seen(session: Session, view: AgreementView):
    measured(view)
    session.do(Relabel(("15-expert-148",), "happiness"))
    assert value(view, "Same label") == 1.0
    session.undo_stack.undo()
    assert value(view, "Same label") == 0.75


def test_another_overlap_and_reviewed_ranges_only(view: AgreementView):
    for box, text in ((view.iou, "from an IoU of 0.95 on"), (view.judged, "Reviewed ranges")):
        at = box.findText(text)
        box.setCurrentIndex(at)
        box.activated.emit(at)
    report = measured(view)
    assert value(view, "F1") == 0.0 and report.frames.frames == 130
    assert report.events.first_count == 2 and report.reviewed_only


def test_the_timeline_goes_by_the_overlap_that_is_chosen_for_the_numbers(window: StudioWindow):
    def said() -> list[Agreement]:
        row = next(row for row in window.parts.timeline.rows.all() if row.tier.name == "FEDN")
        return [row.agreement[event.id] for event in row.events]

    assert said().count(Agreement.NO_COUNTERPART) == 1
    box = window.parts.agreement.iou
    window.layouts.show_dock("agreement")
    at = box.findText("from an IoU of 0.95 on")
    box.setCurrentIndex(at)
    box.activated.emit(at)
    assert said() == [Agreement.NO_COUNTERPART] * 5
    missed = next(row for row in window.parts.timeline.rows.all() if row.tier.name == "Expert").missed
    assert len(missed) == 4


def test_expert_against_self_report_is_a_comparison_of_its_own(view: AgreementView):
    compare(view, "Expert", "Self-report")
    report = measured(view)
    assert (report.first.name, report.second.name) == ("Expert", "Self-report")
    assert report.confusion["others", "happiness"] == 1 and report.confusion[None, "fear"] == 1


def test_an_empty_tier_and_a_single_category_get_an_answer(session: Session, view: AgreementView):
    empty = Tier(VIDEO, "Empty", Source.EXPERT, "coder B", "empty")
    assert session.do(AddTier(empty))
    compare(view, "Expert", "Empty")
    report = measured(view)
    assert value(view, "Precision") is None and "No value: the second has no events." in measure_table(report)
    assert value(view, "F1") == 0.0 and "nan" not in view.measures.text().lower()
    session.do(DeleteEvents(tuple(event.id for event in session.project.events("15-expert"))))  # type: ignore[union-attr]
    report = measured(view)
    assert value(view, "Cohen's kappa") is None
    assert "one and the same category" in view.measures.text() and "—" in view.measures.text()
    assert view.labels.text().count("Neither") == 1


def test_one_label_for_the_whole_video_and_no_overlap_at_all(session: Session, view: AgreementView):
    for name, onset, offset in (("One", 0, 299), ("Two", 0, 299), ("Three", 0, 99), ("Four", 200, 299)):
        tier = Tier(VIDEO, name, Source.EXPERT, name, name)
        assert session.do(AddTier(tier)) and session.do(AddEvents(name, (Event(onset, offset, "fear"),)))
    compare(view, "One", "Two")
    assert value(view, "F1") == 1.0 and value(view, "Krippendorff's alpha") is None
    compare(view, "Three", "Four")
    assert value(view, "F1") == 0.0 and value(view, "Same label") is None
    kappa = value(view, "Cohen's kappa")
    assert kappa is not None and kappa < 0
    assert view.differences["Onset"].text() == "—"
    assert view.differences["Onset"].toolTip() == "no event of one matches an event of the other"


def test_a_click_on_a_cell_brings_its_events_into_the_queue(
    session: Session, window: StudioWindow, view: AgreementView, qtbot: QtBot
):
    report = measured(view)
    row, column = report.categories.index("others"), report.categories.index("happiness")
    assert view.matrix.words(row, column) == "Expert others, FEDN happiness: 1 event"
    qtbot.mouseClick(view.matrix, Qt.MouseButton.LeftButton, pos=view.matrix.cell_rect(row, column).center())
    assert [item.event.id for item in window.parts.reviewing.queue] == ["15-fedn-150"]
    assert session.selected_events == ("15-fedn-150",)
    wait_until(window.parts.review.isVisible)
    qtbot.mouseClick(window.parts.review.filter_button, Qt.MouseButton.LeftButton)
    assert window.parts.review.filter.cell.text() == "others → happiness  ✕"
    qtbot.mouseClick(window.parts.review.filter.cell, Qt.MouseButton.LeftButton)
    window.parts.review.filter.close()
    assert len(window.parts.reviewing.queue) == 5


def test_the_matrix_is_gone_through_by_keys(window: StudioWindow, view: AgreementView, qtbot: QtBot, session: Session):
    categories = measured(view).categories
    view.matrix.setFocus()
    for key in (Qt.Key.Key_Down, *[Qt.Key.Key_Down] * (len(categories) - 1), Qt.Key.Key_Return):
        qtbot.keyClick(view.matrix, key)
    assert categories[0] == "anger"
    assert session.selected_events == ("15-fedn-200",) and session.playhead == 207


def test_the_whole_project_is_measured_beside_the_window_and_anew_after_a_change(
    session: Session, view: AgreementView, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.views.agreement.measuring.AT_ONCE", 0)
    view._comparison.set_whole_project(True)
    report = measured(view)
    assert (report.video_count, report.asked_count) == (2, 2) and report.events.second_count == 10
    assert view.state.text() == "2 of 2 videos"
    for label in ("fear", "anger", "happiness"):
        session.do(Relabel(("16-expert-148",), label))
        view.measuring._measure()
    assert value(view, "Same label") == pytest.approx(7 / 8)


def test_numbers_are_written_as_tables(view: AgreementView, tmp_path: Path, told: Told):
    measured(view)
    view.export_to(tmp_path / "agreement.csv")
    view.export_to(tmp_path / "agreement.xlsx")
    with (tmp_path / "agreement.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row[0]: row for row in csv.reader(file) if row}
    assert float(rows["F1"][1]) == pytest.approx(8 / 9) and rows["Recall"][2] == "0 to 1"
    book = openpyxl.load_workbook(tmp_path / "agreement.xlsx")
    assert book.sheetnames == ["summary", "labels", "boundaries", "confusion", "events"]
    confusion = [[cell.value for cell in row] for row in book["confusion"].iter_rows()]
    assert confusion[0][1:] == ["anger", "happiness", "others", "sadness", "surprise", "no event"]
    assert sum(cell for row in confusion[1:] for cell in row[1:]) == 5
    assert [row[0].value for row in book["events"].iter_rows(min_row=2)] == ["s1_smiles.mp4"] * 5
    view.export_to(tmp_path / "nowhere" / "agreement.csv")
    assert len(told.errors) == 1 and "choose another folder" in told.errors[0]


def test_a_hidden_panel_measures_nothing(session: Session, window: StudioWindow, view: AgreementView):
    before = measured(view)
    window.docks["agreement"].hide()
    session.do(Relabel(("15-expert-148",), "happiness"))
    wait_until(lambda: not view.measuring.is_running)
    assert view.report is before


def test_bars_lie_where_the_differences_are(qtbot: QtBot):
    bars = Histogram("Onset")
    qtbot.addWidget(bars)
    bars.show_frames((0, 0, 9, -9, 40))
    assert bars.limit == 30 and bars.counts[10] == 2 and bars.counts[-1] == 1 and sum(bars.counts) == 5
    bars.show_frames(())
    assert bars.limit == 10 and sum(bars.counts) == 0
