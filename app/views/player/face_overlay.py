"""The box of the face that the last detection followed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from app.session import Session
from fedn.video.face_boxes import load_face_boxes


class FaceOverlay:
    """Boxes of the current video, read when somebody first asks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._video_id = ""
        self._boxes: NDArray[np.float32] | None = None

    def forget(self) -> None:
        """There may be newer ones."""
        self._video_id = ""

    def box_at(self, frame: int) -> QRectF | None:
        """In pixels of the frame; None without a face, without a detection, or where the user does not want it."""
        video, index = self._session.current_video, self._session.frame_index
        if not self._session.settings.face_box or video is None or index is None:
            return None
        if self._video_id != video.id:
            self._video_id = video.id
            self._boxes = load_face_boxes(self._session.cache_folder(video), index.frame_count, video.face)
        if self._boxes is None or not np.isfinite(self._boxes[frame]).all():
            return None
        left, top, right, bottom = map(float, self._boxes[frame])
        return QRectF(left, top, right - left, bottom - top)

    @property
    def is_known(self) -> bool:
        """Whether the current video has boxes; only after `box_at`."""
        return self._boxes is not None
