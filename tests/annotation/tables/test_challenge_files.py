"""Files of the MEGC challenges, of AUW-GCN and of LGSNet; all numbers are invented."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event
from fedn.annotation.formats.auw_gcn import read_auw_gcn, write_auw_gcn, write_auw_gcn_proposals
from fedn.annotation.formats.content import Content, TierEvents, VideoEvents
from fedn.annotation.formats.lgsnet import (
    read_lgsnet,
    read_lgsnet_detections,
    write_lgsnet,
    write_lgsnet_detections,
)
from fedn.annotation.formats.megc import MEGC_2022, MEGC_2024, MegcColumns, read_megc, write_megc
from fedn.annotation.formats.megc_log import CAS, SAMM, read_megc_log, write_megc_log
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from tests.annotation.tables.any_videos import (
    TAME_TEXT,
    assert_losses_are_told,
    assert_never_fails_otherwise,
    assert_same_again,
    flat,
    relaxed,
    tiers,
    videos,
)

WRITERS: dict[str, tuple[Callable[..., Any], Callable[..., Content], str]] = {
    "megc-2022": (partial(write_megc, columns=MEGC_2022), read_megc, "detector"),
    "megc-2023": (write_megc, read_megc, "detector"),
    "megc-2024": (partial(write_megc, columns=MEGC_2024), read_megc, "detector"),
    "auw-gcn": (write_auw_gcn, read_auw_gcn, "expert"),
    "auw-gcn-proposals": (write_auw_gcn_proposals, read_auw_gcn, "detector"),
    "lgsnet": (write_lgsnet, read_lgsnet, "expert"),
    "lgsnet-detections": (write_lgsnet_detections, read_lgsnet_detections, "detector"),
}
EVERY = pytest.mark.parametrize("name", list(WRITERS))


def one_video(*events: Event, video: str = "006_1", subject: str = "", source: Source = Source.DETECTOR) -> VideoEvents:
    return VideoEvents(video, subject, 0, 0.0, (TierEvents("FEDN", source, "", events),))


def frames(content: Content) -> list[tuple[str, int, int]]:
    return [(row["video"], row["onset"], row["offset"]) for row in flat(content.videos)]


@EVERY
@relaxed
@given(own=st.lists(videos(), max_size=2))
def test_what_the_file_has_no_place_for_is_told(tmp_path: Path, own: list[VideoEvents], name: str) -> None:
    write, read, _ = WRITERS[name]
    path = tmp_path / "events.csv"
    try:
        remarks = write(path, own)
    except FormatError as error:
        assert "choose one by its name" in str(error) or "without a name" in str(error)
        return
    if any("takes both for one" in remark.text for remark in remarks):
        return
    assert_losses_are_told(own, read(path) if path.read_text().strip() else Content(()), remarks)


@EVERY
@relaxed
@given(
    own=st.lists(
        st.builds(
            lambda video, subject, tier: VideoEvents(video, subject, 0, 0.0, (tier,)),
            st.from_regex(r"[a-z0-9_]{1,6}", fullmatch=True),
            TAME_TEXT,
            tiers(TAME_TEXT),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda video: video.video,
    )
)
def test_a_file_read_and_written_again_is_the_same(tmp_path: Path, own: list[VideoEvents], name: str) -> None:
    write, read, _ = WRITERS[name]
    if not flat(own):
        return
    content = assert_same_again(tmp_path / "events.csv", own, write, read)
    kept = [(row["video"], row["onset"], row["offset"]) for row in flat(own)]
    assert [(row["video"], row["onset"], row["offset"]) for row in flat(content.videos)] == kept


@EVERY
def test_of_several_tiers_that_of_the_right_source_is_written_and_the_others_told(tmp_path: Path, name: str) -> None:
    write, read, source = WRITERS[name]
    both = (
        TierEvents("FEDN", Source.DETECTOR, "base", (Event(1, 2, ""),)),
        TierEvents("Expert", Source.EXPERT, "", (Event(3, 4, ""),)),
        TierEvents("Ann", Source.ANNOTATOR, "Ann", (Event(5, 6, ""),)),
    )
    own = [VideoEvents("006_1", "", 0, 0.0, both)]
    path = tmp_path / "events.csv"
    remarks = write(path, own)
    assert frames(read(path)) == [("006_1", *((1, 2) if source == "detector" else (3, 4)))]
    assert sum("was not written" in remark.text for remark in remarks) == 2
    write(path, own, tier="Ann")
    assert frames(read(path)) == [("006_1", 5, 6)]
    ben = TierEvents("Ben", Source.ANNOTATOR, "Ben", (Event(7, 8, ""),))
    twice = [VideoEvents("006_1", "", 0, 0.0, (both[2], ben))]
    with pytest.raises(FormatError, match="“Ann”, “Ben” of 006_1; choose one by its name"):
        write(path, twice)


@EVERY
def test_damaged_files_give_a_sentence(tmp_path: Path, name: str) -> None:
    write, read, _ = WRITERS[name]
    path = tmp_path / "damaged.csv"
    write(path, [one_video(Event(1, 9, "fear", apex=4, kind="micro", score=0.5), Event(20, 40, "", score=0.25))])
    assert_never_fails_otherwise(path, path.read_bytes(), read)


# MEGC


@pytest.mark.parametrize("year", [2022, 2023])
def test_a_result_file_has_the_header_of_its_year_and_counts_from_one(tmp_path: Path, year: int) -> None:
    path = tmp_path / "cas_pred.csv"
    columns = MEGC_2022 if year == 2022 else MegcColumns("vid", "onset", "offset", kind="type")
    own = one_video(Event(0, 14, "", kind="micro"), Event(99, 180, ""), video="spNO.1_a.mp4")
    remarks = write_megc(path, [own], columns=columns)
    assert any("called “spNO.1_a” in the file" in remark.text for remark in remarks)
    header = "vid,pred_onset,pred_offset,type" if year == 2022 else "vid,onset,offset,type"
    assert path.read_text().splitlines() == [header, "spNO.1_a,1,15,me", "spNO.1_a,100,181,mae"]
    assert list(pandas.read_csv(path)["type"]) == ["me", "mae"]


def test_result_files_with_other_line_ends_spellings_and_columns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "cas_pred.csv"
    path.write_bytes(b"vid,onset,offset,type\r\n15_0101,1,20,mae\r\n15_0101,31,40,Micro-expression\r\n")
    content = read_megc(path)
    assert [(row["onset"], row["offset"], row["kind"]) for row in flat(content.videos)] == [
        (0, 19, "macro"),
        (30, 39, "micro"),
    ]
    assert content.videos[0].tiers[0].source is Source.DETECTOR
    path.write_text("file;from;to;what\nx;5;9;fear\n")
    with pytest.raises(FormatError, match="none of the headers of the challenges"):
        read_megc(path)
    content = read_megc(path, columns=MegcColumns("file", "from", "to", label="what"))
    assert [(row["video"], row["onset"], row["offset"], row["label"]) for row in flat(content.videos)] == [
        ("x", 4, 8, "fear")
    ]


def test_the_table_of_2024_has_subjects_and_emotions_and_bad_rows_are_told(tmp_path: Path) -> None:
    path = tmp_path / "str.csv"
    lines = ["subject,video,onset,offset,emotion,length"]
    lines += ["s1,a,1,9,fear,9", "s1,a,0,9,fear,", "s1,a,9,1,fear,", "s1,,1,9,fear,", "s1,a,,9,fear,", "s2,a,3,4.0,,"]
    path.write_text("\n".join(lines))
    content = read_megc(path)
    assert [(row["subject"], row["onset"], row["offset"], row["label"]) for row in flat(content.videos)] == [
        ("s1", 0, 8, "fear"),
        ("s2", 2, 3, ""),
    ]
    assert [remark.place for remark in content.remarks] == ["row 3", "row 4", "row 5", "row 6", "", ""]
    assert "“length”" in content.remarks[4].text
    assert "all were taken for macro" in content.remarks[5].text


LOG = """1
006_1   566   743     -       -       FN
006_1   1200  1300    1195    1290    TP
007_3   -     -       10      60      FP
2
23_0502   12      40      15      44      TP
23_0502   12      40      11      30      TP
23_0502   100     120     -       -       FN
"""


def test_a_log_is_labels_and_predictions_and_a_repeated_interval_is_one_event(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text(LOG)
    content = read_megc_log(path)
    by_tier = [(video.video, tier.source, [(one.onset, one.offset) for one in tier.events])
               for video in content.videos for tier in video.tiers]  # fmt: skip
    assert by_tier == [
        ("006_1", Source.EXPERT, [(565, 742), (1199, 1299)]),
        ("006_1", Source.DETECTOR, [(1194, 1289)]),
        ("007_3", Source.DETECTOR, [(9, 59)]),
        ("23_0502", Source.EXPERT, [(11, 39), (99, 119)]),
        ("23_0502", Source.DETECTOR, [(14, 43), (10, 29)]),
    ]
    assert "(1 lines more)" in content.remarks[0].text
    assert {video.video for video in read_megc_log(path, data_set=CAS).videos} == {"23_0502"}
    assert {video.video for video in read_megc_log(path, data_set=SAMM).videos} == {"006_1", "007_3"}


def test_a_log_is_written_in_the_order_of_the_data_sets_and_paired_one_to_one(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text(LOG)
    write_megc_log(tmp_path / "again.txt", read_megc_log(path).videos[::-1])
    assert (tmp_path / "again.txt").read_text() == (
        "1\n"
        "007_3     -       -       10      60      FP\n"
        "006_1     566     743     -       -       FN\n"
        "006_1     1200    1300    1195    1290    TP\n"
        "2\n"
        "23_0502   -       -       11      30      FP\n"
        "23_0502   12      40      15      44      TP\n"
        "23_0502   100     120     -       -       FN\n"
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("006_1 5 9 - -", "it has 5 words"),
        ("006_1 - - - - FN", "it has no frames at all"),
        ("006_1 5 x - - FN", "the frame “x” is not a number"),
        ("006_1 0 9 - - FN", "do not count from 1"),
        ("006_1 9 5 - - FN", "cannot end at frame 4"),
        ("006_1 5 9 - - TP", "its TP does not follow from its frames"),
        ("006_1 5 9 500 600 TP", "its TP does not follow from its frames"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    path = tmp_path / "log.txt"
    path.write_text(f"1\n{line}\n")
    remark = read_megc_log(path).remarks[0]
    assert remark.place == "line 2" and sentence in remark.text


def test_what_is_no_log_or_cannot_be_in_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    for text, sentence in (("vid,onset\n", "first line is neither 1 nor 2"), ("", "is empty")):
        path.write_text(text)
        with pytest.raises(FormatError, match=sentence):
            read_megc_log(path)
    with pytest.raises(FormatError, match="neither like videos of SAMM"):
        write_megc_log(path, [one_video(Event(1, 2, ""), video="a.mp4")])
    with pytest.raises(FormatError, match="separates its words by spaces"):
        write_megc_log(path, [one_video(Event(1, 2, ""), video="a b.mp4")])
    repeated = one_video(Event(1, 2, ""), Event(1, 2, ""), video="a.mp4")
    remarks = write_megc_log(path, [repeated], data_set_of=lambda name: CAS)
    assert any("same interval are read as one (1 in all)" in remark.text for remark in remarks)


INTERVALS = st.lists(
    st.builds(lambda onset, more: Event(onset, onset + more, ""), st.integers(0, 200), st.integers(0, 60)),
    max_size=6,
    unique_by=lambda event: event.interval,
)


@relaxed
@given(truth=INTERVALS, predicted=INTERVALS, name=st.sampled_from(["006_1", "23_0502disgust"]))
def test_a_log_gives_back_every_interval(tmp_path: Path, truth: list[Event], predicted: list[Event], name: str) -> None:
    path = tmp_path / "log.txt"
    own = (
        TierEvents("Ground truth", Source.EXPERT, "", tuple(truth)),
        TierEvents("Prediction", Source.DETECTOR, "", tuple(predicted)),
    )
    write_megc_log(path, [VideoEvents(name, "", 0, 0.0, own)])
    if not truth and not predicted:
        return
    content = read_megc_log(path)
    found = {tier.source: {event.interval for event in tier.events} for tier in content.videos[0].tiers}
    assert found.get(Source.EXPERT, set()) == {event.interval for event in truth}
    assert found.get(Source.DETECTOR, set()) == {event.interval for event in predicted}
    assert [remark for remark in content.remarks if remark.place] == []


def test_a_damaged_log_gives_a_sentence(tmp_path: Path) -> None:
    assert_never_fails_otherwise(tmp_path / "damaged.txt", LOG.encode(), read_megc_log)


# AUW-GCN

AUW = """subject,video_name,start_frame,apex_frame,end_frame,type_idx,au
casme_015,casme_015_0401,11,21,31,1,4+10+L14
casme_015,casme_015_0401,101,111,0,1,4
casme_015,casme_015_0401,201,0,231,2,ref(7)
casme_015,casme_015_0401,301,0,0,1,4
006,006_1,0,20,30,1,4
006,006_1,50,-2,60,2,
006,006_1,0,0,40,2,
"""


def test_annotations_count_from_one_but_those_of_samm_from_zero(tmp_path: Path) -> None:
    path = tmp_path / "anno.csv"
    path.write_text(AUW)
    content = read_auw_gcn(path)
    assert [(row["onset"], row["apex"], row["offset"], row["kind"]) for row in flat(content.videos)] == [
        (10, 20, 30, "macro"),
        (100, 110, 120, "macro"),
        (200, None, 230, "micro"),
        (0, 20, 30, "macro"),
        (50, None, 60, "micro"),
        (0, None, 40, "micro"),
    ]
    assert flat(content.videos)[0]["action_units"] == (ActionUnit(4), ActionUnit(10), ActionUnit(14, "left"))
    assert flat(content.videos)[2]["note"] == "ref(7)"
    assert [remark.place for remark in content.remarks] == ["row 3", "row 4", "row 5"]
    assert "it has no offset; it was set to 121, as long after the apex" in content.remarks[0].text
    assert "ref(7)" in content.remarks[1].text
    assert "neither apex nor offset; the row was left out" in content.remarks[2].text
    for missing, offset in ((MissingOffset.APEX, 110), (MissingOffset.APEX_PLUS_20, 130), (MissingOffset.DROP, 230)):
        assert flat(read_auw_gcn(path, missing_offset=missing).videos)[1]["offset"] == offset


@pytest.mark.parametrize("video", ["006_1", "casme_015_0401"])
def test_an_apex_that_is_not_known_is_written_as_zero_and_one_at_frame_zero_is_told(tmp_path: Path, video: str) -> None:
    path = tmp_path / "anno.csv"
    write_auw_gcn(path, [one_video(Event(0, 9, ""), Event(20, 29, "", apex=25), video=video, source=Source.EXPERT)])
    assert [row["apex"] for row in flat(read_auw_gcn(path).videos)] == [None, 25]
    assert list(pandas.read_csv(path)["apex_frame"])[:1] == [0]
    remarks = write_auw_gcn(path, [one_video(Event(0, 9, "", apex=0), video=video, source=Source.EXPERT)])
    lost = flat(read_auw_gcn(path).videos)[0]["apex"] is None
    assert lost == (video == "006_1")
    assert lost == any("at frame 0 is written as 0" in remark.text for remark in remarks)
    remarks = write_auw_gcn(path, [one_video(Event(0, 0, ""), video=video, source=Source.EXPERT)])
    assert any("at frame 0 is written as 0" in remark.text for remark in remarks) == (video == "006_1")


def test_proposals_count_the_frames_of_features_from_one(tmp_path: Path) -> None:
    path = tmp_path / "proposals.csv"
    path.write_text(
        "video_name,start_frame,end_frame,start_score,end_score,apex_score,type_idx,score\n006_1,1,11,0.5,0.5,0.5,2,0.125\n"
    )
    content = read_auw_gcn(path)
    assert [(row["onset"], row["offset"], row["score"], row["kind"]) for row in flat(content.videos)] == [
        (0, 10, 0.125, "micro")
    ]
    assert "“start_score”, “end_score”, “apex_score”" in content.remarks[0].text
    assert frames(read_auw_gcn(path, frame_step=8)) == [("006_1", 0, 80)]


# LGSNet


def test_annotations_name_the_video_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "casme2_annotation.csv"
    path.write_text(
        "subject,video,type,type_idx,startFrame,endFrame,frame_num,length\n"
        "1,/data/s15/15_0101disgustingteeth,macro-expression,1,11,31,1200,20\n"
        r"1,D:\data\s15\15_0102eatingworms,micro-expression,2,1,9,800,9" + "\n"
    )
    content = read_lgsnet(path)
    assert frames(content) == [("15_0101disgustingteeth", 10, 30), ("15_0102eatingworms", 0, 8)]
    assert [(video.subject, video.frame_count) for video in content.videos] == [("1", 1200), ("1", 800)]
    assert content.videos[0].path == Path("/data/s15/15_0101disgustingteeth")
    assert [remark.place for remark in content.remarks] == ["row 3"], "its length is not that of its frames"
    write_lgsnet(path, content.videos)
    assert path.read_text().splitlines()[1] == ("1,/data/s15/15_0101disgustingteeth,macro-expression,1,11,31,1200,20")
    assert frames(read_lgsnet(path)) == frames(content)


def test_detections_with_and_without_kinds_are_read_at_the_whole_part_of_their_frames(tmp_path: Path) -> None:
    path = tmp_path / "test_05.txt"
    path.write_text("15_0101\t11.900\t31.200\t0.7500\n15_0101\t0.400\t9.900\t0.5000\nbad\t1\t0.5\n")
    content = read_lgsnet_detections(path)
    assert frames(content) == [("15_0101", 10, 30), ("15_0101", 0, 8)]
    assert [row["score"] for row in flat(content.videos)] == [0.75, 0.5]
    assert [remark.place for remark in content.remarks] == ["line 3", ""]
    path.write_text("15_0101\t11.900\t31.200\t2\t0.7500\n")
    assert flat(read_lgsnet_detections(path).videos)[0]["kind"] == "micro"
    assert frames(read_lgsnet_detections(path, frame_step=2)) == [("15_0101", 21, 61)]


def test_detections_are_written_as_lgsnet_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "test_00.txt"
    write_lgsnet_detections(path, [one_video(Event(10, 30, "", score=0.75), video="15_0101.avi")])
    assert path.read_text() == "15_0101\t11.000\t31.000\t0.750000\n"
    write_lgsnet_detections(path, [one_video(Event(10, 30, "", score=0.75, kind="micro"))])
    assert path.read_text() == "006_1\t11.000\t31.000\t2\t0.750000\n"
