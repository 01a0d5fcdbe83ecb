"""Edits about models: what people call them and note about them, and what two of them predict, side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.document.copy_edits import ReplaceEvents
from app.document.edit import Edit, Group
from app.document.tier_edits import AddTier
from fedn.annotation.event import new_id
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.errors import EditError
from fedn.kept_comparison import ComparedVideo, KeptComparison
from fedn.model_info import LONGEST_NOTE, LONGEST_TITLE

DETECTOR_TIER = "FEDN"


@dataclass(frozen=True, slots=True)
class DescribeModel(Edit):
    """What people call a model and have noted about it; its name, which tiers and history know it by, stays."""

    name: str
    title: str
    note: str

    def change(self, project: Project) -> None:
        if len(self.title) > LONGEST_TITLE or not (self.title.isprintable()):
            raise EditError(f"a title has one line of at most {LONGEST_TITLE} characters; shorten it")
        if len(self.note) > LONGEST_NOTE:
            raise EditError(f"a note has at most {LONGEST_NOTE:,} characters; shorten it")
        project.set_model_words(self.name, self.title.strip(), self.note)

    @property
    def text(self) -> str:
        return f"Describe model {self.name}"


def compared_videos(project: Project, comparison: KeptComparison) -> list[tuple[str, ComparedVideo]]:
    """Ids of the project's videos that were compared on, by their content; those that are gone are left out."""
    by_key = {video.key: video.id for video in project.videos.values()}
    return [(by_key[video.key], video) for video in comparison.videos if video.key in by_key]


def show_both(project: Project, comparison: KeptComparison) -> Group | None:
    """Puts what both models predict onto tiers of their own, one step; None if all of them are there already.

    A tier that a detection has made is left as it is: it is of the same model, and people may have worked with it.
    """
    edits: list[Edit] = []
    for video_id, video in compared_videos(project, comparison):
        for model, events in ((comparison.old, video.old), (comparison.new, video.new)):
            if not has_tier_of(project, video_id, model):
                tier = Tier(video_id, DETECTOR_TIER, Source.DETECTOR, model)
                # Ids are made here: the same comparison may be shown, undone and shown again.
                fresh = tuple(replace(event, id=new_id()) for event in events)
                edits += [AddTier(tier), ReplaceEvents(tier.id, fresh)]
    return Group(tuple(edits), f"Show {comparison.old} and {comparison.new} on the timeline") if edits else None


def has_tier_of(project: Project, video_id: str, model: str) -> bool:
    return any(tier.source is Source.DETECTOR and tier.who == model for tier in project.tiers_of(video_id))
