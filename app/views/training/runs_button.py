"""The trainings that a project has had: each can be looked at again, and resumed if it was interrupted."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QToolButton

from app.jobs.training_runs import FoundRun
from app.jobs.trainings import Trainings
from training.run_status import RunState

MOST = 20
_WORDS = {
    RunState.RUNNING: "running",
    RunState.PAUSED: "paused",
    RunState.FINISHED: "done",
    RunState.STOPPED: "stopped early",
    RunState.CANCELLED: "cancelled, can be resumed",
    RunState.FAILED: "failed, can be resumed",
    RunState.DIED: "interrupted, can be resumed",
}


class RunsButton(QToolButton):
    """Opens a list of the newest trainings of the project."""

    def __init__(self, trainings: Trainings) -> None:
        super().__init__()
        self._trainings = trainings
        self.setText("Earlier trainings ▾")
        self.setToolTip("Look at a training of this project again, or resume one that was interrupted")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.aboutToShow.connect(self.fill)
        self.setMenu(menu)

    def fill(self) -> None:
        """Reads the folders anew."""
        menu = self.menu()
        menu.clear()
        runs = self._trainings.runs()[:MOST]
        for run in runs:
            action = menu.addAction(words_of(run))
            action.setCheckable(True)
            action.setChecked(run.folder == self._trainings.run_folder)
            action.triggered.connect(lambda _checked=False, folder=run.folder: self._trainings.show_run(folder))
        if not runs:
            menu.addAction("There was no training yet").setEnabled(False)


def words_of(run: FoundRun) -> str:
    """ "2026-05-04 15:30 · done"."""
    return f"{run.began:%Y-%m-%d %H:%M} · {_WORDS[run.status.state]}"
