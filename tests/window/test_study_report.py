"""The report of a project: its numbers are those of their functions; it is whole, closed and harmless."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from app.dialogs.report_dialog import ReportDialog, WantedReport
from app.document.document import Document
from app.document.edits import AddTier, AddVideo, CreateEvent, RemoveVideo
from app.report_actions import LATER
from app.reports.study.choices import ReportChoices
from app.reports.study.lettering import width_pt
from app.reports.study.material import choose_pair, read_material
from app.reports.study.pages import wrapped
from app.reports.study.report import write_report
from app.reports.study.timeline import spread
from app.review.tier_key import TierKey
from app.session import Session
from app.window import StudioWindow
from fedn.annotation.agreement.coding import CodedVideo
from fedn.annotation.agreement.event_agreement import event_agreement
from fedn.annotation.agreement.frame_agreement import frame_agreement
from fedn.annotation.agreement.time_budget import time_budget
from fedn.annotation.contributions import read_contributions
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import LabelDef, Vocabulary
from fedn.errors import FormatError
from fedn.progress import Cancelled, Reporter
from fedn.video.reader import open_video
from tests.window.conftest import FRAMES, Told

HOSTILE = '<script>alert("x")</script><img src=http://bad/ onerror=x>$\\frac{1}$&'
ONE = "0502 funny errors"


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "tables" / f"{name}.csv").read_text("utf-8-sig"))))


def html_of(folder: Path) -> str:
    (path,) = folder.glob("*.html")
    return path.read_text("utf-8")


class Outside(HTMLParser):
    """Every element, and every address that something is loaded from or leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "data", "action", "srcset")]


def looked_over(html: str) -> Outside:
    parser = Outside()
    parser.feed(html)
    return parser


def pdf_text(folder: Path) -> str:
    (path,) = folder.glob("*.pdf")
    document = QPdfDocument()
    assert document.load(str(path)) == QPdfDocument.Error.None_
    text = "\n".join(document.getAllText(page).text() for page in range(document.pageCount()))
    document.close()
    return text


@pytest.fixture
def written(qapp: QApplication, project_folder: Path, tmp_path: Path) -> Path:
    write_report(project_folder, tmp_path / "out", ReportChoices())
    return tmp_path / "out"


def test_the_numbers_are_those_of_agreement_and_time_budget(written: Path, project_folder: Path) -> None:
    project = load_project(project_folder)
    coded, material = [], []
    for video in project.videos.values():
        first, second = (project.tier_named(video.id, name) for name in ("Expert", "FEDN"))
        assert first is not None and second is not None
        whole = (Interval(0, FRAMES),)
        coded.append(CodedVideo(video.id, project.events(first.id), project.events(second.id), whole))
        with open_video(project.path_of(video.id)) as reader:
            material.append((project.events(second.id), reader.index))
    events, frames = event_agreement(coded, 0.5), frame_agreement(coded)
    said = {row["measure"]: row["value"] for row in table(written, "agreement")}
    expected = {"F1": events.f1, "Precision": events.precision, "Recall": events.recall,
                "Same label": events.same_label, "Cohen's kappa": frames.kappa,
                "Krippendorff's alpha": frames.alpha, "Same frames": frames.same}  # fmt: skip
    assert {name: float(value) for name, value in said.items()} == {name: one.value for name, one in expected.items()}
    budgets = {one.label: one for one in time_budget(material, ["happiness", "surprise", "anger", "sadness"])}
    rows = {row["label"]: row for row in table(written, "time_budget") if row["tier"] == "FEDN"}
    assert rows.keys() == budgets.keys()
    for label, budget in budgets.items():
        row = rows[label]
        numbers = (int(row["events"]), float(row["seconds"]), float(row["share of time"]))
        assert numbers == (budget.count, budget.covered_s, budget.share.value)
        assert float(row["events a minute"]) == budget.a_minute.value
        assert float(row["median length in seconds"]) == budget.median_s.value
    shares = [float(row["reviewed share"]) for row in table(written, "videos")]
    assert shares == [130 / FRAMES, 0.0]


def test_every_event_stands_in_the_table_and_the_history_names_everybody(written: Path, project_folder: Path) -> None:
    project = load_project(project_folder)
    rows = table(written, "events")
    assert len(rows) == project.event_count
    expert = [row for row in rows if row["tier"] == "Expert" and row["video"] and row["subject"] == "15"]
    assert [(row["onset"], row["label"], row["compared"]) for row in expert[:3]] == [
        ("22", "happiness", "agrees"), ("78", "surprise", "agrees"), ("148", "others", "label differs"),
    ]  # fmt: skip
    (person,) = read_contributions(project_folder)
    assert table(written, "people")[0]["edits"] == str(person.edits)
    assert person.who == "coder A" and person.edits > 30


def test_html_is_one_file_that_asks_for_nothing(written: Path) -> None:
    html = html_of(written)
    seen = looked_over(html)
    assert "script" not in seen.tags and "link" not in seen.tags
    assert all(one.startswith(("data:image/", "#")) for one in seen.addresses)
    assert sum(one.startswith("data:image/svg") for one in seen.addresses) == 4
    assert "http:" not in html and "https:" not in html and "url(" not in html
    assert f">{float(table(written, 'agreement')[0]['value']):.3f}<" in html and "Twice the matched events" in html


def test_pdf_says_the_same(written: Path) -> None:
    text = pdf_text(written)
    for words in ("Stimuli study", "Krippendorff's alpha", "Time budget by subject", "fedn-base", "coder A"):
        assert words in text


def test_the_workbook_has_every_table(written: Path) -> None:
    (path,) = written.glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    assert sorted(book.sheetnames) == sorted(one.stem for one in (written / "tables").iterdir())
    assert {one.suffix for one in (written / "figures").iterdir()} == {".png", ".svg", ".pdf"}


@pytest.fixture
def hostile(face_video: Path, tmp_path: Path) -> Path:
    """A project in which everything that has a name attacks every format."""
    labels = (LabelDef(HOSTILE, "<i>", "#ff0000"), LabelDef("=1+1", "$$$", "#00ff00"))
    folder = tmp_path / "hostile.fedn"
    with Document.create(folder, f"../{HOSTILE}", Vocabulary(HOSTILE, labels), HOSTILE) as document:
        video = Video("k", face_video, HOSTILE, FRAMES, 30.0, 320, 240, id="hostile")
        document.do(AddVideo(video))
        for name, label in ((HOSTILE, "=1+1"), ("=cmd()", "=1+1"), ("\u202egnp.\x07", HOSTILE)):
            tier = Tier(video.id, name, Source.ANNOTATOR, HOSTILE)
            document.do(AddTier(tier))
            document.do(CreateEvent(tier.id, Event(3, 9, label, 5, note='=HYPERLINK("http://bad")')))
    return folder


def test_hostile_names_are_only_text(qapp: QApplication, hostile: Path, tmp_path: Path) -> None:
    write_report(hostile, tmp_path / "out", ReportChoices(video_ids=("hostile",), first=HOSTILE, second="=cmd()"))
    html = html_of(tmp_path / "out")
    seen = looked_over(html)
    assert "script" not in seen.tags and "onerror" not in seen.attributes
    assert all(one.startswith(("data:image/", "#")) for one in seen.addresses)
    assert "&lt;script&gt;" in html and "\u202e" not in html
    (path,) = (tmp_path / "out").glob("*.xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "'=1+1" in [cell.value for cell in cells]
    assert "'=1+1" in {row["label"] for row in table(tmp_path / "out", "events")}
    assert all(one.parent in (tmp_path / "out", tmp_path / "out" / "tables", tmp_path / "out" / "figures")
               for one in (tmp_path / "out").rglob("*") if one.is_file())  # fmt: skip
    assert "alert" in pdf_text(tmp_path / "out")


def test_an_empty_project_gives_a_report_that_says_so(qapp: QApplication, project_folder: Path, tmp_path: Path) -> None:
    with Document.open(project_folder) as document:
        for video_id in list(document.project.videos):
            document.do(RemoveVideo(video_id))
    written = write_report(project_folder, tmp_path / "out", ReportChoices())
    assert "There are no videos" in written.remarks[0] and "no two tiers" in written.remarks[1]
    assert "There are no videos" in html_of(tmp_path / "out") and "no videos" in pdf_text(tmp_path / "out")
    assert table(tmp_path / "out", "agreement")[0]["why there is no value"] == "there are no two tiers to compare"


def test_a_missing_file_is_told_and_its_events_are_kept(
    qapp: QApplication, project_folder: Path, tmp_path: Path
) -> None:
    with Document.open(project_folder) as document:
        gone = Video("gone", tmp_path / "gone.mp4", "17", 90, 30.0, 320, 240, id="gone")
        tier = Tier("gone", "Expert", Source.EXPERT)
        for edit in (AddVideo(gone), AddTier(tier), CreateEvent(tier.id, Event(30, 59, "fear"))):
            document.do(edit)
    written = write_report(project_folder, tmp_path / "out", ReportChoices())
    assert any("gone.mp4 could not be read" in remark for remark in written.remarks)
    assert "gone.mp4 could not be read" in html_of(tmp_path / "out")
    (row,) = [row for row in table(tmp_path / "out", "events") if row["video"] == "gone.mp4"]
    assert (row["start in seconds"], row["end in seconds"]) == ("1.0", "2.0")
    (row,) = [row for row in table(tmp_path / "out", "videos") if row["video"] == "gone.mp4"]
    assert row["times from"] == "nominal frame rate"


class _Stopping(Reporter):
    """Asks to stop after so many sentences."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def progress(self, text: str, done: int, total: int, **data: object) -> None:
        assert done <= total
        self._left -= 1
        self.stop_requested = self._left < 0


@pytest.mark.parametrize("after", [0, 3, 6, 10])
def test_a_report_that_was_stopped_leaves_nothing(
    after: int, qapp: QApplication, project_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "Stimuli study report.html").write_text("the one before")
    with pytest.raises(Cancelled):
        write_report(project_folder, tmp_path / "out", ReportChoices(), _Stopping(after))
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["Stimuli study report.html"]
    assert html_of(tmp_path / "out") == "the one before"


def test_pictures_can_be_left_out(qapp: QApplication, project_folder: Path, tmp_path: Path) -> None:
    assert read_material(project_folder, ReportChoices(video_ids=(ONE,))).videos[0].pictures
    write_report(project_folder, tmp_path / "out", ReportChoices(video_ids=(ONE,), pictures=False, formats=("html",)))
    (figure,) = (tmp_path / "out" / "figures").glob("timeline*.svg")
    assert "<image" not in figure.read_text() and not list((tmp_path / "out").glob("*.pdf"))


def test_what_is_not_there_is_refused_in_a_sentence(project_folder: Path, tmp_path: Path) -> None:
    for choices in (
        ReportChoices(first="nobody"),
        ReportChoices(formats=("doc",)),
        ReportChoices(first="FEDN", second="FEDN"),
    ):
        with pytest.raises(FormatError, match=r"choose|the tiers are"):
            write_report(project_folder, tmp_path / "out", choices)
    assert not (tmp_path / "out").exists()


def test_the_pair_is_an_expert_and_a_detector_unless_said_otherwise() -> None:
    told, expert, fedn = (
        TierKey(*of) for of in (("Self", Source.SELF_REPORT), ("E", Source.EXPERT), ("F", Source.DETECTOR))
    )
    assert choose_pair([told, fedn, expert]) == (expert, fedn)
    assert choose_pair([told, fedn, expert], second="Self") == (expert, told)
    assert choose_pair([told]) == (told, None) and choose_pair([]) == (None, None)


def test_pictures_stand_apart_and_inside() -> None:
    for wanted in ([5.0, 5.0, 5.0], [0.0, 0.1, 9.9, 10.0], [], [4.0]):
        places = spread(wanted, 2.0, 1.0, 9.0)
        assert all(1.0 <= place <= 9.0 for place in places)
        assert all(two - one >= 2.0 - 1e-9 for one, two in pairwise(places))
    assert spread([2.0, 8.0], 2.0, 1.0, 9.0) == [2.0, 8.0]


def test_lines_never_run_over_the_edge() -> None:
    text = "a very " + "long" * 60 + " word, 表情 and more"
    lines = wrapped(text, 8, 90)
    assert all(width_pt(line, 8) <= 90 for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


def test_the_menu_writes_a_report_and_offers_to_open_it(
    session: Session, window: StudioWindow, told: Told, tmp_path: Path, qtbot: object
) -> None:
    def fill(dialog: ReportDialog) -> None:
        assert (dialog.first.currentText(), dialog.second.currentText()) == ("Expert", "FEDN")
        dialog.about.setCurrentIndex(1)
        dialog.pdf.setChecked(False)
        dialog.folder.setText(str(tmp_path / "out"))
        box = dialog.findChild(QDialogButtonBox)
        assert box is not None
        button = next(one for one in box.buttons() if one.text() == "Write the report")
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]

    told.answers["The report is written"] = LATER
    _when_shown(fill)
    window.actions_by_name["report"].trigger()
    assert told.questions == ["The report is written"] and not told.errors
    assert "s1_smiles.mp4" in html_of(tmp_path / "out") and not list((tmp_path / "out").glob("*.pdf"))


def test_a_blind_coder_gets_no_report_of_what_is_hidden(
    session: Session, window: StudioWindow, told: Told, tmp_path: Path
) -> None:
    session.blind.toggle()
    assert session.blind.hides(ONE)
    window.parts.report_actions.write(WantedReport(tmp_path / "out", ReportChoices(formats=("html",))))
    assert not (tmp_path / "out").exists() and "blind" in told.errors[0]


def _when_shown(look: Callable[[ReportDialog], None]) -> None:
    def check() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, ReportDialog):
            look(dialog)
        else:
            QTimer.singleShot(20, check)

    QTimer.singleShot(0, check)
