"""The demo's report: one HTML file with numbers, timelines and every event beside its counterparts."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jinja2 import Environment, FileSystemLoader, select_autoescape
from numpy.typing import NDArray

from app.reports.side_by_side import Row, Verdict
from app.reports.timeline_figure import COLORS, timeline_svg
from fedn.annotation.event import Event
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary
from fedn.video.reader import VideoReader

THUMBNAIL_PX = 72


@dataclass(frozen=True, slots=True)
class VideoPart:
    """One video of the report: its rows, its figure, pictures of the apex frames by event id."""

    video: Video
    rows: Sequence[Row]
    figure: str
    thumbnails: Mapping[str, str]
    spans: Mapping[str, tuple[float, float]]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in Verdict if found[verdict]}


def video_part(video: Video, rows: Sequence[Row], reader: VideoReader, vocabulary: Vocabulary) -> VideoPart:
    """Reads the apex frames and draws the figure of one video."""
    index = reader.index

    def span_of(event: Event) -> tuple[float, float]:
        return index.time_s(event.onset), index.end_s(event.offset)

    events = [event for row in rows for event in (row.predicted, row.expert, row.self_report) if event is not None]
    shown = [row.predicted or row.expert or row.self_report for row in rows]
    return VideoPart(
        video=video,
        rows=rows,
        figure=timeline_svg(
            rows,
            span_of=span_of,
            length_s=index.end_s(index.frame_count - 1),
            codes={label.name: label.code for label in vocabulary.labels},
        ),
        thumbnails={event.id: thumbnail(reader.frame(_apex(event))) for event in shown if event is not None},
        spans={event.id: span_of(event) for event in events},
    )


def _apex(event: Event) -> int:
    return event.apex if event.apex is not None else (event.onset + event.offset) // 2


def thumbnail(image: NDArray[np.uint8]) -> str:
    """A square from the middle of the picture as a data address."""
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    square = cv2.resize(
        image[top : top + side, left : left + side], (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA
    )
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(square, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()


def render_report(
    parts: Sequence[VideoPart],
    *,
    model: str,
    metrics: Mapping[str, Any],
    notes: Sequence[str],
    number: Callable[..., str],
) -> str:
    """The HTML text.

    Args:
        model: name of the model that predicted.
        metrics: `Evaluation.to_json()` by the name of the reference ("Expert", "Self-report").
        notes: sentences about where the videos and the model come from.
        number: how a metric that may be None is written.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["j2"]), trim_blocks=True
    )
    template = environment.get_template("demo_report.html.j2")
    colors = {str(verdict): color for verdict, color in COLORS.items()}
    return template.render(parts=parts, model=model, metrics=metrics, notes=notes, number=number, colors=colors)
