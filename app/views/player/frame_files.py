"""The frame at the playhead, all of its pixels, on the clipboard or in a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSaveFile
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from app.session import Session


class FrameFiles(QObject):
    """Where a grabbed frame goes once it has been decoded."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._window = parent
        self._folder = ""
        self._wanted: dict[int, Path | None] = {}

    def want_on_clipboard(self) -> int:
        """The frame that the decoder has to grab."""
        return self._want(None)

    def want_in_file(self) -> int | None:
        """Asks for a file; the frame that the decoder has to grab, None if the user thinks better of it."""
        video = self._session.current_video
        if video is None:
            return None
        name = f"{Path(video.name).stem}_frame{self._session.playhead:06d}.png"
        start = str(Path(self._folder) / name) if self._folder else name
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save the frame", start, "Pictures (*.png)")
        if not chosen:
            return None
        path = Path(chosen)
        self._folder = str(path.parent)
        return self._want(path if path.suffix.lower() == ".png" else path.with_name(path.name + ".png"))

    def _want(self, path: Path | None) -> int:
        frame = self._session.playhead
        self._wanted[frame] = path
        return frame

    def on_grabbed(self, frame: int, image: QImage) -> None:
        """A frame that was asked for has been decoded."""
        if frame not in self._wanted:
            return
        path = self._wanted.pop(frame)
        if path is None:
            QGuiApplication.clipboard().setImage(image)
            self._session.messages.info(f"Frame {frame} is on the clipboard.")
            return
        file = QSaveFile(str(path))
        if file.open(QSaveFile.OpenModeFlag.WriteOnly) and QImageWriter(file, b"png").write(image) and file.commit():
            self._session.messages.info(f"Frame {frame} was saved as {path}.")
        else:
            self._session.messages.error(
                f"{path} cannot be written ({file.errorString()}): choose another folder or name."
            )

    def forget(self) -> None:
        """Another video is open."""
        self._wanted.clear()
