from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.process_job import Outcome, ProcessJob
from fedn.progress import Record

CHILD = Path(__file__).with_name("child.py")


class Heard:
    """Runs a child and keeps what came."""

    def __init__(self, qtbot: QtBot, what: str, *, grace_ms: int = 5000) -> None:
        self.records: list[Record] = []
        self.ends: list[tuple[bool, str]] = []
        self.job = ProcessJob([str(CHILD), what], what="The detection", grace_ms=grace_ms)
        self.job.record.connect(self.records.append)
        self.job.finished.connect(lambda ok, sentence: self.ends.append((ok, sentence)))
        self.qtbot = qtbot
        self.job.start()

    def wait(self) -> tuple[bool, str]:
        self.qtbot.waitUntil(lambda: bool(self.ends), timeout=20000)
        assert len(self.ends) == 1
        return self.ends[0]

    def wait_for(self, text: str) -> None:
        self.qtbot.waitUntil(lambda: any(record.text == text for record in self.records), timeout=20000)


def test_records_arrive_in_order_and_other_prints_are_kept_for_the_details(qtbot: QtBot) -> None:
    heard = Heard(qtbot, "work")
    assert heard.wait() == (True, "Three steps are done.")
    assert [record.kind for record in heard.records] == ["started", "progress", "progress", "progress", "result"]
    assert heard.records[-1].data == {"answer": 42}
    assert heard.records[1].text == "Schritt 0 – weiter"
    assert "a library that prints something" in heard.job.details
    assert heard.job.outcome is Outcome.DONE


def test_an_expected_failure_is_told_in_its_own_sentence(qtbot: QtBot) -> None:
    assert Heard(qtbot, "sentence").wait() == (False, "The video “a.mp4” is missing; find it again.")


def test_an_error_record_speaks_for_the_child_and_its_traceback_is_in_the_details(qtbot: QtBot) -> None:
    heard = Heard(qtbot, "error-record")
    assert heard.wait() == (False, "Nothing was reviewed yet.")
    assert "Traceback" in heard.job.details


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_abort_of_the_child_is_one_sentence_with_stderr_on_demand(qtbot: QtBot) -> None:
    heard = Heard(qtbot, "abort")
    ok, sentence = heard.wait()
    assert not ok and sentence.startswith("The detection ended unexpectedly (SIGABRT)")
    assert "device-side assert" in heard.job.details
    assert heard.records[-1].text == "half"


def test_a_bug_in_the_child_names_the_exit_code_and_keeps_the_traceback(qtbot: QtBot) -> None:
    heard = Heard(qtbot, "bug")
    ok, sentence = heard.wait()
    assert not ok and "exit code 1" in sentence and "RuntimeError: a bug" in heard.job.details


def test_lines_sent_reach_the_child_and_cancel_ends_it_by_its_own_will(qtbot: QtBot) -> None:
    heard = Heard(qtbot, "obey")
    heard.wait_for("started")
    heard.job.send("pause")
    heard.wait_for("heard pause")
    heard.job.cancel()
    assert heard.wait() == (False, "The detection was cancelled.")
    assert heard.records[-1].text == "heard cancel"
    assert heard.job.outcome is Outcome.CANCELLED


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_a_deaf_child_is_killed_after_the_grace_time_with_its_own_children(qtbot: QtBot) -> None:
    heard = Heard(qtbot, "deaf", grace_ms=100)
    heard.wait_for("deaf")
    grandchild = heard.records[-1].data["grandchild"]
    heard.job.cancel()
    assert heard.wait() == (False, "The detection was cancelled.")
    assert not heard.job.is_running
    deadline = time.monotonic() + 5
    while _is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_alive(grandchild)


def test_a_last_line_without_an_end_still_counts(qtbot: QtBot) -> None:
    assert Heard(qtbot, "no-newline").wait() == (True, "the last line has no end")


def test_a_program_that_is_not_there_is_told_and_not_waited_for(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    ok, sentence = Heard(qtbot, "work").wait()
    assert not ok and sentence.startswith("The detection could not be started")


def test_ending_now_leaves_nobody_running(qtbot: QtBot) -> None:
    heard = Heard(qtbot, "deaf")
    heard.wait_for("deaf")
    heard.job.end_now()
    assert not heard.job.is_running
    assert heard.job.outcome is Outcome.CANCELLED


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
