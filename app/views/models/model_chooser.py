"""The button in the toolbar that shows and changes the model in use."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from app.jobs.detection import WHAT_PROPOSES, model_name_of
from app.session import Session
from app.views.models.model_facts import origin
from fedn.model_info import ModelInfo
from fedn.registry import DEFAULT_MODEL, list_models

LONGEST = 26


class ModelChooser(QToolButton):
    """Lists the bundled and the project's models; choosing one is an edit.

    Signals:
        list_wanted: the panel with all that is known about them.
    """

    list_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("The model that detects in this project")
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self.fill)
        self.setMenu(menu)
        session.project_changed.connect(self._show)
        session.model_changed.connect(self._show)
        self._show()

    def fill(self) -> None:
        """Reads the models anew: a training may have added one."""
        menu, project = self.menu(), self._session.project
        menu.clear()
        if project is None:
            return
        in_use, choices = model_name_of(project), QActionGroup(menu)
        models = list_models(Path(project.folder))
        for info in models:
            title = project.model_title(info.name) or info.title or info.name
            # An & alone would make the next letter a key.
            action = menu.addAction(f"{title}    {origin(info)}".replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(info.name == in_use)
            action.setToolTip(_facts(info))
            action.triggered.connect(lambda _checked=False, name=info.name: self.use(name))
            choices.addAction(action)
        if not models:
            menu.addAction("No model is installed").setEnabled(False)
        menu.addSeparator()
        menu.addAction("All models…", self.list_wanted.emit)

    def use(self, name: str) -> None:
        """Make it the model in use, unless it is already."""
        project = self._session.project
        if project is not None and name != model_name_of(project):
            self._session.use_model("" if name == DEFAULT_MODEL else name)

    def _show(self) -> None:
        project = self._session.project
        name = model_name_of(project) if project else DEFAULT_MODEL
        title = (project.model_title(name) if project else "") or name
        self.setText(f"{_shortened(title)} ▾".replace("&", "&&"))
        self.setToolTip("The model that detects in this project" + (f": {name}" if title != _shortened(title) else ""))
        self.setEnabled(project is not None)


def _shortened(title: str) -> str:
    """The header has no room for long names; both ends say most."""
    return title if len(title) <= LONGEST else f"{title[: LONGEST // 2]}…{title[-LONGEST // 2 + 1 :]}"


def _facts(info: ModelInfo) -> str:
    unnamed = f"{WHAT_PROPOSES[:1].upper()}{WHAT_PROPOSES[1:]}"
    labels = f"Labels: {', '.join(info.labels)}" if info.labels else unnamed
    lines = [f"Made {info.created}" if info.created else "", labels, _figures(info)]
    return "\n".join(line for line in lines if line).replace("<", "‹")


def _figures(info: ModelInfo) -> str:
    figures = [(name, value) for name, value in info.metrics.items() if isinstance(value, int | float)]
    return ", ".join(f"{name} {value:.3g}" for name, value in figures[:6])
