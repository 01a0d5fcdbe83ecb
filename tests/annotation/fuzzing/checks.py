"""What has to be true of whatever a reader gives back, and of the sentence with which it refuses."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from app.document.import_content import plan_import
from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, Remark, TierEvents, VideoEvents
from fedn.annotation.project import Project
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.errors import FormatError
from tests.annotation.fuzzing.corpus import NAMES


def check_refusal(error: FormatError, path: Path) -> None:
    """A sentence that names the file or the video, and is short enough to be read."""
    text = str(error)
    assert str(path) in text or path.name in text or "video" in text, f"the refusal names nothing: {text[:300]}"
    _check_line(text)


def _check_line(text: str) -> None:
    assert len(text) < 3000, f"{len(text)} letters are no sentence: {text[:100]!r}"
    assert all(unicodedata.category(letter) not in ("Cc", "Cs") for letter in text), f"not one line: {text[:300]!r}"


def check_content(content: Content) -> None:
    assert isinstance(content, Content) and isinstance(content.videos, tuple)
    ids = [event.id for video in content.videos for tier in video.tiers for event in tier.events]
    assert len(set(ids)) == len(ids), "two events have one id"
    for video in content.videos:
        assert isinstance(video, VideoEvents)
        for text in (video.video, video.subject):
            _check_text(text)
        assert video.video, "a video has no name"
        assert type(video.frame_count) is int and video.frame_count >= 0
        assert isinstance(video.fps, int | float) and 0 <= video.fps < float("inf")
        assert video.path is None or isinstance(video.path, Path)
        for tier in video.tiers:
            _check_tier(tier)
    for remark in content.remarks:
        _check_remark(remark)


def _check_tier(tier: TierEvents) -> None:
    assert isinstance(tier, TierEvents) and isinstance(tier.events, tuple)
    for text in (tier.name, tier.who, tier.vocabulary):
        _check_text(text)
    assert tier.rejected <= {event.id for event in tier.events}, "it rejects what it does not have"
    for event in tier.events:
        assert type(event) is Event
        for text in (event.label, event.note, event.kind, event.id):
            _check_text(text)
        frames = [event.onset, event.offset] + ([] if event.apex is None else [event.apex])
        assert all(type(frame) is int for frame in frames), f"frames are {frames}"
        assert 0 <= event.onset <= event.offset < 2**31 and (
            event.apex is None or event.onset <= event.apex <= event.offset
        )
        assert event.score is None or (type(event.score) in (int, float) and 0 <= event.score <= 1)


def _check_remark(remark: Remark) -> None:
    assert isinstance(remark, Remark) and remark.text.strip(), "a remark says nothing"
    _check_line(remark.text)
    _check_line(remark.place)


def _check_text(text: str) -> None:
    assert type(text) is str
    text.encode()  # Halves of letters can be stored nowhere.


def check_import(path: Path, content: Content) -> None:
    """The content comes into a project or is refused in a sentence, and goes out of it again."""
    project = Project(path.parent, "study", shipped_vocabulary())
    for number, name in enumerate(NAMES):
        project.put_video(Video(f"key {number}", Path("/videos") / name, "s1", 600, 29.97, 64, 48, id=f"v{number}"))
    plan = plan_import(project, [(path, content)])
    undo = plan.edit.apply(project)
    assert project.event_count == plan.event_count
    for remark in plan.remarks:
        _check_remark(remark)
    undo.apply(project)
    assert project.event_count == 0 and not project.tiers
