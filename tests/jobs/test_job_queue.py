from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.document.edits import AddVideo
from app.jobs import detection, job_queue, retraining
from app.jobs.job_queue import JobQueue
from app.jobs.retrain_options import RetrainOptions
from app.session import Session
from app.views.models.comparison_view import ComparisonView
from app.views.training.training_view import TrainingView
from fedn.annotation.tier import Source
from fedn.annotation.video import Video
from fedn.progress import Record


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
    monkeypatch.setattr(detection, "MAIN", child)
    monkeypatch.setattr(retraining, "MAIN", child)
    jobs = JobQueue(session)
    yield jobs
    jobs.shut_down(200)


def behave(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(job_queue, "resolve_model", lambda name, folder: Path(how))


def finish(jobs: JobQueue, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not jobs.is_running, timeout=30000)


def detected(session: Session) -> list[tuple[str, int]]:
    """Model and number of events of each detector's tier."""
    project = session.project
    assert project is not None
    tiers = [tier for tier in project.tiers.values() if tier.source == Source.DETECTOR]
    return [(tier.who, len(project.events(tier.id))) for tier in tiers]


def test_results_land_in_a_tier_of_the_model_one_undo_step_a_video(
    jobs: JobQueue, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, "works")
    statuses: list[str] = []
    curves: list[str] = []
    jobs.status_changed.connect(statuses.append)
    session.curves_changed.connect(curves.append)
    steps, ids = session.undo_stack.count(), list(session.project.videos)
    jobs.detect(ids)
    finish(jobs, qtbot)
    assert detected(session) == [("fedn-base", 1), ("fedn-base", 1)]
    assert session.undo_stack.count() == steps + 2 and curves == ids
    assert statuses[0] == "Detecting 1 of 2" and "Detecting 2 of 2" in statuses and statuses[-1] == ""
    jobs.detect(ids[:1])
    finish(jobs, qtbot)
    assert detected(session) == [("fedn-base", 1), ("fedn-base", 1)]


def test_what_a_dying_child_delivered_is_kept(
    jobs: JobQueue, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, "dies")
    told: list[str] = []
    session.messages.told.connect(lambda _level, text: told.append(text))
    jobs.detect(list(session.project.videos))
    finish(jobs, qtbot)
    assert detected(session) == [("fedn-base", 1)]
    assert len(told) == 1 and "exit code 7" in told[0]


def test_a_result_that_breaks_the_rules_changes_nothing(
    jobs: JobQueue, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, "wrong")
    told: list[str] = []
    session.messages.told.connect(lambda _level, text: told.append(text))
    jobs.detect(list(session.project.videos)[:1])
    finish(jobs, qtbot)
    assert detected(session) == [] and len(told) == 1


def test_cancel_ends_what_runs_and_forgets_what_waits(
    jobs: JobQueue, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, "slow")
    monkeypatch.setattr("app.jobs.process_job.GRACE_MS", 100)
    jobs.detect(list(session.project.videos))
    jobs.detect(list(session.project.videos))
    assert jobs.is_running
    jobs.shut_down(100)
    finish(jobs, qtbot)
    assert detected(session) == []


def test_a_missing_model_is_told_before_anything_starts(jobs: JobQueue, session: Session, monkeypatch) -> None:
    monkeypatch.setenv("FEDN_MODELS", "/nowhere")
    told: list[str] = []
    session.messages.told.connect(lambda _level, text: told.append(text))
    jobs.detect(list(session.project.videos))
    assert not jobs.is_running and len(told) == 1 and "fedn-base" in told[0]


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


def test_progress_gives_speed_and_time_left() -> None:
    videos = tuple((Video(f"k{i}", Path(f"{i}.mp4"), "s", 1000, 30.0, 64, 48), Path(f"{i}.mp4")) for i in range(3))
    plan = detection.Detection(videos, "fedn-base", Path("m"))
    plan.take(Record("progress", "", 0, 1000, time_s=0.0))
    plan.take(Record("progress", "", 500, 1000, time_s=5.0))
    assert plan.status() == "Detecting 1 of 3 · 100 frames/s · 25 s left"
    assert plan.progress(Record("progress", "", 500, 1000)) == (500, 3000)
