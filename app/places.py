"""Where the user was in each project: video, frame and zoom come back when it is opened again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from app.session import Session
from app.views.timeline.timeline_view import TimelineView


class Places(QObject):
    """Notes the place at every step into the settings, which go to disk when the window closes."""

    def __init__(self, session: Session, timeline: TimelineView) -> None:
        super().__init__(timeline)
        self._session, self._timeline = session, timeline
        self._is_back = False
        session.project_changed.connect(self._on_project_changed)
        session.video_changed.connect(self._note)
        session.playhead_changed.connect(self._note)
        timeline.zoomed.connect(self._note)

    @property
    def _folder(self) -> str:
        project = self._session.project
        return str(Path(project.folder).resolve()) if project else ""

    def _on_project_changed(self) -> None:
        self._is_back = False
        if self._folder:
            # The session goes to the first video now; only afterwards to the one that was left.
            QTimer.singleShot(0, self, self.go_back)

    def _note(self, *_: object) -> None:
        video = self._session.current_video
        if video is None or not self._is_back or not self._folder:
            return
        first, last = self._timeline.scale.seen
        self._session.settings.places[self._folder] = {
            "video": video.id, "frame": self._session.playhead, "first": float(first), "last": float(last),
        }  # fmt: skip

    def go_back(self) -> None:
        """To where the user was; a place that is not there any more costs nothing."""
        settings, session = self._session.settings, self._session
        if self._is_back or session.project is None:
            return
        self._is_back = True
        settings.places = {folder: place for folder, place in settings.places.items() if folder in settings.recent}
        place = settings.places.get(self._folder, {})
        video, frame = place.get("video"), place.get("frame")
        if not isinstance(video, str) or not isinstance(frame, int) or video not in session.project.videos:
            return
        if session.current_video is None or session.current_video.id != video:
            session.select_video(video)
        session.set_playhead(frame)
        self._zoom(place)

    def _zoom(self, place: dict[str, Any]) -> None:
        first, last = place.get("first"), place.get("last")
        if not isinstance(first, float) or not isinstance(last, float) or last - first < 1:
            return
        scale = self._timeline.scale
        shown = scale.seen[1] - scale.seen[0]
        zoomed = scale.zoomed(shown / (last - first), scale.left_px)
        self._timeline.set_scale(zoomed.centered((first + last) / 2))
