"""Opening video files with FFmpeg, and saying in one sentence why one cannot be opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from fedn.errors import VideoError

_NOT_VIDEOS = ("tty", "image2")
"""FFmpeg would play a text file as a terminal and a picture as a film of one frame."""


def open_container(path: Path, threads: int = 0) -> tuple[InputContainer, VideoStream]:
    """The file and its picture stream, ready for decoding.

    Args:
        threads: for decoding; 0 lets FFmpeg choose.

    Raises:
        VideoError: if there is no such file, it is not a video, or has sound but no pictures.
    """
    if not path.exists():
        raise VideoError(f"{path} is not there: check the name, or point to where the video was moved.")
    try:
        # A playlist could otherwise make FFmpeg fetch files from the network.
        container = av.open(str(path.absolute()), options={"protocol_whitelist": "file"}, metadata_errors="ignore")
    except PermissionError as error:
        raise VideoError(f"{path} may not be read by you: change its permissions or copy it.") from error
    except (FFmpegError, OSError, ValueError) as error:
        raise VideoError(
            f"{path} is not a video that can be read, or it is damaged or cut off: copy or convert it again."
        ) from error
    name = container.format.name
    if name in _NOT_VIDEOS or name.endswith("_pipe"):
        container.close()
        raise VideoError(
            f"{path} is not a video but a {'text' if name == 'tty' else 'single picture'}: choose a video."
        )
    streams = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not streams or streams[0].codec_context is None:
        has_sound = bool(container.streams.audio)
        container.close()
        what = "has sound but no pictures" if has_sound else "has no pictures that can be decoded"
        raise VideoError(f"{path} {what}: choose a video file.")
    stream = streams[0]
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = threads
    return container, stream


def packets(container: InputContainer, stream: VideoStream) -> Iterator[av.Packet]:
    """The packets of the stream and the empty one that drains the decoder, whatever is wrong with the file's end."""
    source = container.demux(stream)
    while True:
        try:
            packet = next(source)
        except StopIteration:
            return
        except (FFmpegError, OSError):
            yield av.Packet()
            return
        yield packet


def stamp(item: av.Packet | av.VideoFrame) -> int | None:
    """When it is shown; files that lack that (AVI) still say when it is decoded, which orders frames as well."""
    return item.pts if item.pts is not None else item.dts
