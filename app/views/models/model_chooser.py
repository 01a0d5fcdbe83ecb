"""The button in the toolbar that shows and changes the model in use."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from app.jobs.detection import model_name_of
from app.session import Session
from fedn.model_info import ModelInfo
from fedn.registry import DEFAULT_MODEL, list_models


class ModelChooser(QToolButton):
    """Lists the bundled and the project's models; choosing one is an edit."""

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
            action = menu.addAction(f"{info.name}    {_origin(info)}")
            action.setCheckable(True)
            action.setChecked(info.name == in_use)
            action.setToolTip(_facts(info))
            action.triggered.connect(lambda _checked=False, name=info.name: self.use(name))
            choices.addAction(action)
        if not models:
            menu.addAction("No model is installed").setEnabled(False)

    def use(self, name: str) -> None:
        """Make it the model in use, unless it is already."""
        project = self._session.project
        if project is not None and name != model_name_of(project):
            self._session.use_model("" if name == DEFAULT_MODEL else name)

    def _show(self) -> None:
        project = self._session.project
        self.setText(f"{model_name_of(project) if project else DEFAULT_MODEL} ▾")
        self.setEnabled(project is not None)


def _origin(info: ModelInfo) -> str:
    if info.provenance.parent:
        return f"retrained from {info.provenance.parent}"
    return "comes with the program" if info.name == DEFAULT_MODEL else ""


def _facts(info: ModelInfo) -> str:
    labels = f"Labels: {', '.join(info.labels)}" if info.labels else "Finds expressions without naming them"
    lines = [f"Made {info.created}" if info.created else "", labels, _figures(info)]
    return "\n".join(line for line in lines if line)


def _figures(info: ModelInfo) -> str:
    figures = [(name, value) for name, value in info.metrics.items() if isinstance(value, int | float)]
    return ", ".join(f"{name} {value:.3g}" for name, value in figures[:6])
