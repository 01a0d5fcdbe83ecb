"""The training of the open project: started, followed and told what to do, also if an earlier window started it."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs.retrain_options import RetrainOptions
from app.jobs.retraining import resume_arguments, retrain_arguments
from app.jobs.run_follower import RunFollower
from app.jobs.training_process import end_process, output_tail, start_training
from app.jobs.training_runs import FoundRun, can_resume, ending_of, mark_seen, runs_of, unmark_seen
from app.session import Session
from fedn.errors import TrainingError
from fedn.progress import Record
from training.run_status import RUNS_FOLDER, new_run_folder, read_status, send

logger = logging.getLogger(__name__)
KEEP, STOP, CANCEL, STAY = "Keep it running", "Stop and keep the best", "Cancel the training", "Stay here"
LET_RUN = "Let it run"
GRACE_MS = 10_000
LOOK_MS = 500


@dataclass(slots=True)
class _Followed:
    """A run that is shown; `process` is None if another window has started it."""

    run: Path
    process: subprocess.Popen[bytes] | None = None
    was_over: bool = False
    is_paused: bool = False
    is_learning: bool = False
    was_cancelled: bool = False
    sentence: str = ""
    unsaid: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        if self.process is not None:
            return self.process.poll() is not None
        status = read_status(self.run)
        return status is None or not status.state.is_alive

    @property
    def pid(self) -> int:
        if self.process is not None:
            return self.process.pid
        status = read_status(self.run)
        return status.pid if status is not None and status.state.is_alive else 0


class Trainings(QObject):
    """One training at a time; it belongs to its project's folder and outlives the window.

    Signals:
        status_changed: one line for the status bar, "" when nothing is trained.
        running_changed: whether a training runs.
        training_started: folder of the run whose records come now, from its first one on; the run may be over already.
        training_record: one fedn.progress.Record of it, in order.
        training_finished: whether it has brought a model, and one sentence.
        attention_wanted: the user should see the training now.
    """

    status_changed = Signal(str)
    running_changed = Signal(bool)
    training_started = Signal(object)
    training_record = Signal(object)
    training_finished = Signal(bool, str)
    attention_wanted = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: _Followed | None = None
        self._follower = RunFollower(self._is_over, self)
        self._follower.record.connect(self._on_record)
        self._follower.ended.connect(self._on_ended)
        self._folder: Path | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._on_patience_ended)
        self._by_force = False
        self._speaking = QTimer(self)
        self._speaking.timeout.connect(self._say_unsaid)
        session.project_changed.connect(self._on_project_changed)
        if session.project is not None:
            self._on_project_changed()

    @property
    def is_training(self) -> bool:
        return self._shown is not None and not self._shown.was_over

    @property
    def is_paused(self) -> bool:
        """Whether the training has said so."""
        return self._shown is not None and self._shown.is_paused

    @property
    def is_cancelling(self) -> bool:
        return self.is_training and self._shown is not None and self._shown.was_cancelled

    @property
    def is_learning(self) -> bool:
        """Whether it takes steps, so that there is something to keep."""
        return self.is_training and self._shown is not None and self._shown.is_learning

    @property
    def run_folder(self) -> Path | None:
        """Of the run that is shown, also when it is over."""
        return self._shown.run if self._shown else None

    @property
    def running_pid(self) -> int:
        """Process id of the training, 0 if none runs."""
        return self._shown.pid if self._shown is not None and self.is_training else 0

    @property
    def can_resume(self) -> bool:
        return self._shown is not None and self._shown.was_over and can_resume(self._shown.run)

    @property
    def details(self) -> str:
        """What the processes of the run that is shown have printed last."""
        return output_tail(self._shown.run) if self._shown else ""

    def runs(self) -> list[FoundRun]:
        """All trainings of the project, the newest first."""
        return runs_of(self._folder) if self._folder else []

    # Beginning

    def retrain(self, options: RetrainOptions) -> None:
        """Starts a retraining in a new run folder."""
        if self._folder is None:
            self._session.messages.error("No project is open; open or create one first.")
        elif self._session.may_edit() and not self._refuses_second():
            run = new_run_folder(self._folder)
            self._start(run, retrain_arguments(self._folder, options, run))

    def resume_run(self) -> None:
        """Goes on with the run that is shown, from its last checkpoint."""
        if self._folder is None or self._shown is None or not self._session.may_edit() or self._refuses_second():
            return
        run = self._shown.run
        if not can_resume(run):
            self._session.messages.warn("This training cannot be resumed; start a new one with “Retrain…”.")
            return
        unmark_seen(run)
        self._start(run, resume_arguments(self._folder, run))

    def show_run(self, run: Path) -> None:
        """Shows a run of the project from its first record on, as far as it has come."""
        if not self._refuses_second():
            self._follow(_Followed(run))

    def _refuses_second(self) -> bool:
        if self.is_training:
            self._session.messages.warn("A training is already running; stop or cancel it first.")
        return self.is_training

    def _start(self, run: Path, arguments: Sequence[str]) -> None:
        try:
            process = start_training(arguments, run)
        except OSError as error:
            self._session.messages.error(f"The training could not be started: {error.strerror} ({run}).")
            return
        self._follow(_Followed(run, process))
        self.attention_wanted.emit()

    def _follow(self, followed: _Followed) -> None:
        self.let_go()
        self._shown, self._by_force = followed, False
        self.training_started.emit(followed.run)
        self.status_changed.emit("Training")
        self._follower.follow(followed.run)
        self.running_changed.emit(True)

    # Speaking

    def pause(self) -> None:
        self._say("pause")

    def go_on(self) -> None:
        self._say("resume")

    def stop(self) -> None:
        """Stop and keep the best."""
        self._say("stop")

    def cancel(self) -> None:
        """Asks the training to end; after a while it is terminated, after another one killed."""
        if self._shown is not None and self.is_training:
            self._shown.was_cancelled = True
            self._say("cancel")
            self._patience.start(GRACE_MS)
            self.status_changed.emit("Cancelling the training…")

    def ask_to_cancel(self) -> None:
        """Cancels the training if the user wants it."""
        question = "Cancel the training? No new model is made; the run's folder stays, so that it can be resumed."
        if self._session.messages.ask("Cancel", question, (CANCEL, LET_RUN), CANCEL) == CANCEL:
            self.cancel()

    def may_be_left(self) -> bool:
        """Asks what becomes of a training when its project or the window is closed; False to stay."""
        if not self.is_training:
            return True
        question = (
            "A training is running. It can go on without the window: the next time the project is opened, its curves "
            "and its result are shown here."
        )
        choices = (KEEP, *((STOP,) if self.is_learning else ()), CANCEL, STAY)
        chosen = self._session.messages.ask("A training is running", question, choices, KEEP)
        if chosen == STOP:
            self.stop()
        elif chosen == CANCEL:
            self.cancel()
        return chosen != STAY

    def let_go(self) -> None:
        """Looks no longer; the training goes on by itself."""
        was_training = self.is_training
        self._follower.stop()
        self._shown = None
        self._patience.stop()
        self._speaking.stop()
        if was_training:
            self.status_changed.emit("")
            self.running_changed.emit(False)

    def _say(self, word: str) -> None:
        if self._shown is not None and self.is_training:
            self._shown.unsaid.append(word)
            self._say_unsaid()

    def _say_unsaid(self) -> None:
        """In its first second a training has no file yet from which it takes words: they are said as soon as it has."""
        shown = self._shown
        try:
            while shown is not None and shown.unsaid and not shown.was_over:
                send(shown.run, shown.unsaid[0])
                shown.unsaid.pop(0)
        except (TrainingError, OSError):
            self._speaking.start(LOOK_MS)
            return
        self._speaking.stop()

    def _on_patience_ended(self) -> None:
        if self._shown is None or not self.running_pid:
            return
        end_process(self.running_pid, by_force=self._by_force)
        self._by_force = True
        self._patience.start(GRACE_MS)

    # Listening

    def _is_over(self) -> bool:
        return self._shown is None or self._shown.is_over

    def _on_record(self, record: Record) -> None:
        shown = self._shown
        if shown is None:
            return
        if record.kind == "warning" and "parts" in record.data and self._follower.has_caught_up:
            # Memory was not enough: the user may want to close other programs.
            self._session.messages.warn(record.text)
        if record.kind == "result":
            shown.sentence = record.text
        if record.kind == "started":
            shown.is_learning = False
        if record.kind == "progress":
            shown.is_paused = record.data.get("paused") is True
            if (stage := record.data.get("stage")) in ("training", "epoch", "saved"):
                shown.is_learning = stage != "saved"
            if not shown.was_cancelled:
                self.status_changed.emit(f"Training · {record.text}" if record.text else "Training")
        self.training_record.emit(record)

    def _on_ended(self) -> None:
        shown = self._shown
        if shown is None:
            return
        shown.was_over, shown.is_paused = True, False
        self._patience.stop()
        self._speaking.stop()
        code = shown.process.returncode if shown.process else None
        ok, sentence = ending_of(shown.run, code, was_cancelled=shown.was_cancelled)
        if ok and shown.sentence:
            sentence = f"{sentence} {shown.sentence.rstrip('.')}."
        self._tell_end(shown, ok, sentence)
        self.training_finished.emit(ok, sentence)
        self.status_changed.emit("")
        self.running_changed.emit(False)

    def _tell_end(self, shown: _Followed, ok: bool, sentence: str) -> None:
        """What was started or watched here is told now, and known; a model is known once the user has chosen."""
        if not ok and not (shown.run / "seen").exists():
            if shown.was_cancelled:
                self._session.messages.info(sentence)
            else:
                self._session.messages.error(sentence)
                logger.error("%s\n%s", sentence, output_tail(shown.run))
            mark_seen(shown.run)

    # Finding again

    def _on_project_changed(self) -> None:
        project = self._session.project
        folder = Path(project.folder) if project else None
        if folder == self._folder and folder is not None:
            return
        self.let_go()
        self._folder = folder
        # After the window has shown the project and put its panels in order.
        QTimer.singleShot(LOOK_MS, self, self._look_for_runs)

    def _look_for_runs(self) -> None:
        """A training that goes on, or else the newest one if it was interrupted or its model is not chosen yet."""
        document = self._session.document
        if document is None or document.why_read_only is not None or self._shown is not None:
            # Whoever has the project open to change it has the training too.
            return
        runs = self.runs()
        chosen = next((run for run in runs if run.is_alive), runs[0] if runs else None)
        if chosen is None or (chosen.has_model and chosen.is_seen):
            return
        was_seen = chosen.is_seen
        self._follow(_Followed(chosen.folder))
        if chosen.is_alive:
            self._session.messages.info("The training that was left running still runs.")
        elif chosen.has_model:
            self._session.messages.info(
                "A training has ended while the window was closed; its model awaits your choice."
            )
        if chosen.is_alive or not was_seen:
            self.attention_wanted.emit()

    def model_chosen(self, result: Mapping[str, Any]) -> None:
        """The user has taken or left the model of a result, as `retrain --json` tells it."""
        if self._folder is not None and (run := str(result.get("run", ""))):
            # By name: the project may have been moved since.
            mark_seen(self._folder / RUNS_FOLDER / Path(run).name)
