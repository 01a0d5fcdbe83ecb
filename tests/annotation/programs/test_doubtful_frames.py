"""Where a file has an expression of which no event could be made, that there is no event says nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fedn.annotation.event import Event
from fedn.annotation.formats.boris import read_boris, read_boris_table
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.formats.datavyu import read_datavyu
from fedn.annotation.formats.eaf import read_eaf
from fedn.annotation.formats.label_studio import read_label_studio
from fedn.annotation.formats.textgrid import read_textgrid, write_textgrid
from fedn.annotation.formats.via import read_via, write_via
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.every_format import FORMATS, Format
from tests.annotation.programs.foreign_eaf import FOREIGN
from tests.annotation.programs.made_events import full_video
from tests.annotation.programs.test_boris import foreign as foreign_boris
from tests.annotation.programs.test_boris_tables import TABULAR
from tests.annotation.programs.test_boris_tables import save as save_table
from tests.annotation.programs.test_datavyu import DB, opf
from tests.annotation.programs.test_label_studio import region

INDEX = FrameIndex.regular(200, Fraction(50))
EVERYWHERE = (Interval(0, 200),)


def doubtful(read: Callable[..., Any], path: Path) -> tuple[Interval, ...]:
    return read(path, lambda _: INDEX).videos[0].doubtful


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_a_file_that_is_understood_leaves_no_doubt(form: Format, tmp_path: Path) -> None:
    form.write(tmp_path / form.file, [full_video()], lambda _: INDEX)
    assert doubtful(form.read, tmp_path / form.file) == ()


def test_an_annotation_without_times_may_be_anywhere(tmp_path: Path) -> None:
    (tmp_path / "a.eaf").write_text(FOREIGN, encoding="utf-8")
    assert doubtful(read_eaf, tmp_path / "a.eaf") == EVERYWHERE


def test_an_interval_that_runs_backwards_is_somewhere_within_it(tmp_path: Path) -> None:
    video = VideoEvents("a.mp4", "", 0, 0.0, (TierEvents("E", Source.EXPERT, "", (Event(50, 99, "joy"),)),))
    write_textgrid(tmp_path / "a.TextGrid", [video], lambda _: INDEX)
    text = (tmp_path / "a.TextGrid").read_text(encoding="utf-8")
    (tmp_path / "a.TextGrid").write_text(text.replace("xmax = 2.0\n            text", "xmax = 0.5\n            text"))
    assert doubtful(read_textgrid, tmp_path / "a.TextGrid") == (Interval(25, 51),)
    write_via(tmp_path / "a.json", [video], lambda _: INDEX)
    document = json.loads((tmp_path / "a.json").read_text())
    document["metadata"]["1_00000002"]["z"] = [1.0, 0.5]
    (tmp_path / "a.json").write_text(json.dumps(document))
    assert doubtful(read_via, tmp_path / "a.json") == (Interval(25, 51),)
    path = opf(tmp_path / "a.opf", DB.replace("00:00:01:000,00:00:02:000", "00:00:01:000,00:00:00:500"))
    assert doubtful(read_datavyu, path) == (Interval(25, 51),)


def test_a_state_that_never_stops_may_last_to_the_end(tmp_path: Path) -> None:
    (tmp_path / "a.boris").write_text(json.dumps(foreign_boris()))
    content = read_boris(tmp_path / "a.boris", lambda _: INDEX)
    assert [video.doubtful for video in content.videos] == [(), (Interval(150, 200),), ()]


def test_rows_of_a_table_that_cannot_be_read_leave_doubt(tmp_path: Path) -> None:
    content = read_boris_table(save_table(tmp_path / "t.csv", TABULAR), lambda _: INDEX)
    assert [(video.video, video.doubtful) for video in content.videos] == [
        ("one.mp4", (Interval(125, 200),)),
        ("two.mp4", EVERYWHERE),
    ]


def test_a_range_without_frames_may_be_anywhere(tmp_path: Path) -> None:
    task = {"data": {"video": "a.mp4"}, "annotations": [{"result": [region(-5, "x", "joy")]}]}  # type: ignore[arg-type]
    (tmp_path / "a.json").write_text(json.dumps(task))
    assert doubtful(read_label_studio, tmp_path / "a.json") == EVERYWHERE
