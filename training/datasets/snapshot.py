"""A project's labels at one moment, as a file of the run that learns from them: later edits change nothing about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.video import FaceChoice
from fedn.errors import TrainingError
from fedn.model_info import write_atomically

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class LabelledVideo:
    """A video with one tier's events.

    Attributes:
        name: unique in the project.
        key: of the video's content; its caches lie in the folder of this name.
        events: by onset; reviewed: sorted disjoint ranges, perhaps none.
        face: the face to follow where the video shows several, None for the largest.
    """

    name: str
    path: Path
    key: str
    subject: str
    image_fps: float | None
    events: tuple[Event, ...]
    reviewed: tuple[Interval, ...]
    face: FaceChoice | None = None


def labelled_videos(project: Project, tier: str) -> list[LabelledVideo]:
    """The videos of a project that have a tier of that name."""
    names = [video.name for video in project.videos.values()]
    found = []
    for video in project.videos.values():
        own = project.tier_named(video.id, tier)
        if own is not None:
            unique = video.name if names.count(video.name) == 1 else f"{video.name} ({video.id[:6]})"
            where, reviewed = project.path_of(video.id), project.reviewed(video.id)
            events = project.events(own.id)
            about = (unique, where, video.key, video.subject, video.image_fps)
            found.append(LabelledVideo(*about, events, reviewed, video.face))
    return found


def write_snapshot(
    path: Path, tier: str, videos: Sequence[LabelledVideo], edit: int, revisions: Mapping[str, int]
) -> None:
    """Writes the labels as they are now.

    Args:
        edit: number of the project's last edit.
        revisions: by event id the number of the last edit that changed it.
    """
    rows = [_video_row(video, revisions) for video in videos]
    content = {"schema": SCHEMA, "tier": tier, "edit": edit, "videos": rows}
    write_atomically(path, json.dumps(content, ensure_ascii=False, indent=1).encode())


def _video_row(video: LabelledVideo, revisions: Mapping[str, int]) -> dict[str, Any]:
    events = [
        {
            "id": event.id,
            "revision": revisions.get(event.id),
            "onset": event.onset,
            "apex": event.apex,
            "offset": event.offset,
            "label": event.label,
            "kind": event.kind,
        }
        for event in video.events
    ]
    return {
        "name": video.name,
        "path": str(video.path),
        "key": video.key,
        "subject": video.subject,
        "image_fps": video.image_fps,
        "face": [video.face.frame, video.face.x, video.face.y] if video.face is not None else None,
        "reviewed": [[interval.start, interval.stop] for interval in video.reviewed],
        "events": events,
    }


def read_snapshot(path: Path) -> list[LabelledVideo]:
    """The inverse of `write_snapshot`.

    Raises:
        TrainingError: if the file is missing or damaged.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            raise TrainingError(f"{path} was written by a newer version of FEDN Studio; retrain with that one")
        return [_video(row) for row in content["videos"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"the labels {path} of the run cannot be read ({error}); start the run anew") from None


def _video(row: Mapping[str, Any]) -> LabelledVideo:
    events = tuple(
        Event(event["onset"], event["offset"], event["label"], event["apex"], event["kind"], id=event["id"])
        for event in row["events"]
    )
    reviewed = tuple(Interval(start, stop) for start, stop in row["reviewed"])
    # Runs that were begun before faces could be chosen do not name one.
    face = FaceChoice(*chosen) if (chosen := row.get("face")) else None
    about = (row["name"], Path(row["path"]), row["key"], row["subject"], row["image_fps"])
    return LabelledVideo(*about, events, reviewed, face)
