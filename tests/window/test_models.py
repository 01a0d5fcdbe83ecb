"""The list of models, and two of them side by side: by mouse and keys, with the program's own children."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QPushButton
from pytestqt.qtbot import QtBot

from app.drops import sort_dropped
from app.model_file_actions import DELETE, EXPORT_FIRST
from app.session import Session
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.annotation.tier import Source
from fedn.kept_comparison import ComparedVideo, KeptComparison, Row, Share, comparison_path, write_comparison
from fedn.model_archive import export_model
from fedn.model_info import INFO_FILE, ModelInfo, Provenance, read_model_info, write_atomically
from fedn.registry import DEFAULT_MODEL, bundled_models_dir, list_models
from tests.window.conftest import Told, wait_until
from tests.window.test_ways_in import drop

LEFT = Qt.MouseButton.LeftButton
FIRST, SECOND = "flow-first", "flow-second"
CHILD_S = 180.0


def put_model(folder: Path, name: str, parent: str, **values: object) -> ModelInfo:
    """A real model of the kind that needs no weights, beside the others of a project."""
    plain = read_model_info(bundled_models_dir() / "optical-flow")
    data = {"learned": {"tier": "Expert", "subjects": ["Zoe"], "events": 12, "edit": 7, "videos": 2, "keys": ["k"]}}
    info = replace(plain, name=name, provenance=Provenance(parent, "flow", data), **values)  # type: ignore[arg-type]
    write_atomically(folder / "models" / name / INFO_FILE, info.to_toml().encode())
    return read_model_info(folder / "models" / name)


@pytest.fixture
def models(window: StudioWindow, project_folder: Path, told: Told) -> StudioWindow:
    """The window with two models of the project, the list of models open."""
    put_model(project_folder, FIRST, DEFAULT_MODEL, created="2026-01-02T03:04:05+00:00")
    put_model(project_folder, SECOND, FIRST, created="2026-02-02T03:04:05+00:00", threshold=0.3)
    window.actions_by_name["models"].trigger()
    wait_until(window.parts.model_list.isVisible)
    return window


def kept(old: str = FIRST, new: str = SECOND) -> KeptComparison:
    share, better = Share(3, 1, 0.4, 0.2), Share(4, 3, 0.8, 0.6)
    before = {"n_truth": 2, "spotting": {"f1": 0.4, "map": 0.2}, "detection": {"map": 0.1}, "recognition": {}}
    after = {**before, "spotting": {"f1": 0.8, "map": 0.6}}
    truth = (Event(22, 52, "happiness"), Event(78, 109, "surprise"))
    video = ComparedVideo(
        "0502 funny errors",
        "key-15",
        "15",
        truth,
        (Event(20, 50, "happiness", 30, score=0.8),),
        (Event(22, 52, "happiness", 30, score=0.9), Event(80, 110, "anger", 90, score=0.7)),
    )
    rows = (Row("happiness", 1, share, better), Row("surprise", 1, share, better))
    people = (Row("15", 2, share, better),)
    intervals = {"difference": {"spotting_f1": {"low": 0.1, "high": 0.6}}}
    return KeptComparison(
        *(old, new, "2026-02-02", "Expert", ("15",), "better: F1 0.400 to 0.800", before, after, intervals),
        labels=rows,
        people=people,
        videos=(video,),
    )


def click(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isVisible() and button.isEnabled()
    qtbot.mouseClick(button, LEFT)


def choose(window: StudioWindow, qtbot: QtBot, name: str) -> None:
    """A click on the row of a model."""
    tree = window.parts.model_list.list
    rows = tree.findItems("*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive, 0)
    (item,) = [row for row in rows if row.data(0, Qt.ItemDataRole.UserRole) == name]
    qtbot.mouseClick(tree.viewport(), LEFT, pos=tree.visualItemRect(item).center())
    assert window.parts.model_list.selected == name


def test_a_model_is_put_in_use_and_taken_back(models: StudioWindow, session: Session, qtbot: QtBot):
    choose(models, qtbot, SECOND)
    words = models.parts.model_list.details.words
    assert words["From"] == f"{FIRST} ← {DEFAULT_MODEL}"
    assert "1 person, 2 videos, 12 events of “Expert”, labels as of edit 7" in words["Learned"]
    click(qtbot, models.parts.model_list.use_button)
    assert session.project is not None and session.project.model_in_use == SECOND
    assert not models.parts.model_list.use_button.isEnabled()
    assert SECOND in models.parts.models.text()
    used = models.parts.model_list.details.used.text()
    assert "coder A: Use model flow-second" in used, "who and when"
    models.actions_by_name["undo"].trigger()
    assert session.project.model_in_use == ""
    choose(models, qtbot, FIRST)
    qtbot.mouseDClick(
        models.parts.model_list.list.viewport(), LEFT, pos=models.parts.model_list.list.visualItemRect(
            models.parts.model_list.list.currentItem()
        ).center(),
    )  # fmt: skip
    assert session.project.model_in_use == FIRST


def test_models_hang_below_what_they_come_from_also_in_a_ring(models: StudioWindow, project_folder: Path):
    def above(name: str) -> str | None:
        tree = models.parts.model_list.list
        rows = tree.findItems("*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive, 0)
        (item,) = [row for row in rows if row.data(0, Qt.ItemDataRole.UserRole) == name]
        return item.parent().data(0, Qt.ItemDataRole.UserRole) if item.parent() is not None else None

    assert (above(FIRST), above(SECOND)) == (DEFAULT_MODEL, FIRST)
    put_model(project_folder, "ring-a", "ring-b")
    put_model(project_folder, "ring-b", "ring-a")
    models.parts.model_list.refresh()
    assert {above("ring-a"), above("ring-b")} == {None, "ring-a"} or {above("ring-a"), above("ring-b")} == {
        None,
        "ring-b",
    }


def test_notes_are_typed_and_undone(models: StudioWindow, session: Session, qtbot: QtBot):
    choose(models, qtbot, FIRST)
    note = models.parts.model_list.details.note
    models.docks["model_list"].widget().ensureWidgetVisible(note)
    qtbot.mouseClick(note.viewport(), LEFT, pos=QPoint(20, 12))
    qtbot.keyClicks(note, "misses short smiles")
    models.parts.timeline.setFocus()
    assert session.project is not None and session.project.model_note(FIRST) == "misses short smiles"
    choose(models, qtbot, SECOND)
    assert note.toPlainText() == "" and session.project.model_note(SECOND) == ""
    models.actions_by_name["undo"].trigger()
    assert session.project.model_note(FIRST) == ""


def test_what_was_typed_about_a_model_does_not_go_into_another_project(
    models: StudioWindow, session: Session, qtbot: QtBot, tmp_path: Path
):
    choose(models, qtbot, FIRST)
    models.parts.model_list.details.note.setPlainText("of the first project")
    assert session.create_project(tmp_path / "other.fedn", "Other")
    assert session.project is not None and session.project.model_note(FIRST) == ""


def test_a_model_is_called_differently_and_keeps_its_name(
    models: StudioWindow, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, told: Told
):
    choose(models, qtbot, FIRST)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("The pilot", True))
    click(qtbot, models.parts.model_list.rename_button)
    assert models.parts.model_list.list.currentItem().text(0) == "The pilot"
    assert models.parts.model_list.details.title.text() == f"The pilot\n{FIRST}"
    session.use_model(FIRST)
    assert models.parts.models.text() == "The pilot ▾" and told.errors == []
    models.actions_by_name["undo"].trigger()
    models.actions_by_name["undo"].trigger()
    assert models.parts.model_list.list.currentItem().text(0) == FIRST


def test_the_one_in_use_is_not_deleted_and_the_last_copy_not_without_asking(
    models: StudioWindow, session: Session, qtbot: QtBot, told: Told, project_folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    session.use_model(FIRST)
    choose(models, qtbot, FIRST)
    click(qtbot, models.parts.model_list.delete_button)
    assert told.errors == [f"“{FIRST}” is in use; use another model first, then delete it."] and told.questions == []
    choose(models, qtbot, SECOND)
    click(qtbot, models.parts.model_list.delete_button)
    assert told.questions == ["Delete model"] and (project_folder / "models" / SECOND).exists(), (
        "keeping is the default"
    )
    target = tmp_path / "kept.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), "Model (*.zip)"))
    told.answers["Delete model"] = EXPORT_FIRST
    click(qtbot, models.parts.model_list.delete_button)
    assert target.is_file() and not (project_folder / "models" / SECOND).exists()
    assert SECOND not in [info.name for info in list_models(project_folder)]


def test_an_export_that_is_given_up_or_fails_deletes_nothing(
    models: StudioWindow, qtbot: QtBot, told: Told, project_folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    choose(models, qtbot, SECOND)
    told.answers["Delete model"] = EXPORT_FIRST
    for target in ("", str(tmp_path)):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, target=target, **__: (target, "Folder (*)"))
        click(qtbot, models.parts.model_list.delete_button)
        assert (project_folder / "models" / SECOND / INFO_FILE).is_file()
    told.answers["Delete model"] = DELETE
    click(qtbot, models.parts.model_list.delete_button)
    assert not (project_folder / "models" / SECOND).exists()


def test_a_model_comes_in_by_dropping_its_zip_and_is_refused_if_it_is_none(
    models: StudioWindow, told: Told, project_folder: Path, tmp_path: Path
):
    given = replace(
        put_model(tmp_path / "elsewhere", "their-model", "somewhere"), title="<b>Theirs</b>", note="From the other lab"
    )
    zipped = export_model(given, tmp_path / "their-model.zip")
    shutil.rmtree(tmp_path / "elsewhere")
    assert drop(models, [zipped]) == "Drop to take in the model their-model"
    wait_until(lambda: not models.parts.model_jobs.is_running, CHILD_S)
    assert told.errors == [] and "their-model is in the list of models" in told.sentences[-1][1]
    assert models.parts.model_list.selected == "their-model"
    details = models.parts.model_list.details
    assert (
        details.title.text() == "<b>Theirs</b>\ntheir-model" and details.title.textFormat() == Qt.TextFormat.PlainText
    )
    assert details.note.toPlainText() == "From the other lab"
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../evil.toml", "x")
    before = sorted((project_folder / "models").rglob("*"))
    drop(models, [tmp_path / "evil.zip"])
    wait_until(lambda: not models.parts.model_jobs.is_running, CHILD_S)
    (error,) = told.errors
    assert "leads out of it" in error and sorted((project_folder / "models").rglob("*")) == before


def test_what_is_dropped_is_known_for_a_model_by_its_name(tmp_path: Path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / INFO_FILE).write_text("")
    found = sort_dropped([folder, folder / INFO_FILE, tmp_path / "x.ZIP"])
    assert found.models == (folder, folder / INFO_FILE, tmp_path / "x.ZIP") and found.unknown == ()
    assert found.says(has_project=False) == "" and found.says(has_project=True) == "take in the models"


def test_two_models_are_compared_by_a_child_and_chosen_between(
    models: StudioWindow, session: Session, qtbot: QtBot, told: Told
):
    choose(models, qtbot, SECOND)
    click(qtbot, models.parts.model_list.compare_button)
    comparison = models.parts.comparison
    assert (comparison.old.currentData(), comparison.new.currentData()) == (FIRST, SECOND)
    wait_until(lambda: not models.parts.model_jobs.is_running, CHILD_S)
    assert told.errors == [] and comparison.choice.isVisible()
    found = comparison.choice.kept
    assert found is not None and found.subjects == ("15",) and found.after["n_truth"] == 2, "what was reviewed counts"
    assert "subject 15" in comparison.choice.heading.text()
    assert comparison.choice.use_button.isVisible() and session.project is not None
    click(qtbot, comparison.choice.use_button)
    assert session.project.model_in_use == SECOND and not comparison.choice.use_button.isVisible()
    assert comparison.choice.keep_button.text() == "Go back to the old"
    click(qtbot, comparison.choice.keep_button)
    assert session.project.model_in_use == FIRST


def test_a_comparison_that_is_there_is_shown_at_once_in_pictures(
    models: StudioWindow, project_folder: Path, qtbot: QtBot
):
    write_comparison(comparison_path(project_folder, FIRST, SECOND), kept())
    choose(models, qtbot, SECOND)
    click(qtbot, models.parts.model_list.compare_button)
    assert not models.parts.model_jobs.is_running, "it is there already"
    choice = models.parts.comparison.choice
    assert choice.verdict.text() == "Better: F1 0.400 to 0.800."
    assert [row.name for row in choice.labels.rows] == ["happiness", "surprise"]
    assert "happiness: 0.40 to 0.80" in choice.labels.accessibleDescription()
    choice.number.setCurrentIndex(1)
    choice.number.activated.emit(1)
    assert "happiness: 0.20 to 0.60" in choice.labels.accessibleDescription()
    assert "1 of 3 predicted events right" in choice.labels.explained(choice.labels.rows[0])
    assert [row.name for row in choice.picture.rows] == ["Spotting F1", "Spotting mAP", "Detection mAP"]


def test_both_models_come_onto_the_timeline_and_go_in_one_step(
    models: StudioWindow, session: Session, project_folder: Path, qtbot: QtBot
):
    write_comparison(comparison_path(project_folder, FIRST, SECOND), kept())
    session.select_video("0401 girl crashing")
    models.actions_by_name["compare"].trigger()
    models.parts.comparison.show_pair(FIRST, SECOND)
    project = session.project
    assert project is not None
    (button,) = models.parts.comparison.choice.videos
    models.docks["comparison"].widget().ensureWidgetVisible(button)
    QApplication.processEvents()
    click(qtbot, button)
    assert session.current_video is not None and session.current_video.id == "0502 funny errors"
    assert session.reference_name == "Expert" and session.playhead == 22
    shown = {tier.who: tier for tier in session.shown_tiers() if tier.source is Source.DETECTOR}
    assert set(shown) == {DEFAULT_MODEL, FIRST, SECOND}
    events = project.events(shown[SECOND].id)
    assert [(event.onset, event.offset, event.label, event.score) for event in events] == [
        (22, 52, "happiness", 0.9),
        (80, 110, "anger", 0.7),
    ]
    steps = session.undo_stack.count()
    click(qtbot, button)
    assert session.undo_stack.count() == steps, "what is there is not put there again"
    models.actions_by_name["undo"].trigger()
    assert {tier.who for tier in session.tiers() if tier.source is Source.DETECTOR} == {DEFAULT_MODEL}
