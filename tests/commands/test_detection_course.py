"""What the parent of a detection can say to it, and how faces are named on the command line."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.commands.chosen_faces import LARGEST, UNDECIDED, parse_faces
from app.commands.detect import sentence_without_face
from app.commands.detection_course import APART_S, DetectionCourse
from app.commands.output import Output
from fedn.annotation.interval import Interval
from fedn.annotation.video import FaceChoice, face_text
from fedn.errors import FednError
from fedn.prediction import Prediction
from fedn.progress import Cancelled, Record, Reporter


class Kept(Reporter):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []

    def report(self, record: Record) -> None:
        self.records.append(record)


def course() -> tuple[DetectionCourse, Kept]:
    spoken, kept = Output(as_records=True), Kept()
    spoken.reporter = kept
    return DetectionCourse(spoken), kept


def test_one_video_is_left_out_and_the_others_go_on() -> None:
    steered, _ = course()
    first, second = (steered.reporter(Path(name)) for name in ("a b.mp4", "c.mp4"))
    steered.take("skip a b.mp4")
    with pytest.raises(Cancelled):
        first.check()
    second.check()
    steered.take("stop")
    with pytest.raises(Cancelled):
        second.check()


def test_a_paused_video_waits_until_it_is_resumed() -> None:
    steered, _ = course()
    reporter, went_on = steered.reporter(Path("a.mp4")), threading.Event()
    steered.take("pause")

    def work() -> None:
        reporter.check()
        went_on.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not went_on.wait(0.3)
    steered.take("resume")
    assert went_on.wait(5.0)
    thread.join()


def test_a_pause_ends_with_a_stop() -> None:
    steered, _ = course()
    reporter = steered.reporter(Path("a.mp4"))
    steered.take("pause")
    steered.take("stop")
    with pytest.raises(Cancelled):
        reporter.check()


def test_what_was_said_before_anybody_listened_is_not_lost() -> None:
    spoken = Output(as_records=True)
    spoken.unheard = ["pause", "skip a.mp4"]
    steered = DetectionCourse(spoken)
    assert steered.whole.is_paused and steered.reporter(Path("a.mp4")).stop_requested


def test_every_record_names_its_video_and_progress_comes_a_few_times_a_second() -> None:
    steered, kept = course()
    reporter = steered.reporter(Path("a.mp4"))
    for frame in range(101):
        reporter.report(Record("progress", "", frame, 100, time_s=1000 + frame * APART_S / 10))
    assert {record.data["video"] for record in kept.records} == {"a.mp4"}
    assert [kept.records[0].done, kept.records[-1].done] == [0, 100] and 8 <= len(kept.records) <= 14


def test_faces_are_named_once_for_each_video() -> None:
    choice = FaceChoice(120, 0.25, 0.5)
    assert parse_faces([], 2) == [UNDECIDED] * 2
    assert parse_faces([face_text(choice), "largest"], 2) == [choice, LARGEST]
    with pytest.raises(FednError, match="once for each"):
        parse_faces(["largest"], 2)
    for wrong in ("1,2", "1,2,3", "x,0.5,0.5", "-1,0.5,0.5"):
        with pytest.raises(FednError, match="FRAME,X,Y"):
            parse_faces([wrong], 1)


def predicted(*gaps: tuple[int, int]) -> Prediction:
    faceless = tuple(Interval(start, stop) for start, stop in gaps)
    lacking = sum(gap.length for gap in faceless)
    return Prediction(Path("a.mp4"), 3000, 30.0, 3000 - lacking, (), (), (), None, faceless=faceless)  # type: ignore[arg-type]


def test_where_there_is_no_face_is_said_in_times() -> None:
    assert sentence_without_face("a.mp4", predicted()) == ""
    assert sentence_without_face("a.mp4", predicted((5, 8))) == "", "a blink of the detector is nothing to say"
    assert "there is nothing to detect" in sentence_without_face("a.mp4", predicted((0, 3000)))
    said = sentence_without_face("a.mp4", predicted((0, 300), (500, 503), (1800, 2100)))
    assert "from 0:00 to 0:10, 1:00 to 1:10 and shorter ones, together 20% of it" in said
