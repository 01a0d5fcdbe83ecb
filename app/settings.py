"""What the user has set: defaults in code, a sparse file of what differs from them."""

from __future__ import annotations

import logging
import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs
import tomli_w

from app.settings_table import permits

logger = logging.getLogger(__name__)
RECENT_PROJECTS = 8


@dataclass(slots=True)
class Settings:
    """`window` and the values of `layouts` are Qt's own geometry and arrangement of panels, in base 64.

    `label_keys`: a label's key begins an event and ends it when it is pressed again ("toggle") or released ("hold").
    `scale`: of everything in the window, in percent, as text.
    `reopen`: the project that was open last is opened at the start; `last_project` is its folder.
    `places`: where the user was in each of the recent projects, by folder; read by `app.places` alone.
    `speeds`: of trainings as they were measured here, by scope and device; read by the retrain dialog alone.
    `volume`: of the sound of videos, in percent.
    `waveform`: the sound is drawn in the timeline.
    `face_box`: the followed face is marked in the picture.
    `reaction_ms`: how much later than what they see people press, while the video plays.
    """

    theme: str = "system"
    scale: str = "100"
    who: str = ""
    snapping: bool = True
    label_keys: str = "toggle"
    reaction_ms: int = 0
    review_advances: bool = True
    review_plays: bool = False
    reviewed_by: str = "played"
    volume: int = 80
    muted: bool = False
    face_box: bool = False
    waveform: bool = False
    reopen: bool = True
    recent: list[str] = field(default_factory=list)
    window: str = ""
    layout: str = "Annotate"
    layouts: dict[str, str] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    last_project: str = ""
    tour_seen: bool = False
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    speeds: dict[str, dict[str, Any]] = field(default_factory=dict)

    def remember_project(self, folder: Path) -> None:
        """Puts the project first among the recent ones."""
        name = str(folder.resolve())
        self.recent = [name, *(other for other in self.recent if other != name)][:RECENT_PROJECTS]


def settings_file() -> Path:
    """$FEDN_SETTINGS if set, else the usual place of the platform."""
    chosen = os.environ.get("FEDN_SETTINGS")
    return Path(chosen) if chosen else Path(platformdirs.user_config_dir("fedn-studio")) / "settings.toml"


def load_settings(path: Path) -> Settings:
    """A broken settings file costs the settings, never the start."""
    settings = Settings()
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return settings
    except (OSError, ValueError) as error:
        logger.warning("the settings in %s cannot be read (%s); the defaults are used", path, error)
        return settings
    for item in fields(Settings):
        value = content.get(item.name)
        if type(value) is type(getattr(settings, item.name)) and permits(item.name, value):
            setattr(settings, item.name, value)
    settings.recent = [str(name) for name in settings.recent]
    settings.layouts = {name: state for name, state in settings.layouts.items() if isinstance(state, str)}
    settings.places = {name: place for name, place in settings.places.items() if isinstance(place, dict)}
    settings.speeds = {name: speeds for name, speeds in settings.speeds.items() if isinstance(speeds, dict)}
    settings.keys = {name: keys for name, keys in settings.keys.items() if _are_texts(keys)}
    return settings


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def save_settings(settings: Settings, path: Path) -> None:
    """Writes what differs from the defaults; a folder that cannot be written is logged, not shown."""
    defaults = Settings()
    changed = {
        item.name: getattr(settings, item.name)
        for item in fields(Settings)
        if getattr(settings, item.name) != getattr(defaults, item.name)
    }
    temporary = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            tomli_w.dump(changed, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        logger.warning("the settings cannot be written to %s: %s", path, error)
