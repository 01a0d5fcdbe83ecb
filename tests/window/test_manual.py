"""The manual: its pictures are of this window, its keys those of the program, and it is read without a network."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextTable
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import assets
from app.dialogs.manual_window import CONTENTS, ManualWindow, chapters
from app.project_actions import DEMO
from app.window import StudioWindow
from docs.manual.make import KEYS, PICTURES, keys_page, take_pictures
from fedn.kept_comparison import comparison_path, write_comparison
from fedn.registry import DEFAULT_MODEL
from tests.window.conftest import Told
from tests.window.test_models import FIRST, SECOND, kept, put_model

LARGEST_BYTES = 2_000_000


def pages() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in assets.MANUAL.glob("*.md")}


def named_pictures() -> set[str]:
    return {name for text in pages().values() for name in re.findall(r"!\[.+?\]\(pictures/(.+?)\)", text)}


def test_every_picture_that_the_manual_names_is_there_and_no_other():
    assert {path.name for path in PICTURES.iterdir()} == named_pictures()
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < LARGEST_BYTES


def test_the_pictures_are_taken_from_the_running_window(qapp: QApplication, project_folder: Path, tmp_path: Path):
    text = (project_folder / "project.toml").read_text(encoding="utf-8")
    (project_folder / "project.toml").write_text(text.replace("Stimuli study", DEMO), encoding="utf-8")
    put_model(project_folder, FIRST, DEFAULT_MODEL)
    put_model(project_folder, SECOND, FIRST)
    write_comparison(comparison_path(project_folder, FIRST, SECOND), kept())
    taken = take_pictures(project_folder, tmp_path / "pictures")
    assert {path.name for path in taken} == named_pictures()
    for path in taken:
        image = QImage(str(path))
        assert image.width() > 200 and image.height() > 100, path.name
        assert len({image.pixel(x, y) for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)}) > 8


def test_every_page_is_in_the_contents_and_all_but_the_last_lead_to_the_next():
    listed = [name for _, name in chapters(assets.MANUAL)]
    assert {*listed, CONTENTS} == set(pages())
    # Those that are looked things up in lead nowhere.
    for page, following in pairwise(listed[:-2]):
        assert f"({following})" in pages()[page].splitlines()[-1], page


def test_the_page_of_keys_says_what_the_keys_are(window: StudioWindow):
    page = keys_page(window.table)
    assert KEYS.read_text(encoding="utf-8") == page, "python -m docs.manual.make writes it anew"


def test_what_the_manual_calls_by_name_is_in_the_window(window: StudioWindow):
    """Bold words such as **Project › Import events…** are entries of menus."""
    texts = {row.text for row in window.table} | {"Layout"}
    named = re.findall(r"\*\*(Project|Edit|Events|Review|Play|Model|Help) › (.+?)\*\*", "\n".join(pages().values()))
    assert len(named) > 10
    assert [what for _, what in named if what.split(" › ")[0] not in texts] == []


# Reading it


@pytest.fixture
def manual(window: StudioWindow, qtbot: QtBot) -> ManualWindow:
    window.actions_by_name["manual"].trigger()
    found = window.findChild(ManualWindow)
    assert isinstance(found, ManualWindow)
    return found


def test_the_menu_help_opens_it_once_and_the_window_stays_usable(window: StudioWindow, manual: ManualWindow):
    window.actions_by_name["manual"].trigger()
    assert len(window.findChildren(ManualWindow)) == 1
    assert manual.isVisible() and not manual.isModal()


def test_a_chapter_shows_its_text_its_tables_and_its_pictures(manual: ManualWindow, qtbot: QtBot):
    item = manual.chapters.findItems("Read the timeline and review", Qt.MatchFlag.MatchExactly)[0]
    place = manual.chapters.visualItemRect(item).center()
    qtbot.mouseClick(manual.chapters.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert "What counts as reviewed" in manual.page.toPlainText()
    assert any(isinstance(frame, QTextTable) for frame in manual.page.document().rootFrame().childFrames())
    picture = manual.page.loadResource(2, QUrl("pictures/review.webp"))
    assert 0 < picture.width() <= manual.page.viewport().width()


def test_links_lead_to_other_pages_and_the_rest_to_the_browser(manual: ManualWindow, monkeypatch: pytest.MonkeyPatch):
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    manual.page.anchorClicked.emit(QUrl("retrain.md"))
    assert manual.chapters.currentItem().text() == "Retrain"
    manual.page.anchorClicked.emit(QUrl("https://example.org"))
    assert opened == ["https://example.org"]


def test_esc_closes_it(manual: ManualWindow, qtbot: QtBot):
    qtbot.keyClick(manual, Qt.Key.Key_Escape)
    assert not manual.isVisible()


def test_a_manual_that_is_missing_is_told(
    window: StudioWindow, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(assets, "MANUAL", tmp_path)
    window.actions_by_name["manual"].trigger()
    assert "install the program again" in told.errors[-1]
