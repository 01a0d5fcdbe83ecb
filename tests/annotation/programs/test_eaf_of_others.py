from __future__ import annotations

import xml.etree.ElementTree as ET
from copy import copy
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, TierEvents, VideoEvents
from fedn.annotation.formats.eaf import read_eaf, write_eaf
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.eaf_rules import check_eaf, check_references, check_times
from tests.annotation.programs.foreign_eaf import FOREIGN
from tests.annotation.programs.made_events import comparable

INDEX = FrameIndex.regular(200, Fraction(50))
"""20 ms a frame, so that 600 ms of the document, whose time 0 is at 400 ms, are frame 50."""


def only_the_video(name: str) -> FrameIndex:
    if name != "talk one.mp4":
        raise FormatError(f"{name} is not known")
    return INDEX


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "talk.eaf"
    path.write_text(FOREIGN, encoding="utf-8")
    return path


def read(path: Path) -> Content:
    return read_eaf(path, only_the_video)


def spans(content: Content) -> dict[str, list[tuple[int, int, str]]]:
    return {
        tier.name: [(event.onset, event.offset, event.label) for event in tier.events]
        for tier in content.videos[0].tiers
    }


def test_all_kinds_of_annotations_get_their_frames(foreign: Path) -> None:
    content = read(foreign)
    assert spans(content) == {
        "Sentence": [(50, 109, "so   ein <Tag>"), (120, 149, "")],
        "Word": [(50, 69, "so"), (70, 89, "ein"), (90, 109, "Tag")],
        "Gloss": [(50, 79, "first half"), (80, 109, "second half")],
        "Remark": [(80, 109, "louder")],
        "Face": [(20, 49, "joy"), (110, 119, "Angst")],
    }
    video = content.videos[0]
    assert (video.video, video.subject, video.path) == ("talk one.mp4", "Bea", Path("C:/recordings/talk one.mp4"))
    assert {(tier.source, tier.who) for tier in video.tiers} == {(Source.IMPORTED, "Carl"), (Source.IMPORTED, "")}
    assert [f"{remark.place}: {remark.text}" for remark in content.remarks] == [
        ": it is about several media files; its times were taken for those of talk one.mp4, talk.wav was left out",
        ": its time 0 is at 0.400 s of talk one.mp4; times were shifted",
        "tier “Word”: 3 annotations have no times of their own and were placed evenly between their neighbors",
        "tier “Face”: 1 annotations have no times and were left out, a11 first",
    ]


def test_times_in_television_frames_are_told(foreign: Path) -> None:
    foreign.write_text(FOREIGN.replace('TIME_UNITS="milliseconds"', 'TIME_UNITS="PAL-frames"').replace(
        'TIME_ORIGIN="400"', "").replace('TIME_VALUE="600"', 'TIME_VALUE="15"'), encoding="utf-8")  # fmt: skip
    content = read(foreign)
    assert spans(content)["Face"][0] == (0, 29, "joy")
    assert any("PAL-frames" in remark.text for remark in content.remarks)
    with pytest.raises(FormatError, match="PAL-frames"):
        write_eaf(foreign.with_name("out.eaf"), content.videos, only_the_video, over=foreign)


def test_several_people_give_no_subject(foreign: Path) -> None:
    foreign.write_text(FOREIGN.replace('PARTICIPANT="Bea" ANNOTATOR', 'PARTICIPANT="Dora" ANNOTATOR', 1))
    content = read(foreign)
    assert content.videos[0].subject == ""
    assert any("several people (Dora, Bea)" in remark.text for remark in content.remarks)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("ANNOTATION_DOCUMENT", "TRANSCRIPT", "not a file of ELAN"),
        ("TIME_ORDER", "TIMES", "not a file of ELAN"),
        ('TIME_UNITS="milliseconds"', 'TIME_UNITS="fortnights"', "counts time in “fortnights”"),
        ('TIME_SLOT_REF1="ts2"', 'TIME_SLOT_REF1="ts99"', "tier “Sentence”: the annotation “a1”"),
        ('TIME_SLOT_ID="ts2"', 'TIME_SLOT_ID="ts1"', "time slot “ts1”"),
        ('ANNOTATION_ID="a2"', 'ANNOTATION_ID="a1"', "two annotations “a1”"),
        ('TIER_ID="Word"', 'TIER_ID="Sentence"', "two tiers “Sentence”"),
        ('TIER_ID="Word"', "", "a tier without a name"),
        ('TIME_VALUE="600"', 'TIME_VALUE="-600"', "“-600” of the time slot “ts2”"),
        ('TIME_VALUE="600"', 'TIME_VALUE="1e308"', "“1e308” of the time slot “ts2”"),
        ('TIME_VALUE="600"', f'TIME_VALUE="{"9" * 5000}"', "of the time slot “ts2”"),
        ('<?xml version="1.0" encoding="UTF-8"?>', '<!DOCTYPE a [<!ENTITY b "c">]>', "declares entities"),
        ("<b/>", "<b>" * 500 + "</b>" * 500, "nested too deeply"),
        ("</LICENSE>", "", "is not XML"),
    ],
)
def test_a_broken_document_is_refused_with_the_place(old: str, new: str, what: str, foreign: Path) -> None:
    assert old in FOREIGN
    foreign.write_text(FOREIGN.replace(old, new), encoding="utf-8")
    with pytest.raises(FormatError, match=what):
        read(foreign)


def test_annotations_that_hang_on_each_other_in_a_circle_are_left_out(foreign: Path) -> None:
    text = FOREIGN.replace('ANNOTATION_ID="a6" ANNOTATION_REF="a1"', 'ANNOTATION_ID="a6" ANNOTATION_REF="a8"')
    foreign.write_text(text.replace('ANNOTATION_REF="a1" PREVIOUS', 'ANNOTATION_REF="a6" PREVIOUS'))
    content = read(foreign)
    assert spans(content)["Gloss"] == []
    assert any(
        remark.place == "tier “Gloss”" and "2 annotations have no times" in remark.text for remark in content.remarks
    )


def test_what_is_not_ours_stays_as_it_was(foreign: Path, tmp_path: Path) -> None:
    content = read(foreign)
    new = TierEvents("Expert", Source.EXPERT, "Ann", (Event(30, 40, "fear", score=0.5), Event(35, 60, "odd")))
    video = replace(content.videos[0], tiers=(*content.videos[0].tiers, new))
    remarks = write_eaf(tmp_path / "out.eaf", [video], only_the_video, vocabulary=shipped_vocabulary(), over=foreign)
    assert [remark.text for remark in remarks] == [
        "labels outside of the vocabulary “six-and-others” are free text in ELAN: odd"
    ]
    before, after = ET.parse(foreign).getroot(), ET.parse(tmp_path / "out.eaf").getroot()
    kept = [canonical(element) for element in after.iter()]
    changed = ("HEADER", "TIME_ORDER")
    for element in [own for own in before if own.tag not in changed] + [
        own for name in changed for own in before.find(name) or ()
    ]:
        assert canonical(element) in kept or element.get("NAME") == "lastUsedAnnotationId"
    check_references(after)
    check_times(after)
    added = [tier.get("TIER_ID") for tier in after.iter("TIER")][5:]
    assert added == ["expert/Ann/Expert", "expert/Ann/Expert score", "expert/Ann/Expert #2"]
    assert {own.get("CV_ID") for own in after.iter("CONTROLLED_VOCABULARY")} == {
        "six-and-others",
        "other",
        "six-and-others (2)",
    }
    assert comparable(read(tmp_path / "out.eaf").videos[0]) == comparable(video)


def canonical(element: ET.Element) -> str:
    own = copy(element)
    own.tail = None
    return ET.canonicalize(ET.tostring(own))


def test_only_the_annotation_that_changed_is_changed(foreign: Path, tmp_path: Path) -> None:
    content = read(foreign)
    face = content.videos[0].tiers[4]
    moved = replace(face, events=(replace(face.events[0], offset=45), replace(face.events[1], label="Schreck")))
    video = replace(content.videos[0], tiers=(*content.videos[0].tiers[:4], moved))
    assert write_eaf(tmp_path / "out.eaf", [video], only_the_video, over=foreign) == ()
    root = ET.parse(tmp_path / "out.eaf").getroot()
    check_times(root)
    tier = next(own for own in root.iter("TIER") if own.get("TIER_ID") == "Face")
    slots = {own.get("TIME_SLOT_ID"): own.get("TIME_VALUE") for own in root.iter("TIME_SLOT")}
    found = {
        own.get("ANNOTATION_ID"): (
            slots[own.get("TIME_SLOT_REF1")],
            slots[own.get("TIME_SLOT_REF2")],
            own.findtext("ANNOTATION_VALUE"),
            own.get("CVE_REF"),
        )
        for own in tier.iter("ALIGNABLE_ANNOTATION")
    }
    assert found == {
        "a9": ("0", "520", "outdated", "c1"),
        "a10": ("1800", "2000", "Schreck", None),
        "a11": ("2600", None, "no end", None),
    }
    assert spans(read(tmp_path / "out.eaf"))["Face"] == [(20, 45, "joy"), (110, 119, "Schreck")]


def test_a_tier_that_others_divide_is_left_alone_and_told(foreign: Path, tmp_path: Path) -> None:
    content = read(foreign)
    sentence, *others = content.videos[0].tiers
    video = replace(content.videos[0], tiers=(replace(sentence, events=sentence.events[:1]), *others))
    (remark,) = write_eaf(tmp_path / "out.eaf", [video], only_the_video, over=foreign)
    assert remark.place == "tier “Sentence”"
    assert "left as it is there" in remark.text
    assert spans(read(tmp_path / "out.eaf")) == spans(content)


def test_what_a_colleague_hung_on_our_events_stays_with_them(tmp_path: Path) -> None:
    first, edited, last = (tmp_path / name for name in ("1.eaf", "2.eaf", "3.eaf"))
    tier = TierEvents("FEDN", Source.DETECTOR, "base", (Event(10, 20, "fear", score=0.5), Event(50, 70, "joy")))
    start = [
        VideoEvents("a.mp4", "s1", 200, 50.0, (tier, TierEvents("Gone", Source.EXPERT, "Ann", (Event(1, 2, "x"),))))
    ]
    write_eaf(first, start, lambda _: INDEX)
    root = ET.parse(first).getroot()
    ids = [own.get("ANNOTATION_ID", "") for own in root.iter("ALIGNABLE_ANNOTATION")]
    mine = ET.Element("TIER", TIER_ID="Mine", LINGUISTIC_TYPE_REF="mine", PARENT_REF="detector/base/FEDN")
    for number, own_id in enumerate(ids[:2]):
        holder = ET.SubElement(
            ET.SubElement(mine, "ANNOTATION"), "REF_ANNOTATION", ANNOTATION_ID=f"b{number}", ANNOTATION_REF=own_id
        )
        ET.SubElement(holder, "ANNOTATION_VALUE").text = f"on {number}"
    position = [own.tag for own in root].index("LINGUISTIC_TYPE")
    root.insert(position, mine)
    root.insert(position + 1, ET.Element("LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID="mine", TIME_ALIGNABLE="false",
                                         CONSTRAINTS="Symbolic_Association"))  # fmt: skip
    ET.ElementTree(root).write(edited, encoding="UTF-8")
    content = read_eaf(edited, lambda _: INDEX)
    assert spans(content)["Mine"] == [(10, 20, "on 0"), (50, 70, "on 1")]
    fedn, _, own = content.videos[0].tiers
    changed = replace(fedn, events=(replace(fedn.events[1], onset=55, score=0.25), Event(90, 95, "sadness")))
    video = replace(content.videos[0], tiers=(changed, own))
    remarks = write_eaf(last, [video], lambda _: INDEX, over=edited)
    assert [f"{remark.place}: {remark.text}" for remark in remarks] == [
        "tier “Mine”: an annotation went with the event on which it hung",
        "tier “expert/Ann/Gone”: the project no longer has it, so that it was left out",
    ]
    result = read_eaf(last, lambda _: INDEX)
    assert spans(result) == {"FEDN": [(55, 70, "joy"), (90, 95, "sadness")], "Mine": [(55, 70, "on 1")]}
    assert [event.score for event in result.videos[0].tiers[0].events] == [0.25, None]
    check_references(ET.parse(last).getroot())
    check_times(ET.parse(last).getroot())


def test_an_older_document_is_read_and_written_without_what_it_does_not_know(foreign: Path, tmp_path: Path) -> None:
    old = FOREIGN.replace('FORMAT="3.0" VERSION="3.0"', 'FORMAT="2.7" VERSION="2.7"').replace("EAFv3.0", "EAFv2.7")
    start, end = old.index("    <CONTROLLED_VOCABULARY"), old.index("    <LEXICON_REF")
    entries = '<CONTROLLED_VOCABULARY CV_ID="six-and-others" DESCRIPTION=""><CV_ENTRY DESCRIPTION="">joy</CV_ENTRY>'
    old = old[:start] + f"    {entries}</CONTROLLED_VOCABULARY>\n" + old[end:]
    foreign.write_text(old.replace(' CVE_REF="c1"', "").replace(' CVE_REF="c2"', ""), encoding="utf-8")
    content = read(foreign)
    assert spans(content)["Face"] == [(20, 49, "outdated"), (110, 119, "Angst")]
    new = TierEvents("Expert", Source.EXPERT, "Ann", (Event(30, 40, "fear"),))
    video = replace(content.videos[0], tiers=(*content.videos[0].tiers, new))
    (remark,) = write_eaf(tmp_path / "out.eaf", [video], only_the_video, vocabulary=shipped_vocabulary(), over=foreign)
    assert "the original is of an older format of ELAN" in remark.text
    root = ET.parse(tmp_path / "out.eaf").getroot()
    assert root.get("FORMAT") == "2.7"
    assert [own.get("CV_ID") for own in root.iter("CONTROLLED_VOCABULARY")] == ["six-and-others"]
    assert spans(read(tmp_path / "out.eaf"))["Expert"] == [(30, 40, "fear")]


def test_events_before_the_time_0_of_the_original_are_told(foreign: Path, tmp_path: Path) -> None:
    new = TierEvents("Expert", Source.EXPERT, "Ann", (Event(10, 30, "fear"), Event(20, 30, "joy")))
    video = VideoEvents("talk one.mp4", "Bea", 200, 50.0, (new,))
    (remark,) = write_eaf(tmp_path / "out.eaf", [video], only_the_video, over=foreign)
    assert remark.text == "events before time 0 of the original were left out"
    check_times(ET.parse(tmp_path / "out.eaf").getroot())


def test_new_labels_are_added_to_the_vocabulary_that_is_there(tmp_path: Path) -> None:
    first, second = tmp_path / "1.eaf", tmp_path / "2.eaf"
    vocabulary = shipped_vocabulary()
    tier = TierEvents("E", Source.EXPERT, "Ann", (Event(1, 2, vocabulary.names[-1]),))
    video = VideoEvents("a.mp4", "", 0, 0.0, (tier,))
    write_eaf(first, [video], lambda _: INDEX, vocabulary=replace(vocabulary, labels=vocabulary.labels[:-1]))
    moved = replace(video, tiers=(replace(tier, events=(Event(1, 3, vocabulary.names[-1]),)),))
    write_eaf(second, [moved], lambda _: INDEX, vocabulary=vocabulary, over=first)
    root = check_eaf(second)
    assert [own.text for own in root.iter("CVE_VALUE")] == list(vocabulary.names)
    assert [own.get("CVE_REF") for own in root.iter("ALIGNABLE_ANNOTATION")] == ["cve_7"]
