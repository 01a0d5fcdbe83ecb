"""The labels a project permits, with the code, color and key the window shows them by."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from fedn.errors import FormatError

DEFAULT_NAME = "six-and-others"
_SHIPPED = Path(__file__).parents[2] / "resources" / "vocabularies"


@dataclass(frozen=True, slots=True)
class LabelDef:
    """A permitted label.

    Attributes:
        name: what is stored in events ("happiness").
        code: three letters drawn in the event's block ("Hap"), so that color never stands alone.
        color: "#rrggbb".
        key: the digit that assigns it, "0" to "9", or "" if none does.

    Raises:
        FormatError: if one of them is not of this form.
    """

    name: str
    code: str
    color: str
    key: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise FormatError("a label of the vocabulary has no name; give every label one")
        if len(self.code) != 3:
            raise FormatError(f"the code “{self.code}” of the label “{self.name}” is not three letters")
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.color):
            raise FormatError(f"the color “{self.color}” of the label “{self.name}” is not of the form #rrggbb")
        if not re.fullmatch(r"[0-9]?", self.key):
            raise FormatError(f"the key “{self.key}” of the label “{self.name}” is not a digit")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The permitted labels in the order in which they are listed. An event's label may also be empty.

    Raises:
        FormatError: if there is no label, or two share a name, a code or a key.
    """

    name: str
    labels: tuple[LabelDef, ...]

    def __post_init__(self) -> None:
        if not self.labels:
            raise FormatError(f"the vocabulary “{self.name}” has no labels; list at least one")
        for what in ("name", "code", "key"):
            values = [getattr(label, what) for label in self.labels if getattr(label, what)]
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise FormatError(f"two labels of the vocabulary “{self.name}” have the same {what} “{twice}”")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(label.name for label in self.labels)

    def label(self, name: str) -> LabelDef | None:
        """The definition of a label, or None: imported events may carry labels that the vocabulary does not have."""
        return next((label for label in self.labels if label.name == name), None)

    def label_of_key(self, key: str) -> LabelDef | None:
        return next((label for label in self.labels if label.key == key), None) if key else None

    def to_dict(self) -> dict[str, Any]:
        labels = [
            {"name": label.name, "code": label.code, "color": label.color, "key": label.key} for label in self.labels
        ]
        return {"name": self.name, "labels": labels}

    @classmethod
    def from_dict(cls, content: dict[str, Any], where: str) -> Vocabulary:
        """`where` names the file in the error's sentence."""
        try:
            labels = tuple(
                LabelDef(str(row["name"]), str(row["code"]), str(row["color"]), str(row.get("key", "")))
                for row in content["labels"]
            )
            return cls(str(content["name"]), labels)
        except (KeyError, TypeError, AttributeError) as error:
            raise FormatError(
                f"{where} is not a vocabulary: {error} is missing; it needs a name and labels with name, code and color"
            ) from error
        except FormatError as error:
            raise FormatError(f"{where}: {error}") from error

    def to_toml(self) -> str:
        return tomli_w.dumps(self.to_dict())

    @classmethod
    def from_toml(cls, text: str, where: str = "the vocabulary") -> Vocabulary:
        try:
            return cls.from_dict(tomllib.loads(text), where)
        except tomllib.TOMLDecodeError as error:
            raise FormatError(f"{where} is not a TOML file: {error}") from error


def load_vocabulary(path: Path) -> Vocabulary:
    """Reads a vocabulary file.

    Raises:
        FormatError: if it cannot be read or is not a vocabulary.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"the vocabulary {path} cannot be read: {error}") from error
    return Vocabulary.from_toml(text, str(path))


def shipped_vocabularies() -> list[str]:
    """Names of the vocabularies that come with the program, the default first."""
    return sorted((path.stem for path in _SHIPPED.glob("*.toml")), key=lambda name: (name != DEFAULT_NAME, name))


def shipped_vocabulary(name: str = DEFAULT_NAME) -> Vocabulary:
    """A vocabulary that comes with the program.

    Raises:
        FormatError: if there is none of that name.
    """
    if name not in shipped_vocabularies():
        known = ", ".join(shipped_vocabularies())
        raise FormatError(f"there is no vocabulary “{name}”; the program brings {known}")
    return load_vocabulary(_SHIPPED / f"{name}.toml")
