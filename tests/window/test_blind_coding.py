"""Blind second coding hides what others say, survives a restart, and is left by intent only."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.review.blind import TIER_NAME
from app.session import Session
from app.settings import Settings
from app.window import StudioWindow
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source
from tests.window.conftest import Told, wait_until
from tests.window.test_keys import CONTROL, Keyboard, keys

__all__ = ["keys"]
VIDEO, OTHER_VIDEO = "0502 funny errors", "0401 girl crashing"


@pytest.fixture
def blind(session: Session, window: StudioWindow, told: Told) -> Session:
    """A session in which blind coding has been begun from the menu."""
    window.actions_by_name["blind"].trigger()
    assert told.questions == ["Blind coding"]
    return session


def names(session: Session) -> list[str]:
    return [tier.name for tier in session.tiers()]


def test_only_the_own_tier_is_seen_anywhere(blind: Session, window: StudioWindow, keys: Keyboard):
    session, parts = blind, window.parts
    assert names(session) == [TIER_NAME] and session.curves(VIDEO) is None
    assert [row.tier.name for row in parts.timeline.rows.all()] == [TIER_NAME]
    session.set_playhead(30)  # A prediction lies here.
    assert parts.player.picture._chip is None
    window.layouts.show_dock("event_table")
    parts.event_table.show_whole_project(True)
    wait_until(parts.event_table.isVisible)
    assert parts.event_table.model.rowCount() == 0
    window.layouts.show_dock("review")
    assert parts.reviewing.queue == [] and parts.review.done_button.isVisible()
    keys.press(Qt.Key.Key_D)
    keys.press(Qt.Key.Key_Period)
    assert session.selected_events == ()
    window.layouts.show_dock("agreement")
    wait_until(lambda: not parts.agreement.measuring.is_running)
    assert parts.agreement.report is None


def test_what_is_coded_lands_on_the_own_tier_of_each_video(blind: Session, keys: Keyboard):
    for video_id in (VIDEO, OTHER_VIDEO):
        blind.select_video(video_id)
        blind.set_playhead(100)
        keys.press(Qt.Key.Key_I)
        blind.set_playhead(120)
        keys.press(Qt.Key.Key_O)
        keys.press(Qt.Key.Key_Return)
        assert blind.project is not None
        (made,) = blind.selected_events
        tier = blind.project.tier_of(made)
        assert (tier.video_id, tier.name, tier.who, tier.source) == (video_id, TIER_NAME, "coder A", Source.EXPERT)


def test_undo_does_not_lead_out_of_it(blind: Session, keys: Keyboard):
    keys.press(Qt.Key.Key_Z, CONTROL)
    assert names(blind) == [TIER_NAME] and not blind.undo_stack.canUndo()


def test_a_video_marked_done_shows_everything_and_counts_as_reviewed(
    blind: Session, window: StudioWindow, told: Told, qtbot: QtBot
):
    window.layouts.show_dock("review")
    wait_until(window.parts.review.done_button.isVisible)
    qtbot.mouseClick(window.parts.review.done_button, Qt.MouseButton.LeftButton)
    assert told.questions[-1] == "Video done"
    assert set(names(blind)) == {TIER_NAME, "FEDN", "Expert", "Self-report"} and blind.curves(VIDEO) is not None
    assert blind.project is not None
    assert load_project(blind.project.folder).reviewed(VIDEO) == (Interval(0, 300),)
    blind.select_video(OTHER_VIDEO)
    assert names(blind) == [TIER_NAME]


def test_it_goes_on_after_a_restart_for_its_coder_only(blind: Session, window: StudioWindow, project_folder: Path):
    window.parts.project_actions.close()
    for who, seen in (("coder A", 1), ("coder B", 4)):
        again = Session(who=who, settings=Settings())
        assert again.open_project(project_folder)
        assert len(again.tiers()) == seen
        again.close_project()


def test_leaving_is_asked_and_stands_in_the_history(blind: Session, window: StudioWindow, told: Told):
    told.answers["Leave blind coding"] = "Go on coding"
    window.actions_by_name["blind"].trigger()
    assert names(blind) == [TIER_NAME]
    told.answers["Leave blind coding"] = "Leave"
    window.actions_by_name["blind"].trigger()
    assert len(names(blind)) == 4 and blind.document is not None
    past = [(entry["who"], entry["text"]) for entry in blind.document.history(3)]
    assert past[0] == ("coder A", "Leave blind coding with 1 not done")
    assert past[2] == ("coder A", "Begin blind coding")
