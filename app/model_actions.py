"""What the user starts with models: detecting, retraining."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.dialogs.retrain_dialog import RetrainDialog
from app.jobs.detections import Detections
from app.jobs.trainings import Trainings
from app.session import Session
from app.views.videos.videos_view import VideosView


class ModelActions(QObject):
    """The slots of the menu "Model"."""

    def __init__(
        self, session: Session, detections: Detections, trainings: Trainings, videos: VideosView, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._detections, self._trainings = session, detections, trainings
        self._videos, self._window = videos, window

    def detect_current(self) -> None:
        video = self._session.current_video
        if video is not None:
            self._detections.detect([video.id])

    def detect_selected(self) -> None:
        self._detections.detect(self._videos.selected_ids())

    def detect_all(self) -> None:
        if self._session.project is not None:
            self._detections.detect(list(self._session.project.videos))

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
