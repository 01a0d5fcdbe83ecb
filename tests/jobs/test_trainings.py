"""A training is followed through its folder: whoever has started it, whenever the window comes and goes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.jobs import retraining
from app.jobs.model_jobs import ModelJobs
from app.jobs.retrain_options import RetrainOptions
from app.jobs.training_process import end_process
from app.jobs.training_runs import runs_of
from app.jobs.trainings import CANCEL, KEEP, STAY, STOP, Trainings
from app.session import Session
from app.views.models.comparison_view import ComparisonView
from app.views.training.training_view import TrainingView
from fedn.progress import Record
from tests.window.conftest import Told
from training.run_status import RunState, read_status

FOREVER = RetrainOptions("Expert", epochs=100_000)


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path) -> Iterator[Session]:
    session = Session(who="coder B")
    session.create_project(tmp_path / "study.fedn", "Study")
    yield session
    session.close_project()


@pytest.fixture
def told(session: Session) -> Told:
    return Told(session.messages)


class Desk:
    """The parts of a window that have to do with training."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        self.qtbot, self.session = qtbot, session
        self.trainings = Trainings(session)
        self.view, self.comparison = (
            TrainingView(session, self.trainings),
            ComparisonView(session, self.trainings, ModelJobs(session)),
        )
        for widget in (self.view, self.comparison):
            qtbot.addWidget(widget)
            widget.show()
        session.project_changed.emit()

    def wait_for(self, ready) -> None:
        self.qtbot.waitUntil(ready, timeout=30000)

    def begin(self, options: RetrainOptions) -> None:
        """As far as its first epochs."""
        self.trainings.retrain(options)
        self.wait_for(lambda: len(self.view.progress.loss) >= 2 and self.view.stop_button.isEnabled())

    def finish(self) -> None:
        self.wait_for(lambda: not self.trainings.is_training)

    def state(self) -> RunState | None:
        run = self.trainings.run_folder
        status = read_status(run) if run else None
        return status.state if status else None


@pytest.fixture
def desk(session: Session, told: Told, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(retraining, "MAIN", Path(__file__).with_name("fake_main.py"))
    before = {child.pid for child in psutil.Process().children()}
    yield Desk(session, qtbot)
    for child in psutil.Process().children():
        if child.pid not in before:
            end_process(child.pid, by_force=True)


def test_a_training_shows_its_epochs_and_then_the_choice(desk: Desk, session: Session) -> None:
    desk.trainings.retrain(RetrainOptions("Expert", held_out=("s1",), epochs=3))
    assert desk.view.pause_button.isVisible()
    desk.finish()
    assert desk.view.progress.loss == [(1, 1.0), (2, 0.5), (3, pytest.approx(1 / 3))]
    assert desk.view.status_text == "The training is done. The new model is ready."
    assert desk.comparison.choice.isVisible() and "study-v2" in desk.comparison.choice.legend.names
    assert not desk.view.pause_button.isVisible() and not desk.view.resume_button.isVisible()
    assert not runs_of(Path(session.project.folder))[0].is_seen
    desk.comparison.choice.use_button.click()
    assert session.project.model_in_use == "study-v2"
    assert desk.comparison.choice.isVisible() and not desk.comparison.choice.use_button.isVisible()
    assert runs_of(Path(session.project.folder))[0].is_seen
    session.undo_stack.undo()
    assert session.project.model_in_use == ""


def test_pause_and_resume_and_stop_do_what_they_say(desk: Desk) -> None:
    desk.begin(FOREVER)
    desk.view.pause_button.click()
    assert desk.view.status_text.startswith("Pausing")
    desk.wait_for(lambda: desk.state() is RunState.PAUSED and desk.view.status_text == "Paused")
    assert desk.view.pause_button.text() == "Resume"
    known = len(desk.view.progress.loss)
    desk.qtbot.wait(500)
    assert len(desk.view.progress.loss) == known
    desk.view.pause_button.click()
    desk.wait_for(lambda: len(desk.view.progress.loss) > known)
    desk.wait_for(desk.view.stop_button.isEnabled)
    assert desk.view.pause_button.text() == "Pause" and desk.state() is RunState.RUNNING
    desk.view.stop_button.click()
    desk.finish()
    assert desk.state() is RunState.STOPPED and desk.comparison.result["model"] == "study-v2"
    assert desk.view.status_text.startswith("The training was stopped early.")


def test_a_training_that_is_paused_can_be_stopped(desk: Desk) -> None:
    desk.begin(FOREVER)
    desk.view.pause_button.click()
    desk.wait_for(lambda: desk.view.status_text == "Paused")
    desk.view.stop_button.click()
    desk.finish()
    assert desk.state() is RunState.STOPPED


def test_cancel_asks_leaves_no_model_and_the_run_can_be_resumed(desk: Desk, told: Told) -> None:
    desk.begin(FOREVER)
    told.answers["Cancel"] = "Let it run"
    desk.view.cancel_button.click()
    assert desk.trainings.is_training and not desk.trainings.is_cancelling
    told.answers["Cancel"] = CANCEL
    desk.view.cancel_button.click()
    desk.finish()
    assert desk.state() is RunState.CANCELLED and told.errors == [] and desk.comparison.result == {}
    assert desk.view.resume_button.isVisible()
    desk.view.resume_button.click()
    assert desk.view.pause_button.isVisible() and not desk.view.resume_button.isVisible()
    desk.finish()
    assert desk.state() is RunState.FINISHED and desk.comparison.choice.isVisible()


def test_words_that_are_said_at_once_are_heard_as_soon_as_the_training_listens(desk: Desk) -> None:
    desk.trainings.retrain(FOREVER)
    desk.trainings.cancel()
    desk.finish()
    assert desk.state() in (RunState.CANCELLED, None) and "was cancelled" in desk.view.status_text


def test_one_that_does_not_listen_is_ended_after_a_while(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.jobs.trainings.GRACE_MS", 300)
    desk.begin(FOREVER)
    pid = desk.trainings.running_pid
    os.kill(pid, signal.SIGSTOP)
    desk.trainings.cancel()
    desk.finish()
    assert "was cancelled" in desk.view.status_text and not psutil.pid_exists(pid)


def test_a_crash_is_told_with_what_to_do_and_details_on_demand(desk: Desk, told: Told) -> None:
    desk.trainings.retrain(RetrainOptions("dies", epochs=9))
    desk.finish()
    (sentence,) = told.errors
    assert sentence == "The training ended unexpectedly (SIGABRT). Resume goes on from its last checkpoint."
    assert desk.view.status_text == sentence and sentence in desk.view.log.toPlainText()
    assert desk.view.details_button.isVisible() and "device-side assert" in desk.trainings.details
    desk.view.resume_button.click()
    desk.finish()
    assert desk.state() is RunState.FINISHED


def test_a_full_disk_is_named_and_the_run_can_be_resumed(desk: Desk, told: Told) -> None:
    desk.trainings.retrain(RetrainOptions("full", epochs=9))
    desk.finish()
    (sentence,) = told.errors
    assert "last.safetensors could not be written (No space left on device); free space" in sentence
    assert desk.trainings.can_resume


def test_memory_that_was_not_enough_is_told_once_and_not_again_later(desk: Desk, told: Told) -> None:
    desk.trainings.retrain(RetrainOptions("memory", epochs=9))
    desk.finish()
    said = [text for level, text in told.sentences if level == "warning"]
    assert said == ["memory was not enough for the batch, which is halved"]
    assert "Warning: memory was not enough" in desk.view.log.toPlainText()
    desk.trainings.show_run(desk.trainings.run_folder)
    desk.finish()
    assert len([level for level, _ in told.sentences if level == "warning"]) == 1


def test_what_cannot_begin_says_why_and_leaves_nothing_to_resume(desk: Desk, told: Told) -> None:
    desk.trainings.retrain(RetrainOptions("refused", epochs=9))
    desk.finish()
    assert len(told.errors) == 1 and not desk.trainings.can_resume and not desk.view.resume_button.isVisible()


def test_a_second_training_is_refused(desk: Desk, told: Told) -> None:
    desk.begin(FOREVER)
    desk.trainings.retrain(FOREVER)
    assert told.sentences[-1][1].startswith("A training is already running")
    desk.trainings.stop()
    desk.finish()


def test_the_next_window_finds_a_running_training_again_with_its_curves_and_buttons(
    desk: Desk, session: Session, told: Told, qtbot: QtBot
) -> None:
    desk.begin(FOREVER)
    pid, run, known = desk.trainings.running_pid, desk.trainings.run_folder, len(desk.view.progress.loss)
    told.answers["A training is running"] = KEEP
    assert desk.trainings.may_be_left()
    desk.trainings.let_go()
    again = Desk(session, qtbot)
    again.wait_for(lambda: len(again.view.progress.loss) > known)
    assert (again.trainings.run_folder, again.trainings.running_pid) == (run, pid)
    assert again.view.progress.loss[:2] == [(1, 1.0), (2, 0.5)]
    assert any("still runs" in text for _, text in told.sentences)
    again.wait_for(again.view.stop_button.isEnabled)
    again.view.pause_button.click()
    again.wait_for(lambda: again.view.status_text == "Paused" and again.state() is RunState.PAUSED)
    third = Desk(session, qtbot)
    third.wait_for(lambda: third.view.pause_button.text() == "Resume")
    again.trainings.let_go()
    third.view.pause_button.click()
    third.wait_for(lambda: third.state() is RunState.RUNNING)
    third.wait_for(third.view.stop_button.isEnabled)
    third.view.stop_button.click()
    third.finish()
    assert third.comparison.choice.isVisible() and third.state() is RunState.STOPPED


def test_what_ended_while_no_window_looked_is_offered_until_it_is_chosen(
    desk: Desk, session: Session, told: Told, qtbot: QtBot
) -> None:
    desk.begin(FOREVER)
    run = desk.trainings.run_folder
    told.answers["A training is running"] = STOP
    assert desk.trainings.may_be_left()
    desk.trainings.let_go()
    desk.wait_for(lambda: read_status(run).state is RunState.STOPPED)
    for _ in range(2):
        again = Desk(session, qtbot)
        again.wait_for(lambda again=again: again.comparison.choice.isVisible())
        assert any("awaits your choice" in text for _, text in told.sentences)
    again.comparison.choice.keep_button.click()
    last = Desk(session, qtbot)
    qtbot.wait(300)
    assert last.trainings.run_folder is None and "No training is running" in last.view.status_text


def test_what_was_killed_while_no_window_looked_is_told_once_and_can_be_resumed(
    desk: Desk, session: Session, told: Told, qtbot: QtBot
) -> None:
    desk.begin(FOREVER)
    pid = desk.trainings.running_pid
    desk.trainings.let_go()
    os.kill(pid, signal.SIGKILL)
    for _ in range(2):
        again = Desk(session, qtbot)
        again.wait_for(lambda again=again: again.view.resume_button.isVisible())
        assert len(again.view.progress.loss) >= 2
    assert len(told.errors) == 1 and told.errors[0].startswith("The training ended unexpectedly")
    again.view.resume_button.click()
    again.finish()
    assert again.state() is RunState.FINISHED


def test_leaving_asks_and_staying_changes_nothing(desk: Desk, told: Told) -> None:
    desk.begin(FOREVER)
    told.answers["A training is running"] = STAY
    assert not desk.trainings.may_be_left() and desk.trainings.is_training
    told.answers["A training is running"] = CANCEL
    assert desk.trainings.may_be_left()
    desk.finish()
    assert desk.state() is RunState.CANCELLED


def test_earlier_trainings_are_listed_and_shown_again(desk: Desk, session: Session) -> None:
    for _ in range(2):
        desk.trainings.retrain(RetrainOptions("Expert", epochs=3))
        desk.finish()
    first, second = reversed(desk.trainings.runs())
    menu = desk.view.runs_button.menu()
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert len(texts) == 2 and all(text.endswith("· done") for text in texts)
    assert [action.isChecked() for action in menu.actions()] == [True, False]
    menu.actions()[1].trigger()
    desk.finish()
    assert desk.trainings.run_folder == first.folder != second.folder and len(desk.view.progress.loss) == 3


def test_hours_of_records_are_read_in_pieces_that_do_not_hold_the_window(desk: Desk, session: Session) -> None:
    desk.begin(FOREVER)
    run = desk.trainings.run_folder
    desk.trainings.stop()
    desk.finish()
    lines = [Record("progress", "Epoch 1 of 9", n, 8_000, {"stage": "training"}).to_line() for n in range(8_000)]
    with (run / "events.jsonl").open("a") as stream:
        stream.write("\n".join(lines) + "\n")
    desk.trainings.show_run(run)
    desk.finish()
    assert desk.view.progress.done == 7_999
