"""Makes the manual's page of keys from the table of actions, and its pictures from the running window.

python -m docs.manual.make                 # the page of keys
python main.py demo --no-window
python main.py retrain demo.fedn --tier Expert --held-out r104
python -m docs.manual.make demo.fedn       # the pictures too
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea, QWidget

from app import theme
from app.actions.action import Action
from app.actions.key_sheet import key_sections
from app.actions.keys import Keys
from app.dialogs.add_videos_dialog import AddVideosDialog
from app.dialogs.columns_dialog import ColumnsDialog
from app.dialogs.import_dialog import ImportDialog, ImportWishes
from app.dialogs.report_dialog import ReportDialog
from app.dialogs.retrain_dialog import RetrainDialog
from app.document.import_plan import ImportChoices
from app.document.preview_import import Preview, preview_import
from app.document.read_files import ReadChoices, UnknownTable
from app.jobs.add_videos import NewVideo
from app.project_actions import DEMO
from app.session import Session
from app.settings import Settings
from app.startup import make_application
from app.window import StudioWindow
from app.window_docks import Layout
from fedn.annotation.event import Event
from fedn.annotation.tier import Source
from fedn.errors import FednError
from fedn.kept_comparison import COMPARISONS_FOLDER, read_comparison

HERE = Path(__file__).resolve().parent
PICTURES, KEYS = HERE / "pictures", HERE / "keys.md"
SIZE = (1280, 720)
TALL_PX = 1100
QUALITY = 80
LONGEST_WAIT_S, CALM_S = 20.0, 0.4


def take_pictures(project: Path, folder: Path) -> list[Path]:
    """Every picture of the manual, of a copy-free look at a project with predictions; nothing in it is changed."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    with _window() as window:
        camera = Camera(window, folder, taken)
        camera.take("welcome", window)
        if not window.session.open_project(project):
            raise FednError(f"{project} cannot be opened")
        # A training that has ended unseen is told and offered for a choice first.
        camera.until_calm()
        window.layouts.reset()
        window.messages.hide()
        _choose_event(window.session)
        camera.take("window", window)
        camera.take("timeline", window.parts.timeline)
        window.resize(SIZE[0], TALL_PX)
        camera.take("event", window.docks["inspector"])
        window.resize(*SIZE)
        _panels(camera)
        _models(camera)
        _dialogs(camera)
        if window.session.project is not None and window.session.project.name == DEMO:
            window.tour.start()
            camera.until_calm()
            window.tour.card.next_button.click()
            camera.take("tour", window)
            window.tour.leave()
    return taken


def _panels(camera: Camera) -> None:
    window = camera.window
    window.layouts.choose(Layout.REVIEW)
    window.parts.reviewing.next_disagreement()
    camera.take("review", window)
    window.layouts.choose(Layout.REPORT)
    # What is below lies under the edge of the screen.
    window.resize(SIZE[0], TALL_PX)
    camera.until_calm(lambda: window.parts.agreement.state.text() != "measuring…")
    camera.take("agreement", window.docks["agreement"])
    window.resize(*SIZE)
    window.layouts.choose(Layout.ANNOTATE)


def _models(camera: Camera) -> None:
    """The list of models, and the last comparison of a project that has one."""
    window, project = camera.window, camera.window.session.project
    if project is None:
        return
    window.resize(SIZE[0], TALL_PX)
    window.show_models()
    camera.take("models", window.docks["model_list"])
    for path in sorted((Path(project.folder) / COMPARISONS_FOLDER).glob("*.json"))[-1:]:
        kept = read_comparison(path)
        window.layouts.show_dock("comparison")
        window.parts.comparison.show_pair(kept.old, kept.new)
        for area in window.docks["comparison"].findChildren(QScrollArea):
            area.verticalScrollBar().setValue(0)
        camera.take("compare", window.docks["comparison"])
    window.resize(*SIZE)
    window.layouts.reset()


def _dialogs(camera: Camera) -> None:
    window, session = camera.window, camera.window.session
    project, video = session.project, session.current_video
    if project is None or video is None:
        return
    new = [NewVideo(Path(f"{name}_{at}.mp4"), name) for name in ("anna", "ben") for at in (1, 2)]
    camera.dialog("add-videos", AddVideosDialog(new, window))
    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch, "coding.csv")
        who = f"{video.name},{video.subject},Second coder"
        rows = [f"{who},{on},{off},{label}" for on, off, label in _rows(video.frame_count)]
        table.write_text("\n".join(("video,subject,tier,onset,offset,label", *rows)), encoding="utf-8")
        found = preview_import(project, [table], ReadChoices(), ImportChoices())
        wishes = ImportWishes(ReadChoices(), ImportChoices())
        if isinstance(found, Preview):
            camera.dialog("import", ImportDialog(found, wishes, [video.name], lambda _: None, lambda *_: None, window))
        rows = [f"{video.name};{on};{off};{label}" for on, off, label in _rows(video.frame_count)]
        table.write_text("\n".join(("Clip;Beginn;Ende;Was", *rows)), encoding="utf-8")
        unknown = preview_import(project, [table], ReadChoices(), ImportChoices())
        if isinstance(unknown, UnknownTable):
            camera.dialog("columns", ColumnsDialog(unknown.path, unknown.guess, unknown.rows, [video.name], window))
    offer = window.parts.report_actions.offer()
    camera.dialog("report", ReportDialog(offer, Path("study-report"), window))
    camera.dialog("retrain", RetrainDialog(session, window))


def _rows(frames: int) -> list[tuple[int, int, str]]:
    return [(30, 62, "happiness"), (110, 138, "surprise"), (180, 214, "anger"), (frames - 20, frames + 15, "happiness")]


def _choose_event(session: Session) -> None:
    """The surest prediction whose label the reference does not share, else the surest."""
    project = session.project
    assert project is not None
    tiers = [tier for tier in session.tiers() if tier.source == Source.DETECTOR]
    events: list[Event] = [event for tier in tiers for event in project.events(tier.id)]
    if events:
        event = max(events, key=lambda event: event.score or 0.0)
        session.select_events((event.id,))
        session.set_playhead(event.apex if event.apex is not None else (event.onset + event.offset) // 2)


@dataclass(frozen=True, slots=True)
class Camera:
    window: StudioWindow
    folder: Path
    taken: list[Path]

    def take(self, name: str, part: QWidget) -> None:
        self.until_calm()
        picture = self.window.grab(QRect(part.mapTo(self.window, QPoint()), part.size()))
        self._save(name, picture.toImage())

    def dialog(self, name: str, dialog: QDialog) -> None:
        dialog.show()
        self.until_calm()
        self._save(name, dialog.grab().toImage())
        dialog.close()
        dialog.deleteLater()

    def until_calm(self, ready: Callable[[], bool] = lambda: True) -> None:
        """Until the player has shown its picture and nothing newer has come for a moment."""
        end, image, since = time.monotonic() + LONGEST_WAIT_S, None, time.monotonic()
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.01)
            shown = self.window.parts.player.picture.image
            if shown is not image:
                image, since = shown, time.monotonic()
            has_picture = image is not None or self.window.session.current_video is None
            if has_picture and ready() and time.monotonic() - since > CALM_S:
                return

    def _save(self, name: str, image: QImage) -> None:
        path = self.folder / f"{name}.webp"
        if not image.save(str(path), quality=QUALITY):
            raise OSError(f"{path} cannot be written")
        self.taken.append(path)


@contextmanager
def _window() -> Iterator[StudioWindow]:
    """A window as at a first start, in the light theme, at the smallest usual size."""
    app = make_application()
    theme.apply(app, "light")
    window = StudioWindow(Session(who="Anna", settings=Settings(theme="light", tour_seen=True)))
    window.resize(*SIZE)
    window.show()
    try:
        yield window
    finally:
        window.leave()
        window.deleteLater()
        app.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def keys_page(table: tuple[Action, ...]) -> str:
    """The manual's page of keys, with those that nobody has changed."""
    parts = [
        "# Keys",
        "**F1** shows this sheet in the program, with the keys as you have set them; it can be printed. "
        "**Help › Change keys…** changes them: press the new key; one that is taken is refused with the name of its "
        "owner. **Ctrl+Shift+P** finds an action by its name.",
        "In a text field, letters are letters; **Esc** gives the keyboard back to the timeline. "
        "**Tab** goes through everything.",
        "The numbers **1** to **9** and **0** are the labels, in the order of the panel Labels.",
    ]
    for heading, rows in key_sections(table, Keys(table, {}), ()):
        lines = "\n".join(f"| {_code(keys)} | {what} |" for keys, what in rows)
        parts.append(f"## {heading}\n\n| key | does |\n|---|---|\n{lines}")
    parts.append("The next page: [agreement, reports, export](agreement.md).")
    return "\n\n".join(parts) + "\n"


def _code(keys: str) -> str:
    return " or ".join(f"`{key}`" for key in keys.split("  "))


def main() -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as own:
        os.environ["FEDN_SETTINGS"] = str(Path(own, "settings.toml"))
        with _window() as window:
            KEYS.write_text(keys_page(window.table), encoding="utf-8")
        taken = [picture for project in sys.argv[1:2] for picture in take_pictures(Path(project), PICTURES)]
    print(f"{len(taken)} pictures, {sum(path.stat().st_size for path in taken) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
