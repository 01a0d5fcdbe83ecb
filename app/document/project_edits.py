"""Edits of videos, subjects, vocabularies, reviewed ranges and the model in use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.document.edit import Edit
from fedn.annotation.interval import Interval, subtract
from fedn.annotation.project import Project
from fedn.annotation.subject import Subject
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import EditError


@dataclass(frozen=True, slots=True)
class AddVideo(Edit):
    """Adds a video. The same content twice is refused."""

    video: Video

    def change(self, project: Project) -> None:
        if self.video.id in project.videos:
            raise EditError(f"{self.video.name} is already in the project")
        twin = next((video for video in project.videos.values() if video.key == self.video.key), None)
        if twin is not None:
            raise EditError(f"{self.video.name} is already in the project, as {twin.name} of subject {twin.subject}")
        project.put_video(self.video)

    @property
    def text(self) -> str:
        return f"Add {self.video.name}"


@dataclass(frozen=True, slots=True)
class ChangeVideo(Edit):
    """Replaces what is known of a video: its place after a move, its subject."""

    video: Video

    def change(self, project: Project) -> None:
        project.video(self.video.id)
        project.put_video(self.video)

    @property
    def text(self) -> str:
        return f"Change {self.video.name}"


@dataclass(frozen=True, slots=True)
class RemoveVideo(Edit):
    """Removes a video with its tiers and events. The file is not touched."""

    video_id: str

    def change(self, project: Project) -> None:
        project.remove_video(self.video_id)

    @property
    def text(self) -> str:
        return "Remove video"

    def describe(self, project: Project) -> str:
        return f"Remove {project.video(self.video_id).name}"


@dataclass(frozen=True, slots=True)
class PutSubject(Edit):
    """Keeps what is known of a filmed person: group and note."""

    subject: Subject

    def change(self, project: Project) -> None:
        project.put_subject(self.subject)

    @property
    def text(self) -> str:
        return f"Change subject {self.subject.name}"


@dataclass(frozen=True, slots=True)
class RenameSubject(Edit):
    """Gives a filmed person another name in every video. With the name of someone else it would join two people."""

    name: str
    new_name: str

    def change(self, project: Project) -> None:
        if self.name not in project.subjects():
            raise EditError(f"there is no subject “{self.name}” in the project")
        if not self.new_name.strip():
            raise EditError("a subject cannot be without a name; give one")
        if self.new_name != self.name and self.new_name in project.subjects():
            raise EditError(f"there already is a subject “{self.new_name}”; two people cannot have one name")
        known = project.subject(self.name)
        project.put_subject(Subject(self.name))
        project.put_subject(replace(known, name=self.new_name))
        for video in [video for video in project.videos.values() if video.subject == self.name]:
            project.put_video(replace(video, subject=self.new_name))

    @property
    def text(self) -> str:
        return f"Rename subject {self.name} to {self.new_name}"


@dataclass(frozen=True, slots=True)
class PutVocabulary(Edit):
    """Adds a vocabulary, or replaces the one of the same name or of the name `instead_of`; events keep their labels."""

    vocabulary: Vocabulary
    instead_of: str = ""

    def change(self, project: Project) -> None:
        project.put_vocabulary(self.vocabulary, instead_of=self.instead_of)

    @property
    def text(self) -> str:
        return f"Change vocabulary {self.vocabulary.name}"

    def describe(self, project: Project) -> str:
        names = {vocabulary.name for vocabulary in project.vocabularies}
        known = self.instead_of or self.vocabulary.name in names
        return self.text if known else f"Add vocabulary {self.vocabulary.name}"


@dataclass(frozen=True, slots=True)
class RemoveVocabulary(Edit):
    """Removes a vocabulary that no tier uses."""

    name: str

    def change(self, project: Project) -> None:
        project.remove_vocabulary(self.name)

    @property
    def text(self) -> str:
        return f"Remove vocabulary {self.name}"


@dataclass(frozen=True, slots=True)
class MarkReviewed(Edit):
    """Adds a range to what an annotator has looked at; only there is a missing event a true absence."""

    video_id: str
    interval: Interval

    def change(self, project: Project) -> None:
        project.set_reviewed(self.video_id, [*project.reviewed(self.video_id), self.interval])

    @property
    def text(self) -> str:
        return f"Mark frames {self.interval.onset} to {self.interval.offset} reviewed"


@dataclass(frozen=True, slots=True)
class UnmarkReviewed(Edit):
    video_id: str
    interval: Interval

    def change(self, project: Project) -> None:
        project.set_reviewed(self.video_id, subtract(project.reviewed(self.video_id), self.interval))

    @property
    def text(self) -> str:
        return f"Mark frames {self.interval.onset} to {self.interval.offset} not reviewed"


@dataclass(frozen=True, slots=True)
class UseModel(Edit):
    """Chooses the model that detects in this project, "" for the bundled one."""

    name: str

    def change(self, project: Project) -> None:
        project.set_model_in_use(self.name)

    @property
    def text(self) -> str:
        return f"Use model {self.name}" if self.name else "Use the bundled model"
