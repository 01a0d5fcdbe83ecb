from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlparse

from hypothesis import HealthCheck, given, settings

from fedn.annotation.event import Event
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.formats.eaf import write_eaf
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.video.frame_index import FrameIndex
from tests.annotation.test_event_files import EVENTS

INDEX = FrameIndex.regular(1000, Fraction(30000, 1001))
VALUE = "ANNOTATION_VALUE"
relaxed = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@relaxed
@given(EVENTS)
def test_an_eaf_has_ordered_slots_no_overlap_and_every_event(tmp_path: Path, own: list[Event]) -> None:
    path, media = tmp_path / "out.eaf", tmp_path / "long video.mp4"
    tiers = [TierEvents("FEDN", Source.DETECTOR, "base", tuple(own)), TierEvents("FEDN", Source.EXPERT, "ann", ())]
    video = VideoEvents(media.name, "s1", 1000, 29.97, tuple(tiers), media)
    write_eaf(path, [video], lambda _: INDEX, vocabulary=shipped_vocabulary())
    root = ET.parse(path).getroot()
    times = [int(slot.get("TIME_VALUE", "")) for slot in root.iter("TIME_SLOT")]
    assert times == sorted(times)
    by_slot = dict(zip((slot.get("TIME_SLOT_ID") for slot in root.iter("TIME_SLOT")), times, strict=True))
    names = [tier.get("TIER_ID") for tier in root.iter("TIER")]
    assert len(set(names)) == len(names)
    found: list[tuple[int, int, str]] = []
    for tier in root.iter("TIER"):
        spans = [
            (
                by_slot[own.get("TIME_SLOT_REF1")],
                by_slot[own.get("TIME_SLOT_REF2")],
                own.findtext("ANNOTATION_VALUE") or "",
            )
            for own in tier.iter("ALIGNABLE_ANNOTATION")
        ]
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
        assert all(start < stop for start, stop, _ in spans)
        found += spans
    expected = [
        (round(INDEX.time_s(event.onset) * 1000), round(INDEX.end_s(event.offset) * 1000), event.label) for event in own
    ]
    assert sorted(found) == sorted(expected)
    ids = [item.get("ANNOTATION_ID") for kind in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION") for item in root.iter(kind)]
    assert len(set(ids)) == len(ids)
    assert {item.get("ANNOTATION_REF") for item in root.iter("REF_ANNOTATION")} <= set(ids)
    details = [item.findtext(VALUE) for item in root.iter("REF_ANNOTATION")]
    assert {str(event.apex) for event in own if event.apex is not None} <= set(details)


def test_an_eaf_says_where_the_video_is_and_who_made_each_tier(tmp_path: Path) -> None:
    path, media = tmp_path / "out.eaf", tmp_path / "long video.mp4"
    event = Event(10, 20, "fear", apex=15, score=0.5, note="a < b & \x00c")
    tier = TierEvents("FEDN", Source.DETECTOR, "base", (event,))
    write_eaf(path, [VideoEvents(media.name, "s1", 1000, 29.97, (tier,), media)], lambda _: INDEX)
    root = ET.parse(path).getroot()
    descriptor = root.find("HEADER/MEDIA_DESCRIPTOR")
    assert descriptor is not None
    assert Path(unquote(urlparse(descriptor.get("MEDIA_URL")).path)) == media
    assert descriptor.get("RELATIVE_MEDIA_URL") == "./long video.mp4"
    tiers = {tier.get("TIER_ID"): tier for tier in root.iter("TIER")}
    assert list(tiers) == ["FEDN", "FEDN apex", "FEDN score", "FEDN note"]
    assert (tiers["FEDN"].get("PARTICIPANT"), tiers["FEDN"].get("ANNOTATOR")) == ("s1", "model:base")
    assert tiers["FEDN apex"].get("PARENT_REF") == "FEDN"
    assert [value.text for value in root.iter("ANNOTATION_VALUE")] == ["fear", "15", "0.500", "a < b & c"]
    order = list(dict.fromkeys(child.tag for child in root))
    assert order == ["HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", "CONSTRAINT"]
