"""From a video to one feature vector per frame: decoding, face, alignment and backbone at the same time.

One thread decodes, follows the face and cuts it out; one thread for each core runs the backbone on small batches, each
with a single thread of PyTorch, because the threads of one operation would wait for each other wherever cores are
shared. The queue between them is short: memory does not grow with the video.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from fedn.annotation.video import FaceChoice
from fedn.cores import usable_cores
from fedn.errors import VideoError
from fedn.features.align import ALIGNMENT_VERSION, CROP_SIZE, face_box, similarity, warp_face
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.features.face_detector import FaceDetector, find_face_detector
from fedn.features.face_track import FaceTracker, Place
from fedn.features.feature_cache import FeatureCache
from fedn.features.people import expected_place, survey
from fedn.models.resnet import ResNet18
from fedn.progress import SILENT, Cancelled, Reporter
from fedn.video.content_key import content_key
from fedn.video.face_boxes import face_suffix, save_face_boxes
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import VideoReader, open_video


@dataclass(frozen=True, slots=True, eq=False)
class FeaturesSoFar:
    """The beginning of a video whose features are there while the rest is still being read.

    Attributes:
        frame_index: of the whole video.
        frame_count: how many of its first frames are there.
        has_face: (T,) of the whole video; only the first `frame_count` mean something.
        rows: features (stop - first, C) of the frames from `first` to before `stop`, both in what is there.
    """

    frame_index: FrameIndex
    frame_count: int
    has_face: NDArray[np.bool_]
    rows: Callable[[int, int], NDArray[np.float16]]


Follow = Callable[[FeaturesSoFar], None]


@dataclass(frozen=True)
class VideoFeatures:
    """Features of one video, a row for each frame.

    Attributes:
        features: (T, 512) float16, or as wide as the backbone's rows are; zero where there is no face; may be mapped
            from the cache file.
        has_face: (T,) whether the followed face is in the frame.
        frame_index: when the frames are shown.
        stage_seconds: processor seconds of "decode", "face", "align" and "backbone", and "total" seconds of waiting;
            empty if everything came from the cache.
    """

    features: NDArray[np.float16]
    has_face: NDArray[np.bool_]
    frame_index: FrameIndex
    stage_seconds: dict[str, float] = field(default_factory=dict)


def aligned_faces(
    video: Path,
    *,
    reader: VideoReader | None = None,
    detector: FaceDetector | None = None,
    image_fps: float | None = None,
    stage_seconds: dict[str, float] | None = None,
    boxes: NDArray[np.float32] | None = None,
    face: FaceChoice | None = None,
    cache_dir: Path | None = None,
) -> Iterator[tuple[int, NDArray[np.uint8] | None]]:
    """Frame numbers in order, each with its aligned face (224, 224, 3) in RGB or None where there is none.

    Args:
        boxes: (T, 4); the rows of frames with a face become its left, top, right and bottom in pixels.
        stage_seconds: processor seconds of "decode", "face" and "align" are added to it.
        face: whose face, None for the largest.
        cache_dir: the folder for this video's caches, where it is known who is seen in the video.

    Raises:
        VideoError: if the video cannot be read.
    """
    opened = reader or open_video(video, image_fps=image_fps)
    clock = _StageClock({} if stage_seconds is None else stage_seconds)
    try:
        expected = None if face is None else _place_of(opened, face, image_fps, cache_dir)
        tracker = FaceTracker(detector or find_face_detector(), opened.index, expected)
        frames = opened.frames()
        clock.start()
        while True:
            numbered = next(frames, None)
            clock.stop("decode")
            resolved = list(tracker.finish() if numbered is None else tracker.push(*numbered))
            clock.stop("face")
            for tracked in resolved:
                crop = None if tracked.anchors is None else warp_face(tracked.image, similarity(tracked.anchors))
                if boxes is not None and tracked.anchors is not None:
                    boxes[tracked.number] = face_box(tracked.anchors)
                clock.stop("align")
                yield tracked.number, crop
                clock.start()
            if numbered is None:
                return
    finally:
        if reader is None:
            opened.close()


def _place_of(
    reader: VideoReader, face: FaceChoice, image_fps: float | None, cache_dir: Path | None
) -> Callable[[float], Place]:
    people = survey(reader.path, image_fps=image_fps, cache_dir=cache_dir)
    return expected_place(people, face, reader.index, reader.width, reader.height)


def extract_features(
    video: Path,
    backbone: ResNet18 | BackboneRuntime,
    *,
    reader: VideoReader | None = None,
    cache_dir: Path | None,
    image_fps: float | None = None,
    reporter: Reporter = SILENT,
    follow: Follow | None = None,
    face: FaceChoice | None = None,
) -> VideoFeatures:
    """Features of all frames, from the cache if they are there.

    Args:
        reader: of the video, if one is open already; it is not closed.
        cache_dir: the folder for this video's caches, or None to keep nothing.
        reporter: hears of the progress; its `stop_requested` ends the work.
        face: whose face is read, None for the largest.
        follow: called in this thread now and then with what is there so far; not if everything is in the cache.

    Raises:
        VideoError: if the video cannot be read.
        Cancelled: if `reporter` asked to stop; nothing is left behind.
    """
    runtime = backbone if isinstance(backbone, BackboneRuntime) else BackboneRuntime(backbone)
    detector = find_face_detector()
    # One thread decodes far faster than a processor runs the backbone; a graphics card may need more.
    threads = 1 if runtime.device.type == "cpu" else 0
    opened = reader or open_video(video, image_fps=image_fps, cache_dir=cache_dir, threads=threads)
    try:
        index = opened.index
        shape = (index.frame_count, runtime.width)
        if cache_dir is None:
            features = np.zeros(shape, np.float16)
            extraction = _Extraction(opened, runtime, detector, features.__setitem__, reporter)
            extraction.faces_of(face, image_fps, None)
            extraction.follow_with(follow, lambda first, stop: features[first:stop])
            return VideoFeatures(features, extraction.run(), index, extraction.seconds)
        stem = f"{ALIGNMENT_VERSION}-{detector.name}-{runtime.hash}{face_suffix(face)}"
        cache = FeatureCache(cache_dir, stem, content_key(video), shape)
        seconds: dict[str, float] = {}
        cached = cache.load()
        if cached is None:
            with cache.writing() as writer:
                extraction = _Extraction(opened, runtime, detector, writer.store, reporter)
                extraction.faces_of(face, image_fps, cache_dir)
                extraction.follow_with(follow, writer.rows)
                writer.finish(extraction.run())
                save_face_boxes(cache_dir, extraction.boxes, face)
                seconds = extraction.seconds
            cached = cache.load()
        if cached is None:
            raise VideoError(f"The features of {video} could not be kept in {cache_dir}: is the disk full or shared?")
        return VideoFeatures(*cached, index, seconds)
    finally:
        if reader is None:
            opened.close()


class _StageClock:
    """Adds the processor time of the calling thread to the stage that just ended."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._since = time.thread_time()

    def start(self) -> None:
        self._since = time.thread_time()

    def stop(self, stage: str) -> None:
        now = time.thread_time()
        self._seconds[stage] = self._seconds.get(stage, 0.0) + now - self._since
        self._since = now


class _Extraction:
    """One pass over a video: a thread that cuts out faces, threads that run the backbone, and who waits for them."""

    def __init__(
        self,
        reader: VideoReader,
        runtime: BackboneRuntime,
        detector: FaceDetector,
        store: Callable[[list[int], NDArray[np.float16]], None],
        reporter: Reporter,
    ) -> None:
        self.seconds: dict[str, float] = {"backbone": 0.0}
        self._reader = reader
        self._runtime = runtime
        self._detector = detector
        self._store = store
        self._reporter = reporter
        self._has_face = np.zeros(reader.index.frame_count, bool)
        self.boxes = np.full((reader.index.frame_count, 4), np.nan, np.float32)
        self._workers = usable_cores() if runtime.device.type == "cpu" else 1
        self._batches: Queue[tuple[list[int], NDArray[np.uint8]] | None] = Queue(maxsize=self._workers + 2)
        self._stop = threading.Event()
        self._errors: list[BaseException] = []
        self._lock = threading.Lock()
        self._done = 0
        self._face: dict[str, Any] = {}
        self._is_there = np.zeros(reader.index.frame_count, bool)
        self._there = 0
        self._follow: Follow | None = None
        self._rows: Callable[[int, int], NDArray[np.float16]] = lambda first, stop: np.empty((0, 0), np.float16)

    def faces_of(self, face: FaceChoice | None, image_fps: float | None, cache_dir: Path | None) -> None:
        """Whose faces, and what it takes to find out where that person is."""
        self._face = {"face": face, "image_fps": image_fps, "cache_dir": cache_dir}

    def follow_with(self, follow: Follow | None, rows: Callable[[int, int], NDArray[np.float16]]) -> None:
        """Who is shown what is there so far, and where its rows are read from."""
        self._follow, self._rows = follow, rows

    def run(self) -> NDArray[np.bool_]:
        """Stores the features of all frames with a face; returns which those are."""
        began = time.perf_counter()
        threads_before = torch.get_num_threads(), cv2.getNumThreads()
        # OpenCV's threads would take the cores from the backbone.
        cv2.setNumThreads(1)
        threads = [threading.Thread(target=self._guarded, args=(self._cut_faces,), name="faces")]
        threads += [
            threading.Thread(target=self._guarded, args=(self._run_backbone,), name="backbone")
            for _ in range(self._workers)
        ]
        try:
            for thread in threads:
                thread.start()
            self._wait(threads)
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            # The threads changed it for all of the process.
            torch.set_num_threads(threads_before[0])
            cv2.setNumThreads(threads_before[1])
        if self._errors:
            raise self._errors[0]
        self.seconds["total"] = time.perf_counter() - began
        return self._has_face

    def _wait(self, threads: list[threading.Thread]) -> None:
        total = self._reader.index.frame_count
        while any(thread.is_alive() for thread in threads) and not self._stop.is_set():
            self._reporter.progress("Reading faces", self._done, total)
            for thread in threads:
                thread.join(timeout=0.25 / len(threads))
            if self._reporter.stop_requested:
                raise Cancelled
            if self._follow is not None:
                self._follow(self._so_far())
        if not self._errors:
            self._reporter.progress("Reading faces", total, total)
        if self._reporter.stop_requested:
            raise Cancelled

    def _so_far(self) -> FeaturesSoFar:
        missing = np.flatnonzero(~self._is_there[self._there :])
        self._there = self._there + int(missing[0]) if len(missing) else len(self._is_there)
        return FeaturesSoFar(self._reader.index, self._there, self._has_face, self._rows)

    def _guarded(self, work: Any) -> None:
        try:
            work()
        except BaseException as error:
            self._errors.append(error)
            self._stop.set()

    def _cut_faces(self) -> None:
        # The small network that finds face points runs in this thread.
        torch.set_num_threads(1)
        numbers: list[int] = []
        crops = np.empty((self._runtime.batch, CROP_SIZE, CROP_SIZE, 3), np.uint8)
        for number, crop in aligned_faces(
            self._reader.path,
            reader=self._reader,
            detector=self._detector,
            stage_seconds=self.seconds,
            boxes=self.boxes,
            **self._face,
        ):
            self._reporter.hold()
            if self._stop.is_set():
                return
            if crop is None:
                self._is_there[number] = True
                self._count(1)
                continue
            self._has_face[number] = True
            crops[len(numbers)] = crop
            numbers.append(number)
            if len(numbers) == len(crops):
                self._put((numbers, crops))
                numbers, crops = [], np.empty_like(crops)
        if numbers:
            self._put((numbers, crops[: len(numbers)]))
        for _ in range(self._workers):
            self._put(None)

    def _run_backbone(self) -> None:
        torch.set_num_threads(1)
        while not self._stop.is_set():
            try:
                batch = self._batches.get(timeout=0.2)
            except Empty:
                continue
            self._reporter.hold()
            if batch is None:
                return
            numbers, crops = batch
            began = time.thread_time()
            self._store(numbers, self._runtime(crops))
            self._is_there[numbers] = True
            spent = time.thread_time() - began
            with self._lock:
                self.seconds["backbone"] += spent
            self._count(len(numbers))

    def _put(self, batch: tuple[list[int], NDArray[np.uint8]] | None) -> None:
        while not self._stop.is_set():
            try:
                self._batches.put(batch, timeout=0.2)
                return
            except Full:
                continue

    def _count(self, frames: int) -> None:
        with self._lock:
            self._done += frames
