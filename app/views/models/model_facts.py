"""What there is to say about a model, in rows of words. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from app.jobs.detection import OPTICAL_FLOW
from fedn.counted import counted
from fedn.kept_comparison import KeptComparison, find_comparison
from fedn.lineage import learned, lineage
from fedn.model_info import ModelInfo
from fedn.registry import DEFAULT_MODEL

_MOST_NAMES = 8
_NUMBERS = (
    ("spotting F1", "spotting", "f1", "spotting_f1"),
    ("spotting mAP", "spotting", "map", "spotting_map"),
    ("recognition F1", "recognition", "micro_f1", "micro_f1"),
    ("detection mAP", "detection", "map", "detection_map"),
)


def local_time(iso: str) -> str:
    """ "2026-11-21 17:02" in the user's time zone; what is no time stays as it is."""
    try:
        return datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return iso


def origin(info: ModelInfo) -> str:
    if info.provenance.parent:
        return f"retrained from {info.provenance.parent}"
    if info.name == OPTICAL_FLOW:
        return "proposes, names nothing"
    return "comes with the program" if info.name == DEFAULT_MODEL else ""


def facts(info: ModelInfo, project_folder: Path) -> list[tuple[str, str]]:
    """Caption and words; only what is known."""
    line = lineage(info, project_folder)
    ancestors = [one.name for one in line[1:]]
    if line[-1].provenance.parent and line[-1].provenance.parent not in {one.name for one in line}:
        ancestors.append(f"{line[-1].provenance.parent} (not here)")
    mine = learned(info)
    held_out = mine.get("held_out")
    rows = [
        ("Made", local_time(info.created)),
        ("From", " ← ".join(ancestors)),
        ("Learned", _data(info, mine)),
        ("Events", _counts(mine.get("events_by_label") or info.provenance.data.get("events_by_label"))),
        ("Held out", _people(held_out) if isinstance(held_out, int) else _names(held_out)),
        ("Recipe", _recipe(info, mine)),
        ("Labels", _names(info.labels)),
        ("Numbers", numbers(info, project_folder)),
    ]
    return [(caption, words) for caption, words in rows if words]


def numbers(info: ModelInfo, project_folder: Path) -> str:
    """On people it has not seen, with intervals where it was compared; else on those it was chosen on."""
    parent = info.provenance.parent
    kept = find_comparison(project_folder, parent, info.name) if parent else None
    if kept is not None:
        return f"{_figures(kept.after, kept)}\non {', '.join(kept.subjects)}"
    for part, where in (("held_out", "on held-out people"), ("validation", "on people it was chosen on")):
        found = info.metrics.get(part)
        if isinstance(found, Mapping):
            return f"{_figures(found, None)}\n{where}"
    return ""


def main_number(info: ModelInfo) -> float | None:
    """Spotting F1 on people it has not learned from, for the list."""
    for part in ("held_out", "validation"):
        found = info.metrics.get(part)
        spotted = found.get("spotting") if isinstance(found, Mapping) else None
        value = spotted.get("f1") if isinstance(spotted, Mapping) else None
        if isinstance(value, int | float):
            return float(value)
    return None


def _figures(found: Mapping[str, Any], kept: KeptComparison | None) -> str:
    lines = []
    for name, part, key, figure in _NUMBERS:
        section = found.get(part)
        value = section.get(key) if isinstance(section, Mapping) else None
        if isinstance(value, int | float):
            between = kept.interval("after", figure) if kept else None
            around = f"  ({between[0]:.2f} to {between[1]:.2f})" if between else ""
            lines.append(f"{name} {value:.3f}{around}")
    return "\n".join(lines)


def _data(info: ModelInfo, mine: Mapping[str, Any]) -> str:
    source = mine or info.provenance.data
    people, videos = source.get("subjects"), source.get("videos")
    # Of a model from elsewhere there are numbers instead of names.
    who = people if isinstance(people, int) else len(people) if isinstance(people, Sequence) else 0
    parts = [_people(who)] if who else []
    count = videos if isinstance(videos, int) else len(videos) if isinstance(videos, Sequence) else 0
    parts += [counted(count, "video")] if count else []
    events = source.get("events")
    parts += [counted(events, "event")] if isinstance(events, int) else []
    words = ", ".join(parts)
    if mine.get("tier"):
        words += f" of “{mine['tier']}”"
    return f"{words}, labels as of edit {mine['edit']}" if isinstance(mine.get("edit"), int) else words


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _counts(found: Any) -> str:
    if not isinstance(found, Mapping):
        return ""
    return ", ".join(f"{label} {count}" for label, count in found.items() if count)


def _recipe(info: ModelInfo, mine: Mapping[str, Any]) -> str:
    scope = {"full": "whole network", "detector": "detector only"}.get(str(mine.get("scope", "")), "")
    return ", ".join(word for word in (info.provenance.recipe, scope) if word)


def _names(found: Any) -> str:
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ""
    names = [str(name) for name in found]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
