from pathlib import Path

import openpyxl
import pytest

from fedn.annotation.action_unit import action_units_text
from fedn.annotation.formats.casme3 import read_casme3
from fedn.annotation.formats.content import Content
from fedn.annotation.formats.frame_numbers import FrameNumbers
from fedn.errors import FormatError
from tests.annotation.datasets.made_cases import Case, check_rows, said_of
from tests.annotation.datasets.made_casme3 import (
    IMAGES,
    INTERVALS,
    MACRO,
    MACRO_CASES,
    MICRO,
    MICRO_CASES,
    interval_rows,
    write_intervals,
    write_macro,
    write_micro,
)

NUMBERS = {
    "spNO.1_a": FrameNumbers.of_named_images(IMAGES),
    "spNO.1_j": FrameNumbers(30),
    "spNO.2_b": FrameNumbers(120),
}


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path, Path]:
    write_macro(tmp_path / MACRO)
    write_micro(tmp_path / MICRO)
    write_intervals(tmp_path / INTERVALS)
    return tmp_path / MACRO, tmp_path / MICRO, tmp_path / INTERVALS


def sheet_remarks(content: Content, path: Path, sheet: str) -> list[str]:
    return [remark.text for remark in content.remarks if remark.file == path and remark.place == f"sheet “{sheet}”"]


def test_macro_expressions_are_read_by_the_numbers_of_their_images(paths: tuple[Path, ...]) -> None:
    content = read_casme3(paths[0], numbers_of=NUMBERS.get)
    check_rows(content, paths[0], "Sheet1", 2, MACRO_CASES)
    video = content.videos[0]
    assert (video.video, video.subject, video.tiers[0].vocabulary) == ("spNO.1_a", "spNO.1", "casme3")
    assert {event.label for event in video.tiers[0].events} == {"happiness", "others", "sadness", "fear", "surprise"}
    assert {event.kind for event in video.tiers[0].events} == {"macro"}
    assert "4+15+R10" in [action_units_text(event.action_units) for event in video.tiers[0].events]


def test_micro_expressions_keep_their_objective_class_and_emotion(paths: tuple[Path, ...]) -> None:
    content = read_casme3(paths[1], numbers_of=NUMBERS.get)
    check_rows(content, paths[1], "label", 2, MICRO_CASES)
    (video,) = content.videos
    assert [(event.kind, event.label) for event in video.tiers[0].events] == [
        ("micro", label) for label in ("happiness", "disgust", "others", "anger")
    ]
    assert video.tiers[0].events[0].note == "objective class I"
    assert video.tiers[0].events[3].note == "objective class III; action units: 4+x9"


def test_of_several_files_each_kind_is_read_once_from_the_one_with_emotions(paths: tuple[Path, ...]) -> None:
    content = read_casme3(*paths, numbers_of=NUMBERS.get)
    rows = [*MACRO_CASES, *MICRO_CASES]
    events = [event for video in content.videos for event in video.tiers[0].events]
    assert len(events) == sum(case.frames is not None for case in rows)
    told = sheet_remarks(content, paths[2], "AU+Emotion")
    assert any(
        f"its macro-expressions ({len(MACRO_CASES)} rows) were not read, because sheet “Sheet1” of" in text
        for text in told
    )
    assert any(
        f"its micro-expressions ({len(MICRO_CASES)} rows) were not read, because sheet “label” of" in text
        for text in told
    )
    assert sheet_remarks(content, paths[2], "eye blink") == [
        "its eye blinks (2 rows) are no expressions; they were not read"
    ]
    assert said_of(content.remarks, paths[2], "AU+Emotion", 1 + len(interval_rows())) == [
        "the type “Blink” is neither macro nor micro; the row was left out"
    ]


def test_without_the_emotions_the_intervals_are_read_and_their_lack_is_told(paths: tuple[Path, ...]) -> None:
    content = read_casme3(paths[2], numbers_of=NUMBERS.get)
    events = [event for video in content.videos for event in video.tiers[0].events]
    assert len(events) == sum(case.frames is not None for case in [*MACRO_CASES, *MICRO_CASES])
    assert {event.label for event in events} == {""}
    told = sheet_remarks(content, paths[2], "AU+Emotion")
    assert f"it has no emotions; its macro-expressions ({len(MACRO_CASES)} rows) have no label" in told
    assert f"it has no emotions; its micro-expressions ({len(MICRO_CASES)} rows) have no label" in told


@pytest.mark.parametrize(
    "header",
    [
        ("SUBJECT", "Filename", "Onset", "APEX", "Offset", "au", "Emotion"),
        ("sub", "video", "onset", "apex", "offset", "AU", "emotion"),
        ("Sub", "seq", "onset", "apex", "offset", "AU", "label of coder"),
    ],
)
def test_either_style_of_header_is_read_whatever_its_case(header: tuple[str, ...], tmp_path: Path) -> None:
    cases = [Case(("spNO.7", "c", 5, 9, 20, "4", "anger"), (4, 8, 19))]
    write_macro(tmp_path / MACRO, cases, header)
    content = read_casme3(tmp_path / MACRO)
    check_rows(content, tmp_path / MACRO, "Sheet1", 2, cases)
    assert content.videos[0].tiers[0].events[0].label == "anger"


def test_a_sheet_without_a_header_is_read_by_position(tmp_path: Path) -> None:
    cases = [Case(("spNO.8", "c", 5, 9, 20, "4", "anger"), (4, 8, 19))]
    write_macro(tmp_path / MACRO, cases, ("spNO.7", "c", 50, 60, 70, "12", "happiness"))
    content = read_casme3(tmp_path / MACRO)
    assert [video.video for video in content.videos] == ["spNO.7_c", "spNO.8_c"]


def test_of_the_first_edition_micro_expressions_are_read_with_their_emotions(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, micro = book.active, book.create_sheet("Sheet1")
    assert first is not None
    first.title = "AU+Emotion"
    for row in [
        ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Expression type", "Objective class"),
        ("spNO.3", "a", 10, 20, 30, "4", "Macro-expression", "IV"),
        ("spNO.3", "a", 40, 44, 50, "12", "Micro-expression", "I"),
    ]:
        first.append(row)
    for row in [
        ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "Valence", "Expression type", None,
         "emotion"),
        ("spNO.3", "a", 40, 44, 50, "12", "I", "positive", "Micro-expression", None, "happy", None, 7),
    ]:  # fmt: skip
        micro.append(row)
    path = tmp_path / "CAS(ME)3_part_A_v1.xlsx"
    book.save(path)
    content = read_casme3(path)
    events = content.videos[0].tiers[0].events
    assert [(event.onset, event.kind, event.label) for event in events] == [
        (9, "macro", ""),
        (39, "micro", "happiness"),
    ]
    assert "the columns “Valence” and 1 without a header were not read" in sheet_remarks(content, path, "Sheet1")
    assert any(
        "its micro-expressions (1 row) were not read" in text for text in sheet_remarks(content, path, "AU+Emotion")
    )


def test_part_c_has_a_video_for_each_subject_and_no_apex(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "organize"
    for row in [
        ("Subject", "Onset", "Offset", "diff", "Exp_type", "risk"),
        (9, 11, 60, 49, 0, 1),
        (9, 71, 80, 9, 1, 1),
    ]:
        sheet.append(row)
    path = tmp_path / "CAS(ME)3_part_C.xlsx"
    book.save(path)
    content = read_casme3(path)
    (video,) = content.videos
    assert video.video == "9"
    assert [(event.onset, event.apex, event.offset, event.kind) for event in video.tiers[0].events] == [
        (10, None, 59, "macro"),
        (70, None, 79, "micro"),
    ]
    assert "the columns “diff” and “risk” were not read" in sheet_remarks(content, path, "organize")


def test_versions_that_do_not_belong_together_are_told(paths: tuple[Path, ...], tmp_path: Path) -> None:
    old = paths[1].rename(tmp_path / "cas(me)3_part_A_ME_label_JpgIndex_v1.xlsx")
    content = read_casme3(old, paths[2], numbers_of=NUMBERS.get)
    whole = [remark.text for remark in content.remarks if not remark.place]
    assert len(whole) == 1
    assert whole[0].startswith("macro-expressions are from version 2 and micro-expressions are from version 1")


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(FormatError, match=r"empty.xlsx has no sheet with Subject, Onset and Offset"):
        read_casme3(tmp_path / "empty.xlsx")
