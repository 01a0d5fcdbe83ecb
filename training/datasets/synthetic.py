"""Rendered long videos: `videos/<subject>/<name>`, `labels.csv`, `manifest.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fedn.annotation.event import Event
from fedn.annotation.formats.event_csv import EventRow, read_event_table
from fedn.annotation.interval import Interval
from fedn.errors import TrainingError, VideoError
from fedn.progress import SILENT, Reporter
from training.datasets.features import FeatureSource, video_features
from training.datasets.sample import Sample


def read_synthetic_samples(
    folder: Path,
    *,
    tier: str,
    backbone: FeatureSource,
    cache: Path | None = None,
    reporter: Reporter = SILENT,
) -> list[Sample]:
    """Every video of the folder, wholly reviewed. Features are computed once per backbone.

    Raises:
        TrainingError: if the folder is not one written by `main.py synth` or lacks the tier.
    """
    entries, rows = _manifest(folder), _rows(folder, tier)
    cache = cache if cache is not None else folder / "cache"
    samples = []
    for number, entry in enumerate(entries):
        file = folder / str(entry["file"])
        if not file.exists():
            file = folder / "videos" / str(entry["file"])
        own_cache = cache / str(entry["subject"]) / file.stem
        try:
            features = video_features(
                file,
                backbone,
                subject=str(entry["subject"]),
                cache=own_cache,
                image_fps=None,
                reporter=reporter,
                number=number,
                count=len(entries),
            )
        except VideoError as error:
            reporter.warn(f"{error} It is left out of the training.")
            continue
        count = features.frame_index.frame_count
        own = rows.get((str(entry["subject"]), file.name), rows.get(("", file.name), []))
        events = [event for event in own if event.offset < count]
        samples.append(
            Sample(
                video=f"{entry['subject']}/{file.name}",
                subject=str(entry["subject"]),
                features=features.features,
                has_face=features.has_face,
                frame_index=features.frame_index,
                events=tuple(sorted(events, key=lambda event: event.onset)),
                reviewed=(Interval(0, count),),
                path=file,
                cache=own_cache,
            )
        )
    return samples


def _manifest(folder: Path) -> list[dict[str, Any]]:
    path = folder / "manifest.json"
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["videos"]
        if all("file" in entry and "subject" in entry for entry in entries) and entries:
            return entries
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise TrainingError(f"{path} is missing or lists no videos; make the folder with “main.py synth”")


def _rows(folder: Path, tier: str) -> dict[tuple[str, str], list[Event]]:
    """Events of the tier by subject, "" where the table has none, and file name."""
    rows: list[EventRow] = read_event_table(folder / "labels.csv")
    by_video: dict[tuple[str, str], list[Event]] = {}
    for row in rows:
        if row.tier == tier:
            by_video.setdefault((row.subject, Path(row.video).name), []).append(row.event)
    if not by_video:
        tiers = ", ".join(sorted({row.tier for row in rows})) or "none"
        raise TrainingError(f"{folder / 'labels.csv'} has no events of the tier “{tier}”; its tiers are: {tiers}")
    return by_video
