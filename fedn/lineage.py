"""Which model came from which, and whom a model and its ancestors have learned from. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fedn.annotation.project import Project
from fedn.errors import ModelError
from fedn.model_info import ModelInfo, read_model_info
from fedn.registry import resolve_model

LEARNED = "learned"
"""The entry of a model's data about the project's videos: keys of their content, subjects, tier, events by label."""


def lineage(info: ModelInfo, project_folder: Path | None = None) -> list[ModelInfo]:
    """The model and its ancestors, as far as they are still there, the youngest first."""
    line, names = [info], {info.name}
    while (parent := line[-1].provenance.parent) and parent not in names:
        try:
            line.append(read_model_info(resolve_model(parent, project_folder)))
        except ModelError:
            break
        names |= {parent, line[-1].name}
    return line


def learned(info: ModelInfo) -> Mapping[str, Any]:
    """What it learned from in a project; empty for a model that no project has made."""
    found = info.provenance.data.get(LEARNED)
    return found if isinstance(found, Mapping) else {}


def people_seen(project: Project, info: ModelInfo) -> tuple[str, ...]:
    """Subjects of a project of whom the model or one of its ancestors has learned a video."""
    keys = learned_keys(info, project.folder)
    return tuple(dict.fromkeys(video.subject for video in project.videos.values() if video.key in keys))


def learned_keys(info: ModelInfo, project_folder: Path | None = None) -> frozenset[str]:
    """Content keys of the videos that the model or one of its ancestors has learned from, in whatever project."""
    keys = (learned(one).get("keys") for one in lineage(info, project_folder))
    return frozenset(str(key) for own in keys if isinstance(own, list) for key in own)
