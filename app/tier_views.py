"""How the user has arranged the tiers: order, hidden, height, color, locked. No edit, and nothing to undo."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from fedn.annotation.tier import Source, Tier

if TYPE_CHECKING:
    from app.session import Session

FILE_NAME = "view.json"
LEAST_HEIGHT_PX, MOST_HEIGHT_PX, STANDARD_HEIGHT_PX = 24, 160, 38

logger = logging.getLogger(__name__)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class TierView:
    """`color` is "#rrggbb", or "" for none; `thumbnails` shows the apex frames under the tier."""

    hidden: bool = False
    locked: bool = False
    height_px: int = STANDARD_HEIGHT_PX
    color: str = ""
    thumbnails: bool = False


def key_of(tier: Tier) -> str:
    """What a tier's arrangement is kept under, so that it holds for the same source on every video.

    Models, and people with tiers of the same name, are told apart; a self-report's person is another on each video.
    """
    named_alone = tier.source is Source.SELF_REPORT or not tier.who
    return tier.name if named_alone else f"{tier.name} · {tier.who}"


class TierViews(QObject):
    """The arrangement of the open project, kept in a small file in its folder.

    Signals:
        changed: tiers were moved, hidden, resized, locked or colored.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._views: dict[str, TierView] = {}
        self._order: list[str] = []
        session.project_changed.connect(self._on_project_changed)

    def of(self, tier_id: str) -> TierView:
        project = self._session.project
        tier = project.tiers.get(tier_id) if project else None
        return self._views.get(key_of(tier), TierView()) if tier else TierView()

    def is_locked(self, tier_id: str) -> bool:
        """Whether the events of the tier are to stay as they are."""
        return self.of(tier_id).locked

    def may_change(self, event_ids: Iterable[str], tier_ids: Iterable[str] = ()) -> bool:
        """Whether neither the events' tiers nor these are locked; if one is, the user is told how to unlock it."""
        project = self._session.project
        if project is None:
            return False
        tiers = dict.fromkeys((*(project.tier_of(one).id for one in event_ids), *tier_ids))
        locked = next((one for one in tiers if self.is_locked(one)), None)
        if locked is not None:
            name = project.tier(locked).name
            self._session.messages.info(f"The tier “{name}” is locked; unlock it in its menu on the timeline.")
        return locked is None

    def is_hidden(self, tier_id: str) -> bool:
        return self.of(tier_id).hidden

    def change(self, tier_id: str, **what: Any) -> None:
        """Sets fields of TierView, for the tiers of that name on every video."""
        project = self._session.project
        if project is None or tier_id not in project.tiers:
            return
        before = self.of(tier_id)
        if "height_px" in what:
            what["height_px"] = max(LEAST_HEIGHT_PX, min(MOST_HEIGHT_PX, int(what["height_px"])))
        after = replace(before, **what)
        if after != before:
            self._views[key_of(project.tier(tier_id))] = after
            self._tell()

    def show_all(self, tiers: Iterable[Tier]) -> None:
        for tier in tiers:
            self.change(tier.id, hidden=False)

    def ordered(self, tiers: Sequence[Tier]) -> list[Tier]:
        """The tiers as arranged; one that was never moved stays behind the one it follows in `tiers`."""
        known = [tier for tier in tiers if key_of(tier) in self._order]
        known.sort(key=lambda tier: self._order.index(key_of(tier)))
        return woven(known, tiers)

    def move(self, tiers: Sequence[Tier], tier_id: str, place: int) -> None:
        """Puts one of the shown `tiers` at `place` among the others."""
        moved = next((tier for tier in tiers if tier.id == tier_id), None)
        if moved is None:
            return
        others = [tier for tier in tiers if tier.id != tier_id]
        place = max(0, min(len(others), place))
        arranged = [*others[:place], moved, *others[place:]]
        order = woven(list(dict.fromkeys(key_of(tier) for tier in arranged)), self._order)
        if [tier.id for tier in arranged] != [tier.id for tier in tiers]:
            self._order = order
            self._tell()

    def rename(self, tier: Tier, name: str) -> None:
        """A tier that gets another name keeps its arrangement."""
        old, new = key_of(tier), key_of(replace(tier, name=name))
        if old in self._views:
            self._views[new] = self._views[old]
        self._order = [new if key == old else key for key in self._order]
        self._tell()

    def _tell(self) -> None:
        self._write()
        self.changed.emit()

    def _path(self) -> Path | None:
        project = self._session.project
        return Path(project.folder) / FILE_NAME if project else None

    def _on_project_changed(self) -> None:
        path = self._path()
        self._views, self._order = _read(path) if path else ({}, [])

    def _write(self) -> None:
        """A folder that cannot be written costs the arrangement at the next start, nothing more."""
        path = self._path()
        if path is None or self._session.why_read_only is not None:
            return
        content = {"order": self._order, "tiers": {key: _sparse(view) for key, view in self._views.items()}}
        temporary = path.with_name(path.name + ".new")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            logger.warning("the arrangement of the tiers cannot be written to %s: %s", path, error)


def by_source(tiers: Iterable[Tier]) -> list[Tier]:
    """As they stand before the user arranges them: detectors, expert, self-report, others."""
    rank = (Source.DETECTOR, Source.EXPERT, Source.SELF_REPORT, Source.ANNOTATOR, Source.IMPORTED)
    return sorted(tiers, key=lambda tier: rank.index(tier.source))


def reference_among(tiers: Sequence[Tier], name: str) -> Tier | None:
    """The tier that predictions are compared with: by name, else the expert's, the self-report, anyone's."""
    people = [tier for tier in tiers if tier.source != Source.DETECTOR]
    named = (tier for tier in people if tier.name == name)
    usual = (tier for source in (Source.EXPERT, Source.SELF_REPORT) for tier in people if tier.source == source)
    return next(named, None) or next(usual, None) or next(iter(people), None)


def woven(first: Sequence[Item], second: Sequence[Item]) -> list[Item]:
    """`first`, and what only `second` has, each behind what precedes it there.

    >>> woven(["b", "a"], ["a", "x", "b", "y"])
    ['b', 'y', 'a', 'x']
    """
    result = list(first)
    before: Item | None = None
    for item in second:
        if item not in result:
            result.insert(0 if before is None else result.index(before) + 1, item)
        before = item
    return result


def _sparse(view: TierView) -> dict[str, Any]:
    standard = asdict(TierView())
    return {name: value for name, value in asdict(view).items() if value != standard[name]}


def _read(path: Path) -> tuple[dict[str, TierView], list[str]]:
    """What is damaged in the file is left out: it costs an arrangement, never a project."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        order = [key for key in content.get("order", []) if isinstance(key, str)]
        views = {str(key): _view_of(given) for key, given in content.get("tiers", {}).items()}
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError, AttributeError, TypeError) as error:
        logger.warning("the arrangement of the tiers in %s cannot be read: %s", path, error)
        return {}, []
    return views, list(dict.fromkeys(order))


def _view_of(given: dict[str, Any]) -> TierView:
    standard = TierView()
    known = {item.name: given[item.name] for item in fields(TierView) if item.name in given}
    fitting = {name: value for name, value in known.items() if type(value) is type(getattr(standard, name))}
    view = TierView(**fitting)
    return replace(view, height_px=max(LEAST_HEIGHT_PX, min(MOST_HEIGHT_PX, view.height_px)))
