from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QTabBar
from pytestqt.qtbot import QtBot

from app import theme
from app.session import Session
from app.settings import Settings, load_settings, save_settings
from app.startup import save_window_picture
from app.window import StudioWindow
from app.window_docks import Layout
from fedn.annotation.interval import Interval
from tests.window.conftest import Told, dispose, wait_until


def test_importing_the_window_does_not_import_torch(repository: Path):
    code = "import sys, app.startup; print(sorted(name for name in sys.modules if name.split('.')[0] == 'torch'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_without_a_project_the_welcome_page_offers_recent_ones(qapp: QApplication, tmp_path: Path):
    session = Session(settings=Settings(recent=[str(tmp_path), "gone"]))
    window = StudioWindow(session)
    window.show()
    assert window.welcome.isVisible()
    assert not window.parts.player.isVisible()
    assert not window.actions_by_name["detect"].isEnabled()
    dispose(window)


def test_the_panels_appear_with_the_project_and_go_with_it(session: Session, window: StudioWindow):
    parts = window.parts
    assert parts.player.isVisible()
    assert parts.timeline.isVisible()
    assert window.windowTitle() == "Stimuli study — FEDN Studio"
    window.parts.project_actions.close()
    assert window.welcome.isVisible()
    assert not parts.timeline.isVisible()


def test_a_running_job_keeps_the_window_open_until_the_user_has_decided(
    window: StudioWindow, monkeypatch: pytest.MonkeyPatch
):
    told = Told(window.session.messages)
    monkeypatch.setattr(type(window.parts.detections), "is_running", property(lambda _: True))
    window.close()
    assert window.isVisible()
    assert told.questions == ["A job is running"]
    told.answers["A job is running"] = "Cancel it and go on"
    window.close()
    assert not window.isVisible()
    assert window.session.project is None


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_picture_of_the_window_needs_no_display(name: str, project_folder: Path, tmp_path: Path, qapp: QApplication):
    path = tmp_path / "window.png"
    save_window_picture(project_folder, path, theme=name)
    image = QImage(str(path))
    assert (image.width(), image.height()) == (1440, 900)
    panel = theme.tokens_of(name).panel
    assert image.pixelColor(20, 10) == panel
    theme.apply(qapp, "dark")


def test_switching_the_theme_reaches_sheet_and_painted_views(window: StudioWindow, qapp: QApplication):
    window.set_theme("light")
    qapp.processEvents()
    view = window.parts.timeline
    shown = view.grab().toImage().pixelColor(view.width() - 6, view.height() // 2)
    assert shown == theme.tokens_of("light").panel
    window.set_theme("dark")


def test_every_token_of_the_sheet_is_known():
    for name in ("dark", "light"):
        assert "@" not in theme.sheet(name)


def test_what_is_seen_can_be_marked_as_reviewed(session: Session, window: StudioWindow):
    session.unmark_reviewed()
    timeline = window.parts.timeline
    timeline.set_scale(timeline.scale.zoomed(4, timeline.scale.x(150)))
    window.mark_seen_reviewed()
    assert session.project is not None
    (reviewed,) = session.project.reviewed("0502 funny errors")
    assert reviewed.contains(150)
    assert reviewed.length < 90
    assert reviewed != Interval(0, 300)


def test_settings_survive_and_broken_ones_do_not_stop_the_start(tmp_path: Path):
    path = tmp_path / "deep" / "settings.toml"
    settings = Settings(theme="light")
    settings.remember_project(tmp_path)
    save_settings(settings, path)
    assert load_settings(path) == settings
    assert "snapping" not in path.read_text()
    path.write_text("theme = [broken")
    assert load_settings(path) == Settings()


def test_no_tabs_of_another_layout_are_left_behind(window: StudioWindow, qtbot: QtBot):
    def tabs_in_sight() -> list[list[str]]:
        QApplication.processEvents()
        bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        shown = [bar for bar in bars if bar.isVisible() and window.rect().intersects(bar.geometry())]
        return sorted([bar.tabText(at) for at in range(bar.count())] for bar in shown)

    assert tabs_in_sight() == []
    window.layouts.show_dock("history")
    assert tabs_in_sight() == [["Event", "History"]]
    window.layouts.reset()
    assert tabs_in_sight() == []
    for _ in range(2):
        window.layouts.choose(Layout.REVIEW)
        assert tabs_in_sight() == [["Videos", "Review"]]
        window.layouts.choose(Layout.ANNOTATE)
        assert tabs_in_sight() == []
    window.layouts.choose(Layout.REVIEW)
    QApplication.processEvents()
    (bar,) = (
        bar
        for bar in window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if bar.isVisible() and window.rect().intersects(bar.geometry())
    )
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(0).center())
    below = QPoint(bar.x() + 40, bar.y() + bar.height() + 60)
    wait_until(lambda: window.parts.videos.isAncestorOf(window.childAt(below)))


def test_the_counts_in_the_header_are_shown_whole_or_not_at_all(session: Session, window: StudioWindow):
    header = window.header
    for name in ("a", "a model with quite a long name of its own", "b"):
        window.parts.models.setText(name)
        for width in range(1024, 1500, 60):
            window.resize(width, 720)
            QApplication.processEvents()
            label = header._counts
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
    window.resize(1500, 720)
    QApplication.processEvents()
    assert header._counts.text() == "2 subjects · 2 videos"
    window.parts.models.setText("a model with a name so long that nothing else has any room beside it in the header")
    QApplication.processEvents()
    assert header._counts.fontMetrics().horizontalAdvance(header._counts.text()) <= header._counts.width()


def test_switching_the_video_shows_its_own_tiers(session: Session, window: StudioWindow):
    session.select_video("0401 girl crashing")
    wait_until(lambda: session.frame_index is not None)
    assert [row.tier.id for row in window.parts.timeline.rows.all()] == ["16-fedn", "16-expert", "16-self"]


def test_the_theme_follows_the_system_unless_one_was_chosen(
    window: StudioWindow, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
):
    """The platform without a screen has no scheme of its own: what the system says is said here."""
    hints = QApplication.styleHints()

    def system_turns(scheme: Qt.ColorScheme) -> None:
        monkeypatch.setattr(theme.QApplication, "styleHints", lambda: SimpleNamespace(colorScheme=lambda: scheme))
        hints.colorSchemeChanged.emit(scheme)

    window.set_theme("system")
    for scheme, name in ((Qt.ColorScheme.Light, "light"), (Qt.ColorScheme.Dark, "dark")):
        system_turns(scheme)
        assert theme.current_name() == name
    window.set_theme("dark")
    system_turns(Qt.ColorScheme.Light)
    assert theme.current_name() == "dark"
