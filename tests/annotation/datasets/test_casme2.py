from pathlib import Path

import pytest

from fedn.annotation.action_unit import action_units_text
from fedn.annotation.formats.casme2 import read_casme2
from fedn.annotation.formats.content import Content
from fedn.annotation.formats.frame_numbers import FrameNumbers
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from tests.annotation.datasets.made_cases import Case, check_rows
from tests.annotation.datasets.made_casme2 import (
    CASES,
    FRAMES,
    MACRO,
    NAME,
    SHEET,
    VIDEOS_WITH_ROWS,
    write_workbook,
)


def numbers_of(video: str) -> FrameNumbers | None:
    return FrameNumbers(FRAMES) if video[:7] in VIDEOS_WITH_ROWS else None


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("casme2") / NAME
    write_workbook(path)
    return path


@pytest.fixture(scope="module")
def content(path: Path) -> Content:
    return read_casme2(path, numbers_of=numbers_of)


@pytest.mark.parametrize("tier", [0, 1])
def test_every_row_becomes_its_event_on_both_tiers_or_is_left_out_and_all_oddities_are_told(
    content: Content, path: Path, tier: int
) -> None:
    check_rows(content, path, SHEET, 1, CASES, tier)


def test_rows_add_up(content: Content) -> None:
    events = sum(len(video.tiers[0].events) for video in content.videos)
    assert events + sum(case.frames is None for case in CASES) == len(CASES)
    assert [len(video.tiers[0].events) for video in content.videos] == [
        len(video.tiers[1].events) for video in content.videos
    ]


def test_both_label_sources_are_tiers_with_their_own_vocabularies(content: Content) -> None:
    tiers = {(tier.name, tier.source, tier.vocabulary) for video in content.videos for tier in video.tiers}
    assert tiers == {
        ("Expert", Source.EXPERT, "casme2-annotated"),
        ("Self-report", Source.SELF_REPORT, "casme2-self-reported"),
    }
    video = next(video for video in content.videos if video.video == "15_0507climbingthewall")
    assert video.subject == "s15"
    assert [event.label for event in video.tiers[0].events] == ["positive", "positive"]
    assert [event.label for event in video.tiers[1].events] == ["happiness", "happiness"]


def test_action_units_are_read_whether_text_or_number_and_what_cannot_be_read_is_in_the_note(content: Content) -> None:
    video = next(video for video in content.videos if video.video == "15_0401girlcrashing")
    units = {event.onset: (action_units_text(event.action_units), event.note) for event in video.tiers[0].events}
    assert units[10] == ("4+10+14", "")
    assert units[60] == ("4", "")
    assert units[99] == ("12B", "action units: ref(7)+12B")
    assert all(not event.action_units and not event.note for event in video.tiers[1].events)


def test_micro_expressions_are_kept_as_such(content: Content) -> None:
    kinds = {video.video: {event.kind for event in video.tiers[0].events} for video in content.videos}
    assert kinds["35_0508funnydunkey"] == {"micro"}
    assert kinds["29_0402beatingpregnantwoman"] == {"micro", "macro"}
    assert kinds["16_0102eatingworms"] == {"macro"}


@pytest.mark.parametrize(
    ("rule", "missing", "before_apex", "words"),
    [
        (MissingOffset.APEX_PLUS_20, (60, 69, 89), (39, 59, 79), "20 frames after the apex"),
        (MissingOffset.APEX, (60, 69, 69), (39, 59, 59), "it was set to the apex, 70"),
        (MissingOffset.MIRROR, (60, 69, 78), (39, 59, 79), "it was set to 79, as long after the apex"),
        (MissingOffset.DROP, None, None, "the row was left out"),
    ],
)
def test_a_missing_offset_follows_the_rule(
    rule: MissingOffset, missing: tuple[int, int, int] | None, before_apex: tuple[int, int, int] | None, words: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    cases = [
        Case((1, "anger1_2", 61, 70, 0, 4, "negative", MACRO, "anger"), missing, (words,)),
        Case((1, "happy4_2", 40, 60, 52, 12, "positive", MACRO, "happiness"), before_apex, ("not after the apex 60",)),
    ]
    write_workbook(tmp_path / NAME, cases)
    check_rows(read_casme2(tmp_path / NAME, missing_offset=rule), tmp_path / NAME, SHEET, 1, cases)


def test_where_a_row_was_left_out_the_video_is_doubtful(content: Content) -> None:
    doubtful = {video.video: video.doubtful for video in content.videos if video.doubtful}
    assert doubtful == {
        "15_0401girlcrashing": (Interval(59, 120),),  # rows 12 (91 and nothing else) and 23 (80, 70, 60)
        "23_0505funnyinnovations": (Interval(4, 39),),  # row 17 (“early”, 5, 9); row 16 is after the video's end
        "29_0402beatingpregnantwoman": (Interval(64, 100),),  # row 28 (70, 65, 0)
    }


def test_without_its_naming_sheets_it_cannot_be_read(tmp_path: Path, path: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path)
    del book["naming rule2"]
    book.save(tmp_path / "short.xlsx")
    with pytest.raises(FormatError, match=r"short.xlsx lacks the sheet with the codes"):
        read_casme2(tmp_path / "short.xlsx")


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    import openpyxl

    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(FormatError, match=r"empty.xlsx has no sheet of CAS\(ME\)\^2"):
        read_casme2(tmp_path / "empty.xlsx")
