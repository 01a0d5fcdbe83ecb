"""What is known about a model without loading its weights: `model.toml` beside `weights.safetensors`. No torch."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import tomli_w

from fedn.errors import ModelError
from fedn.model_kinds import imported, kind_named

INFO_FILE = "model.toml"
WEIGHTS_FILE = "weights.safetensors"
SCHEMA = 1
LONGEST_TITLE, LONGEST_NOTE = 80, 20_000


def utc_now() -> str:
    """The time in ISO 8601, seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a model comes from.

    Attributes:
        parent: name of the model it was trained from, "" if none.
        recipe: name of the recipe.
        data: what it learned from, plain values (videos, subjects, events per label, license).
        command: the command line that made it.
        backbone_hash: identifies the backbone's weights; cached features belong to it.
    """

    parent: str = ""
    recipe: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    backbone_hash: str = ""


class NetworkConfig(Protocol):
    """The numbers of a network of any kind: a frozen dataclass that also has a class method `from_dict`."""

    @property
    def label_count(self) -> int: ...

    def to_dict(self) -> dict[str, Any]:
        """Plain values for TOML."""
        ...


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model's description.

    Attributes:
        name: unique among the models a project sees.
        labels: names of the labels, in the order of the network's outputs.
        network: the network's numbers, of the class that belongs to the kind.
        created: ISO 8601.
        kind: the architecture, one of `fedn.model_kinds.KINDS`.
        threshold: the score from which a prediction becomes an event.
        nms_iou: overlap above which the weaker of two events goes.
        candidate_nms_iou: the same for the unthresholded list that average precision is computed from.
        candidate_sigma: 0 for that; otherwise the weaker of two overlapping ones stays in that list, with a score
            that is lower by the factor exp(-IoU² / sigma).
        vote_iou: overlap from which predictions have a say in the boundaries of an event; 1 for none.
        most_events: of a video, the best ones; 0 for any number.
        most_candidates: of a video; 0 for a number that grows with its length.
        metrics: figures measured when it was made, plain values.
        folder: where it was read from, None for a model not yet saved.
        title, note: what people call it and have written about it; only in models that came from elsewhere, because a
            project keeps its own words about its models.
    """

    name: str
    labels: tuple[str, ...]
    network: NetworkConfig
    created: str = field(default_factory=utc_now)
    kind: str = "fedn"
    threshold: float = 0.5
    nms_iou: float = 0.05
    candidate_nms_iou: float = 0.3
    candidate_sigma: float = 0.0
    vote_iou: float = 0.7
    most_events: int = 0
    most_candidates: int = 0
    metrics: Mapping[str, Any] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)
    folder: Path | None = None
    title: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if len(self.labels) != self.network.label_count:
            raise ModelError(
                f"the model “{self.name}” lists {len(self.labels)} labels, its network has {self.network.label_count}; "
                "restore the folder from a copy"
            )
        if not 0.0 <= self.threshold <= 1.0:
            raise ModelError(f"the threshold {self.threshold} of the model “{self.name}” is not between 0 and 1")

    def to_toml(self) -> str:
        """The text of `model.toml`."""
        source = self.provenance
        content = {
            "schema": SCHEMA,
            "name": self.name,
            "kind": self.kind,
            "created": self.created,
            "labels": list(self.labels),
            "detection": {
                "threshold": self.threshold,
                "nms_iou": self.nms_iou,
                "candidate_nms_iou": self.candidate_nms_iou,
                "candidate_sigma": self.candidate_sigma,
                "vote_iou": self.vote_iou,
                "most_events": self.most_events,
                "most_candidates": self.most_candidates,
            },
            "network": self.network.to_dict(),
            "provenance": {
                "parent": source.parent,
                "recipe": source.recipe,
                "command": source.command,
                "backbone_hash": source.backbone_hash,
                "data": _plain(source.data),
            },
            "metrics": _plain(self.metrics),
        }
        if self.title or self.note:
            content["about"] = {"title": self.title, "note": self.note}
        return tomli_w.dumps(content)


def _plain(value: Any) -> Any:
    """TOML has no null: entries that are None are left out."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value if entry is not None]
    return value


def read_model_info(folder: Path) -> ModelInfo:
    """Reads a model's description.

    Raises:
        ModelError: if the folder holds no model, or one this version cannot use.
    """
    path = folder / INFO_FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"{folder} is not a model: it has no {INFO_FILE}; choose a folder made by FEDN Studio"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is damaged ({error}); restore the folder from a copy or retrain") from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); check the permissions of the folder") from None
    return _info_from(content, folder)


def _info_from(content: Mapping[str, Any], folder: Path) -> ModelInfo:
    path = folder / INFO_FILE
    schema = content.get("schema")
    if not isinstance(schema, int) or "network" not in content:
        raise ModelError(f"{path} does not describe a model of FEDN Studio; choose another folder")
    if schema > SCHEMA:
        raise ModelError(f"{path} was written by a newer version of FEDN Studio (schema {schema}); update the program")
    try:
        config = imported(kind_named(content.get("kind")).config)
    except ModelError as error:
        raise ModelError(f"{path} cannot be used: {error}") from None
    try:
        detection, source = content.get("detection", {}), content.get("provenance", {})
        about = content.get("about", {})
        return ModelInfo(
            name=str(content["name"]),
            labels=tuple(str(label) for label in content["labels"]),
            network=config.from_dict(content["network"]),
            created=str(content.get("created", "")),
            kind=str(content["kind"]),
            threshold=float(detection.get("threshold", 0.5)),
            nms_iou=float(detection.get("nms_iou", 0.05)),
            candidate_nms_iou=float(detection.get("candidate_nms_iou", 0.3)),
            candidate_sigma=float(detection.get("candidate_sigma", 0.0)),
            vote_iou=float(detection.get("vote_iou", 0.7)),
            most_events=int(detection.get("most_events", 0)),
            most_candidates=int(detection.get("most_candidates", 0)),
            metrics=content.get("metrics", {}),
            provenance=Provenance(
                parent=str(source.get("parent", "")),
                recipe=str(source.get("recipe", "")),
                data=source.get("data", {}),
                command=str(source.get("command", "")),
                backbone_hash=str(source.get("backbone_hash", "")),
            ),
            folder=folder,
            title=str(about.get("title", ""))[:LONGEST_TITLE],
            note=str(about.get("note", ""))[:LONGEST_NOTE],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{path} lacks or misspells an entry ({error}); restore it from a copy or retrain") from None


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file so that a reader, or a crash at any moment, meets the old content or the new, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
