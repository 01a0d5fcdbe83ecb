"""An OpenFace file as events: runs of frames in which it saw an action unit, if they are asked for."""

from __future__ import annotations

from pathlib import Path

from fedn.annotation.formats.content import Content, Remark, VideoEvents
from fedn.annotation.formats.openface import OpenFaceRecording, presence_tier
from fedn.annotation.formats.openface_csv import read_openface
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.errors import FormatError


def read_openface_content(path: Path, index_of: IndexOf = no_index, *, presence_frames: int = 0) -> Content:
    """Reads a file of one video, which has the file's name: OpenFace does not write which video it was.

    Args:
        index_of: for the number of the video's frames.
        presence_frames: fewest frames of a run that becomes an event; 0 makes none: single frames are no expressions.

    Raises:
        FormatError: if it is no such file.
    """
    name = path.name.removesuffix(path.suffix)
    try:
        frame_count = index_of(name).frame_count
    except FormatError:
        frame_count = 0
    return recording_content(path, name, read_openface(path, frame_count=frame_count), presence_frames)


def recording_content(path: Path, video: str, recording: OpenFaceRecording, presence_frames: int) -> Content:
    """What a recording read from `path` brings to a video; as `read_openface_content`."""
    if not presence_frames:
        told = "its measurements are no events; runs of frames with an action unit become some if they are asked for"
        return Content((VideoEvents(video, "", 0, 0.0, ()),), (*recording.remarks, Remark(path, "", told)))
    tier = presence_tier(recording, shortest=presence_frames)
    return Content((VideoEvents(video, "", 0, 0.0, (tier,)),), recording.remarks)
