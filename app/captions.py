"""The small texts of panels and dialogs: headings, notes, and what stands beside a field."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget


def heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("heading", True)
    return label


def muted(text: str) -> QLabel:
    """A quiet text of one line."""
    label = QLabel(text)
    label.setProperty("muted", True)
    return label


def note(text: str) -> QLabel:
    """A quiet text of as many lines as it needs."""
    label = muted(text)
    label.setWordWrap(True)
    return label


def caption(text: str, buddy: QWidget) -> QLabel:
    """What stands beside a field, and is read aloud with it."""
    label = muted(text)
    label.setBuddy(buddy)
    return label
