"""At the smallest usual screen every label and button of the window and of its dialogs has room for its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLabel, QPushButton, QToolButton, QWidget

from app.actions.key_sheet import key_sections
from app.dialogs.add_videos_dialog import AddVideosDialog
from app.dialogs.change_keys_dialog import ChangeKeysDialog
from app.dialogs.columns_dialog import ColumnsDialog
from app.dialogs.damage_dialog import DamageDialog
from app.dialogs.export_dialog import ExportDialog
from app.dialogs.face_dialog import FaceDialog, PictureOfPerson
from app.dialogs.find_action_dialog import FindActionDialog
from app.dialogs.import_dialog import ImportDialog, ImportWishes
from app.dialogs.keys_dialog import KeysDialog
from app.dialogs.new_project_dialog import NewProjectDialog
from app.dialogs.remarks_dialog import RemarksDialog
from app.dialogs.retrain_dialog import RetrainDialog
from app.dialogs.settings_dialog import SettingsDialog
from app.dialogs.subject_dialog import SubjectDialog
from app.document.export_files import ExportChoices, export_project
from app.document.import_plan import ImportChoices
from app.document.preview_import import Preview, preview_import
from app.document.read_files import ReadChoices, UnknownTable
from app.jobs.add_videos import NewVideo
from app.jobs.found_people import FoundPerson
from app.session import Session
from app.window import StudioWindow
from app.window_docks import Layout
from fedn.annotation.check import Finding
from fedn.annotation.formats.content import Remark
from fedn.annotation.formats.known_formats import known_format
from fedn.annotation.video import FaceChoice
from tests.window.test_accessible import described, nameless

SCREEN = (1280, 720)


def person(left: float) -> PictureOfPerson:
    image = QImage(264, 264, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.gray)
    return PictureOfPerson(FoundPerson(FaceChoice(3, left, 0.5), 3, (left, 0.4, 0.2, 0.2), 0.8), image)


def cut_off(root: QWidget) -> list[str]:
    """What has less room than its text needs."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not root.window() or widget.objectName().startswith("qt_"):
            continue
        if isinstance(widget, QLabel) and widget.text():
            found += _label(widget)
        elif isinstance(widget, QPushButton | QToolButton | QCheckBox) and widget.text():
            wanted, given = widget.sizeHint().width(), widget.width()
            if wanted > given + 1:
                found.append(f"{described(widget)}: “{widget.text()}” {given} of {wanted}")
    return found


def _label(label: QLabel) -> list[str]:
    room = label.contentsRect()
    if label.wordWrap():
        wanted, given = label.heightForWidth(label.width()), label.height()
    elif label.textFormat() == Qt.TextFormat.RichText or "<" in label.text():
        wanted, given = label.sizeHint().width(), label.width()
    else:
        lines = label.text().split("\n")
        wanted, given = max(label.fontMetrics().horizontalAdvance(line) for line in lines), room.width()
    return [f"{described(label)}: “{label.text()}” {given} of {wanted}"] if wanted > given + 1 else []


@pytest.mark.parametrize("layout", list(Layout))
def test_the_window(session: Session, window: StudioWindow, layout: Layout):
    window.resize(*SCREEN)
    session.select_events(("15-expert-22",))
    window.layouts.choose(layout)
    QApplication.processEvents()
    assert (window.width(), window.height()) == SCREEN
    # Panels that gather their figures first take their places a moment later.
    clock = QElapsedTimer()
    clock.start()
    while cut_off(window) and clock.elapsed() < 5_000:
        QApplication.processEvents()
    assert cut_off(window) == []


def test_the_welcome_page(session: Session, window: StudioWindow):
    window.resize(*SCREEN)
    window.settings.recent = ["/somewhere/with/a/very/long/path/that/goes/on/and/on/in/deep/folders/study.fedn"]
    window.parts.project_actions.close()
    QApplication.processEvents()
    assert cut_off(window) == []


@pytest.fixture
def preview(session: Session, tmp_path: Path) -> Preview:
    assert session.project is not None
    path = tmp_path / "labels.csv"
    path.write_text("video,subject,tier,onset,offset,label\ns1_smiles.mp4,15,Second,10,400,anger\n")
    found = preview_import(session.project, [path], ReadChoices(), ImportChoices())
    assert isinstance(found, Preview)
    return found


@pytest.fixture
def table(session: Session, tmp_path: Path) -> UnknownTable:
    assert session.project is not None
    path = tmp_path / "coding.csv"
    path.write_text(
        "clip;person;von;bis;was;art\ns1_smiles.mp4;15;31;60;happiness;mikro\ns1.mp4;15;91;400;anger;makro\n"
    )
    found = preview_import(session.project, [path], ReadChoices(), ImportChoices())
    assert isinstance(found, UnknownTable)
    return found


Make = Callable[[], QDialog]


@pytest.fixture
def dialogs(
    session: Session, window: StudioWindow, preview: Preview, table: UnknownTable, tmp_path: Path
) -> dict[str, Make]:
    """Every dialog of the window, by name, as it looks when it opens."""
    project = session.project
    assert project is not None
    rows = [(row.menu, window.actions_by_name[row.name]) for row in window.table]
    remarks = [Remark(tmp_path / "a.xlsx", f"sheet “Sheet1”, row {row}", "a remark " * 20) for row in range(4)]
    wishes = ImportWishes(ReadChoices(), ImportChoices())
    lost = ExportChoices((known_format("lgsnet"),))

    def export() -> ExportDialog:
        dialog = ExportDialog(project, tmp_path, lambda _: export_project(project, tmp_path / "out", lost), window)
        dialog.try_out()
        return dialog

    return {
        "settings": lambda: SettingsDialog(session.settings, window),
        "keys": lambda: KeysDialog(key_sections(window.table, window.menus.keys, ()), session.messages, window),
        "change-keys": lambda: ChangeKeysDialog(window.table, window.menus.keys, window),
        "find-action": lambda: FindActionDialog(rows, window),
        "new-project": lambda: NewProjectDialog(tmp_path, parent=window),
        "new-of-dataset": lambda: NewProjectDialog(tmp_path, of_dataset=True, parent=window),
        "import": lambda: ImportDialog(preview, wishes, ["a.mp4"], lambda _: None, lambda *_: None, window),
        "columns": lambda: ColumnsDialog(table.path, table.guess, table.rows, ["a.mp4"], window),
        "export": export,
        "remarks": lambda: RemarksDialog("What was odd.", remarks, window),
        "damage": lambda: DamageDialog(tmp_path / "study.fedn", [Finding("the database is damaged", True)], window),
        "add-videos": lambda: AddVideosDialog([NewVideo(tmp_path / "a.mp4", "anna")], window),
        "faces": lambda: FaceDialog("s1_smiles.mp4", [person(0.1), person(0.7)], parent=window),
        "subject": lambda: SubjectDialog("s1_smiles.mp4", "15", ["15", "16"], window),
        "retrain": lambda: RetrainDialog(session, window),
    }


NAMES = (
    "settings", "keys", "change-keys", "find-action", "new-project", "new-of-dataset", "import", "columns", "export",
    "remarks", "damage", "add-videos", "faces", "subject", "retrain",
)  # fmt: skip


@pytest.fixture(params=NAMES)
def dialog(request: pytest.FixtureRequest, dialogs: dict[str, Make], qapp: QApplication) -> Iterator[QDialog]:
    made = dialogs[request.param]()
    made.show()
    QApplication.processEvents()
    yield made
    made.close()
    made.deleteLater()


def test_a_dialog_fits_the_screen_and_its_texts_fit_it(dialog: QDialog):
    assert dialog.width() <= SCREEN[0] and dialog.height() <= SCREEN[1]
    assert cut_off(dialog) == []


def test_every_control_of_a_dialog_has_a_name(dialog: QDialog):
    assert nameless(dialog) == []
