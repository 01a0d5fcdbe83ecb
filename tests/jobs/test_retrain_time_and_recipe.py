"""The dialog says how long a training takes, and the whole recipe can be changed."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.dialogs.recipe_dialog import RecipeDialog
from app.dialogs.retrain_dialog import RetrainDialog
from app.jobs import retraining
from app.jobs.retraining import recipe_of, retrain_arguments
from app.jobs.training_time import Speeds, Work, expected_s, time_text
from app.session import Session
from fedn.cores import usable_cores
from tests.jobs.test_retraining import made_project, needs_model
from training.config import with_settings

pytestmark = needs_model
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(retraining, "MAIN", Path(__file__).with_name("fake_main.py"))
    session = Session()
    people = {name: ["happiness", "fear", "anger"] * 4 for name in ("s1", "s2", "s3")}
    assert session.open_project(made_project(tmp_path / "p.fedn", people))
    return session


def dialog_of(session: Session, qtbot: QtBot) -> RetrainDialog:
    dialog = RetrainDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_time_is_measured_kept_and_follows_the_epochs(session: Session, qtbot: QtBot) -> None:
    dialog = dialog_of(session, qtbot)
    assert dialog.time.text.text().startswith("Not measured")
    qtbot.mouseClick(dialog.time.button, LEFT)
    qtbot.waitUntil(lambda: not dialog.time.is_measuring, timeout=20000)
    # Two people of 100 reviewed seconds: 200 windows, 2 a second, 10 times; 9000 new frames, 50 a second.
    assert dialog.time.text.text().startswith("About 20 min on the processor")
    dialog.epochs.setText("1")
    assert dialog.time.text.text().startswith("About 5 min")
    again = dialog_of(session, qtbot)
    assert again.time.text.text().startswith("About 20 min")
    qtbot.mouseClick(again.scope.button(1), LEFT)
    assert again.time.text.text().startswith("Not measured"), "another scope has another speed"


def test_measuring_can_be_stopped_and_ends_with_the_dialog(session: Session, qtbot: QtBot) -> None:
    dialog = dialog_of(session, qtbot)
    qtbot.mouseClick(dialog.scope.button(1), LEFT)
    for end in (lambda: qtbot.mouseClick(dialog.time.button, LEFT), dialog.reject):
        qtbot.mouseClick(dialog.time.button, LEFT)
        qtbot.waitUntil(lambda: "Measuring steps" in dialog.time.text.text(), timeout=20000)
        dialog.time._job._grace_ms = 200
        child = dialog.time._job.pid
        assert psutil.pid_exists(child)
        end()
        qtbot.waitUntil(lambda: not dialog.time.is_measuring, timeout=20000)
        assert not psutil.pid_exists(child)
    assert session.settings.speeds == {}


def test_a_training_leaves_a_core_to_the_window(session: Session, qtbot: QtBot) -> None:
    dialog = dialog_of(session, qtbot)
    config = recipe_of(session.project, dialog._material, dialog.options())
    assert config.threads == max(1, usable_cores() - 1)


def test_the_recipe_is_changed_as_text_and_a_mistake_is_one_sentence(session: Session, qtbot: QtBot) -> None:
    dialog = dialog_of(session, qtbot)
    config = recipe_of(session.project, dialog._material, dialog.options())
    recipe = RecipeDialog(config, ())
    qtbot.addWidget(recipe)
    assert recipe.settings == () and recipe.told.text() == "Nothing is changed."
    text = recipe.text.toPlainText()
    for wrong, said in (
        (text.replace("batch_size = 16", "batch_size = 0"), "it must be at least 1"),
        (text.replace("batch_size = 16", 'batch_size = "many"'), "it must be a number"),
        (text + "\nepochs = 3", "choose it in the dialog"),
        (text + "\n[data]\ntier = 'x'", "“data” is not changed here"),
        (text + "\nnonsense = 3", "unknown setting “nonsense”"),
        (text + "\n[", "not valid TOML"),
    ):
        recipe.text.setPlainText(wrong)
        assert said in recipe.told.text() and not recipe.accept_button.isEnabled(), recipe.told.text()
    recipe.text.setPlainText(text.replace("batch_size = 16", "batch_size = 8").replace("seed = 0", "seed = 7"))
    assert recipe.accept_button.isEnabled()
    assert recipe.settings == ("seed=7", "optimization.batch_size=8")
    changed = with_settings(config, recipe.settings)
    assert (changed.seed, changed.optimization.batch_size) == (7, 8)
    assert changed.optimization.learning_rate == config.optimization.learning_rate


def test_the_meaning_of_the_setting_at_the_cursor_is_told(session: Session, qtbot: QtBot) -> None:
    config = recipe_of(session.project, dialog_of(session, qtbot)._material, dialog_of(session, qtbot).options())
    recipe = RecipeDialog(config, ())
    qtbot.addWidget(recipe)
    cursor = recipe.text.document().find("batch_size")
    recipe.text.setTextCursor(cursor)
    assert recipe.meaning.text() == "batch_size: windows in a step"


def test_device_and_recipe_arrive_at_the_child(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = dialog_of(session, qtbot)
    dialog.settings = ("optimization.batch_size=8",)
    dialog.device.setFocus()
    qtbot.keyClick(dialog.device, Qt.Key.Key_Down)
    words = retrain_arguments(tmp_path, dialog.options(), tmp_path / "run")
    given = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    assert given == ["optimization.batch_size=8", "device=cpu"]


def test_the_full_network_counts_its_features_anew_and_says_what_is_quicker() -> None:
    speeds = Speeds(0.1, 1.0, 0, 0.0, 100.0, 10.0, "cpu")
    work = Work(reviewed_s=600, frames=20_000, unseen_frames=1, held_out_frames=2_000, epochs=3)
    learning, anew = 3 * 600 / 0.1, (2 * 20_000 + 2_000) / 10
    assert expected_s(speeds, work) == pytest.approx(learning + anew + (3 * 0.15 * 20_000 + 4_000) / 100)
    text = time_text(speeds, work, "full")
    assert "Detector only" in text and "comes in addition" in text


def test_speeds_that_somebody_has_spoiled_count_as_not_measured() -> None:
    good = Speeds(1.0, 1.0, 0, 0.0, 1.0, 0.0, "cpu")
    assert Speeds.from_json(good.to_json()) == good
    assert Speeds.from_json({}) is None and Speeds.from_json({**good.to_json(), "windows_per_s": "x"}) is None
