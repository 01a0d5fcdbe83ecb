"""The queue of detections: one child process at a time, videos one after the other, results as edits."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs.detection import detect_arguments, model_name_of, one_child, result_edit
from app.jobs.detection_entry import ACTIVE, ENDED, Entry, State, speed_texts
from app.jobs.found_people import people_of
from app.jobs.pace import Pace
from app.jobs.process_job import Outcome, ProcessJob
from app.session import Session
from fedn.annotation.project import Project
from fedn.counted import counted
from fedn.errors import FednError
from fedn.progress import Record
from fedn.registry import resolve_model

logger = logging.getLogger(__name__)
WHAT = "The detection"


@dataclass(slots=True)
class _Child:
    """A process and the entries that it was given; `current` is the one it works on, None before the first."""

    job: ProcessJob
    entries: list[Entry]
    current: Entry | None = None


class Detections(QObject):
    """Owns the child process that detects.

    Signals:
        entries_changed: there are more or fewer entries.
        entry_changed: one Entry, which is further or has another state.
        status_changed: one line for the status bar ("Detecting 3 of 16 · 104 frames/s · 6 min left"), "" when idle.
        running_changed: whether a detection runs or waits.
        face_wanted: the only Entry, whose video shows several people: somebody is there to be asked.
    """

    entries_changed = Signal()
    entry_changed = Signal(object)
    status_changed = Signal(str)
    running_changed = Signal(bool)
    face_wanted = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []
        self.is_paused = False
        self._session = session
        self._project: Project | None = None
        self._child: _Child | None = None
        self._course: list[Entry] = []
        self._pace = Pace()
        self._numbers = count(1)
        self._was_running = False
        session.project_changed.connect(self._on_project_changed)

    @property
    def is_running(self) -> bool:
        """Whether a detection runs or waits."""
        return self._child is not None or any(entry.is_open for entry in self.entries)

    @property
    def running_pid(self) -> int:
        """Process id of the running child, 0 for none."""
        return self._child.job.pid if self._child else 0

    # What the user wants

    def detect(self, video_ids: Iterable[str], model: str = "") -> None:
        """Detect in these videos, one after the other, with a model or the one in use; those that wait already do."""
        project, messages = self._session.project, self._session.messages
        if project is None:
            messages.error("No project is open; open or create one first.")
            return
        if not self._session.may_edit():
            return
        model = model or model_name_of(project)
        try:
            folder = resolve_model(model, Path(project.folder))
        except FednError as error:
            messages.error(str(error))
            return
        ids = [video_id for video_id in dict.fromkeys(video_ids) if video_id in project.videos]
        if not ids:
            messages.warn("There is no video to detect in; add one first.")
            return
        here = {(entry.video_id, entry.model) for entry in self.entries if entry.is_open}
        self._add([self._entry(project, one, model, folder) for one in ids if (one, model) not in here])

    def again(self, entry: Entry) -> None:
        """Tries one that has ended once more."""
        if entry in self.entries and not entry.is_open:
            entry.restart()
            self._project = self._session.project
            self._course = [*(one for one in self._course if one is not entry), entry]
            self._go_on_unless_paused()
            self.entry_changed.emit(entry)
            self._start_next()

    def pause(self) -> None:
        """The running video waits where it is, and no other one begins."""
        self._set_paused(True)

    def resume(self) -> None:
        self._set_paused(False)
        self._start_next()

    def cancel(self, entry: Entry) -> None:
        """Leaves one video out; the others go on."""
        child = self._child
        if entry.state is State.WAITING:
            if child is not None and entry in child.entries:
                child.job.send(f"skip {entry.path}")
            self._end(entry, State.CANCELLED)
            self._start_next()
        elif entry.state in ACTIVE and child is not None:
            self._change(entry, State.CANCELLING)
            child.job.cancel()
        elif entry.state is State.ASKING:
            self._end(entry, State.CANCELLED)

    def cancel_all(self) -> None:
        """Cancels what runs and forgets what waits."""
        for entry in self.entries:
            if entry.state in (State.WAITING, State.ASKING):
                self._end(entry, State.CANCELLED)
        child = self._child
        if child is not None:
            if child.current is not None and child.current.state in ACTIVE:
                self._change(child.current, State.CANCELLING)
            child.job.cancel()
            self.status_changed.emit("Cancelling…")
        self._tell_running()

    def clear(self) -> None:
        """Forgets the entries that have ended."""
        self.entries = [entry for entry in self.entries if entry.state not in ENDED]
        self.entries_changed.emit()

    def shut_down(self, grace_ms: int = 3000) -> None:
        """Called before the window closes: ends the child, at the latest after the grace time."""
        child = self._child
        for entry in self.entries:
            if entry.is_open:
                entry.state = State.CANCELLED
        if child is not None:
            child.job.cancel()
            if not child.job.wait(grace_ms):
                child.job.end_now()

    # The queue

    def _entry(self, project: Project, video_id: str, model: str, folder: Path) -> Entry:
        video = project.videos[video_id]
        path = self._session.path_of(video)
        return Entry(next(self._numbers), video.id, video.name, path, video.frame_count, model, folder, video.image_fps)

    def _add(self, entries: list[Entry]) -> None:
        # One that has ended makes way for the new wish for the same.
        again = {(entry.video_id, entry.model) for entry in entries}
        self.entries = [
            entry for entry in self.entries if entry.is_open or (entry.video_id, entry.model) not in again
        ] + entries
        self._project = self._session.project
        self._course += entries
        self._go_on_unless_paused()
        self.entries_changed.emit()
        self._start_next()

    def _go_on_unless_paused(self) -> None:
        """A wish for something new is a wish that it begins, unless something stands paused in the middle."""
        if self._child is None:
            self.is_paused = False

    def _start_next(self) -> None:
        project = self._session.project
        waiting = [entry for entry in self.entries if entry.state is State.WAITING]
        if self._child is None and waiting and not self.is_paused and project is not None:
            entries = one_child(waiting)
            for entry in entries:
                video = project.videos.get(entry.video_id)
                entry.face = video.face if video else None
            job = ProcessJob(detect_arguments(entries, Path(project.folder)), what=WHAT, parent=self)
            job.record.connect(self._on_record)
            job.finished.connect(self._on_finished)
            self._child = _Child(job, entries)
            job.start()
        self._tell_status()
        self._tell_running()

    def _set_paused(self, paused: bool) -> None:
        child = self._child
        self.is_paused = paused
        if child is not None:
            child.job.send("pause" if paused else "resume")
            if child.current is not None and child.current.state in (State.RUNNING, State.PAUSED):
                self._change(child.current, State.PAUSED if paused else State.RUNNING)
        if not paused:
            # The time of the pause is no time of work.
            self._pace = Pace()
            for entry in self.entries:
                entry.pace = Pace()
        self._tell_status()

    # What the child says

    def _on_record(self, record: Record) -> None:
        child = self._child
        entry = self._entry_of(record) if child else None
        if child is None or entry is None:
            if record.kind == "warning":
                self._session.messages.warn(record.text)
            return
        if record.kind == "progress" and entry.is_open:
            child.current = entry
            if entry.state is State.WAITING:
                entry.state = State.PAUSED if self.is_paused else State.RUNNING
            self._advance(entry, record)
        elif record.kind == "partial" and entry.state in (State.RUNNING, State.PAUSED):
            self._show_partial(entry, record)
        elif record.kind == "result" and entry.state is not State.CANCELLING:
            self._on_detected(entry, record)
        elif record.kind == "warning":
            self._session.messages.warn(record.text)
            if record.data.get("failed"):
                self._end(entry, State.FAILED, record.text)
        elif record.kind == "question" and entry.is_open:
            self._ask(entry, record)
        elif record.kind == "skipped" and entry.is_open:
            self._end(entry, State.CANCELLED)

    def _entry_of(self, record: Record) -> Entry | None:
        named, child = str(record.data.get("video", "")), self._child
        return next((entry for entry in child.entries if str(entry.path) == named), None) if child else None

    def _advance(self, entry: Entry, record: Record) -> None:
        if record.total > 0:
            entry.advance(record.done / record.total, record.time_s)
            self._pace.add(record.time_s, sum(one.done_frames for one in self._course))
        self.entry_changed.emit(entry)
        self._tell_status()

    def _ask(self, entry: Entry, record: Record) -> None:
        """Whose face is meant? The others need not wait for the answer."""
        try:
            entry.people = people_of(record.data)
        except FednError as error:
            self._end(entry, State.FAILED, str(error))
            return
        self._change(entry, State.ASKING)
        if len(self._course) > 1:
            self._session.messages.warn(f"{record.text} Choose in the panel “Detection”.")
        else:
            self.face_wanted.emit(entry)

    def _show_partial(self, entry: Entry, record: Record) -> None:
        project = self._session.project
        if project is None or project is not self._project or entry.video_id not in project.videos:
            return
        try:
            self._session.provisional.take(project.videos[entry.video_id], entry.model, record.data)
        except FednError as error:
            # The result of the whole video does not depend on it.
            logger.warning("%s", error)

    def _on_detected(self, entry: Entry, record: Record) -> None:
        project = self._session.project
        # The user may have opened another project or removed the video meanwhile.
        if project is None or project is not self._project or entry.video_id not in project.videos:
            self._end(entry, State.CANCELLED, "It is no longer in the project.")
            return
        try:
            edit = result_edit(project, project.videos[entry.video_id], entry.model, record.data)
        except FednError as error:
            sentence = f"The result for {entry.name} could not be used: {error}."
            self._session.messages.error(sentence)
            self._end(entry, State.FAILED, sentence)
            return
        if self._session.do(edit):
            self._session.provisional.drop(entry.video_id)
            self._end(entry, State.DONE, counted(len(record.data["events"]), "event"))
        else:
            self._end(entry, State.FAILED, f"What was found in {entry.name} could not be written into the project.")
        self._session.forget_curves(entry.video_id)

    def _on_finished(self, _ok: bool, sentence: str) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        job = child.job
        left = [entry for entry in child.entries if entry.is_open]
        if job.outcome is Outcome.FAILED:
            details = job.details
            logger.error("%s\n%s", sentence, details)
            self._session.messages.error(sentence)
            # A video that ends the process must not take the others with it; without one there is nothing to try.
            guilty = [child.current] if child.current in left else left if child.current is None else []
            for entry in guilty:
                self._end(entry, State.FAILED, sentence.replace(WHAT, f"{WHAT} of {entry.name}", 1), details)
        for entry in left:
            if entry.state is State.CANCELLING:
                self._end(entry, State.CANCELLED)
            elif entry.state in ACTIVE:
                self._end(entry, State.FAILED, f"{WHAT} of {entry.name} ended without a result.", job.details)
        job.deleteLater()
        if not any(entry.is_open for entry in self.entries):
            self._finish_course()
        self._start_next()

    def _finish_course(self) -> None:
        done = [entry for entry in self._course if entry.state is State.DONE]
        self._course, self._pace = [], Pace()
        if len(done) > 1:
            self._session.messages.info(f"{len(done)} videos are done: their events are on the timeline.")

    def _end(self, entry: Entry, state: State, sentence: str = "", details: str = "") -> None:
        entry.end(state, sentence, details)
        self._session.provisional.drop(entry.video_id)
        self.entry_changed.emit(entry)

    def _change(self, entry: Entry, state: State) -> None:
        entry.state = state
        self.entry_changed.emit(entry)

    def _on_project_changed(self) -> None:
        if self._session.project is not self._project:
            self.cancel_all()
            self._session.provisional.drop_all()
            self.entries, self._course = [], []
            self.entries_changed.emit()

    def _tell_status(self) -> None:
        self.status_changed.emit(self.status)

    @property
    def status(self) -> str:
        """ "Detecting 3 of 16 · 104 frames/s · 6 min left"; "" when nothing runs or waits."""
        if not self.is_running:
            return ""
        course = self._course
        ended, total = sum(not entry.is_open for entry in course), len(course)
        what = f"Detecting {min(ended + 1, total)} of {total}" if total > 1 else "Detecting"
        if self.is_paused:
            return f"{what} · paused"
        return " · ".join((what, *speed_texts(self._pace, sum(entry.frame_count for entry in course))))

    def _tell_running(self) -> None:
        if self.is_running != self._was_running:
            self._was_running = self.is_running
            self.running_changed.emit(self._was_running)
