"""How the regions of a face have moved away from the face at rest, as a table over the grid of a video.

A video is read once, front to back. Pieces of it are compared with their own median picture: flow from frame to frame
would have to be summed, and its small errors drift; a single frame as the reference may be an expression itself.

Letters: G grid cells, R regions.
"""

from __future__ import annotations

import contextlib
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from fedn.annotation.video import FaceChoice
from fedn.features.align import ALIGNMENT_VERSION
from fedn.features.extract import aligned_faces
from fedn.features.face_detector import find_face_detector
from fedn.features.head_motion import BLOCK, FLOW_SIZE, block_centers, face_oval, fit_head, rigid_motion
from fedn.model_info import write_atomically
from fedn.progress import SILENT, Reporter
from fedn.time_grid import GRID_FPS, TimeGrid
from fedn.video.content_key import content_key
from fedn.video.face_boxes import face_suffix, save_face_boxes
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import open_video

FLOW_VERSION = 1
"""Part of the name of the cached table: raise it whenever the same video would give another one."""

EYE_DISTANCE_PX = 36.0
"""In the pictures that flow is computed on: half the size of the aligned crops."""

REGIONS: dict[str, tuple[int, int, int, int]] = {
    "left brow, outer": (24, 24, 36, 36),
    "left brow, inner": (40, 24, 52, 36),
    "right brow, inner": (60, 24, 72, 36),
    "right brow, outer": (76, 24, 88, 36),
    "nose bridge": (52, 40, 60, 56),
    "left nose wing": (40, 60, 48, 72),
    "right nose wing": (64, 60, 72, 72),
    "left mouth corner": (36, 72, 48, 88),
    "right mouth corner": (64, 72, 76, 88),
    "left cheek": (28, 56, 40, 68),
    "right cheek": (72, 56, 84, 68),
}
"""Left, top, right, bottom in pixels; left and right are those of the image. Eyelids are left out: a blink is none."""

CUT_CORRELATION = 0.45
_FADE_S = 2.0
_REFERENCE_PICTURES = 41
_TOLD_CELLS = 150
_ARRAYS = ("regions", "head", "likeness", "run")


@dataclass(frozen=True, slots=True, eq=False)
class FlowTrack:
    """A video's motion against the face at rest. Motions are in pixels of the flow pictures.

    Attributes:
        regions: (G, R, 2) float32 mean flow of each of `REGIONS` as (x, y), the head's motion included.
        head: (G, 6) float32 the head's motion, by `head_motion.PARAMETERS`.
        likeness: (G,) float32 correlation of the picture, put back by the flow, with the face at rest.
        run: (G,) int32 number of the stretch of one face without a cut, -1 where there is no face.
        frame_index: of the video.
        stage_seconds: processor seconds of each stage, empty if everything came from the cache.
    """

    regions: NDArray[np.float32]
    head: NDArray[np.float32]
    likeness: NDArray[np.float32]
    run: NDArray[np.int32]
    frame_index: FrameIndex
    stage_seconds: dict[str, float] = field(default_factory=dict)

    def without_head(self) -> NDArray[np.float32]:
        """(G, R, 2): what is left of the regions' motion when a rigid head is taken away."""
        return self.regions - np.einsum("gp,prc->grc", self.head, _REGION_RIGID).astype(np.float32)

    def without_nose(self) -> NDArray[np.float32]:
        """(G, R, 2): what is left when the motion of the bridge of the nose is taken away, as published."""
        bridge = list(REGIONS).index("nose bridge")
        return self.regions - self.regions[:, bridge : bridge + 1]


def flow_picture(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The gray (112, 112) picture of an aligned face (224, 224, 3)."""
    gray = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(gray, (FLOW_SIZE, FLOW_SIZE), interpolation=cv2.INTER_AREA), np.uint8)


def dense_flow(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Farneback's flow (H, W, 2): what is at a place of `before` has moved by this much in `after`.

    DIS, four times as fast, misses two thirds of the motion of a small place like a mouth corner.
    """
    start = np.zeros((*before.shape, 2), np.float32)
    return np.asarray(cv2.calcOpticalFlowFarneback(before, after, start, 0.5, 3, 13, 2, 5, 1.1, 0), np.float32)


def block_means(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """(112, 112, 2) -> (28, 28, 2)."""
    count = FLOW_SIZE // BLOCK
    return flow.reshape(count, BLOCK, count, BLOCK, 2).mean(axis=(1, 3))


def correlation(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Of two pictures inside the oval of the face; 0 if one of them is flat."""
    a, b = one[_OVAL].astype(np.float32), other[_OVAL].astype(np.float32)
    a, b = a - a.mean(), b - b.mean()
    power = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / power if power > 1e-6 else 0.0


def compare(reference: NDArray[np.uint8], picture: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """Block flow (28, 28, 2) from the face at rest to a picture, and the likeness of what the flow brings back."""
    flow = dense_flow(reference, picture)
    moved = cv2.remap(picture, _COLUMNS + flow[..., 0], _ROWS + flow[..., 1], cv2.INTER_LINEAR)
    return block_means(flow), correlation(reference, np.asarray(moved, np.uint8))


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """OpenCV and torch compute on one thread inside: pictures this small are done before threads have met.

    Where cores are shared with other programs, the threads' waiting for each other costs five times the work.
    """
    before = cv2.getNumThreads(), torch.get_num_threads()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before[0])
        torch.set_num_threads(before[1])


def track_motion(
    video: Path,
    *,
    reference_s: float = 20.0,
    cache_dir: Path | None = None,
    image_fps: float | None = None,
    reporter: Reporter = SILENT,
    follow: Callable[[FlowTrack, int], None] | None = None,
    face: FaceChoice | None = None,
) -> FlowTrack:
    """The motion of a video's face, from the cache if it is there. Memory holds half a minute of small pictures.

    Args:
        face: whose face, None for the largest.
        follow: called with the track and how many of its first cells are there, each time there are some seconds more.

    Raises:
        VideoError: if the video cannot be read.
        Cancelled: if `reporter` asked to stop; nothing is left behind.
    """
    with open_video(video, image_fps=image_fps, cache_dir=cache_dir) as reader, one_thread():
        index, grid = reader.index, TimeGrid.of(reader.index)
        detector = find_face_detector()
        path = None
        if cache_dir is not None:
            name = f"{FLOW_VERSION}-{ALIGNMENT_VERSION}-{detector.name}{face_suffix(face)}-{reference_s:g}s"
            path = cache_dir / f"flow-{name}.npz"
            if (cached := _load(path, content_key(video), grid.cell_count)) is not None:
                return FlowTrack(*cached, index)
        seconds: dict[str, float] = {}
        boxes = np.full((index.frame_count, 4), np.nan, np.float32)
        faces = aligned_faces(
            video,
            reader=reader,
            detector=detector,
            image_fps=image_fps,
            stage_seconds=seconds,
            boxes=boxes,
            face=face,
            cache_dir=cache_dir,
        )
        table = MotionTable(grid.cell_count, round(reference_s * GRID_FPS))
        told = 0
        used = np.zeros(index.frame_count, bool)
        used[grid.frames] = True
        edges = np.searchsorted(grid.frames, np.arange(index.frame_count + 1))
        for number, crop in faces:
            reporter.check()
            if used[number]:
                began = time.thread_time()
                table.push(None if crop is None else flow_picture(crop), int(edges[number + 1] - edges[number]))
                seconds["flow"] = seconds.get("flow", 0.0) + time.thread_time() - began
            if follow is not None and table.done - told >= _TOLD_CELLS:
                told = table.done
                follow(FlowTrack(table.regions, table.head, table.likeness, table.run, index), told)
            reporter.progress("Following the face's motion", number + 1, index.frame_count)
        began = time.thread_time()
        table.finish()
        seconds["flow"] = seconds.get("flow", 0.0) + time.thread_time() - began
    track = FlowTrack(table.regions, table.head, table.likeness, table.run, index, seconds)
    if path is not None and cache_dir is not None:
        save_face_boxes(cache_dir, boxes, face)
        _save(path, track, content_key(video))
    return track


class MotionTable:
    """Takes the pictures of a video in order and fills the table, half a minute of pictures behind.

    Args:
        cells: G, the length of the grid.
        piece: cells that share a reference.
    """

    def __init__(self, cells: int, piece: int) -> None:
        self.regions = np.zeros((cells, len(REGIONS), 2), np.float32)
        self.head = np.zeros((cells, 6), np.float32)
        self.likeness = np.zeros(cells, np.float32)
        self.run = np.full(cells, -1, np.int32)
        self._piece = max(1, piece)
        self._at = 0
        self._run = -1
        self._waiting: list[tuple[NDArray[np.uint8], int, int]] = []
        self._rest: NDArray[np.uint8] | None = None
        self._last: NDArray[np.uint8] | None = None

    @property
    def done(self) -> int:
        """How many of the first cells are filled for good."""
        return self._waiting[0][1] if self._waiting else self._at

    def push(self, picture: NDArray[np.uint8] | None, cells: int = 1) -> None:
        """The picture (112, 112) that the next cells show; None where there is no face."""
        if picture is None:
            self.finish()
        else:
            if self._last is not None and correlation(self._last, picture) < CUT_CORRELATION:
                self.finish()
            if self._last is None:
                self._run += 1
            self._last = picture
            self._waiting.append((picture, self._at, cells))
        self._at += cells
        # Half a piece is held back, so that the last reference of a run is not made from a few pictures.
        while self._waiting and self._at - self._waiting[0][1] >= 1.5 * self._piece:
            first = self._waiting[0][1]
            count = sum(start < first + self._piece for _, start, _ in self._waiting)
            self._compare(self._waiting[:count])
            del self._waiting[:count]

    def finish(self) -> None:
        """The face is gone: what waits belongs together."""
        if self._waiting:
            self._compare(self._waiting)
        self._waiting, self._rest, self._last = [], None, None

    def _compare(self, pictures: list[tuple[NDArray[np.uint8], int, int]]) -> None:
        """Compares a piece with its median; its first seconds also with the one before, so that nothing jumps."""
        chosen = np.linspace(0, len(pictures) - 1, min(_REFERENCE_PICTURES, len(pictures))).round().astype(int)
        rest = np.median([pictures[number][0] for number in chosen], axis=0).astype(np.uint8)
        fade = min(_FADE_S * GRID_FPS, self._piece)
        flows = np.zeros((len(pictures), FLOW_SIZE // BLOCK, FLOW_SIZE // BLOCK, 2), np.float32)
        first = pictures[0][1]
        for number, (picture, start, cells) in enumerate(pictures):
            flows[number], likeness = compare(rest, picture)
            if self._rest is not None and start - first < fade:
                share = (start - first + 1) / (fade + 1)
                before, before_likeness = compare(self._rest, picture)
                flows[number] = share * flows[number] + (1 - share) * before
                likeness = share * likeness + (1 - share) * before_likeness
            self.likeness[start : start + cells] = likeness
            self.run[start : start + cells] = self._run
        heads, regions = fit_head(flows), region_means(flows)
        for number, (_, start, cells) in enumerate(pictures):
            self.head[start : start + cells] = heads[number]
            self.regions[start : start + cells] = regions[number]
        self._rest = rest


def region_means(flows: NDArray) -> NDArray:
    """Mean flow of `REGIONS` (N, R, 2) from block flow (N, 28, 28, 2)."""
    means = [
        flows[:, top // BLOCK : bottom // BLOCK, left // BLOCK : right // BLOCK].mean(axis=(1, 2))
        for left, top, right, bottom in REGIONS.values()
    ]
    return np.stack(means, axis=1)


def _load(path: Path, key: str, cells: int) -> tuple[NDArray, NDArray, NDArray, NDArray] | None:
    """The arrays of a cached table, or None where there is none, a damaged one, or another video's."""
    try:
        with np.load(path, allow_pickle=False) as content:
            if str(content["key"]) != key:
                return None
            regions, head, likeness, run = (content[name] for name in _ARRAYS)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    expected = [(cells, len(REGIONS), 2), (cells, 6), (cells,), (cells,)]
    return (regions, head, likeness, run) if [a.shape for a in (regions, head, likeness, run)] == expected else None


def _save(path: Path, track: FlowTrack, key: str) -> None:
    content = io.BytesIO()
    np.savez(content, key=np.array(key), **{name: getattr(track, name) for name in _ARRAYS})
    write_atomically(path, content.getvalue())


_X, _Y = block_centers()
_COLUMNS, _ROWS = (values.astype(np.float32) for values in np.meshgrid(np.arange(FLOW_SIZE), np.arange(FLOW_SIZE)))
_OVAL = face_oval(_COLUMNS, _ROWS)
_RIGID_MOTION = np.broadcast_to(rigid_motion(_X, _Y)[None], (1, *_X.shape, 2, 6))
_REGION_RIGID = np.stack([region_means(_RIGID_MOTION[..., p])[0] for p in range(6)])  # (6, R, 2)
