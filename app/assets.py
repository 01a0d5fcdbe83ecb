"""The only code of the window that knows where resources/ and the manual are."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

PROGRAM = Path(__file__).resolve().parent.parent
RESOURCES = PROGRAM / "resources"
THEMES = RESOURCES / "themes"
ICONS = RESOURCES / "icons"
DEMO = RESOURCES / "demo"
MANUAL = PROGRAM / "docs" / "manual"


def theme_text(name: str) -> str:
    """A file of resources/themes."""
    return (THEMES / name).read_text(encoding="utf-8")


def icon(name: str, color: QColor, size_px: int = 20) -> QIcon:
    """A line drawing of resources/icons in `color`; paler while its button is disabled."""
    result = QIcon(_drawn(name, color.name(QColor.NameFormat.HexArgb), size_px))
    pale = QColor(color)
    pale.setAlphaF(0.35)
    result.addPixmap(_drawn(name, pale.name(QColor.NameFormat.HexArgb), size_px), QIcon.Mode.Disabled)
    return result


def app_icon() -> QIcon:
    return QIcon(str(ICONS / "fedn-studio.svg"))


@lru_cache(maxsize=256)
def _drawn(name: str, argb: str, size_px: int) -> QPixmap:
    color = QColor(argb)
    drawing = (ICONS / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color.name())
    scale = 2
    pixmap = QPixmap(QSize(size_px, size_px) * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(color.alphaF())
    QSvgRenderer(QByteArray(drawing.encode())).render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
