from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlparse

import pympi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.event import Event
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.formats.eaf import read_eaf, write_eaf
from fedn.annotation.formats.tier_titles import rows_without_overlap, title_of
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.eaf_rules import check_eaf
from tests.annotation.programs.made_events import comparable, frame_indexes, relaxed, videos

INDEX = FrameIndex.regular(1000, Fraction(30000, 1001))
VALUE = "ANNOTATION_VALUE"


def undated(path: Path) -> str:
    return re.sub(r'DATE="[^"]*"', "", path.read_text(encoding="utf-8"))


@relaxed
@given(videos(), frame_indexes(), st.booleans())
def test_what_was_written_comes_back_and_is_written_the_same(
    tmp_path: Path, video: VideoEvents, index: FrameIndex, with_vocabulary: bool
) -> None:
    first, second, third = (tmp_path / name for name in ("1.eaf", "2.eaf", "3.eaf"))
    vocabulary = shipped_vocabulary() if with_vocabulary else None
    write_eaf(first, [video], lambda _: index, vocabulary=vocabulary)
    check_eaf(first)
    content = read_eaf(first, lambda _: index)
    assert [str(remark) for remark in content.remarks] == []
    assert comparable(content.videos[0]) == comparable(video)
    assert content.videos[0].path == video.path
    assert (content.videos[0].frame_count, content.videos[0].fps) == (video.frame_count, video.fps)
    write_eaf(second, content.videos, lambda _: index, vocabulary=vocabulary)
    assert undated(second) == undated(first)
    assert write_eaf(third, content.videos, lambda _: index, vocabulary=vocabulary, over=first)[1:] == ()
    assert undated(third) == undated(first)


@relaxed
@given(videos(), frame_indexes())
def test_another_reader_finds_the_same_times_and_labels(tmp_path: Path, video: VideoEvents, index: FrameIndex) -> None:
    path = tmp_path / "out.eaf"
    write_eaf(path, [video], lambda _: index)
    other = pympi.Elan.Eaf(str(path))
    found = [
        (start, stop, label or "")
        for name in other.get_tier_names()
        for start, stop, label, *_ in other.get_annotation_data_for_tier(name)
        if other.get_parameters_for_tier(name)["LINGUISTIC_TYPE_REF"] == "expressions"
    ]
    expected = [
        (round(index.time_s(event.onset) * 1000), round(index.end_s(event.offset) * 1000), event.label)
        for tier in video.tiers
        for event in tier.events
    ]
    assert sorted(found) == sorted(expected)
    alone = [name for name in other.get_tier_names() if "PARENT_REF" not in other.get_parameters_for_tier(name)]
    assert len(alone) == sum(len(rows_without_overlap(tier.events)) for tier in video.tiers)


def test_it_says_where_the_video_is_and_who_made_each_tier(tmp_path: Path) -> None:
    path, media = tmp_path / "out.eaf", tmp_path / "long video.mp4"
    event = Event(10, 20, "fear", apex=15, score=0.5, note="a < b & \x00c")
    tiers = (
        TierEvents("FEDN", Source.DETECTOR, "base", (event,)),
        TierEvents("Own", Source.SELF_REPORT, "", ()),
        TierEvents("Gesture", Source.IMPORTED, "Bob", ()),
    )
    remarks = write_eaf(path, [VideoEvents(media.name, "s1", 1000, 29.97, tiers, media)], lambda _: INDEX)
    root = check_eaf(path)
    descriptor = root.find("HEADER/MEDIA_DESCRIPTOR")
    assert descriptor is not None
    assert Path(unquote(urlparse(descriptor.get("MEDIA_URL")).path)) == media
    assert descriptor.get("RELATIVE_MEDIA_URL") == "./long video.mp4"
    names = {tier.get("TIER_ID"): tier for tier in root.iter("TIER")}
    model = "detector/base/FEDN"
    assert list(names) == [model, f"{model} apex", f"{model} score", f"{model} note", "self-report//Own", "Gesture"]
    assert (names[model].get("PARTICIPANT"), names[model].get("ANNOTATOR")) == ("s1", "model:base")
    assert (names["Gesture"].get("PARTICIPANT"), names["Gesture"].get("ANNOTATOR")) == ("s1", "Bob")
    assert names["self-report//Own"].get("ANNOTATOR") is None
    assert names[f"{model} apex"].get("PARENT_REF") == model
    assert [value.text for value in root.iter(VALUE)] == ["fear", "15", "0.5", "a < b & c"]
    assert {own.get("NAME"): own.text for own in root.iter("PROPERTY")} == {
        "lastUsedAnnotationId": "4",
        "fedn.subject": "s1",
        "fedn.frame_count": "1000",
        "fedn.fps": "29.97",
        "fedn.models": "base",
    }
    assert [remark.text for remark in remarks] == ["control characters of a text were left out: ELAN cannot hold them"]


def test_a_video_beside_the_folder_has_a_relative_address(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    path, media = tmp_path / "labels" / "out.eaf", tmp_path / "films" / "a.mp4"
    write_eaf(path, [VideoEvents("a.mp4", "", 0, 0.0, (), media)], lambda _: INDEX)
    descriptor = check_eaf(path).find("HEADER/MEDIA_DESCRIPTOR")
    assert descriptor is not None
    assert descriptor.get("RELATIVE_MEDIA_URL") == "../films/a.mp4"


def test_labels_refer_to_the_vocabulary_and_others_are_told(tmp_path: Path) -> None:
    path = tmp_path / "out.eaf"
    vocabulary = shipped_vocabulary()
    tier = TierEvents("E", Source.EXPERT, "Ann", (Event(1, 2, "fear"), Event(5, 6, "boredom"), Event(8, 9, "")))
    remarks = write_eaf(path, [VideoEvents("a.mp4", "", 0, 0.0, (tier,))], lambda _: INDEX, vocabulary=vocabulary)
    root = check_eaf(path)
    assert [own.get("CVE_REF") is not None for own in root.iter("ALIGNABLE_ANNOTATION")] == [True, False, False]
    assert [own.text for own in root.iter("CVE_VALUE")] == list(vocabulary.names)
    (remark,) = remarks
    assert remark.text.endswith("are free text in ELAN: boredom")
    other = pympi.Elan.Eaf(str(path))
    assert {values[0][0] for values, *_ in other.controlled_vocabularies[vocabulary.name][1].values()} == set(
        vocabulary.names
    )


@pytest.mark.parametrize("count", [0, 2])
def test_a_file_is_about_one_video(count: int, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=f"one video, not {count}"):
        write_eaf(tmp_path / "out.eaf", [VideoEvents("a.mp4", "", 0, 0.0, ())] * count, lambda _: INDEX)


def test_an_unknown_video_gets_a_sentence(tmp_path: Path) -> None:
    write_eaf(tmp_path / "out.eaf", [VideoEvents("a.mp4", "", 0, 0.0, ())], lambda _: INDEX)
    with pytest.raises(FormatError, match=r"a\.mp4"):
        read_eaf(tmp_path / "out.eaf")


def test_two_tiers_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    tier = TierEvents("E", Source.EXPERT, "Ann", (Event(1, 2, "fear"),))
    video = VideoEvents("a.mp4", "", 0, 0.0, (tier, replace(tier, events=(Event(1, 2, "joy"),))))
    (remark,) = write_eaf(tmp_path / "out.eaf", [video], lambda _: INDEX)
    assert "the second was written as “E (2)”" in remark.text
    names = [title_of(tier).name for tier in read_eaf(tmp_path / "out.eaf", lambda _: INDEX).videos[0].tiers]
    assert names == ["E", "E (2)"]


@pytest.mark.parametrize("name", ["", "expert/a/b", "Gesture"])
def test_who_an_imported_tier_is_from_comes_back_whatever_its_name(name: str, tmp_path: Path) -> None:
    tiers = (
        TierEvents(name, Source.IMPORTED, "Bob", ()),
        TierEvents(name, Source.IMPORTED, "Eve", (Event(1, 2, "x"),)),
    )
    video = VideoEvents("a.mp4", "", 0, 0.0, tiers)
    assert write_eaf(tmp_path / "out.eaf", [video], lambda _: INDEX) == ()
    assert comparable(read_eaf(tmp_path / "out.eaf", lambda _: INDEX).videos[0]) == comparable(video)
