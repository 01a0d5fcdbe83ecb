"""Label Studio's JSON, read and written: ranges of frames on the timeline of a video.

Frames count from FIRST_FRAME and both ends of a range belong to it; Label Studio's documents do not say so, its files
look like it. It counts frames of one nominal rate, the `frameRate` of its <Video> tag: frame k begins
(k - FIRST_FRAME) / frameRate seconds after the start. For a video of constant rate these are the video's own frames;
for one of variable rate they are not, and are turned into frames through the video's index, as far as they can be.

Its labeling interface has to have <Video name="video" value="$video" frameRate="$fps"/> and
<TimelineLabels name="expressions" toName="video"> with a <Label> for each label.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fedn.annotation.formats.content import Content, Remark, Remarks, TierEvents, VideoEvents
from fedn.annotation.formats.even_frames import EvenFrames
from fedn.annotation.formats.event_details import details_text
from fedn.annotation.formats.foreign_file import parse_json, write_foreign
from fedn.annotation.formats.label_studio_task import FIRST_FRAME, RESULT_TYPE, LabelStudioTask, frame_rate
from fedn.annotation.formats.placed_events import known_video
from fedn.annotation.formats.tier_titles import in_order, plain_or_title
from fedn.annotation.formats.times import FrameTimes, IndexOf, interval_frames, no_index
from fedn.annotation.formats.writing_losses import Losses
from fedn.annotation.tier import Source
from fedn.errors import FormatError

DEFAULT_FPS = 24.0
"""Of Label Studio's <Video> tag."""
_CONTROL, _VIDEO = "expressions", "video"


def read_label_studio(path: Path, index_of: IndexOf = no_index, *, fps: float = 0.0) -> Content:
    """Reads an export, JSON or JSON-MIN. Annotations are imported tiers of who completed them, predictions tiers of a
    detector; those that `write_label_studio` wrote come back as they were.

    Args:
        index_of: without it the frames of the file are taken for those of the video.
        fps: the frame rate set in Label Studio, 0 for the one that the file says or else the video's own.

    Raises:
        FormatError: if it is no such file, or `index_of` knows none of its videos.
    """
    remarks = Remarks(path)
    document = parse_json(path, mend_halves=True)
    tasks = document if isinstance(document, list) else [document]
    if not all(isinstance(task, dict) for task in tasks):
        raise FormatError(f"{path} is not an export of Label Studio; export it again as JSON")
    videos, missing = [], []
    for number, task in enumerate(tasks, start=1):
        reading = LabelStudioTask(path, f"task {str(task.get('id', number))[:40]}", task, remarks)
        names, data = reading.names(), reading.data
        rate = fps or frame_rate(data.get("fps"))
        if not names:
            remarks.add(reading.place, "it is not about a video and was left out")
            continue
        try:
            name, times = (
                (names[-1], EvenFrames(rate or DEFAULT_FPS)) if index_of is no_index else known_video(names, index_of)
            )
        except FormatError as error:
            missing.append(error)
            remarks.add(reading.place, f"{error}; the task was left out")
            continue
        videos.append(reading.read(name, times, rate or times.fps))
    if missing and not videos:
        raise missing[0]
    if tasks and not videos:
        raise FormatError(f"{path} is not an export of Label Studio about videos; export it again as JSON")
    return Content(tuple(videos), remarks.done())


def write_label_studio(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index) -> tuple[Remark, ...]:
    """Writes a task for each video, to be imported into Label Studio, whole or not at all.

    A detector's tier is a prediction, any other an annotation, its title and so its person under "tier", since Label
    Studio only takes people that it knows. Details are the meta text of a region.

    Args:
        index_of: without it frames are written as they are, in frames of the video's nominal rate.

    Returns:
        What the file cannot hold.

    Raises:
        FormatError: if the file cannot be written.
    """
    losses = Losses(path, "Label Studio")
    tasks = []
    for video in videos:
        times = EvenFrames(video.fps or DEFAULT_FPS) if index_of is no_index else index_of(video.video)
        data: dict[str, Any] = {_VIDEO: losses.text("", str(video.path or video.video)), "fps": times.fps}
        if video.subject:
            data["subject"] = losses.text("", video.subject)
        if video.frame_count:
            data["frame_count"] = video.frame_count
        task: dict[str, Any] = {"data": data, "annotations": [], "predictions": []}
        for number, tier in enumerate(losses.tiers(video, times), start=1):
            kind = "predictions" if tier.source is Source.DETECTOR else "annotations"
            task[kind].append(_entry(tier, number, times, losses))
        tasks.append(task)
    write_foreign(path, (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode())
    return losses.done()


def _entry(tier: TierEvents, tier_number: int, times: FrameTimes, losses: Losses) -> dict[str, Any]:
    results = []
    for number, event in enumerate(in_order(tier.events), start=1):
        start, end = round(times.time_s(event.onset) * times.fps), round(times.end_s(event.offset) * times.fps)
        frames = interval_frames(times, start / times.fps, max(end, start + 1) / times.fps)
        if frames[:2] != (event.onset, event.offset):
            text = "the video's frame rate varies and Label Studio's does not: an event will be read back moved"
            losses.add(f"tier “{tier.name}”", text)
        ranges = [{"start": start + FIRST_FRAME, "end": max(end, start + 1) + FIRST_FRAME - 1}]
        result: dict[str, Any] = {
            "id": f"t{tier_number}e{number}",
            "from_name": _CONTROL,
            "to_name": _VIDEO,
            "type": RESULT_TYPE,
            "value": {"ranges": ranges, RESULT_TYPE: [event.label] if event.label else []},
        }
        said = details_text(event, tier.rejected)
        if said:
            result["meta"] = {"text": [said]}
        if event.score is not None:
            result["score"] = event.score
        results.append(result)
    entry: dict[str, Any] = {"tier": plain_or_title(tier), "tier_number": tier_number, "result": results}
    if tier.source is Source.DETECTOR:
        scores = [event.score for event in tier.events if event.score is not None]
        entry |= {"model_version": tier.who, "score": math.fsum(scores) / len(scores) if scores else 0.0}
    return entry
