"""Small pictures of how a face moves over a few frames: flow and strain of brows and mouth, as STR reads them.

Letters: G grid cells, C = 3 channels: horizontal flow, vertical flow, optical strain.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.annotation.video import FaceChoice
from fedn.errors import VideoError
from fedn.features.align import ALIGNMENT_VERSION
from fedn.features.extract import aligned_faces
from fedn.features.face_detector import find_face_detector
from fedn.features.feature_cache import FeatureCache
from fedn.features.optical_flow import dense_flow, flow_picture, one_thread
from fedn.progress import SILENT, Reporter
from fedn.time_grid import TimeGrid
from fedn.video.content_key import content_key
from fedn.video.face_boxes import face_suffix
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import open_video

SIDE = 42
CHANNELS = 3
NUMBERS = CHANNELS * SIDE * SIDE
VERSION = 1
"""Part of the name of the cached file: raise it whenever the same video would give other pictures."""

BROWS, MOUTH, NOSE = (16, 18, 96, 38), (28, 66, 84, 98), (50, 46, 62, 58)
"""Left, top, right, bottom in the flow's 112 pixels. Without the eyes, whose blinks would be the largest motion."""


@dataclass(frozen=True, slots=True, eq=False)
class FlowPictures:
    """Attributes:
    pictures: (G, C * SIDE * SIDE) float16, what moves from each cell to the one `gap` cells later; may be mapped.
    seen: (G,) whether both cells show a face.
    frame_index: of the video.
    """

    pictures: NDArray[np.float16]
    seen: NDArray[np.bool_]
    frame_index: FrameIndex


def strain(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """Optical strain (H, W) of a flow (H, W, 2): the size of its symmetric gradient, which no rigid shift changes."""
    u_y, u_x = np.gradient(flow[..., 0])
    v_y, v_x = np.gradient(flow[..., 1])
    return np.sqrt(u_x**2 + v_y**2 + 0.5 * (u_y + v_x) ** 2).astype(np.float32)


def small_picture(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """The (C, SIDE, SIDE) picture of a flow (112, 112, 2): brows above, mouth below, the nose's motion subtracted."""
    left, top, right, bottom = NOSE
    moved = flow - flow[top:bottom, left:right].mean(axis=(0, 1))
    channels = np.dstack([moved, strain(moved)])
    halves = [
        cv2.resize(channels[top:bottom, left:right], (SIDE, SIDE // 2), interpolation=cv2.INTER_AREA)
        for left, top, right, bottom in (BROWS, MOUTH)
    ]
    return np.ascontiguousarray(np.vstack(halves).transpose(2, 0, 1), np.float32)


def flow_pictures(
    video: Path,
    gap: int,
    *,
    cache_dir: Path | None = None,
    image_fps: float | None = None,
    reporter: Reporter = SILENT,
    face: FaceChoice | None = None,
) -> FlowPictures:
    """The pictures of a whole video, from the cache if they are there. Memory holds `gap` small pictures.

    Raises:
        VideoError: if the video cannot be read.
        Cancelled: if `reporter` asked to stop; nothing is left behind.
    """
    with open_video(video, image_fps=image_fps, cache_dir=cache_dir) as reader, one_thread():
        index, grid = reader.index, TimeGrid.of(reader.index)
        detector = find_face_detector()
        faces = aligned_faces(
            video, reader=reader, detector=detector, image_fps=image_fps, face=face, cache_dir=cache_dir
        )
        if cache_dir is None:
            pictures = np.zeros((grid.cell_count, NUMBERS), np.float16)
            return FlowPictures(pictures, _fill(faces, grid, gap, pictures.__setitem__, index, reporter), index)
        stem = f"flow{gap}-{VERSION}-{ALIGNMENT_VERSION}-{detector.name}{face_suffix(face)}"
        cache = FeatureCache(cache_dir, stem, content_key(video), (grid.cell_count, NUMBERS))
        if (cached := cache.load()) is None:
            with cache.writing() as writer:
                writer.finish(_fill(faces, grid, gap, writer.store, index, reporter))
            cached = cache.load()
        if cached is None:
            raise VideoError(f"The flow of {video} could not be kept in {cache_dir}: is the disk full or shared?")
        return FlowPictures(*cached, index)


def _fill(
    faces: Iterator[tuple[int, NDArray[np.uint8] | None]],
    grid: TimeGrid,
    gap: int,
    store: Callable[[list[int], NDArray[np.float16]], None],
    index: FrameIndex,
    reporter: Reporter,
) -> NDArray[np.bool_]:
    """Stores the picture of each cell whose partner has come; says which cells have one."""
    edges = np.searchsorted(grid.frames, np.arange(index.frame_count + 1))
    waiting: deque[NDArray[np.uint8] | None] = deque(maxlen=gap + 1)
    seen = np.zeros(grid.cell_count, bool)
    for number, crop in faces:
        reporter.check()
        gray = None if crop is None else flow_picture(crop)
        for cell in range(int(edges[number]), int(edges[number + 1])):
            waiting.append(gray)
            before, first = waiting[0], cell - gap
            if len(waiting) == gap + 1 and before is not None and gray is not None:
                seen[first] = True
                row = small_picture(dense_flow(before, gray)).reshape(1, -1)
                store([first], row.astype(np.float16))
        reporter.progress("Following the face's motion", number + 1, index.frame_count)
    return seen
