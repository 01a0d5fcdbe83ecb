"""Past steps and past sentences stay in reach."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.message_log import MessageLog
from app.session import Session
from app.views.history.history_view import HistoryView
from app.views.messages.messages_view import MessagesView
from app.window import StudioWindow
from fedn.annotation.interval import Interval

OWN = (Interval(0, 130),)


def test_a_click_on_a_step_goes_back_to_it_and_on_again(session: Session, qtbot: QtBot):
    view = HistoryView(session)
    qtbot.addWidget(view)
    view.resize(300, 400)
    view.show()
    project = session.project
    assert project is not None
    session.mark_reviewed(Interval(200, 210))
    session.mark_reviewed(Interval(220, 230))
    model = view.steps.model()
    assert model.index(0, 0).data().startswith("As it was")
    assert model.rowCount() == 3

    def click(row: int) -> None:
        place = view.steps.visualRect(model.index(row, 0)).center()
        qtbot.mouseClick(view.steps.viewport(), Qt.MouseButton.LeftButton, pos=place)

    click(0)
    assert project.reviewed("0502 funny errors") == OWN
    assert not view.undo.isEnabled()
    click(2)
    assert project.reviewed("0502 funny errors") == (*OWN, Interval(200, 210), Interval(220, 230))
    qtbot.mouseClick(view.undo, Qt.MouseButton.LeftButton)
    assert session.undo_stack.index() == 1


def test_every_sentence_can_be_read_again_and_copied(session: Session, qtbot: QtBot):
    log = MessageLog(session.messages)
    session.messages.info("before the view")
    view = MessagesView(log)
    qtbot.addWidget(view)
    session.messages.error("the disk is <full>")
    assert "Before the view" in view.text.toPlainText()
    assert "The disk is <full>" in view.text.toPlainText()
    qtbot.mouseClick(view.copy, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[1:] for line in lines] == [["info", "before the view"], ["error", "the disk is <full>"]]


def test_a_sentence_stays_above_a_panel_that_opens_after_it(session: Session, window: StudioWindow, qtbot: QtBot):
    session.messages.info("the training has ended; the new model is as good as the old one on the people held out")
    for dock in ("training", "comparison", "history"):
        window.layouts.show_dock(dock)
        qtbot.wait(50)
    bar = window.messages
    for place in (bar.rect().topLeft(), bar.rect().center(), bar.rect().bottomRight()):
        met = window.childAt(bar.mapTo(window, place))
        assert met is bar or (met is not None and bar.isAncestorOf(met)), f"{met} lies over the sentence"
