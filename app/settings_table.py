"""Every setting that people choose, as a row of data, for the dialog and for telling which values make no sense."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few: (value in the file, what it says to people)."""

    options: tuple[tuple[str, str], ...]

    def permits(self, value: object) -> bool:
        return any(value == name for name, _ in self.options)


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `lowest` to `highest`, both included."""

    lowest: int
    highest: int
    unit: str = ""
    step: int = 1

    def permits(self, value: object) -> bool:
        return isinstance(value, int) and self.lowest <= value <= self.highest


@dataclass(frozen=True, slots=True)
class Decimal:
    """A number from `lowest` to `highest`, both included."""

    lowest: float
    highest: float
    unit: str = ""
    step: float = 0.1

    def permits(self, value: object) -> bool:
        return isinstance(value, float) and self.lowest <= value <= self.highest


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off."""

    def permits(self, value: object) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Text:
    """Anything; `hint` stands in the empty field."""

    hint: str = ""

    def permits(self, value: object) -> bool:
        return isinstance(value, str)


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting.

    Attributes:
        field: its name in `Settings`.
        page: the group under which the dialog shows it.
        explanation: one sentence on what it does.
    """

    field: str
    page: str
    title: str
    explanation: str
    kind: Choice | Number | Decimal | Switch | Text


SETTINGS = (
    SettingRow(
        "who", "General", "Your name", "Stands with every event that you make or change, and in the project's history.",
        Text("the name of your account"),
    ),
    SettingRow(
        "theme", "General", "Colors", "Dark or light; by default as the system has it.",
        Choice((("system", "As the system"), ("dark", "Dark"), ("light", "Light"))),
    ),
    SettingRow(
        "scale", "General", "Size of everything", "Text, buttons and rows; from the next start of the program on.",
        Choice((("100", "Normal"), ("125", "Larger by a quarter"), ("150", "Larger by half"), ("200", "Twice"))),
    ),
    SettingRow(
        "reopen", "General", "Go on where I stopped",
        "The project that was open last is opened when the program starts.", Switch(),
    ),
    SettingRow(
        "face_box", "General", "Box around the face", "Shows in the player which face is followed.", Switch(),
    ),
    SettingRow(
        "waveform", "General", "Sound in the timeline", "Draws how loud it is, where a video has sound.", Switch(),
    ),
    SettingRow(
        "volume", "General", "Volume", "Of the sound of videos.", Number(0, 100, "%", 5),
    ),
    SettingRow(
        "muted", "General", "No sound", "Videos play silently.", Switch(),
    ),
    SettingRow(
        "snapping", "Labeling", "Snap to edges and playhead",
        "What is dragged in the timeline catches on boundaries of other events; Alt or Shift lets it go.", Switch(),
    ),
    SettingRow(
        "label_keys", "Labeling", "A label's key",
        "How an event is made while the video plays: with two presses, or by holding the key down.",
        Choice((("toggle", "begins an event and ends it at the next press"), ("hold", "makes an event while held"))),
    ),
    SettingRow(
        "reaction_ms", "Labeling", "Reaction time",
        "How much earlier than the key press a boundary is set while the video plays.", Number(0, 1000, "ms", 10),
    ),
    SettingRow(
        "review_advances", "Review", "Go on after a decision",
        "After an item has been accepted or rejected, the next one of the queue is shown.", Switch(),
    ),
    SettingRow(
        "review_plays", "Review", "Play each item", "What the queue goes to is played at once.", Switch(),
    ),
    SettingRow(
        "reviewed_by", "Review", "What counts as reviewed",
        "Where an annotator has looked and marked nothing, a model learns that there is no expression.",
        Choice((
            ("played", "what is decided, and what is played while the Review panel is in sight"),
            ("decided", "what is decided"),
            ("marked", "only what is marked as reviewed"),
        )),
    ),
)  # fmt: skip
"""The rows by page, in the order of the dialog."""

KEPT = ("recent", "window", "layout", "layouts", "keys", "last_project", "tour_seen", "places", "speeds")
"""What the window remembers by itself."""


def permits(field: str, value: object) -> bool:
    """Whether a value from the file is one that the program can work with."""
    return all(row.kind.permits(value) for row in SETTINGS if row.field == field)
