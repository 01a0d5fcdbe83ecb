"""The old and the new model side by side, and the choice between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from app.jobs.detection import model_name_of
from app.jobs.trainings import Trainings
from app.session import Session
from app.views.models.choice_panel import ChoicePanel
from fedn.progress import Record

_IDLE = "Nothing is compared yet. When a training ends, the old and the new model are shown here side by side."
_NARROW_PX = 720


class ComparisonView(QWidget):
    """Shows what a retraining brought when it ends.

    Signals:
        offered: there is a choice to make.
    """

    offered = Signal()

    def __init__(self, session: Session, trainings: Trainings) -> None:
        super().__init__()
        self._session, self._trainings = session, trainings
        self._old_model, self._new_model = "", ""
        self.result: Mapping[str, Any] = {}
        self.choice = ChoicePanel()
        self._status = QLabel(_IDLE)
        self._lay_out()
        trainings.training_started.connect(self._on_started)
        trainings.training_record.connect(self._on_record)
        trainings.training_finished.connect(self._on_finished)
        self.choice.use_pressed.connect(self._on_use_pressed)
        self.choice.keep_pressed.connect(self._on_keep_pressed)
        session.project_changed.connect(self._on_project_changed)

    @property
    def status_text(self) -> str:
        return self._status.text()

    def _on_started(self, _run: object) -> None:
        project = self._session.project
        self._old_model = model_name_of(project) if project else ""
        self.result = {}

    def _on_record(self, record: Record) -> None:
        if record.kind == "result":
            self.result = record.data

    def _on_finished(self, ok: bool, _sentence: str) -> None:
        if ok and self.result.get("model"):
            self.offer(self.result)

    def offer(self, data: Mapping[str, Any]) -> None:
        """Shows the result of a retraining, as `retrain --json` prints it, and asks which model to use."""
        self.result = data
        self._old_model = str(data.get("parent") or self._old_model)
        self._new_model = str(data["model"])
        self.choice.show_models(
            self._old_model,
            self._new_model,
            [str(name) for name in data.get("held_out") or ()],
            data.get("before") or {},
            data.get("after") or {},
            confidence=data.get("confidence") or {},
            verdict=str(data.get("verdict", "")),
        )
        self._status.hide()
        self.offered.emit()

    def _on_project_changed(self) -> None:
        self.result = {}
        self._say(_IDLE)

    def _on_use_pressed(self) -> None:
        if self._session.use_model(self._new_model):
            self._trainings.model_chosen(self.result)
            self._say(f"{self._new_model} is in use. The old model stays in the list.")

    def _on_keep_pressed(self) -> None:
        self._trainings.model_chosen(self.result)
        self._say(f"{self._old_model} stays in use. {self._new_model} is in the list of models.")

    def _say(self, text: str) -> None:
        self.choice.hide()
        self._status.setText(text)
        self._status.show()

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(350)
        self._status.setWordWrap(True)
        self.choice.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addWidget(self._status)
        column.addWidget(self.choice)
        column.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < _NARROW_PX
        direction = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        self.choice.row.setDirection(direction)
