"""What the retrain dialog offers and says, and what becomes of it on the child's command line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.dialogs.retrain_dialog import RetrainDialog
from app.document.document import Document
from app.document.edits import AddTier, AddVideo, MarkReviewed, ReplaceEvents
from app.jobs.retrain_options import RetrainOptions
from app.jobs.retraining import retrain_arguments
from app.session import Session
from app.views.models.choice_panel import ChoicePanel
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.kept_comparison import KeptComparison
from fedn.registry import DEFAULT_MODEL, bundled_models_dir
from training.splits import named_subjects

needs_model = pytest.mark.skipif(
    not (bundled_models_dir() / DEFAULT_MODEL / "model.toml").exists(), reason="the bundled model is not here"
)


def made_project(folder: Path, people: dict[str, list[str]]) -> Path:
    """A reviewed video for each person with events of these labels."""
    with Document.create(folder, "Study") as document:
        for number, (name, labels) in enumerate(people.items()):
            video = Video(f"key{number}", folder / f"{number}.mp4", name, 3000, 30.0, 64, 48)
            tier = Tier(video.id, "Corrections", Source.ANNOTATOR, "me")
            document.do(AddVideo(video))
            document.do(AddTier(tier))
            events = tuple(Event(100 * place, 100 * place + 40, label) for place, label in enumerate(labels))
            document.do(ReplaceEvents(tier.id, events))
            document.do(MarkReviewed(video.id, Interval(0, 3000)))
    return folder


def dialog_of(project: Path, qtbot: QtBot) -> RetrainDialog:
    session = Session()
    assert session.open_project(project)
    dialog = RetrainDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@needs_model
def test_labels_that_the_model_does_not_have_are_told_and_asked_about(tmp_path: Path, qtbot: QtBot) -> None:
    people = {"s1": ["happiness", "pain"] * 3, "s2": ["fear", "pain"] * 3, "s3": ["anger"] * 6}
    dialog = dialog_of(made_project(tmp_path / "p.fedn", people), qtbot)
    assert dialog.unknown_labels.isVisible() and "pain" in dialog._unknown.text()
    dialog.unknown_labels.setFocus()
    qtbot.keyClick(dialog.unknown_labels, Qt.Key.Key_Down)
    assert dialog.options().unknown_labels == "spot"
    known = {name: ["happiness", "fear"] * 3 for name in ("s1", "s2")}
    assert not dialog_of(made_project(tmp_path / "q.fedn", known), qtbot).unknown_labels.isVisible()


def test_what_is_doubtful_is_said_and_does_not_hinder(tmp_path: Path, qtbot: QtBot) -> None:
    dialog = dialog_of(made_project(tmp_path / "p.fedn", {"s1": ["fear"] * 5, "s2": ["fear"] * 5}), qtbot)
    assert "5 events are few" in dialog.doubts_text and "one label, fear" in dialog.doubts_text
    assert dialog.start_button.isEnabled() and not dialog.obstacle_text


def test_one_person_alone_can_be_learned_from_without_comparing(tmp_path: Path, qtbot: QtBot) -> None:
    dialog = dialog_of(made_project(tmp_path / "p.fedn", {"s1": ["fear", "anger"] * 4}), qtbot)
    assert "learn without comparing" in dialog.obstacle_text and not dialog.start_button.isEnabled()
    qtbot.keyClick(dialog.compares, Qt.Key.Key_Space)
    assert not dialog.options().compares and dialog.options().held_out == ()
    assert dialog.start_button.isEnabled() and dialog.obstacle_text == ""
    assert not dialog.held_out.isEnabled()


def test_options_arrive_at_the_child_also_with_commas_in_names(tmp_path: Path) -> None:
    options = RetrainOptions("Corrections", "full", ("Doe, Jane", "s2"), 3, from_scratch=True, unknown_labels="spot")
    words = retrain_arguments(tmp_path, options, tmp_path / "run")
    given = [words[place + 1] for place, word in enumerate(words) if word == "--held-out"]
    assert named_subjects(given, ["Doe, Jane", "s1", "s2"]) == ("Doe, Jane", "s2")
    assert next(csv.reader([given[0]])) == ["Doe, Jane"]
    assert {"--from-scratch", "spot", "--records"} <= set(words) and "--unjudged" not in words
    assert "--unjudged" in retrain_arguments(tmp_path, RetrainOptions("Corrections", compares=False), tmp_path)


def figures(f1: float, detection: float) -> dict:
    return {
        "n_truth": 20,
        "spotting": {"f1": f1, "precision": f1, "recall": f1, "map": f1 / 2},
        "recognition": {"uf1": 0.5},
        "detection": {"map": detection},
    }


def test_the_choice_shows_the_sentence_and_how_sure_each_change_is(qtbot: QtBot) -> None:
    change = {"spotting_f1": {"value": 0.1, "low": 0.02, "high": 0.2}, "detection_map": {"low": -0.05, "high": 0.04}}
    panel = ChoicePanel()
    qtbot.addWidget(panel)
    kept = KeptComparison(
        "old",
        "new",
        "",
        "Corrections",
        ("s1",),
        "better: F1 ...",
        figures(0.5, 0.3),
        figures(0.6, 0.29),
        {"difference": change},
    )
    panel.show_comparison(kept, "old")
    assert panel.verdict.text() == "Better: F1 ...."
    rows = {panel.table.item(row, 0).text(): row for row in range(panel.table.rowCount())}
    assert panel.table.item(rows["Spotting F1"], 4).text() == "+0.02 to +0.20"
    assert panel.table.item(rows["Detection mAP"], 4).text() == "−0.05 to +0.04"
    assert panel.table.item(rows["Precision"], 4).text() == "–"
    sure, chance = (panel.table.item(rows[name], 3).foreground().color() for name in ("Spotting F1", "Detection mAP"))
    assert sure != chance, "a change that may be chance has no color"


def test_without_a_comparison_the_choice_says_to_look_for_oneself(qtbot: QtBot) -> None:
    panel = ChoicePanel()
    qtbot.addWidget(panel)
    panel.show_comparison(KeptComparison("old", "new", "", "", (), "", {}, {}), "old")
    assert "were not compared" in panel.heading.text() and "Look at what" in panel.verdict.text()
    assert panel.table.isHidden()
