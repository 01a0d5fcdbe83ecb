from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.document.edits import AddVideo
from app.jobs import retraining
from app.jobs.job_queue import JobQueue
from app.jobs.retrain_options import RetrainOptions
from app.session import Session
from app.views.models.comparison_view import ComparisonView
from app.views.training.training_view import TrainingView
from fedn.annotation.video import Video


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path, tiny_video: Path):
    session = Session(who="coder B")
    session.create_project(tmp_path / "study.fedn", "Study")
    for place in range(2):
        path = tmp_path / f"clip{place}.mp4"
        path.write_bytes(tiny_video.read_bytes())
        session.do(AddVideo(Video(f"key{place}", path, f"s{place}", 120, 30.0, 64, 48)))
    yield session
    session.close_project()


@pytest.fixture
def jobs(session: Session, monkeypatch: pytest.MonkeyPatch):
    child = Path(__file__).with_name("fake_main.py")
    monkeypatch.setattr(retraining, "MAIN", child)
    jobs = JobQueue(session)
    yield jobs
    jobs.shut_down(200)


def finish(jobs: JobQueue, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not jobs.is_running, timeout=30000)


def test_a_training_shows_its_epochs_and_then_the_choice(jobs: JobQueue, session: Session, qtbot: QtBot) -> None:
    view, comparison = TrainingView(session, jobs), ComparisonView(session, jobs)
    for widget in (view, comparison):
        qtbot.addWidget(widget)
        widget.show()
    jobs.retrain(RetrainOptions("Expert", held_out=("s1",), epochs=3))
    assert view.pause_button.isVisible()
    finish(jobs, qtbot)
    assert view.progress.loss == [(1, 1.0), (2, 0.5), (3, pytest.approx(1 / 3))]
    assert comparison.choice.isVisible() and "study-v2" in comparison.choice.heading.text()
    assert not view.pause_button.isVisible()
    comparison.choice.use_button.click()
    assert session.project.model_in_use == "study-v2" and not comparison.choice.isVisible()
    session.undo_stack.undo()
    assert session.project.model_in_use == ""


def test_a_training_is_paused_and_stopped_by_its_buttons(jobs: JobQueue, session: Session, qtbot: QtBot) -> None:
    view, comparison = TrainingView(session, jobs), ComparisonView(session, jobs)
    for widget in (view, comparison):
        qtbot.addWidget(widget)
        widget.show()
    jobs.retrain(RetrainOptions("Expert", epochs=1000))
    qtbot.waitUntil(lambda: len(view.progress.loss) == 1, timeout=20000)
    view.pause_button.click()
    assert jobs.is_paused and view.pause_button.text() == "Resume"
    view.stop_button.click()
    finish(jobs, qtbot)
    assert comparison.result["model"] == "study-v2" and len(view.progress.loss) < 10
