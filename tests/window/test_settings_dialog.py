"""Every setting has a row, holds at once, and a broken one costs only itself."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialogButtonBox, QDoubleSpinBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from app import theme
from app.dialogs.report_dialog import ReportDialog, ReportOffer
from app.dialogs.settings_dialog import SettingsDialog
from app.session import Session
from app.settings import Settings, load_settings, save_settings
from app.settings_table import KEPT, SETTINGS, Choice, Decimal, Number, Switch
from app.window import StudioWindow


@pytest.fixture
def dialog(session: Session, window: StudioWindow, qtbot: QtBot) -> SettingsDialog:
    dialog = SettingsDialog(session.settings, window)
    dialog.changed.connect(session.settings_changed)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_every_setting_has_a_row_or_is_kept_by_the_window_itself():
    assert {field.name for field in fields(Settings)} == {row.field for row in SETTINGS} | set(KEPT)
    assert len({row.field for row in SETTINGS}) == len(SETTINGS)


def test_every_default_is_one_that_its_row_permits():
    for row in SETTINGS:
        assert row.kind.permits(getattr(Settings(), row.field)), row.field


def test_each_row_has_the_widget_of_its_kind_with_a_name_and_an_explanation(dialog: SettingsDialog):
    of_kind = {Choice: QComboBox, Number: QSpinBox, Decimal: QDoubleSpinBox, Switch: QCheckBox}
    for row in SETTINGS:
        widget = dialog.widgets[row.field]
        assert isinstance(widget, of_kind.get(type(row.kind), QLineEdit))
        assert widget.accessibleName() == row.title
        assert widget.accessibleDescription() == row.explanation


def test_a_change_holds_at_once_and_cancel_takes_it_back(
    session: Session, window: StudioWindow, dialog: SettingsDialog, qtbot: QtBot
):
    before = replace(session.settings)
    combo = dialog.widgets["theme"]
    assert isinstance(combo, QComboBox)
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert session.settings.theme == "light"
    assert theme.current_name() == "light"
    snapping = dialog.widgets["snapping"]
    assert isinstance(snapping, QCheckBox)
    snapping.click()
    assert window.parts.timeline.snapping is not before.snapping
    dialog.reject()
    assert session.settings == before
    assert theme.current_name() == "dark"
    assert window.parts.timeline.snapping is before.snapping


def test_the_annotators_name_stands_with_the_next_edit(session: Session, dialog: SettingsDialog, qtbot: QtBot):
    line = dialog.widgets["who"]
    assert isinstance(line, QLineEdit)
    qtbot.keyClicks(line, "Ann")
    dialog.accept()
    assert session.who == "Ann"
    session.mark_reviewed()
    assert session.document is not None
    assert session.document.history(1)[0]["who"] == "Ann"


def test_everything_can_be_put_back_to_what_it_was_at_first(session: Session, dialog: SettingsDialog, qtbot: QtBot):
    session.settings.layouts["Annotate"] = "kept"
    reaction = dialog.widgets["reaction_ms"]
    assert isinstance(reaction, QSpinBox)
    reaction.setValue(200)
    box = dialog.findChild(QDialogButtonBox)
    assert box is not None
    qtbot.mouseClick(box.button(QDialogButtonBox.StandardButton.RestoreDefaults), Qt.MouseButton.LeftButton)
    assert session.settings == Settings(layouts={"Annotate": "kept"}, recent=session.settings.recent)
    session.settings.theme = "dark"
    session.settings_changed.emit()


@pytest.mark.parametrize(
    "line",
    [
        'theme = "purple"', "theme = 3", "reaction_ms = 5000", "reaction_ms = true", 'snapping = "yes"', 'scale = "7"',
        "recent = {}", "layouts = []", 'keys = "Ctrl"', 'window = "%%%"', "unheard_of = 1",
    ],
)  # fmt: skip
def test_a_broken_setting_costs_only_itself(tmp_path: Path, line: str):
    path = tmp_path / "settings.toml"
    path.write_text(f'who = "Ann"\n{line}\n')
    loaded = load_settings(path)
    assert loaded.who == "Ann"
    assert replace(loaded, who="", window="") == Settings()


def test_the_file_holds_only_what_differs(tmp_path: Path):
    path = tmp_path / "settings.toml"
    save_settings(Settings(reaction_ms=120), path)
    assert path.read_text() == "reaction_ms = 120\n"


def test_numbers_do_not_touch_the_edge_of_their_fields(dialog: SettingsDialog, tmp_path: Path):
    offer = ReportOffer((), ("Expert", "FEDN"), "Expert", "FEDN", 0.5, False)
    report = ReportDialog(offer, tmp_path, dialog)
    report.show()
    boxes = [*dialog.findChildren(QSpinBox), *dialog.findChildren(QDoubleSpinBox)]
    assert report.iou in boxes and len(boxes) > 1
    for box in boxes:
        assert box.lineEdit().x() + box.lineEdit().textMargins().left() >= 8
