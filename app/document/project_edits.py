"""Edits of videos, tiers, reviewed ranges and the model in use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.document.edit import Edit
from fedn.annotation.interval import Interval, subtract
from fedn.annotation.project import Project
from fedn.annotation.tier import Tier
from fedn.annotation.video import Video
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
class AddTier(Edit):
    tier: Tier

    def change(self, project: Project) -> None:
        if self.tier.id in project.tiers:
            raise EditError(f"the tier “{self.tier.name}” is already in the project")
        project.put_tier(self.tier)

    @property
    def text(self) -> str:
        return f"Add tier {self.tier.name}"


@dataclass(frozen=True, slots=True)
class RenameTier(Edit):
    tier_id: str
    name: str

    def change(self, project: Project) -> None:
        project.put_tier(replace(project.tier(self.tier_id), name=self.name))

    @property
    def text(self) -> str:
        return f"Rename tier to {self.name}"

    def describe(self, project: Project) -> str:
        return f"Rename tier {project.tier(self.tier_id).name} to {self.name}"


@dataclass(frozen=True, slots=True)
class DeleteTier(Edit):
    """Deletes a tier with its events."""

    tier_id: str

    def change(self, project: Project) -> None:
        project.remove_tier(self.tier_id)

    @property
    def text(self) -> str:
        return "Delete tier"

    def describe(self, project: Project) -> str:
        return f"Delete tier {project.tier(self.tier_id).name}"


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
