"""What is dropped onto the window: projects, videos, folders, files with labels, told apart by name alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.jobs.add_videos import VIDEO_SUFFIXES
from fedn.annotation.formats.known_formats import READABLE, known_format
from fedn.annotation.project_file import FILE_NAME
from fedn.counted import counted
from fedn.model_info import INFO_FILE

LABEL_SUFFIXES = frozenset(Path(known_format(name).ending).suffix.lower() for name in READABLE) | {
    ".tsv", ".txt", ".xls", ".xlsm", ".gz",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dropped:
    """Paths by what will be done with them; `unknown` are files of no kind that the program reads."""

    projects: tuple[Path, ...] = ()
    videos: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    labels: tuple[Path, ...] = ()
    models: tuple[Path, ...] = ()
    unknown: tuple[Path, ...] = ()

    def says(self, *, has_project: bool) -> str:
        """What letting go would do, as the end of "Drop to …"; "" if nothing could be done."""
        if self.projects:
            return f"open the project {self.projects[0].stem}"
        parts = []
        if self.videos:
            parts.append(f"add {counted(len(self.videos), 'video')}")
        if self.folders:
            parts.append(f"add the videos of {counted(len(self.folders), 'folder')}")
        if self.labels and has_project:
            parts.append(f"import {counted(len(self.labels), 'file')} of labels")
        if self.models and has_project:
            parts.append(f"take in the model {self.models[0].stem}" if len(self.models) == 1 else "take in the models")
        if not parts:
            return ""
        what = " and ".join(parts)
        return what if has_project else f"{what} to a new project"


def sort_dropped(paths: Iterable[Path]) -> Dropped:
    kinds: dict[str, list[Path]] = {
        "projects": [],
        "videos": [],
        "folders": [],
        "labels": [],
        "models": [],
        "unknown": [],
    }
    for path in paths:
        kinds[_kind(path)].append(path)
    return Dropped(**{kind: tuple(found) for kind, found in kinds.items()})


def _kind(path: Path) -> str:
    if path.name == INFO_FILE or path.suffix.lower() == ".zip" or (path / INFO_FILE).is_file():
        return "models"
    if path.is_dir():
        return "projects" if path.suffix == ".fedn" or (path / FILE_NAME).exists() else "folders"
    if path.name == FILE_NAME:
        return "projects"
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES:
        return "videos"
    return "labels" if suffix in LABEL_SUFFIXES else "unknown"
