"""What can be done with a tier, from its menu and from keys: how it is shown, and the few edits of whole tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog

from app.document.edits import AddTier, DeleteTier, MergeTiers, RenameTier
from app.session import Session
from fedn.annotation.tier import Source, Tier

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView

TALLER_PX = 12
PALETTE = (("Blue", "#5aa9ff"), ("Teal", "#3bb5a5"), ("Green", "#6fae4a"), ("Yellow", "#d9b53c"), ("Orange", "#e08a3c"),
           ("Red", "#d9605a"), ("Pink", "#cc79a7"), ("Violet", "#9a86d9"))  # fmt: skip


class TierActions(QObject):
    """All without an argument mean the chosen tier; without one there is nothing to do."""

    def __init__(self, view: TimelineView) -> None:
        super().__init__(view)
        self._view = view
        self._session: Session = view.session

    @property
    def tier(self) -> Tier | None:
        project = self._session.project
        return project.tiers.get(self._view.chosen_tier) if project else None

    # How it is shown

    def choose_above(self) -> None:
        self._step(-1)

    def choose_below(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        ids = [tier.id for tier in self._session.shown_tiers()]
        if not ids:
            return
        chosen = self._view.chosen_tier
        place = ids.index(chosen) + by if chosen in ids else 0
        self._view.choose_tier(ids[max(0, min(len(ids) - 1, place))])

    def move_up(self) -> None:
        self._move(-1)

    def move_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        ids = [tier.id for tier in self._session.shown_tiers()]
        if self._view.chosen_tier in ids:
            self.put(self._view.chosen_tier, ids.index(self._view.chosen_tier) + by)

    def put(self, tier_id: str, place: int) -> None:
        """Shows the tier at that place among the shown ones; hidden ones keep theirs as well as they can."""
        others = [tier.id for tier in self._session.shown_tiers() if tier.id != tier_id]
        tiers = [tier for tier in self._session.tiers() if tier.id != tier_id]
        place = max(0, min(len(others), place))
        if not others:
            return
        if place < len(others):
            at = next(index for index, tier in enumerate(tiers) if tier.id == others[place])
        else:
            at = next(index for index, tier in enumerate(tiers) if tier.id == others[-1]) + 1
        self._session.tier_views.move(self._session.tiers(), tier_id, at)

    def hide(self) -> None:
        hidden = self._view.chosen_tier
        if hidden:
            self._session.tier_views.change(hidden, hidden=True)

    def show(self, tier_id: str) -> None:
        self._session.tier_views.change(tier_id, hidden=False)

    def show_all(self) -> None:
        self._session.tier_views.show_all(self._session.tiers())

    def toggle_lock(self) -> None:
        self._toggle("locked")

    def toggle_thumbnails(self) -> None:
        self._toggle("thumbnails")

    def _toggle(self, what: str) -> None:
        views, tier_id = self._session.tier_views, self._view.chosen_tier
        views.change(tier_id, **{what: not getattr(views.of(tier_id), what)})

    def taller(self) -> None:
        self._grow(TALLER_PX)

    def lower(self) -> None:
        self._grow(-TALLER_PX)

    def _grow(self, by_px: int) -> None:
        views, tier_id = self._session.tier_views, self._view.chosen_tier
        views.change(tier_id, height_px=views.of(tier_id).height_px + by_px)

    def color(self, color: str) -> None:
        self._session.tier_views.change(self._view.chosen_tier, color=color)

    def use_as_reference(self) -> None:
        if self.tier is not None and self.tier.source is not Source.DETECTOR:
            self._session.set_reference(self.tier.name)

    # Edits

    def new(self) -> None:
        """Asks for a name; the tier belongs to the person who works."""
        video = self._session.current_video
        name = self._name("New tier", "Name of the tier:", "")
        if video is None or not name:
            return
        tier = Tier(video.id, name, Source.ANNOTATOR, self._session.who)
        if self._session.do(AddTier(tier)):
            self._view.choose_tier(tier.id)

    def rename(self) -> None:
        tier = self.tier
        name = self._name("Rename tier", "Name of the tier:", tier.name) if tier else ""
        if tier is not None and name and name != tier.name and self._session.do(RenameTier(tier.id, name)):
            self._session.tier_views.rename(tier, name)

    def delete(self) -> None:
        """Without a question: it can be undone."""
        tier = self.tier
        if tier is not None and self._is_free(tier):
            self._session.do(DeleteTier(tier.id))

    def merge_into(self, target_id: str) -> None:
        project, tier = self._session.project, self.tier
        if project is None or tier is None or not self._is_free(project.tier(target_id)):
            return
        if (tier.source is Source.DETECTOR or self._is_free(tier)) and self._session.do(
            MergeTiers((tier.id, target_id), target_id)
        ):
            self._view.choose_tier(target_id)

    def mergeable(self) -> list[Tier]:
        """Where the chosen tier's events can go."""
        return [
            tier
            for tier in self._session.tiers()
            if tier.source is not Source.DETECTOR and tier.id != self._view.chosen_tier
        ]

    def _is_free(self, tier: Tier) -> bool:
        if not self._session.tier_views.is_locked(tier.id):
            return True
        self._session.messages.warn(f"The tier “{tier.name}” is locked; unlock it in its menu to change it.")
        return False

    def _name(self, title: str, question: str, before: str) -> str:
        name, accepted = QInputDialog.getText(self._view, title, question, text=before)
        return name.strip() if accepted else ""
