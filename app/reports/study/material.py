"""What a report is made of: chosen videos with their events, times and pictures, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from app.reports.study.choices import ReportChoices
from app.reports.study.lettering import plain
from app.review.agreement_report import AgreementReport, agreement_report
from app.review.tier_key import TierKey, tier_keys
from fedn.annotation.agreement.coding import CodedVideo
from fedn.annotation.contributions import Contribution, read_contributions
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.errors import FormatError, ModelError, VideoError
from fedn.model_info import ModelInfo, read_model_info
from fedn.progress import SILENT, Reporter
from fedn.registry import DEFAULT_MODEL, resolve_model
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import VideoReader, open_video

PICTURE_PX = 96
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class ReportVideo:
    """One video.

    Attributes:
        tiers: its tiers with their events, in the order of the project.
        index: when its frames are shown.
        problem: why the times are those of its nominal frame rate and there are no pictures; "" if all is well.
        pictures: (H, W, 3) RGB apex frames by event id.
    """

    video: Video
    path: Path
    tiers: tuple[tuple[Tier, tuple[Event, ...]], ...]
    reviewed: tuple[Interval, ...]
    index: FrameIndex
    problem: str = ""
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    @property
    def reviewed_frames(self) -> int:
        return sum(interval.length for interval in self.reviewed)

    def events_of(self, key: TierKey | None, keys: Mapping[str, TierKey]) -> tuple[Event, ...] | None:
        """Of the first tier with that key, None if the video has none."""
        return next((events for tier, events in self.tiers if keys[tier.id] == key), None)


@dataclass(frozen=True)
class Material:
    """Everything that a report says, before it is put into tables and figures.

    Attributes:
        keys: by tier id, what belongs together across videos.
        agreement: over all videos of the report that have both tiers; None if there are no two tiers, or no such video.
        agreements: the same by video id.
        no_agreement: why there is none, a sentence without a period.
        model, no_model: the description of the project's model, or why it is not known.
    """

    project: Project
    choices: ReportChoices
    videos: tuple[ReportVideo, ...]
    keys: Mapping[str, TierKey]
    first: TierKey | None
    second: TierKey | None
    agreement: AgreementReport | None
    agreements: Mapping[str, AgreementReport]
    no_agreement: str
    model: ModelInfo | None
    no_model: str
    people: tuple[Contribution, ...]

    @property
    def tier_keys(self) -> list[TierKey]:
        """Those of the report's videos, each once."""
        return list(dict.fromkeys(self.keys[tier.id] for video in self.videos for tier, _ in video.tiers))

    def material_of(self, key: TierKey, videos: Iterable[ReportVideo]) -> list[tuple[Sequence[Event], FrameIndex]]:
        """What a time budget of a tier is computed from: the videos that have it."""
        found = ((video.events_of(key, self.keys), video.index) for video in videos)
        return [(events, index) for events, index in found if events is not None]


def letters_of(material: Material) -> frozenset[str]:
    """Every letter of what people have named or noted; the report's own words are written in letters that all have."""
    videos, project = material.videos, material.project
    texts = [
        project.name,
        *(one.who for one in material.people),
        *(name for v in project.vocabularies for name in v.names),
    ]
    for video in videos:
        texts += [video.video.subject, video.video.name]
        for tier, events in video.tiers:
            texts += [tier.name, tier.who, *(text for event in events for text in (event.label, event.note))]
    return frozenset(letter for text in texts for letter in plain(text))


def read_material(folder: Path, choices: ReportChoices, reporter: Reporter = SILENT) -> Material:
    """Reads a project as it is on disk, also while a window has it open.

    Raises:
        ProjectError: if it cannot be read.
        FormatError: if there is no such tier.
        Cancelled: between videos and pictures.
    """
    project = load_project(folder)
    chosen = choices.video_ids or tuple(project.videos)
    videos = []
    for done, video_id in enumerate(chosen):
        reporter.check()
        reporter.progress("reading videos", done, len(chosen))
        videos.append(_read_video(project, project.video(video_id), choices.pictures, reporter))
    keys = tier_keys(project)
    there = list(dict.fromkeys(keys[tier.id] for video in videos for tier, _ in video.tiers))
    first, second = choose_pair(there, choices.first, choices.second)
    coded = _coded(project, videos, keys, (first, second), choices.reviewed_only)
    pooled, single, reason = None, {}, _why_no_agreement(first, second, coded)
    if first is not None and second is not None and coded:
        pooled = _agreement(coded, (first, second), len(videos), choices)
        single = {one.video_id: _agreement([one], (first, second), 1, choices) for one in coded}
    model, no_model = _model(project)
    return Material(
        project, choices, tuple(videos), keys, first, second, pooled, single, reason, model, no_model,
        read_contributions(folder),
    )  # fmt: skip


def choose_pair(keys: Sequence[TierKey], first: str = "", second: str = "") -> tuple[TierKey | None, TierKey | None]:
    """The two tiers of these titles or names; where none is given an expert's, and a detector's or else another.

    Raises:
        FormatError: if there is no tier of that name, or both are the same.
    """
    one, two = _named(keys, first), _named(keys, second)
    if one is None:
        people = [key for key in keys if not key.is_detector and key != two]
        one = min(people, key=lambda key: key.source is not Source.EXPERT, default=None)
    if two is None:
        others = [key for key in keys if key != one]
        two = min(others, key=lambda key: not key.is_detector, default=None)
    if one is not None and one == two:
        raise FormatError(f"the tier “{one.title}” cannot be compared with itself; choose two tiers")
    return one, two


def _named(keys: Sequence[TierKey], name: str) -> TierKey | None:
    if not name:
        return None
    for key in keys:
        if name in (key.title, key.name):
            return key
    known = ", ".join(f"“{key.title}”" for key in keys) or "none"
    raise FormatError(f"there is no tier “{name}” in these videos; the tiers are: {known}")


def _read_video(project: Project, video: Video, pictures: bool, reporter: Reporter) -> ReportVideo:
    path = project.path_of(video.id)
    tiers = tuple((tier, project.events(tier.id)) for tier in project.tiers_of(video.id))
    reviewed = project.reviewed(video.id)
    try:
        cache = project.folder / "cache" / video.key
        with open_video(path, image_fps=video.image_fps, cache_dir=cache, threads=1) as reader:
            if reader.index.frame_count != video.frame_count:
                found = reader.index.frame_count
                told = f"the file has {found:,} frames and not {video.frame_count:,} as the project says"
                raise VideoError(told)
            events = [event for _, own in tiers for event in own] if pictures else []
            return ReportVideo(video, path, tiers, reviewed, reader.index, "", _pictures(reader, events, reporter))
    except (VideoError, OSError) as error:
        index = FrameIndex.regular(video.frame_count, Fraction(video.fps or 30.0).limit_denominator(1001))
        return ReportVideo(video, path, tiers, reviewed, index, str(error))


def apex_of(event: Event) -> int:
    """The apex, or the middle of an event that has none."""
    return event.apex if event.apex is not None else (event.onset + event.offset) // 2


def _pictures(reader: VideoReader, events: Sequence[Event], reporter: Reporter) -> dict[str, Picture]:
    """Each apex frame is decoded once, in the order of the film."""
    frames: dict[int, Picture] = {}
    found: dict[str, Picture] = {}
    for event in sorted(events, key=apex_of):
        reporter.check()
        frame = apex_of(event)
        if frame not in frames:
            frames[frame] = _square(reader.frame(frame))
        found[event.id] = frames[frame]
    return found


def _square(image: Picture) -> Picture:
    """The middle of the picture, small."""
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    middle = image[top : top + side, left : left + side]
    return np.asarray(cv2.resize(middle, (PICTURE_PX, PICTURE_PX), interpolation=cv2.INTER_AREA), np.uint8)


def _coded(
    project: Project,
    videos: Sequence[ReportVideo],
    keys: Mapping[str, TierKey],
    pair: tuple[TierKey | None, TierKey | None],
    reviewed_only: bool,
) -> list[CodedVideo]:
    coded = []
    for video in videos:
        one, two = (video.events_of(key, keys) for key in pair)
        if one is None or two is None:
            continue
        judged = video.reviewed if reviewed_only else (Interval(0, video.video.frame_count),)
        coded.append(CodedVideo(video.video.id, one, two, judged))
    return coded


def _why_no_agreement(first: TierKey | None, second: TierKey | None, coded: Sequence[CodedVideo]) -> str:
    if first is None or second is None:
        return "there are no two tiers to compare"
    return "" if coded else f"no video has both “{first.title}” and “{second.title}”"


def _agreement(
    coded: Sequence[CodedVideo], pair: tuple[TierKey, TierKey], asked_count: int, choices: ReportChoices
) -> AgreementReport:
    first, second = pair
    return agreement_report(
        coded, first, second, asked_count=asked_count, iou=choices.iou, reviewed_only=choices.reviewed_only
    )


def _model(project: Project) -> tuple[ModelInfo | None, str]:
    try:
        return read_model_info(resolve_model(project.model_in_use or DEFAULT_MODEL, project.folder)), ""
    except ModelError as error:
        return None, str(error)
