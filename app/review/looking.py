"""Reviewed ranges grow by looking: the frames that were really played while the reviewer was at work.

They are gathered and written in one edit when the video is left, when playing has stopped for a while, and before the
window closes. For undo they are steps done aside (`app.undo`): one at most between two decisions, taken back with the
decision before it. While steps can be done again they wait, because a new step would throw those away.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.document.edits import Edit, Group, MarkReviewed
from app.session import Session, new_gesture
from fedn.annotation.interval import Interval, subtract, union

QUIET_MS = 4000
LONGEST_GAP_S = 0.5
FASTEST = 2.0
PLAYED = "played"


class Looking(QObject):
    """Gathers what is played.

    Args:
        speed: how fast the video plays now, in seconds of it a second; 0 while it stands.
        at_work: whether the user is reviewing, as far as can be told.
    """

    def __init__(
        self, session: Session, speed: Callable[[], float], at_work: Callable[[], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._speed = speed
        self._at_work = at_work
        self._frame, self._gesture = 0, new_gesture()
        self._seen: dict[str, list[Interval]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self.write)
        session.playhead_changed.connect(self._on_playhead)
        session.video_changed.connect(self._on_video)
        session.project_changed.connect(self._seen.clear)
        session.undo_stack.canRedoChanged.connect(self._on_redo)

    def waiting(self, video_id: str) -> tuple[Interval, ...]:
        """What has been played and not yet been written."""
        return union(self._seen.get(video_id, []))

    def write(self, *, also_while_redo: bool = False) -> None:
        """Everything gathered, as one step aside.

        Args:
            also_while_redo: even if that throws away what could be done again; when the project is closed.
        """
        project = self._session.project
        if (
            project is None
            or self._session.why_read_only is not None
            or (self._session.undo_stack.canRedo() and not also_while_redo)
        ):
            return
        edits: list[Edit] = []
        for video_id in list(self._seen):
            intervals = union(self._seen.pop(video_id))
            if video_id in project.videos:
                for known in project.reviewed(video_id):
                    intervals = subtract(intervals, known)
                edits += [MarkReviewed(video_id, interval) for interval in intervals]
        if edits:
            self._session.do(Group(tuple(edits), "Mark what was played as reviewed"), self._gesture, aside=True)

    def _on_playhead(self, frame: int) -> None:
        before, self._frame = self._frame, frame
        video, index = self._session.current_video, self._session.frame_index
        speed = abs(self._speed())
        if video is None or index is None or not 0 < speed <= FASTEST or not self._counts(video.id):
            return
        begin, end = min(before, frame), max(before, frame)
        if end >= index.frame_count or index.time_s(end) - index.time_s(begin) > LONGEST_GAP_S:
            # Not played but jumped.
            return
        seen = self._seen.setdefault(video.id, [])
        seen[:] = union([*seen, Interval(begin, end + 1)])
        self._timer.start()

    def _counts(self, video_id: str) -> bool:
        chosen = self._session.settings.reviewed_by == PLAYED
        return chosen and self._at_work() and not self._session.blind.hides(video_id)

    def _on_video(self, _video_id: str) -> None:
        self._frame = self._session.playhead
        self.write()

    def _on_redo(self, can_redo: bool) -> None:
        if not can_redo and self._seen:
            self._timer.start()
