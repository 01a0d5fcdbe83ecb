"""Choosing whose face is followed: from the detection that has found several, or from a video's menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.dialogs.face_dialog import PICTURE_PX, FaceDialog, PictureOfPerson
from app.document.edits import ChangeVideo, Edit, Group
from app.jobs.detection_entry import Entry
from app.jobs.detections import Detections
from app.jobs.found_people import FoundPerson, people_of
from app.jobs.process_job import MAIN, Outcome, ProcessJob
from app.jobs.thread_job import ThreadJob
from app.session import Session
from fedn.annotation.video import FaceChoice, Video
from fedn.errors import FednError
from fedn.progress import Record
from fedn.video.reader import VideoReader, open_video

MARGIN = 0.35
LARGEST_PX = 2 * PICTURE_PX


class FaceActions(QObject):
    """Asks one question at a time."""

    def __init__(self, session: Session, detections: Detections, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._detections, self._window = session, detections, window
        self._search: ProcessJob | None = None
        self._pictures: ThreadJob | None = None
        detections.face_wanted.connect(self.choose_for)

    def choose_for(self, entry: Entry) -> None:
        """A detection waits for the answer, and goes on with it."""
        self._show_people(entry.video_id, entry.people, lambda: self._detections.again(entry))

    def choose(self, video_id: str) -> None:
        """Looks who is in a video, then asks."""
        project = self._session.project
        if project is None or video_id not in project.videos or self._search is not None:
            return
        video = project.videos[video_id]
        fps = [] if video.image_fps is None else ["--image-fps", str(video.image_fps)]
        cache = ["--cache", str(Path(project.folder) / "cache")]
        arguments = [str(MAIN), "faces", *cache, *fps, "--records", "--", str(self._session.path_of(video))]
        self._search = job = ProcessJob(arguments, what="The search for faces", parent=self)
        job.record.connect(partial(self._on_record, video_id))
        job.finished.connect(self._on_search_finished)
        self._session.messages.info(f"Looking who is seen in {video.name}…")
        job.start()

    def shut_down(self) -> None:
        if self._search is not None:
            self._search.end_now()
        if self._pictures is not None:
            self._pictures.stop()

    def _on_record(self, video_id: str, record: Record) -> None:
        if record.kind != "result":
            return
        try:
            people = people_of(record.data)
        except FednError as error:
            self._session.messages.error(str(error))
            return
        if people:
            self._show_people(video_id, people, self._offer_detection)
        else:
            self._session.messages.warn("No face was found in this video, so there is none to choose.")

    def _on_search_finished(self, _ok: bool, sentence: str) -> None:
        job, self._search = self._search, None
        if job is not None:
            if job.outcome is Outcome.FAILED:
                self._session.messages.error(sentence)
            job.deleteLater()

    def _show_people(self, video_id: str, people: tuple[FoundPerson, ...], then: Callable[[], None]) -> None:
        """Cuts the faces out of the video off the GUI thread, then asks."""
        project = self._session.project
        if project is None or video_id not in project.videos or self._pictures is not None:
            return
        video = project.videos[video_id]
        path, cache = self._session.path_of(video), self._session.cache_folder(video)
        open_reader = partial(open_video, path, image_fps=video.image_fps, cache_dir=cache, threads=1)
        job = self._pictures = ThreadJob(partial(_cut_out, open_reader, people), self)
        job.ended.connect(lambda pictures: self._ask(video, pictures, then))
        job.failed.connect(self._session.messages.error)
        job.finished.connect(self._on_pictures_finished)
        job.start()

    def _on_pictures_finished(self) -> None:
        job, self._pictures = self._pictures, None
        if job is not None:
            job.deleteLater()

    def _ask(self, video: Video, pictures: list[PictureOfPerson], then: Callable[[], None]) -> None:
        project = self._session.project
        if project is None or project.videos.get(video.id) is None:
            return
        video = project.videos[video.id]
        dialog = FaceDialog(video.name, pictures, video.face, self._window)
        face = dialog.ask()
        dialog.deleteLater()
        if face is not None and (face == video.face or self._session.do(_choice(video, face))):
            then()

    def _offer_detection(self) -> None:
        self._session.messages.info("The next detection in this video follows the chosen face.")


def _choice(video: Video, face: FaceChoice) -> Edit:
    return Group((ChangeVideo(replace(video, face=face)),), f"Choose whose face to follow in {video.name}")


def _cut_out(
    open_reader: Callable[[], VideoReader], people: tuple[FoundPerson, ...], _job: ThreadJob
) -> list[PictureOfPerson]:
    """Square pictures with something around the faces."""
    with open_reader() as reader:
        return [PictureOfPerson(person, _picture(reader, person)) for person in people]


def _picture(reader: VideoReader, person: FoundPerson) -> QImage:
    frame = reader.frame(person.frame)
    height, width = frame.shape[:2]
    x, y, across, down = person.box
    half = (0.5 + MARGIN) * max(across * width, down * height)
    left, right = (round(min(width, max(0, (x + across / 2) * width + side))) for side in (-half, half))
    top, bottom = (round(min(height, max(0, (y + down / 2) * height + side))) for side in (-half, half))
    part = frame[top : max(bottom, top + 1), left : max(right, left + 1)].copy()
    image = QImage(part.data, part.shape[1], part.shape[0], 3 * part.shape[1], QImage.Format.Format_RGB888).copy()
    kept, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(LARGEST_PX, LARGEST_PX, kept, smooth)
