"""Any two models side by side: what a retraining brought when it ends, and whatever the user wants to compare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app import captions
from app.document.model_edits import compared_videos, show_both
from app.jobs.detection import model_name_of
from app.jobs.model_jobs import ModelJobs
from app.jobs.trainings import Trainings
from app.session import Session
from app.views.models.choice_panel import ChoicePanel
from fedn.kept_comparison import KeptComparison, find_comparison
from fedn.progress import Record
from fedn.registry import DEFAULT_MODEL, list_models

_IDLE = (
    "Choose two models to compare them on people that neither has learned from. After a training it is done already."
)


class ComparisonView(QWidget):
    """Signals:
    offered: there is a choice to make.
    """

    offered = Signal()

    def __init__(self, session: Session, trainings: Trainings, jobs: ModelJobs) -> None:
        super().__init__()
        self._session, self._trainings, self._jobs = session, trainings, jobs
        self.result: Mapping[str, Any] = {}
        self.choice = ChoicePanel()
        self.old, self.new = QComboBox(), QComboBox()
        self.compare_button, self.cancel_button = QPushButton("Compare"), QPushButton("Cancel")
        self._status, self._bar = QLabel(_IDLE), QProgressBar()
        self._lay_out()
        trainings.training_started.connect(self._on_started)
        trainings.training_record.connect(self._on_record)
        trainings.training_finished.connect(self._on_finished)
        self.choice.use_pressed.connect(self._on_use_pressed)
        self.choice.keep_pressed.connect(self._on_keep_pressed)
        self.choice.timeline_wanted.connect(self.show_on_timeline)
        session.project_changed.connect(self._on_project_changed)
        session.model_changed.connect(self._on_model_changed)
        jobs.started.connect(self._on_job_started)
        jobs.progressed.connect(self._on_progress)
        jobs.ended.connect(self._on_job_ended)
        jobs.compared.connect(self.show_pair)
        jobs.imported.connect(self._fill)
        for box in (self.old, self.new):
            box.activated.connect(self._on_chosen)
        self.compare_button.clicked.connect(self._on_compare_pressed)
        self.cancel_button.clicked.connect(jobs.cancel)
        self._on_project_changed()

    @property
    def status_text(self) -> str:
        return self._status.text()

    # After a training

    def _on_started(self, _run: object) -> None:
        self.result = {}

    def _on_record(self, record: Record) -> None:
        if record.kind == "result":
            self.result = record.data

    def _on_finished(self, ok: bool, _sentence: str) -> None:
        if ok and self.result.get("model"):
            self.offer(self.result)

    def offer(self, data: Mapping[str, Any]) -> None:
        """Shows the result of a retraining, as `retrain --json` prints it, and asks which model to use."""
        project = self._session.project
        if project is None:
            return
        self.result = data
        old, new = str(data.get("parent") or model_name_of(project)), str(data["model"])
        kept = find_comparison(Path(project.folder), old, new) or _of_result(data, old, new)
        self._fill()
        self._choose(old, new)
        self._show(kept)
        self.offered.emit()

    # What the user chooses

    def show_pair(self, old: str, new: str) -> None:
        """Brings two models up: their comparison if it is there, else the button that makes it."""
        project = self._session.project
        if project is None:
            return
        self._fill()
        self._choose(old, new)
        kept = find_comparison(Path(project.folder), old, new)
        if kept is not None:
            self._show(kept)
        else:
            self.choice.hide()
            self._say("These two have not been compared yet." if old != new else "Choose two different models.")
        self._update_buttons()

    def compare(self, old: str, new: str) -> None:
        """Shows the two, and compares them if that has not been done yet."""
        self.show_pair(old, new)
        if self.choice.isHidden() and old != new:
            self._jobs.compare(old, new)

    def show_on_timeline(self, key: str) -> None:
        """Both models' events of one of the videos beside the truth; one step that can be undone."""
        project, kept = self._session.project, self.choice.kept
        if project is None or kept is None:
            return
        video_id = next((one for one, video in compared_videos(project, kept) if video.key == key), "")
        if not video_id:
            self._session.messages.warn("This video is no longer in the project.")
            return
        edit = show_both(project, kept)
        if edit is not None and not self._session.do(edit):
            return
        self._session.select_video(video_id)
        self._session.set_reference(kept.tier)
        mine = {kept.old, kept.new}
        self._session.tier_views.show_all([tier for tier in project.tiers_of(video_id) if tier.who in mine])
        first = next((video.truth[0].onset for video in kept.videos if video.key == key and video.truth), 0)
        self._session.set_playhead(first)

    def _on_chosen(self) -> None:
        self.show_pair(self.old.currentData() or "", self.new.currentData() or "")

    def _on_compare_pressed(self) -> None:
        kept = self.choice.kept
        tier = kept.tier if kept is not None and not self.choice.isHidden() else ""
        self._jobs.compare(self.old.currentData(), self.new.currentData(), tier)

    def _on_use_pressed(self) -> None:
        if self.choice.kept is not None and self._use(self.choice.kept.new):
            self._say(f"{self.choice.kept.new} is in use. The old model stays in the list.")

    def _on_keep_pressed(self) -> None:
        if self.choice.kept is not None and self._use(self.choice.kept.old):
            self._say(f"{self.choice.kept.old} stays in use. {self.choice.kept.new} is in the list of models.")

    def _use(self, name: str) -> bool:
        project = self._session.project
        if project is None:
            return False
        is_done = name == model_name_of(project) or self._session.use_model("" if name == DEFAULT_MODEL else name)
        if is_done and self.result.get("model") == (self.choice.kept.new if self.choice.kept else ""):
            self._trainings.model_chosen(self.result)
        return is_done

    # What is shown

    def _show(self, kept: KeptComparison) -> None:
        project = self._session.project
        if project is not None:
            titles = [project.model_title(name) for name in (kept.old, kept.new)]
            self.choice.show_comparison(kept, model_name_of(project), old=titles[0], new=titles[1])
            self._say("")
        self._update_buttons()

    def _fill(self, *_: object) -> None:
        project = self._session.project
        chosen = (self.old.currentData(), self.new.currentData())
        for box, name in zip((self.old, self.new), chosen, strict=True):
            box.clear()
            for info in list_models(Path(project.folder)) if project is not None else []:
                box.addItem((project.model_title(info.name) if project else "") or info.name, info.name)
            self._pick(box, name or "")

    def _choose(self, old: str, new: str) -> None:
        self._pick(self.old, old)
        self._pick(self.new, new)

    def _pick(self, box: QComboBox, name: str) -> None:
        place = box.findData(name)
        if place >= 0:
            box.setCurrentIndex(place)

    def _on_project_changed(self) -> None:
        project = self._session.project
        self.result = {}
        self.choice.hide()
        self._say(_IDLE)
        self._fill()
        if project is not None:
            self._choose(DEFAULT_MODEL, model_name_of(project))
        self._update_buttons()

    def _on_model_changed(self) -> None:
        project = self._session.project
        if project is not None:
            self._fill()
            self.choice.show_in_use(model_name_of(project))

    def _on_job_started(self, what: str) -> None:
        self._say(what)
        self._bar.setRange(0, 0)
        self._bar.show()
        self._update_buttons()

    def _on_progress(self, done: int, total: int, text: str) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        if text:
            self._say(text)

    def _on_job_ended(self) -> None:
        self._bar.hide()
        self._say("" if not self.choice.isHidden() else _IDLE)
        self._update_buttons()

    def _update_buttons(self) -> None:
        is_busy = self._jobs.is_running
        differ = bool(self.old.currentData()) and self.old.currentData() != self.new.currentData()
        self.compare_button.setText("Again" if not self.choice.isHidden() else "Compare")
        self.compare_button.setToolTip("Compares the two on all people that neither has learned from, as labeled now")
        self.compare_button.setVisible(not is_busy)
        self.compare_button.setEnabled(differ and not is_busy)
        self.cancel_button.setVisible(is_busy)

    def _say(self, text: str) -> None:
        self._status.setText(text)
        self._status.setVisible(bool(text))

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(350)
        self._status.setWordWrap(True)
        self._status.setProperty("muted", True)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.hide()
        self.choice.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(_chooser("Old", self.old))
        second = _chooser("New", self.new)
        second.addWidget(self.compare_button)
        second.addWidget(self.cancel_button)
        column.addLayout(second)
        column.addWidget(self._status)
        column.addWidget(self._bar)
        column.addWidget(self.choice)
        column.addStretch(1)


def _chooser(text: str, box: QComboBox) -> QHBoxLayout:
    # Names are long: the box takes what there is and not what they need.
    box.setMinimumContentsLength(10)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setAccessibleName(f"{text} model")
    label = captions.caption(text, box)
    label.setFixedWidth(34)
    row = QHBoxLayout()
    row.addWidget(label)
    row.addWidget(box, 1)
    return row


def _of_result(data: Mapping[str, Any], old: str, new: str) -> KeptComparison:
    """What the record of a training says, where nothing more was kept: nobody was held out, or an older program."""
    return KeptComparison(
        old,
        new,
        "",
        "",
        tuple(str(name) for name in data.get("held_out") or ()),
        str(data.get("verdict", "")),
        data.get("before") or {},
        data.get("after") or {},
        data.get("confidence") or {},
    )
