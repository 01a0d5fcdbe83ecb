"""How long the timeline takes to paint an hour of video, beside a blank widget and one graphics item an event."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.session import Session
    from app.views.timeline.timeline_view import TimelineView

Shown = TypeVar("Shown", bound="QWidget")
FRAMES = 108_000
SIZE_PX = (1424, 330)
STEPS = 60
SOURCES = (("FEDN", "DETECTOR", "fedn"), ("Expert", "EXPERT", "a"), ("Self-report", "SELF_REPORT", ""),
           ("Second coder", "ANNOTATOR", "b"))  # fmt: skip


def measure_timeline() -> dict[str, Any]:
    """Milliseconds a painted frame: medians, and `..._95` for 95th percentiles. Needs a QApplication."""
    figures: dict[str, Any] = {"blank": _blank_widget()}
    for events in (5_000, 20_000):
        with _opened(events) as session:
            figures[f"{events} events"] = _timeline(session)
    figures["one LinearRegionItem an event"] = {f"{events} events": _region_items(events) for events in (500, 2_000)}
    return figures


def _blank_widget() -> dict[str, float]:
    """The floor: one pixmap of the timeline's size drawn again and again."""
    from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
    from PySide6.QtWidgets import QWidget

    class Blank(QWidget):
        def paintEvent(self, _event: QPaintEvent) -> None:
            painter = QPainter(self)
            painter.drawPixmap(0, 0, still)
            painter.end()

    still = QPixmap(*SIZE_PX)
    still.fill()
    widget = _shown(Blank())
    return _times([lambda: None] * STEPS, widget)


@contextmanager
def _opened(events: int) -> Iterator[Session]:
    """A project of one hour with seven curves and so many events in four tiers, without its video file."""
    from PySide6.QtWidgets import QApplication

    from app.session import Session
    from fedn.video.frame_index import FrameIndex

    with tempfile.TemporaryDirectory() as folder:
        _make_project(Path(folder) / "bench.fedn", events)
        session = Session(who="bench")
        scanned: list[str] = []
        session.index_changed.connect(scanned.append)
        session.open_project(Path(folder) / "bench.fedn")
        while not scanned:
            QApplication.processEvents()
        session.frame_index = FrameIndex.regular(FRAMES, Fraction(30))
        yield session
        session.close_project()


def _make_project(folder: Path, events: int) -> None:
    from app.document.document import Document
    from app.document.edits import AddTier, AddVideo, ReplaceEvents
    from fedn.annotation.event import Event
    from fedn.annotation.tier import Source, Tier
    from fedn.annotation.video import Video

    random = np.random.default_rng(5)
    each = events // len(SOURCES)
    spacing = FRAMES / each
    with Document.create(folder, "bench", who="bench") as document:
        video = Video("bench", folder / "none.mp4", "s1", FRAMES, 30.0, 640, 480, id="video")
        document.do(AddVideo(video))
        labels = document.project.vocabulary.names
        for name, source, who in SOURCES:
            tier = Tier("video", name, Source[source], who, name)
            onsets = (np.arange(each) * spacing + random.uniform(0, spacing / 4, each)).astype(int)
            lengths = random.uniform(spacing / 3, spacing * 0.7, each).astype(int)
            named = random.choice(labels, each)
            scores = random.uniform(0.1, 1, each) if tier.source is Source.DETECTOR else [None] * each
            rows = zip(onsets.tolist(), lengths.tolist(), named.tolist(), list(scores), strict=True)
            made = [Event(on, min(FRAMES - 1, on + long), label, on + long // 2, score=None if score is None else
                          float(score)) for on, long, label, score in rows]  # fmt: skip
            document.do(AddTier(tier))
            document.do(ReplaceEvents(tier.id, tuple(made)))
    cache = folder / "cache" / "bench"
    cache.mkdir(parents=True)
    curves = random.random((len(labels), FRAMES)) * np.abs(np.sin(np.arange(FRAMES) / 400))
    np.savez(cache / "curves.npz", curves=curves.astype(np.float16), labels=np.array(labels), threshold=0.5)


def _timeline(session: Session) -> dict[str, Any]:
    from app.marking import Marking
    from app.views.timeline.timeline_view import TimelineView

    view = _shown(TimelineView(session, Marking(session)))
    fitted = view.scale
    figures: dict[str, Any] = {"playhead": _times([_playhead(session, step) for step in range(STEPS)], view)}
    view.set_scale(fitted)
    zooms = [lambda step=step: view.zooming.zoom(1.12 if step < STEPS // 2 else 1 / 1.12) for step in range(STEPS)]
    figures["zoom"] = _times(zooms, view)
    for times in (4, 20, 200):
        view.set_scale(fitted.zoomed(times, fitted.left_px))
        figures[f"pan at {times}x"] = _times([_pan(view)] * STEPS, view)
    view.set_scale(fitted)
    figures["after an edit"] = _edits(session, view)
    view.deleteLater()
    return figures


def _playhead(session: Session, step: int) -> Callable[[], None]:
    return lambda: session.set_playhead(step * FRAMES // STEPS)


def _pan(view: TimelineView) -> Callable[[], None]:
    return lambda: view.set_scale(view.scale.panned(23))


def _edits(session: Session, view: TimelineView) -> dict[str, float]:
    """Moves of one event on the expert's tier; writing it to the disk is not counted."""
    from app.document.edits import MoveEvent

    project = session.project
    assert project is not None
    events = project.events("Expert")[5 : 5 + STEPS // 3]
    taken = []
    for event in events:
        session.do(MoveEvent(event.id, 1))
        taken.append(_taken(view.viewport().repaint))
    return _summary(taken)


def _region_items(events: int) -> dict[str, float]:
    """What the usual way costs: a plot with an item an event, panned."""
    import pyqtgraph

    plot = pyqtgraph.PlotWidget()
    for event in range(events):
        onset = event * FRAMES / events
        plot.addItem(pyqtgraph.LinearRegionItem((onset, onset + FRAMES / events / 2)))
    _shown(plot)
    steps = max(5, STEPS * 500 // (4 * events))
    item = plot.getPlotItem()
    assert item is not None
    view = item.getViewBox()
    moves = [partial(view.setRange, xRange=(300 * step, 300 * step + FRAMES / 4), padding=0) for step in range(steps)]
    figures = _times(moves, plot)
    plot.close()
    return figures


def _shown(widget: Shown) -> Shown:
    from PySide6.QtWidgets import QApplication

    widget.resize(*SIZE_PX)
    widget.show()
    QApplication.processEvents()
    return widget


def _times(moves: Sequence[Callable[[], object]], widget: QWidget) -> dict[str, float]:
    """Each move and the frame that it makes necessary."""
    from PySide6.QtWidgets import QAbstractScrollArea

    painted = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget

    def step(move: Callable[[], object]) -> None:
        move()
        painted.repaint()

    return _summary([_taken(lambda move=move: step(move)) for move in moves])


def _taken(act: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor: on a machine that does other things too, the latter says more."""
    began, worked = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - began, time.process_time() - worked


def _summary(taken: list[tuple[float, float]]) -> dict[str, float]:
    figures = {}
    for name, seconds in zip(("ms", "processor_ms"), zip(*taken, strict=True), strict=True):
        ordered = sorted(seconds)
        last = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        figures |= {name: round(1000 * statistics.median(ordered), 2), f"{name}_95": round(1000 * last, 2)}
    return figures
