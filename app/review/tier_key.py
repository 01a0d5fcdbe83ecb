"""Which tiers of different videos belong together: "the expert's", "FEDN's", "coder B's"."""

from __future__ import annotations

from dataclasses import dataclass

from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier


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
        return f"{self.name} · {self.who}" if self.who else self.name

    @property
    def is_detector(self) -> bool:
        return self.source is Source.DETECTOR

    def fits(self, tier: Tier) -> bool:
        return (tier.name, tier.source) == (self.name, self.source) and self.who in ("", tier.who)

    def on(self, project: Project, video_id: str) -> Tier | None:
        """The video's tier, None if it has none."""
        return next((tier for tier in project.tiers_of(video_id) if self.fits(tier)), None)


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
