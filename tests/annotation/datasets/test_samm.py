from pathlib import Path

import pytest

from fedn.annotation.action_unit import action_units_text
from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content
from fedn.annotation.formats.frame_numbers import FrameNumbers
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.samm import read_samm
from fedn.errors import FormatError
from tests.annotation.datasets.made_cases import Case, check_rows, said_of
from tests.annotation.datasets.made_samm import CASES, FIRST_ROW, FRAMES, LONG, MICRO, SHEET, write_long, write_micro

VIDEOS = ("006_1", "006_2", "012_4")


def numbers_of(video: str) -> FrameNumbers | None:
    return FrameNumbers(FRAMES) if video in VIDEOS else None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samm")
    write_long(folder / LONG)
    write_micro(folder / MICRO)
    return folder


@pytest.fixture(scope="module")
def content(folder: Path) -> Content:
    return read_samm(folder / LONG, micro_codes=folder / MICRO, numbers_of=numbers_of)


def events_of(content: Content, video: str) -> tuple[Event, ...]:
    return next(own.tiers[0].events for own in content.videos if own.video == video)


def test_every_row_becomes_its_event_or_is_left_out_and_all_oddities_are_told(content: Content, folder: Path) -> None:
    check_rows(content, folder / LONG, SHEET, FIRST_ROW, CASES)


def test_micro_expressions_get_their_emotion_from_the_other_workbook(content: Content) -> None:
    labels = {event.onset: (event.kind, event.label) for video in VIDEOS for event in events_of(content, video)}
    assert labels[65] == ("micro", "anger")
    assert labels[89] == ("micro", "others")
    assert labels[29] == ("micro", "contempt")
    assert labels[19] == ("macro", "")


def test_emotions_that_belong_to_no_row_are_told(content: Content, folder: Path) -> None:
    path = folder / MICRO
    assert said_of(content.remarks, path, "Sheet", 5) == [
        "no expression of the long videos has this file name and type; its emotion was not used"
    ]
    assert said_of(content.remarks, path, "Sheet", 6) == [
        "row 2 has the same file name and type; this one was not used"
    ]
    assert said_of(content.remarks, path, "Sheet", 7) == ["it has no file name or no emotion; it was not used"]


def test_action_units_with_sides_strengths_and_two_opinions_are_read(content: Content) -> None:
    units = {event.onset: action_units_text(event.action_units) for event in events_of(content, "006_1")}
    assert units == {19: "12", 65: "4(B/C)+7B", 99: "R10B+A12C"}
    assert next(event.note for event in events_of(content, "006_1") if event.onset == 99) == "head moves"
    assert next(event.note for event in events_of(content, "006_2") if event.onset == 89) == "action units: ref(7)+12B"


def test_what_is_not_in_the_workbook_is_told_once_for_the_sheet(content: Content, folder: Path) -> None:
    told = {remark.place: remark.text for remark in content.remarks if remark.file == folder / LONG}
    formulas = f"sheet “{SHEET}”, rows {FIRST_ROW} to {FIRST_ROW + len(CASES) - 2}"
    assert told[formulas].startswith("the formulas in column G have no calculated value")
    whole = [remark.text for remark in content.remarks if remark.place == f"sheet “{SHEET}”"]
    assert "the columns “Inducement Code” and “Duration” were not read" in whole
    assert "without an emotion: 7 of its 10 expressions; their events have no label" in whole


def test_a_missing_offset_is_two_thirds_of_a_second_after_the_apex_at_200_frames_a_second(tmp_path: Path) -> None:
    row = ("006", "006_1_1", 3, 20, 31, 0, None, "Macro", 12, None)
    write_long(tmp_path / LONG, [Case(row, (19, 30, 163), ("133 frames after the apex",))])
    content = read_samm(tmp_path / LONG, missing_offset=MissingOffset.APEX_PLUS_20)
    assert [(event.onset, event.offset) for event in events_of(content, "006_1")] == [(19, 163)]


def test_another_workbook_is_refused(folder: Path) -> None:
    with pytest.raises(FormatError, match="choose the workbook of SAMM Long Videos"):
        read_samm(folder / MICRO)
    with pytest.raises(FormatError, match=r"choose SAMM_Micro_FACS_Codes_v2.xlsx"):
        read_samm(folder / LONG, micro_codes=folder / LONG)
