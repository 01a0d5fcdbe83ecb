"""Which tiers of different videos belong together: "the expert's", "FEDN's", "coder B's"."""

from __future__ import annotations

from dataclasses import dataclass

from fedn.annotation.project import Project
from fedn.annotation.tier import Source


@dataclass(frozen=True, slots=True)
class TierKey:
    """A tier on every video: the one with this name and source.

    `who` is "" where no video has two tiers of that name and source; otherwise it tells people and models apart.
    """

    name: str
    source: Source
    who: str = ""

    @property
    def title(self) -> str:
        """Whose first: in narrow lists the end is cut off."""
        return f"{self.who} · {self.name}" if self.who else self.name

    @property
    def short(self) -> str:
        """What tells it apart from the others."""
        return self.who or self.name

    @property
    def is_detector(self) -> bool:
        return self.source is Source.DETECTOR


def tier_keys(project: Project) -> dict[str, TierKey]:
    """The key of every tier of the project, by the tier's id."""
    on_video: dict[tuple[str, str, Source], int] = {}
    for tier in project.tiers.values():
        place = (tier.video_id, tier.name, tier.source)
        on_video[place] = on_video.get(place, 0) + 1
    several = {(name, source) for (_, name, source), count in on_video.items() if count > 1}
    return {
        tier.id: TierKey(tier.name, tier.source, tier.who if (tier.name, tier.source) in several else "")
        for tier in project.tiers.values()
    }
