"""Which figures `evaluate` writes, and where their apex frames come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np

from app.reports.evaluation_figures import (
    Picture,
    Shown,
    confusion_figure,
    precision_figure,
    save_figure,
    timeline_figure,
)
from fedn.annotation.event import Event
from fedn.annotation.matching import match
from fedn.annotation.metrics import evaluate, label_ap, spotting_ap
from fedn.errors import FormatError, VideoError
from fedn.progress import Reporter

Table = Mapping[str, Sequence[Event]]
APEX_PX = 128


def write_figures(
    folder: Path,
    truth: Table,
    counted: Table,
    methods: Mapping[str, Table],
    iou: float,
    videos: Path | Mapping[str, Path] | None,
    reporter: Reporter,
) -> list[Path]:
    """Writes every figure and returns the files.

    Args:
        counted: the first method's predictions above its threshold, for confusion and timelines.
        methods: all scored predictions by the method's name, the first of them the one that is evaluated.
        videos: folder in which the videos lie at any depth, or where each of them lies; None for timelines without
            pictures.
    """
    labels = {method: label_ap(truth, events) for method, events in methods.items()}
    panels = {
        "Spotting": {method: spotting_ap(truth, events) for method, events in methods.items()},
        "Detection": {method: _mean_over_labels(by_label) for method, by_label in labels.items() if by_label},
    }
    written = save_figure(precision_figure(panels), folder, "ap-against-iou")
    own = labels[next(iter(methods))]
    written += save_figure(precision_figure({"Detection by label": own}), folder, "detection-ap-by-label")
    named = evaluate(truth, counted, iou=iou).recognition
    written += save_figure(confusion_figure(named.labels, named.matrix), folder, "confusion")
    with ExitStack() as opened:
        for done, video in enumerate(truth):
            reporter.check()
            reporter.progress("drawing timelines", done, len(truth))
            written += _timeline(folder, video, truth[video], counted.get(video, ()), iou, videos, opened, reporter)
    return written


def _mean_over_labels(by_label: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    rows = list(by_label.values())
    return {level: sum(row[level] for row in rows) / len(rows) for level in rows[0]}


def _timeline(
    folder: Path,
    video: str,
    truth: Sequence[Event],
    predictions: Sequence[Event],
    iou: float,
    videos: Path | Mapping[str, Path] | None,
    opened: ExitStack,
    reporter: Reporter,
) -> list[Path]:
    found = match([event.interval for event in truth], [event.interval for event in predictions], iou)
    partner = {pair.predicted_index: truth[pair.truth_index] for pair in found}
    shown = [
        Shown(event, index in partner and partner[index].label == event.label)
        for index, event in enumerate(predictions)
    ]
    length, fps, picture = None, 0.0, None
    if videos is not None:
        length, fps, picture = _pictures(videos, video, opened, reporter)
    figure = timeline_figure(truth, shown, title=video, length=length, fps=fps, apex_picture=picture)
    return save_figure(figure, folder, f"timeline-{re.sub(r'[^A-Za-z0-9._-]+', '-', str(Path(video).with_suffix('')))}")


def _pictures(
    videos: Path | Mapping[str, Path], name: str, opened: ExitStack, reporter: Reporter
) -> tuple[int | None, float, Callable[[Event], Picture | None] | None]:
    """Length and nominal rate of a video, and its apex frames; nothing, with a warning, if it cannot be opened."""
    from fedn.video.reader import open_video

    if isinstance(videos, Path):
        path = next((path for path in sorted(videos.rglob(Path(name).name)) if path.is_file()), None)
    else:
        path = videos.get(name)
    try:
        if path is None:
            raise FormatError(f"there is no {name} in {videos}" if isinstance(videos, Path) else f"{name} is not there")
        reader = opened.enter_context(open_video(path))
    except (VideoError, FormatError) as error:
        reporter.warn(f"the timeline of {name} has no pictures: {error}")
        return None, 0.0, None
    index = reader.index

    def apex_picture(event: Event) -> Picture | None:
        apex = event.apex if event.apex is not None else (event.onset + event.offset) // 2
        return _square(reader.frame(min(apex, index.frame_count - 1)))

    return index.frame_count, index.fps, apex_picture


def _square(picture: Picture) -> Picture:
    side = min(picture.shape[:2])
    top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    square = picture[top : top + side, left : left + side]
    return np.asarray(cv2.resize(square, (APEX_PX, APEX_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)
