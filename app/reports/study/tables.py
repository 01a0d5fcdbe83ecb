"""Every table of a report: what HTML, PDF, CSV and the workbook show alike."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from app.reports.study.material import Material, ReportVideo
from app.review.tier_key import TierKey
from fedn.annotation.agreement.measure import Measure
from fedn.annotation.agreement.time_budget import Budget, time_budget

Cell = str | int | float | None
NO_LABEL = "no label"


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table with a name fit for a file and a sheet, a title, and sentences that say what its numbers are."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: str = ""


def made_by() -> str:
    """The program with its version."""
    try:
        return f"FEDN Studio {version('fedn-studio')}"
    except PackageNotFoundError:
        return "FEDN Studio"


def summary_table(material: Material) -> ReportTable:
    """What was looked at, in a few lines."""
    videos = material.videos
    frames = sum(video.video.frame_count for video in videos)
    seconds = sum(video.index.duration_s for video in videos)
    reviewed = sum(video.reviewed_frames for video in videos)
    pair = f"{material.second.title} against {material.first.title}" if material.first and material.second else "none"
    share = f"{reviewed / frames:.1%} ({reviewed:,} of {frames:,} frames)" if frames else "no frames"
    rows: list[tuple[Cell, ...]] = [
        ("Project", material.project.name),
        ("Videos", len(videos)),
        ("Subjects", len({video.video.subject for video in videos})),
        ("Length", f"{seconds / 60:.1f} minutes"),
        ("Events", sum(len(events) for video in videos for _, events in video.tiers)),
        ("Reviewed", share),
        ("Model in use", material.model.name if material.model else f"not known: {material.no_model}"),
        ("Compared", pair),
    ]
    return ReportTable("summary", "Summary", ("what", "value"), tuple(rows))


def video_table(material: Material) -> ReportTable:
    """A row for each video, with what is wrong with its file."""
    keys = material.tier_keys
    header = ("subject", "video", "frames", "seconds", "frames/s", "reviewed share",
              *(f"events of {key.title}" for key in keys), "times from", "remark")  # fmt: skip
    rows = []
    for video in material.videos:
        counts = [video.events_of(key, material.keys) for key in keys]
        source = "nominal frame rate" if video.problem else "the file"
        rows.append(
            (video.video.subject, video.video.name, video.video.frame_count, round(video.index.duration_s, 3),
             round(video.video.fps, 3), video.reviewed_frames / video.video.frame_count,
             *(None if events is None else len(events) for events in counts), source, video.problem)
        )  # fmt: skip
    about = (
        "The reviewed share is that of the frames an annotator has looked at; without an event there, there is none."
    )
    return ReportTable("videos", "Videos", header, tuple(rows), about)


_BUDGET = (
    "events",
    "seconds",
    "share of time",
    "events a minute",
    "median length in seconds",
    "why a value is missing",
)
_ABOUT_BUDGET = (
    "Seconds in which there is such an event, where overlapping ones count once; their share of, and the events a "
    "minute of, all the time of the videos that have the tier; the median length of one event."
)


def budget_table(material: Material) -> ReportTable:
    """Per tier and label, pooled over the report's videos."""
    rows = [
        (key.title, *_budget_cells(budget))
        for key in material.tier_keys
        for budget in time_budget(material.material_of(key, material.videos), labels_of(material, key))
    ]
    return ReportTable("time_budget", "Time budget by label", ("tier", "label", *_BUDGET), tuple(rows), _ABOUT_BUDGET)


def subject_table(material: Material) -> ReportTable:
    """Per tier, subject and label."""
    rows = []
    subjects = [name for name in material.project.subjects() if any(v.video.subject == name for v in material.videos)]
    for key in material.tier_keys:
        for subject in subjects:
            own = material.material_of(key, [video for video in material.videos if video.video.subject == subject])
            if own:
                rows += [
                    (key.title, subject, *_budget_cells(one)) for one in time_budget(own, labels_of(material, key))
                ]
    header = ("tier", "subject", "label", *_BUDGET)
    return ReportTable("time_budget_subjects", "Time budget by subject and label", header, tuple(rows), _ABOUT_BUDGET)


def labels_of(material: Material, key: TierKey) -> list[str]:
    """The labels of a tier's events in the report, in the order of its vocabulary, strangers and "" last."""
    found: set[str] = set()
    order: list[str] = []
    for video in material.videos:
        for tier, events in video.tiers:
            if material.keys[tier.id] == key:
                found |= {event.label for event in events}
                order += material.project.vocabulary_of(tier.id).names
    known = [label for label in dict.fromkeys(order) if label in found]
    return known + sorted(found - set(known), key=lambda label: (not label, label))


def _budget_cells(budget: Budget) -> tuple[Cell, ...]:
    measures = (budget.share, budget.a_minute, budget.median_s)
    return (
        budget.label or NO_LABEL, budget.count, budget.covered_s, *(one.value for one in measures), reasons(*measures)
    )  # fmt: skip


def reasons(*measures: Measure) -> str:
    """Why numbers are missing, each reason once."""
    return "; ".join(dict.fromkeys(one.reason for one in measures if one.value is None))


def event_table(material: Material, videos: tuple[ReportVideo, ...] | None = None) -> ReportTable:
    """Every event, in frames and seconds, with what the comparison says of those of the two tiers."""
    verdicts = verdicts_of(material)
    rows = []
    for video in material.videos if videos is None else videos:
        for tier, events in video.tiers:
            for event in events:
                start, end = video.index.time_s(event.onset), video.index.end_s(event.offset)
                rows.append(
                    (video.video.subject, video.video.name, material.keys[tier.id].title, event.onset, event.apex,
                     event.offset, round(start, 3), round(end, 3), event.label or NO_LABEL, event.kind, event.score,
                     event.intensity or "", "+".join(map(str, event.action_units)), verdicts.get(event.id, ""),
                     event.note)
                )  # fmt: skip
    header = ("subject", "video", "tier", "onset", "apex", "offset", "start in seconds", "end in seconds", "label",
              "kind", "score", "intensity", "action units", "compared", "note")  # fmt: skip
    about = "Frames are counted from 0; onset and offset belong to the event."
    return ReportTable("events", "Events", header, tuple(rows), about)


AGREES, DIFFERS, ALONE, MISSED = "agrees", "label differs", "no counterpart", "missed"


def verdicts_of(material: Material) -> dict[str, str]:
    """What the comparison says, by event id; as in the numbers of agreement."""
    said: dict[str, str] = {}
    for pairing in material.agreement.events.pairings if material.agreement else ():
        if pairing.first is None and pairing.second is not None:
            said[pairing.second.id] = ALONE
        elif pairing.second is None and pairing.first is not None:
            said[pairing.first.id] = MISSED
        elif pairing.first is not None and pairing.second is not None:
            same = pairing.first.label == pairing.second.label
            said[pairing.first.id] = said[pairing.second.id] = AGREES if same else DIFFERS
    return said


def model_table(material: Material) -> ReportTable:
    """The description of the model in use, with the numbers measured when it was made."""
    header, model = ("what", "value"), material.model
    if model is None:
        return ReportTable("model", "Model", header, (("name", f"not known: {material.no_model}"),))
    rows: list[tuple[Cell, ...]] = [
        ("name", model.name), ("kind", model.kind), ("made", model.created), ("labels", ", ".join(model.labels)),
        ("threshold of the score", model.threshold), ("retrained from", model.provenance.parent or "nothing"),
        *_flat(model.metrics),
    ]  # fmt: skip
    about = (
        "The numbers were measured when the model was made, on the material it was validated with, not on this project."
    )
    return ReportTable("model", "Model", header, tuple(rows), about)


def _flat(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[Cell, ...]]:
    for name, entry in value.items():
        if isinstance(entry, Mapping):
            yield from _flat(entry, f"{before}{name} · ")
        elif isinstance(entry, (int, float, str)):
            yield f"{before}{name}", entry


def people_table(material: Material) -> ReportTable:
    """Who has edited the project, and when."""
    rows = tuple((one.who or "no name", one.edits, one.first_utc, one.last_utc) for one in material.people)
    about = "Edits of the whole project, undone ones included; times in UTC."
    return ReportTable("people", "Who and when", ("who", "edits", "first", "last"), rows, about)


def tier_table(material: Material) -> ReportTable:
    """Whose events these are."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for video in material.videos:
        for tier, events in video.tiers:
            found.setdefault((tier.name, tier.source.value, tier.who), []).append(len(events))
    rows = tuple((*place, len(counts), sum(counts)) for place, counts in found.items())
    return ReportTable("tiers", "Tiers", ("tier", "source", "annotator or model", "videos", "events"), rows)


def _library(name: str) -> str:
    """With its version; "" for one that was installed in another way."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def settings_table(material: Material, now: datetime | None = None) -> ReportTable:
    """With what the numbers were computed."""
    made = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    libraries = ", ".join(filter(None, map(_library, ("numpy", "opencv-python-headless", "av", "matplotlib"))))
    rows = (
        ("report made", made), ("program", made_by()), ("Python", platform.python_version()), ("libraries", libraries),
        ("system", platform.system()), ("IoU from which events match", material.choices.iou),
        ("judged", "reviewed ranges" if material.choices.reviewed_only else "whole videos"),
        ("vocabularies", ", ".join(one.name for one in material.project.vocabularies)),
    )  # fmt: skip
    return ReportTable("settings", "Versions and settings", ("what", "value"), rows)
