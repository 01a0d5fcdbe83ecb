"""What the user starts with models: detecting, retraining."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.dialogs.retrain_dialog import RetrainDialog
from app.jobs.detection import OPTICAL_FLOW, WHAT_PROPOSES, model_name_of
from app.jobs.detections import Detections
from app.jobs.trainings import Trainings
from app.session import Session
from app.views.videos.videos_view import VideosView
from fedn.annotation.project import Project
from fedn.errors import FednError
from fedn.model_info import read_model_info
from fedn.registry import resolve_model

PROPOSE, DETECT = "Propose without labels", "Detect with the model's labels"
MOST_NAMED = 7


class ModelActions(QObject):
    """The slots of the menu "Model"."""

    def __init__(
        self, session: Session, detections: Detections, trainings: Trainings, videos: VideosView, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._detections, self._trainings = session, detections, trainings
        self._videos, self._window = videos, window
        self._answered: set[str] = set()

    def detect_current(self) -> None:
        video = self._session.current_video
        if video is not None:
            self.detect([video.id])

    def detect_selected(self) -> None:
        self.detect(self._videos.selected_ids())

    def detect_all(self) -> None:
        if self._session.project is not None:
            self.detect(list(self._session.project.videos))

    def detect(self, video_ids: Sequence[str]) -> None:
        """With the model in use; if it has none of the project's labels, the user says what is meant."""
        project = self._session.project
        question = label_question(project, model_name_of(project)) if project is not None else ""
        if project is None or not question or question in self._answered:
            self._detections.detect(video_ids)
            return
        choices = (PROPOSE, DETECT, "Cancel")
        answer = self._session.messages.ask("Other labels", question, choices, DETECT)
        if answer == PROPOSE:
            self._detections.detect(video_ids, OPTICAL_FLOW)
        elif answer == DETECT:
            self._answered.add(question)
            self._detections.detect(video_ids)

    def propose(self) -> None:
        """Intervals without labels, in the selected videos."""
        video = self._session.current_video
        ids = self._videos.selected_ids() or ((video.id,) if video else ())
        self._detections.detect(ids, OPTICAL_FLOW)

    def cancel(self) -> None:
        """Every detection; without one the training, after a question: hours may stand behind it."""
        if self._detections.is_running:
            self._detections.cancel_all()
        elif self._trainings.is_training:
            self._trainings.ask_to_cancel()

    def retrain(self) -> None:
        if not self._session.may_edit():
            return
        dialog = RetrainDialog(self._session, self._window)
        options = dialog.ask()
        dialog.deleteLater()
        if options is not None:
            self._trainings.retrain(options)


def label_question(project: Project, model: str) -> str:
    """What to ask before a model detects that has none of the project's labels; "" otherwise."""
    try:
        labels = read_model_info(resolve_model(model, Path(project.folder))).labels
    except FednError:
        # The detection itself says what is wrong with the model.
        return ""
    own = {name.casefold() for name in project.vocabulary.names}
    if not labels or any(label.casefold() in own for label in labels):
        return ""
    return (
        f"“{model}” names {_listed(labels)}; this project's labels are {_listed(project.vocabulary.names)}. "
        f"“{OPTICAL_FLOW}” {WHAT_PROPOSES}, for you to name; once some are named and reviewed, Retrain makes a model "
        "with your labels."
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown or "none yet"
