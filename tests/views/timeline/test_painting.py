"""What a user relies on seeing, looked up in the pixels of the painted timeline."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.document.edits import AddTier, AddVideo, DeleteTier, MoveEvent, ReplaceEvents
from app.session import Session
from app.views.timeline.tiers_painter import EVENT_INSET_PX
from app.views.timeline.timeline_view import TimelineView
from fedn.annotation.event import Event
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video

Pixels = NDArray[np.uint8]
HOUR = 108_000
Long = Callable[[list[Event]], None]


@pytest.fixture
def long_video(session: Session, timeline: TimelineView, qtbot: QtBot) -> Long:
    """Opens a video of an hour, whose file is away, with one tier of the given events."""

    def open_with(events: list[Event]) -> None:
        assert session.project is not None
        video = Video("key-long", session.project.folder / "away.mp4", "long", HOUR, 30.0, 64, 48, id="long")
        assert session.do(AddVideo(video))
        assert session.do(AddTier(Tier("long", "Expert", Source.EXPERT, "", "long-Expert")))
        assert session.do(ReplaceEvents("long-Expert", tuple(events)))
        with qtbot.waitSignal(session.index_changed):
            session.select_video("long")

    return open_with


def pixels(view: TimelineView, rect: QRect | None = None) -> Pixels:
    """Shape (height, width, 3): what the viewport shows."""
    image = view.viewport().grab(rect or view.viewport().rect()).toImage().convertToFormat(QImage.Format.Format_RGB888)
    data = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), -1)
    return data[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def row_of(view: TimelineView, index: int) -> Pixels:
    """Shape (columns, 3): a line of pixels through the upper part of a tier's events, from the content's left edge."""
    band = view.areas.tier(index)
    return pixels(view)[band.top() + EVENT_INSET_PX + 4, band.left() : band.right() + 1]


def rgb(color: QColor) -> list[int]:
    return [color.red(), color.green(), color.blue()]


def differs(row: Pixels, color: QColor) -> NDArray[np.bool_]:
    return np.abs(row.astype(int) - rgb(color)).max(axis=1) > 8


def test_an_event_of_one_frame_is_seen_at_every_zoom(long_video: Long, session: Session, timeline: TimelineView):
    long_video([Event(54_321, 54_321, "fear")])
    ground = theme.current().raised
    session.set_playhead(10)
    for zoom in (1, 3, 10, 47, 200, 900, 4000):
        timeline.set_scale(timeline.scale.fitted().zoomed(zoom, timeline.scale.left_px).centered(54_321))
        column = int(timeline.scale.columns(np.array([54_321])).item())
        shown = differs(row_of(timeline, 0), ground)
        assert shown[column], zoom
        assert shown[5:-5].sum() <= max(3, timeline.scale.px_per_frame + 3), zoom


def test_each_of_20000_events_is_hinted_at(long_video: Long, timeline: TimelineView, session: Session):
    random = np.random.default_rng(3)
    onsets = np.sort(random.choice(HOUR - 40, 20_000, replace=False))
    long_video([Event(int(onset), int(onset) + int(random.integers(0, 30)), "anger") for onset in onsets])
    # The playhead covers a column and the ends of the band are round.
    session.set_playhead(HOUR - 1)
    for zoom in (1, 6):
        timeline.set_scale(timeline.scale.fitted().zoomed(zoom, timeline.scale.left_px))
        columns = timeline.scale.columns(onsets)
        width = timeline.areas.content_width
        columns = columns[(columns > 5) & (columns < width - 8)]
        assert differs(row_of(timeline, 0), theme.current().raised)[columns].all()


def test_gaps_between_events_are_not_filled(long_video: Long, timeline: TimelineView, session: Session):
    long_video([Event(0, 20_000, "anger"), Event(60_000, 80_000, "fear")])
    session.set_playhead(HOUR - 1)
    shown = differs(row_of(timeline, 0), theme.current().raised)
    first, second, third = timeline.scale.columns(np.array([20_001, 60_000, 80_001])).tolist()
    assert not shown[first + 1 : second - 1].any()
    assert not shown[third + 1 : -10].any()
    assert shown[second + 2 : third - 2].all()


@pytest.mark.parametrize("frame", [0, 1, 137, 298, 299])
def test_the_playhead_is_on_its_frames_column(session: Session, timeline: TimelineView, frame: int):
    timeline.set_scale(timeline.scale.zoomed(8, timeline.scale.left_px).centered(frame))
    session.set_playhead(frame)
    assert timeline.session.project is not None
    assert session.do(DeleteTier("first-Self-report"))
    white = rgb(theme.current().playhead)
    y = timeline.areas.tiers.bottom() - 30
    line = pixels(timeline)[y, timeline.areas.content_left :]
    column = int(np.abs(line.astype(int) - white).sum(axis=1).argmin())
    assert np.abs(line[column].astype(int) - white).max() < 60
    x = timeline.areas.content_left + column + 0.5
    assert timeline.scale.frame(x) == frame


def test_a_curves_peak_survives_zooming_out(session: Session, timeline: TimelineView, long_video: Long):
    long_video([])
    assert session.project is not None and session.current_video is not None
    values = np.full((1, HOUR), 0.02, dtype=np.float16)
    values[0, 77_777] = 1.0
    folder = session.cache_folder(session.current_video)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "curves.npz", curves=values, labels=np.array(["fear"]), threshold=0.5)
    session.forget_curves("long")
    for zoom in (1, 5, 60):
        timeline.set_scale(timeline.scale.fitted().zoomed(zoom, timeline.scale.left_px).centered(77_777))
        band = timeline.areas.curves
        high = pixels(timeline)[band.top() + 10, band.left() : band.right() + 1]
        column = int(timeline.scale.columns(np.array([77_777])).item())
        shown = differs(high, theme.current().sunken)
        assert shown[column - 1 : column + 2].any(), zoom
        assert shown.sum() <= 5, zoom


def test_panning_shows_the_same_as_painting_anew(session: Session, timeline: TimelineView):
    session.tier_views.change("first-Expert", color="#9a86d9")
    timeline.set_scale(timeline.scale.zoomed(6, timeline.scale.left_px))
    pixels(timeline)
    for by_px in (31, 7, -12, 200, -64, 333, -2000, 90):
        timeline.set_scale(timeline.scale.panned(by_px))
        moved = pixels(timeline)
        timeline.redraw()
        anew = pixels(timeline)
        assert np.array_equal(moved, anew), by_px


def test_an_edit_is_seen_at_once(session: Session, timeline: TimelineView):
    before = row_of(timeline, 1)
    assert session.do(MoveEvent("first-Expert-22", 60))
    after = row_of(timeline, 1)
    changed = np.flatnonzero(np.abs(before.astype(int) - after).max(axis=1) > 8)
    low, high = timeline.scale.columns(np.array([22, 52 + 60 + 1])).tolist()
    assert low - 4 <= changed.min() <= low + 4
    assert high - 4 <= changed.max() <= high + 4


def test_an_empty_tier_list_says_what_to_do_and_hidden_tiers_are_named(session: Session, timeline: TimelineView):
    for tier in session.tiers():
        session.tier_views.change(tier.id, hidden=True)
    hidden = pixels(timeline, timeline.areas.tiers)
    for tier in session.tiers():
        assert session.do(DeleteTier(tier.id))
    nothing = pixels(timeline, timeline.areas.tiers)
    text = rgb(theme.current().muted)
    for image in (hidden, nothing):
        assert (np.abs(image.reshape(-1, 3).astype(int) - text).max(axis=1) < 30).any()
    assert not np.array_equal(hidden, nothing)


def test_a_new_theme_repaints_everything(session: Session, timeline: TimelineView, qapp: QApplication):
    theme.apply(qapp, "light")
    qapp.processEvents()
    light = theme.tokens_of("light")
    image = pixels(timeline)
    band = timeline.areas.tier(0)
    assert image[band.center().y(), band.left() + 8].tolist() == rgb(light.raised)
    assert image[timeline.viewport().height() // 2, 3].tolist() == rgb(light.panel)
    theme.apply(qapp, "dark")
