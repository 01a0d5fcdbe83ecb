"""The tour: offered once, at the real widgets, goes on when the user has done it, and is never in the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app import theme
from app.project_actions import DEMO
from app.session import Session
from app.settings import load_settings, settings_file
from app.tour.card import TourCard
from app.tour.placing import Side, place_of
from app.tour.steps import DETECT, STEPS
from app.window import StudioWindow
from fedn.annotation.tier import Source
from tests.journeys.hands import Hands
from tests.window.test_nothing_cut_off import cut_off

SCREEN = (1280, 720)


@pytest.fixture
def demo(session: Session, window: StudioWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[StudioWindow]:
    """The small project in the demo's place, with the window at the smallest usual size."""
    assert session.project is not None
    monkeypatch.setattr(session.project, "name", DEMO)
    window.resize(*SCREEN)
    QApplication.processEvents()
    yield window
    window.tour.leave()


@pytest.fixture
def hands(window: StudioWindow, qtbot: QtBot) -> Hands:
    return Hands(window, qtbot)


def at(window: StudioWindow) -> str:
    step = window.tour.step
    return step.name if step else ""


TARGETS: dict[str, Callable[[StudioWindow], QWidget]] = {
    "play": lambda window: window.parts.videos,
    "read": lambda window: window.parts.timeline,
    "correct": lambda window: window.parts.timeline,
    "review": lambda window: window.parts.review,
    "retrain": lambda window: window.header.retrain,
    "choose": lambda window: window.parts.comparison,
}


def seen(window: StudioWindow, part: QWidget) -> QRect:
    """Its upper part: some are scrolled."""
    return QRect(part.mapTo(window, QPoint()), QSize(part.width(), min(part.height(), 80)))


def show(window: StudioWindow, name: str) -> None:
    """Starts the tour and goes to a step with the button."""
    window.tour.start()
    while at(window) != name:
        window.tour.card.next_button.click()
    QApplication.processEvents()


# Offering it


def test_it_is_offered_at_the_first_start_and_never_again(window: StudioWindow, hands: Hands):
    window.tour.offer()
    assert window.tour.is_shown
    hands.push(window.tour.card.back_button)
    assert not window.tour.is_shown
    assert load_settings(settings_file()).tour_seen
    window.tour.offer()
    assert not window.tour.is_shown


def test_the_offer_stays_in_sight_when_the_window_changes(window: StudioWindow):
    window.tour.offer()
    window.resize(*SCREEN)
    QApplication.processEvents()
    assert window.rect().contains(window.tour.card.geometry())


def test_it_is_in_the_menu_help_as_often_as_one_likes(demo: StudioWindow):
    for _ in range(2):
        demo.actions_by_name["tour"].trigger()
        assert at(demo) == "play"
        demo.tour.card.close_button.click()
        assert not demo.tour.is_shown and not demo.tour.highlight.isVisible()


def test_it_opens_the_demo_if_something_else_is_open(
    session: Session, window: StudioWindow, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []
    monkeypatch.setattr(window.parts.project_actions, "demo", lambda: asked.append("demo"))
    window.tour.start()
    assert asked == ["demo"]
    assert not window.tour.is_shown


def test_it_ends_when_another_project_is_opened(demo: StudioWindow):
    demo.tour.start()
    demo.parts.project_actions.close()
    assert not demo.tour.is_shown


# Going through it


def test_it_has_six_steps(demo: StudioWindow):
    demo.tour.start()
    assert demo.tour.card.place.text() == "1 of 6"
    assert [step.name for step in demo.tour.steps] == [step.name for step in STEPS]


def test_where_nothing_was_detected_yet_it_says_first_how_to(demo: StudioWindow, session: Session):
    assert session.project is not None
    for tier in [tier for tier in session.project.tiers.values() if tier.source == Source.DETECTOR]:
        session.project.tiers.pop(tier.id)
    demo.tour.start()
    assert demo.tour.steps[1] is DETECT
    assert demo.tour.card.place.text() == "1 of 7"


def test_next_and_back_go_through_all_steps(demo: StudioWindow, qtbot: QtBot):
    demo.tour.start()
    seen = []
    while at(demo):
        seen.append(at(demo))
        qtbot.mouseClick(demo.tour.card.next_button, Qt.MouseButton.LeftButton)
    assert seen == [step.name for step in STEPS]
    show(demo, "review")
    qtbot.mouseClick(demo.tour.card.back_button, Qt.MouseButton.LeftButton)
    assert at(demo) == "correct"


def test_playing_goes_on_to_the_timeline(demo: StudioWindow, session: Session, hands: Hands, qtbot: QtBot):
    demo.tour.start()
    demo.parts.timeline.setFocus()
    hands.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: demo.tour.card.praise.text() != "")
    qtbot.waitUntil(lambda: at(demo) == "read")
    hands.press(Qt.Key.Key_Space)


def test_a_click_on_an_event_goes_on_to_correcting(demo: StudioWindow, hands: Hands, qtbot: QtBot):
    show(demo, "read")
    hands.click(35, 0)
    qtbot.waitUntil(lambda: at(demo) == "correct")


def test_a_corrected_event_goes_on_to_the_queue(demo: StudioWindow, session: Session, hands: Hands, qtbot: QtBot):
    show(demo, "correct")
    hands.click(35, 0)
    hands.press(Qt.Key.Key_2)
    qtbot.waitUntil(lambda: at(demo) == "review")
    assert demo.docks["review"].isVisible()


def test_a_decision_goes_on_to_retraining(demo: StudioWindow, session: Session, hands: Hands, qtbot: QtBot):
    show(demo, "review")
    demo.parts.timeline.setFocus()
    hands.press(Qt.Key.Key_D)
    hands.press(Qt.Key.Key_X)
    qtbot.waitUntil(lambda: at(demo) == "retrain")


def test_what_belongs_to_another_step_does_not_go_on(demo: StudioWindow, session: Session, hands: Hands, qtbot: QtBot):
    demo.tour.start()
    hands.click(35, 0)
    hands.press(Qt.Key.Key_2)
    qtbot.wait(50)
    assert demo.tour.card.praise.text() == ""
    assert at(demo) == "play"


# Not in the way


def test_esc_leaves_it_wherever_the_keyboard_is(demo: StudioWindow, hands: Hands):
    for focus in (demo.parts.timeline, demo.parts.videos.list, demo.tour.card.next_button):
        demo.tour.start()
        focus.setFocus(Qt.FocusReason.TabFocusReason)
        hands.press(Qt.Key.Key_Escape)
        assert not demo.tour.is_shown


def test_esc_leaves_a_text_field_first(demo: StudioWindow, hands: Hands):
    demo.tour.start()
    demo.parts.videos.filter.setFocus()
    hands.press(Qt.Key.Key_Escape)
    assert demo.tour.is_shown
    hands.press(Qt.Key.Key_Escape)
    assert not demo.tour.is_shown


def test_it_takes_neither_the_keyboard_nor_the_mouse(demo: StudioWindow, session: Session, hands: Hands, qtbot: QtBot):
    demo.parts.timeline.setFocus()
    demo.tour.start()
    assert QApplication.focusWidget() is demo.parts.timeline
    show(demo, "read")
    assert demo.tour.highlight.isVisible()
    # In the middle of what the ring surrounds.
    view = demo.parts.timeline.viewport()
    middle = view.mapTo(demo, view.rect().center())
    assert demo.childAt(middle) is view
    hands.press(Qt.Key.Key_Right)
    assert session.playhead == 1


def test_its_buttons_have_keys(demo: StudioWindow):
    show(demo, "read")
    for button in demo.tour.card.findChildren(QPushButton):
        assert not QKeySequence.mnemonic(button.text()).isEmpty()


def test_the_card_can_be_moved_out_of_the_way(demo: StudioWindow, qtbot: QtBot):
    show(demo, "read")
    card = demo.tour.card
    before = card.pos()
    grip = QPoint(card.width() // 2, 16)
    qtbot.mousePress(card, Qt.MouseButton.LeftButton, pos=grip)
    qtbot.mouseMove(card, grip + QPoint(40, -30))
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton, pos=grip)
    assert card.pos() == before + QPoint(40, -30)


# How it looks


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_card_points_at_something_and_fits_the_smallest_screen(
    demo: StudioWindow, qapp: QApplication, name: theme.Choice
):
    theme.apply(qapp, name)
    try:
        demo.tour.start()
        for step in STEPS:
            QApplication.processEvents()
            card, ring = demo.tour.card, demo.tour.highlight
            assert at(demo) == step.name
            assert ring.isVisible(), step.name
            assert ring.geometry().contains(seen(demo, TARGETS[step.name](demo))), step.name
            assert ring.width() * ring.height() < demo.width() * demo.height() / 2, step.name
            assert demo.rect().contains(card.geometry()), step.name
            assert not card.geometry().intersects(ring.geometry()), step.name
            assert card.height() < 240, step.name
            assert cut_off(card) == []
            assert not re.search(r"[{}]", card.text.text())
            card.next_button.click()
    finally:
        theme.apply(qapp, "dark")


def test_a_card_is_only_as_high_as_its_text(demo: StudioWindow):
    show(demo, "retrain")
    after_longer_ones = demo.tour.card.height()
    demo.tour.leave()
    other = TourCard(demo)
    other.show_words(demo.tour.card.title.text(), demo.tour.card.text.text(), "5 of 6", back="&Back", next="&Next")
    assert after_longer_ones == other.height()
    other.deleteLater()


def test_the_card_says_the_keys_that_the_user_has_chosen(demo: StudioWindow):
    demo.menus.keys.set("play", ["Ctrl+Alt+P"])
    demo.menus.give_keys()
    demo.tour.start()
    assert "Ctrl+Alt+P" in demo.tour.card.text.text()


def test_the_card_stays_with_its_target_when_the_window_changes(demo: StudioWindow):
    show(demo, "correct")
    demo.resize(1500, 860)
    QApplication.processEvents()
    assert demo.tour.highlight.geometry().contains(seen(demo, demo.parts.timeline))
    assert demo.rect().contains(demo.tour.card.geometry())


@pytest.mark.parametrize(
    ("target", "side"),
    [
        (QRect(0, 0, 200, 600), Side.LEFT),
        (QRect(800, 0, 200, 600), Side.RIGHT),
        (QRect(0, 400, 1000, 200), Side.BELOW),
        (QRect(0, 0, 1000, 200), Side.ABOVE),
        (QRect(0, 0, 1000, 600), Side.NONE),
        # Above the room, as the buttons at the top of the window are.
        (QRect(600, -40, 80, 30), Side.ABOVE),
        (QRect(), Side.NONE),
    ],
)
def test_a_card_stands_beside_its_target_within_the_room(target: QRect, side: Side):
    card, room = QSize(300, 150), QRect(0, 0, 1000, 600)
    corner, found = place_of(card, target, room)
    assert found is side
    assert room.contains(QRect(corner, card))
    assert side is Side.NONE or not QRect(corner, card).intersects(target)
