"""Two models compared on the same people, as it is kept on disk: numbers, and what each of them predicted. No torch."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fedn.annotation.event import Event
from fedn.errors import FednError, ModelError
from fedn.model_info import write_atomically

COMPARISONS_FOLDER = "comparisons"
COMPARISON_FILE = "comparison.json"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Share:
    """What one model makes of the true events of one label, or of one person.

    Attributes:
        predicted: number of its events above its threshold; hits: those that are true, at an IoU of 0.5.
        f1: of these counts; None without any event, true or predicted.
        ap: mean average precision over the IoUs; None without true events.
    """

    predicted: int
    hits: int
    f1: float | None
    ap: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """A label or a person, with the number of true events."""

    name: str
    n_truth: int
    old: Share
    new: Share


@dataclass(frozen=True, slots=True)
class ComparedVideo:
    """Events in the video's own frames: the truth, and all that each model predicts above its threshold.

    `key` is of the video's content, by which a project knows it.
    """

    name: str
    key: str
    subject: str
    truth: tuple[Event, ...]
    old: tuple[Event, ...]
    new: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class KeptComparison:
    """An old and a new model on the same people.

    Attributes:
        old, new: their names.
        made: ISO 8601.
        tier: the truth.
        subjects: those measured on; seen_by_old, seen_by_new: those of them that the model has learned from.
        verdict: one sentence.
        before, after: evaluations as `evaluate --json` prints them.
        confidence: by "before", "after" and "difference" the intervals by name of the number: value, low, high.
        labels, people: the same by label and by subject.
        videos: what was predicted.
    """

    old: str
    new: str
    made: str
    tier: str
    subjects: tuple[str, ...]
    verdict: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    confidence: Mapping[str, Any] = field(default_factory=dict)
    seen_by_old: tuple[str, ...] = ()
    seen_by_new: tuple[str, ...] = ()
    labels: tuple[Row, ...] = ()
    people: tuple[Row, ...] = ()
    videos: tuple[ComparedVideo, ...] = ()

    def interval(self, part: str, name: str) -> tuple[float, float] | None:
        """Of `part` "before", "after" or "difference"; None where there is none."""
        found = (self.confidence.get(part) or {}).get(name)
        return (float(found["low"]), float(found["high"])) if found else None

    def to_json(self) -> dict[str, Any]:
        content = asdict(self)
        content["videos"] = [
            {**row, **{part: [_event_row(event) for event in getattr(video, part)] for part in ("truth", "old", "new")}}
            for row, video in zip(content["videos"], self.videos, strict=True)
        ]
        return {"schema": SCHEMA, **content}


def write_comparison(path: Path, comparison: KeptComparison) -> None:
    """Written whole or not at all.

    Raises:
        ModelError: if it cannot be written.
    """
    try:
        write_atomically(path, json.dumps(comparison.to_json(), ensure_ascii=False).encode())
    except OSError as error:
        raise ModelError(f"the comparison cannot be written to {path} ({error.strerror}); make room there") from None


def read_comparison(path: Path) -> KeptComparison:
    """The inverse of `write_comparison`.

    Raises:
        ModelError: if it is missing, damaged or of a newer version.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("schema") != SCHEMA:
            raise ModelError(f"{path} was written by another version of FEDN Studio; compare the models again")
        for part in ("labels", "people"):
            content[part] = tuple(_row(row) for row in content[part])
        content["videos"] = tuple(_video(row) for row in content["videos"])
        for name in ("subjects", "seen_by_old", "seen_by_new"):
            content[name] = tuple(str(one) for one in content[name])
        return KeptComparison(**content)
    except ModelError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, FednError) as error:
        raise ModelError(f"the comparison {path} cannot be read ({error}); compare the models again") from None


def comparison_path(project_folder: Path, old: str, new: str) -> Path:
    """Where a project keeps the last comparison of two models."""
    names = (re.sub(r"[^A-Za-z0-9._-]+", "-", name) for name in (old, new))
    return project_folder / COMPARISONS_FOLDER / f"{'--'.join(names)}.json"


def find_comparison(project_folder: Path, old: str, new: str) -> KeptComparison | None:
    """The last comparison of two models, None if there is none that can be read."""
    try:
        found = read_comparison(comparison_path(project_folder, old, new))
    except ModelError:
        return None
    return found if (found.old, found.new) == (old, new) else None


def forget_comparisons(project_folder: Path, name: str) -> None:
    """Removes those of a model that is gone."""
    folder = project_folder / COMPARISONS_FOLDER
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            found = read_comparison(path)
        except ModelError:
            continue
        if name in (found.old, found.new):
            path.unlink(missing_ok=True)


def _row(row: Mapping[str, Any]) -> Row:
    return Row(str(row["name"]), int(row["n_truth"]), Share(**row["old"]), Share(**row["new"]))


def _video(row: Mapping[str, Any]) -> ComparedVideo:
    truth, old, new = (_events(row[part]) for part in ("truth", "old", "new"))
    return ComparedVideo(str(row["name"]), str(row["key"]), str(row["subject"]), truth, old, new)


def _events(rows: Iterable[Mapping[str, Any]]) -> tuple[Event, ...]:
    return tuple(
        Event(row["onset"], row["offset"], row["label"], row["apex"], row["kind"], row["score"]) for row in rows
    )


def _event_row(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in ("onset", "apex", "offset", "label", "kind", "score")}
