"""Where the followed face of a video is not to be seen, by what the last detection has left in the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from fedn.annotation.interval import Interval, runs_of
from fedn.annotation.video import FaceChoice
from fedn.video.face_boxes import load_face_boxes

if TYPE_CHECKING:
    from app.session import Session

LEAST_S = 0.25


class Faceless(QObject):
    """Read when somebody first asks, and again after a detection or when another face was chosen."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._known: dict[str, tuple[FaceChoice | None, tuple[Interval, ...]]] = {}
        session.project_changed.connect(self._known.clear)
        session.curves_changed.connect(self._forget)

    def of(self, video_id: str) -> tuple[Interval, ...]:
        """Empty without a detection."""
        project = self._session.project
        video = project.videos.get(video_id) if project else None
        if video is None:
            return ()
        known = self._known.get(video_id)
        if known is None or known[0] != video.face:
            boxes = load_face_boxes(self._session.cache_folder(video), video.frame_count, video.face)
            gaps = () if boxes is None else runs_of(np.isnan(boxes[:, 0]))
            # A face that is lost for a moment is nothing to look at.
            known = self._known[video_id] = video.face, tuple(gap for gap in gaps if gap.length >= LEAST_S * video.fps)
        return known[1]

    def _forget(self, video_id: str) -> None:
        self._known.pop(video_id, None)
