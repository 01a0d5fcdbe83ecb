"""The queue of detections with a child that behaves as it is told: order, failures, pause, cancel, another try."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.document.edits import AddVideo, RemoveVideo
from app.jobs import detection, detections
from app.jobs.detection_entry import Entry, State
from app.jobs.detections import Detections
from app.session import Session
from fedn.annotation.tier import Source
from fedn.annotation.video import Video


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path, tiny_video: Path):
    session = Session(who="coder B")
    session.create_project(tmp_path / "study.fedn", "Study")
    for place in range(3):
        path = tmp_path / f"clip{place}.mp4"
        path.write_bytes(tiny_video.read_bytes())
        session.do(AddVideo(Video(f"key{place}", path, f"s{place}", 120, 30.0, 64, 48)))
    yield session
    session.close_project()


@pytest.fixture
def queue(session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(detection, "MAIN", Path(__file__).with_name("fake_main.py"))
    queue = Detections(session)
    yield queue
    queue.shut_down(200)


@pytest.fixture
def told(session: Session) -> list[str]:
    sentences: list[str] = []
    session.messages.told.connect(lambda _level, text: sentences.append(text))
    return sentences


def behave(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(detections, "resolve_model", lambda name, folder: Path(how))


def finish(queue: Detections, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not queue.is_running, timeout=30000)


def ids(session: Session) -> list[str]:
    assert session.project is not None
    return list(session.project.videos)


def states(queue: Detections) -> list[State]:
    return [entry.state for entry in queue.entries]


def detected(session: Session) -> list[tuple[str, int]]:
    """Model and number of events of each detector's tier."""
    project = session.project
    assert project is not None
    tiers = [tier for tier in project.tiers.values() if tier.source == Source.DETECTOR]
    return [(tier.who, len(project.events(tier.id))) for tier in tiers]


def test_results_land_in_a_tier_of_the_model_one_undo_step_a_video(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, "works")
    statuses: list[str] = []
    curves: list[str] = []
    queue.status_changed.connect(statuses.append)
    session.curves_changed.connect(curves.append)
    steps = session.undo_stack.count()
    queue.detect(ids(session))
    finish(queue, qtbot)
    assert detected(session) == [("fedn-base", 1)] * 3 and states(queue) == [State.DONE] * 3
    assert session.undo_stack.count() == steps + 3 and curves == ids(session)
    assert statuses[0] == "Detecting 1 of 3" and "Detecting 2 of 3" in statuses and statuses[-1] == ""
    queue.detect(ids(session)[:1])
    finish(queue, qtbot)
    assert detected(session) == [("fedn-base", 1)] * 3 and len(queue.entries) == 3


def test_a_video_that_ends_the_process_fails_and_the_others_are_done_by_another_one(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    behave(monkeypatch, "dies-once")
    queue.detect(ids(session)[:2])
    finish(queue, qtbot)
    first, second = queue.entries
    assert first.state is State.FAILED and "exit code 7" in first.sentence
    assert second.state is State.DONE and detected(session) == [("fedn-base", 1)]
    assert sum("exit code 7" in text for text in told) == 1
    queue.again(first)
    finish(queue, qtbot)
    assert states(queue) == [State.DONE] * 2 and detected(session) == [("fedn-base", 1)] * 2


def test_what_a_dying_child_delivered_is_kept(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    behave(monkeypatch, "dies")
    queue.detect(ids(session)[:1])
    finish(queue, qtbot)
    assert detected(session) == [("fedn-base", 1)] and states(queue) == [State.DONE]
    assert any("exit code 7" in text for text in told)


def test_a_bad_video_says_why_and_stops_nothing(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    behave(monkeypatch, "refuses")
    queue.detect(ids(session))
    finish(queue, qtbot)
    assert states(queue) == [State.FAILED, State.DONE, State.DONE]
    assert queue.entries[0].sentence == told[0] == "this video has no pictures; choose another"


def test_a_result_that_breaks_the_rules_changes_nothing(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    behave(monkeypatch, "wrong")
    steps = session.undo_stack.count()
    queue.detect(ids(session)[:1])
    finish(queue, qtbot)
    assert detected(session) == [] and session.undo_stack.count() == steps
    assert states(queue) == [State.FAILED] and len(told) == 1


def test_a_model_that_cannot_be_used_fails_every_video_once(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    behave(monkeypatch, "no-model")
    queue.detect(ids(session))
    finish(queue, qtbot)
    assert states(queue) == [State.FAILED] * 3
    assert told == ["there is no model here; choose another"]
    assert {entry.sentence for entry in queue.entries} == set(told)


def running(queue: Detections, qtbot: QtBot) -> Entry:
    qtbot.waitUntil(lambda: any(entry.state is State.RUNNING for entry in queue.entries), timeout=20000)
    return next(entry for entry in queue.entries if entry.state is State.RUNNING)


def test_one_video_is_cancelled_and_the_others_go_on(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, "obeys")
    queue.detect(ids(session))
    first = running(queue, qtbot)
    queue.cancel(queue.entries[2])
    assert states(queue)[2] is State.CANCELLED
    queue.cancel(first)
    assert first.state is State.CANCELLING
    qtbot.waitUntil(lambda: queue.entries[1].state is State.RUNNING, timeout=20000)
    assert states(queue) == [State.CANCELLED, State.RUNNING, State.CANCELLED]
    queue.resume()
    finish(queue, qtbot)
    assert detected(session) == [("fedn-base", 1)]


def test_pausing_reaches_the_child_and_nothing_begins_until_it_is_resumed(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, "obeys")
    queue.detect(ids(session)[:2])
    first = running(queue, qtbot)
    queue.pause()
    qtbot.waitUntil(lambda: first.share == pytest.approx(0.6), timeout=20000)
    assert first.state is State.PAUSED and queue.status == "Detecting 1 of 2 · paused"
    queue.cancel(first)
    qtbot.waitUntil(lambda: first.state is State.CANCELLED, timeout=20000)
    assert queue.running_pid == 0 and queue.is_running and states(queue)[1] is State.WAITING
    queue.resume()
    running(queue, qtbot)
    queue.cancel_all()
    finish(queue, qtbot)
    assert states(queue) == [State.CANCELLED] * 2 and detected(session) == []


def test_cancel_ends_what_runs_and_forgets_what_waits(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, "slow")
    monkeypatch.setattr("app.jobs.process_job.GRACE_MS", 100)
    queue.detect(ids(session))
    queue.detect(ids(session))
    assert queue.is_running and len(queue.entries) == 3, "what waits already is not put there twice"
    queue.shut_down(100)
    finish(queue, qtbot)
    assert detected(session) == []


def test_a_video_that_leaves_the_project_meanwhile_gets_no_result(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, "obeys")
    queue.detect(ids(session)[:1])
    entry = running(queue, qtbot)
    session.do(RemoveVideo(entry.video_id))
    queue.resume()
    finish(queue, qtbot)
    assert entry.state is State.CANCELLED and detected(session) == []


def test_another_project_takes_the_queue_away(
    queue: Detections, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    behave(monkeypatch, "obeys")
    queue.detect(ids(session))
    running(queue, qtbot)
    session.create_project(tmp_path / "other.fedn", "Other")
    assert queue.entries == []
    finish(queue, qtbot)


def test_a_missing_model_is_told_before_anything_starts(
    queue: Detections, session: Session, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    monkeypatch.setenv("FEDN_MODELS", "/nowhere")
    queue.detect(ids(session))
    assert not queue.is_running and len(told) == 1 and "fedn-base" in told[0]


def test_progress_gives_speed_and_time_left() -> None:
    entry = Entry(1, "v", "a.mp4", Path("a.mp4"), 1000, "fedn-base", Path("m"), state=State.RUNNING)
    entry.advance(0.0, 0.0)
    entry.advance(0.5, 5.0)
    assert entry.facts == "50% · 5 s left · 100 frames/s"
