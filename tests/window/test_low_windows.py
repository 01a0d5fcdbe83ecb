"""In a low window a high panel gets the labels' room while it is in front, and gives it back."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.window import StudioWindow
from tests.window.conftest import wait_until


@pytest.mark.parametrize("panel", ["training", "comparison", "agreement"])
def test_labels_give_way_to_a_high_panel_and_come_back(window: StudioWindow, panel: str) -> None:
    window.resize(1280, 720)
    labels, event = window.docks["labels"], window.docks["inspector"]
    wait_until(lambda: labels.isVisible())
    window.layouts.show_dock(panel)
    wait_until(lambda: not labels.isVisible())
    wait_until(lambda: window.docks[panel].height() > 260)
    event.raise_()
    wait_until(lambda: labels.isVisible())


def test_a_high_window_has_room_for_both(window: StudioWindow, qtbot: QtBot) -> None:
    window.resize(1440, 1000)
    window.layouts.show_dock("comparison")
    wait_until(lambda: window.docks["comparison"].isVisible())
    qtbot.wait(50)
    assert window.docks["labels"].isVisible()


def test_a_layout_is_kept_with_its_labels(window: StudioWindow) -> None:
    window.resize(1280, 720)
    window.layouts.show_dock("comparison")
    wait_until(lambda: not window.docks["labels"].isVisible())
    window.layouts.keep()
    window.layouts.show()
    window.docks["inspector"].raise_()
    wait_until(lambda: window.docks["labels"].isVisible())


def test_the_room_stays_given_from_one_high_panel_to_the_next(window: StudioWindow, qtbot: QtBot) -> None:
    window.resize(1280, 720)
    for panel in ("training", "comparison", "agreement", "training"):
        window.layouts.show_dock(panel)
        qtbot.wait(100)
        assert not window.docks["labels"].isVisible(), panel
        wait_until(lambda: window.docks[panel].height() > 260)  # noqa: B023


def test_nothing_jumps_when_the_window_was_out_of_sight(window: StudioWindow, qtbot: QtBot) -> None:
    window.resize(1280, 720)
    window.layouts.show_dock("comparison")
    wait_until(lambda: not window.docks["labels"].isVisible())
    window.hide()
    qtbot.wait(100)
    window.show()
    qtbot.wait(100)
    assert not window.docks["labels"].isVisible()
