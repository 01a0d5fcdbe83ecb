"""Dark and light from one sheet and one table of named colors; follows the system unless the user has chosen."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from app import assets

Choice = Literal["system", "dark", "light"]
FONT_FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "Cantarell", "DejaVu Sans")
_PROPERTY = "studio_theme"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colors by what they are for."""

    background: QColor
    panel: QColor
    raised: QColor
    sunken: QColor
    line: QColor
    text: QColor
    muted: QColor
    accent: QColor
    on_accent: QColor
    selection: QColor
    hover: QColor
    agrees: QColor
    label_differs: QColor
    no_counterpart: QColor
    playhead: QColor
    stage: QColor
    on_event: QColor


@lru_cache(maxsize=2)
def tokens_of(name: str) -> Tokens:
    """The colors of the theme "dark" or "light"."""
    table = tomllib.loads(assets.theme_text("tokens.toml"))[name]
    return Tokens(**{field.name: QColor(table[field.name]) for field in fields(Tokens)})


def current_name() -> str:
    """The theme that is applied: "dark" or "light"."""
    app = QApplication.instance()
    return (app.property(_PROPERTY) if app else None) or "dark"


def current() -> Tokens:
    """The colors of the applied theme, for painted views; ask at each paint and repaint on PaletteChange."""
    return tokens_of(current_name())


def resolve(choice: Choice) -> str:
    """What a choice means now: the system's scheme where it says one, else dark."""
    if choice != "system":
        return choice
    scheme = QApplication.styleHints().colorScheme()
    return "light" if scheme == Qt.ColorScheme.Light else "dark"


def sheet(name: str) -> str:
    """The style sheet with the colors of the theme filled in."""
    tokens = tokens_of(name)
    filled = assets.theme_text("studio.qss").replace("@icons", assets.ICONS.as_posix()).replace("@theme", name)
    return re.sub(r"@([a-z_]+)", lambda found: getattr(tokens, found.group(1)).name(), filled)


def apply(app: QApplication, choice: Choice) -> None:
    """Gives the whole application the theme; safe to call again with another."""
    name = resolve(choice)
    app.setProperty(_PROPERTY, name)
    app.setStyle(QStyleFactory.create("Fusion"))
    font = QFont()
    font.setFamilies(list(FONT_FAMILIES))
    font.setPixelSize(13)
    app.setFont(font)
    app.setPalette(_palette(tokens_of(name)))
    app.setStyleSheet(sheet(name))


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for color_role, color in (
        (role.Window, tokens.background),
        (role.WindowText, tokens.text),
        (role.Base, tokens.panel),
        (role.AlternateBase, tokens.raised),
        (role.Text, tokens.text),
        (role.Button, tokens.raised),
        (role.ButtonText, tokens.text),
        (role.ToolTipBase, tokens.raised),
        (role.ToolTipText, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Link, tokens.accent),
    ):
        palette.setColor(color_role, color)
    for color_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, tokens.muted)
    return palette
