"""Labels of one vocabulary in the words of another, and the spellings that data sets have for one label."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli_w

from fedn.annotation.event import Event
from fedn.errors import FormatError

_SHIPPED = Path(__file__).parents[2] / "resources" / "vocabularies" / "mappings"

SPELLINGS = {
    "happyiness": ("happiness", "a typing error in the self-reports of CAS(ME)^2"),
    "happy": ("happiness", "so written in the micro-expressions of CAS(ME)^3"),
    "sad": ("sadness", "so written in the micro-expressions of CAS(ME)^3"),
    "other": ("others", "so written in the micro-expressions of SAMM"),
}
"""What data sets write, in lower case: the label that is meant, and where it is written so."""


def normal_label(text: str) -> str:
    """The label that a data set means: lower case, and the spellings above put right. Other words stay themselves."""
    word = " ".join(text.split()).casefold()
    return SPELLINGS[word][0] if word in SPELLINGS else word


@dataclass(frozen=True, slots=True)
class MappedEvents:
    """`events` have labels of the mapping's target; `unmapped` are those whose label it does not know, as they were."""

    events: tuple[Event, ...]
    unmapped: tuple[Event, ...]

    @property
    def unmapped_labels(self) -> tuple[str, ...]:
        return tuple(sorted({event.label for event in self.unmapped}))


@dataclass(frozen=True, slots=True)
class VocabularyMapping:
    """Which labels fall into which label of another vocabulary. A label of the target means itself.

    Attributes:
        target: name of the vocabulary whose labels come out.
        classes: every label of the target with the labels that fall into it besides itself.
        source: where the grouping comes from.

    Raises:
        FormatError: if there is no class, or a label falls into two.
    """

    name: str
    target: str
    classes: tuple[tuple[str, tuple[str, ...]], ...]
    source: str = ""

    def __post_init__(self) -> None:
        if not self.classes:
            raise FormatError(f"the mapping “{self.name}” has no classes; list at least one")
        labels = [label for name, members in self.classes for label in dict.fromkeys((name, *members))]
        twice = next((label for label in labels if labels.count(label) > 1), None)
        if twice is not None:
            raise FormatError(f"the label “{twice}” falls into two classes of the mapping “{self.name}”; choose one")

    def label(self, label: str) -> str | None:
        """The target's label, None if the mapping does not know it: it never guesses."""
        wanted = normal_label(label)
        return next((name for name, members in self.classes if wanted == name or wanted in members), None)

    def unknown(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Those of the labels that it does not know, to be told."""
        return tuple(label for label in dict.fromkeys(labels) if self.label(label) is None)

    def map_events(self, events: Iterable[Event]) -> MappedEvents:
        """The events with the target's labels, under their old ids. Events without a label stay without one."""
        mapped: list[Event] = []
        unmapped: list[Event] = []
        for event in events:
            label = self.label(event.label) if event.label else ""
            if label is None:
                unmapped.append(event)
            else:
                mapped.append(replace(event, label=label))
        return MappedEvents(tuple(mapped), tuple(unmapped))

    def to_dict(self) -> dict[str, Any]:
        classes = {name: list(members) for name, members in self.classes}
        return {"name": self.name, "target": self.target, "source": self.source, "classes": classes}

    @classmethod
    def from_dict(cls, content: dict[str, Any], where: str) -> VocabularyMapping:
        """`where` names the file in the error's sentence."""
        try:
            classes = tuple((str(name), _labels(members)) for name, members in content["classes"].items())
            return cls(str(content["name"]), str(content["target"]), classes, str(content.get("source", "")))
        except (KeyError, TypeError, AttributeError) as error:
            raise FormatError(
                f"{where} is not a mapping of labels ({error}); it needs name, target and lists of labels under classes"
            ) from error
        except FormatError as error:
            raise FormatError(f"{where}: {error}") from error

    def to_toml(self) -> str:
        return tomli_w.dumps(self.to_dict())

    @classmethod
    def from_toml(cls, text: str, where: str = "the mapping") -> VocabularyMapping:
        try:
            return cls.from_dict(tomllib.loads(text), where)
        except tomllib.TOMLDecodeError as error:
            raise FormatError(f"{where} is not a TOML file: {error}") from error


def _labels(members: Any) -> tuple[str, ...]:
    if not isinstance(members, list) or not all(isinstance(label, str) for label in members):
        raise TypeError(f"{members!r} is no list of labels")
    return tuple(members)


def load_mapping(path: Path) -> VocabularyMapping:
    """Reads a mapping file.

    Raises:
        FormatError: if it cannot be read or is not a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"the mapping {path} cannot be read: {error}") from error
    return VocabularyMapping.from_toml(text, str(path))


def shipped_mappings() -> list[str]:
    """Names of the mappings that come with the program."""
    return sorted(path.stem for path in _SHIPPED.glob("*.toml"))


def shipped_mapping(name: str) -> VocabularyMapping:
    """A mapping that comes with the program.

    Raises:
        FormatError: if there is none of that name.
    """
    if name not in shipped_mappings():
        raise FormatError(f"there is no mapping “{name}”; the program brings {', '.join(shipped_mappings())}")
    return load_mapping(_SHIPPED / f"{name}.toml")
