"""What a data set of rendered videos will hold, before a picture is drawn: people, videos, lengths, labels.

A plan and the face model's names are all that labels depend on: they are the same on every machine and in whatever
order and by how many processes the videos are drawn.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import PurePosixPath

import numpy as np

from fedn.annotation.formats.event_csv import EventRow, event_rows
from fedn.video.frame_index import FrameIndex
from training.synthetic.behavior import Performance, perform
from training.synthetic.expressions import Shapes
from training.synthetic.film import Filming
from training.synthetic.labels import Vocabulary, expert_events, self_report_events
from training.synthetic.look import Look, draw_look
from training.synthetic.renderer import RENDERER_VERSION
from training.synthetic.sensor import Camera, draw_camera

_LOOK, _PERFORMANCE, _LABELS, _CAMERA, _FILM = range(5)  # separate streams of random numbers


@dataclass(frozen=True)
class PlannedVideo:
    """`feelings`: what shows and what is felt in each expression; None: as many as come."""

    subject: int
    take: int
    frames: int
    fps: int
    feelings: tuple[tuple[str, str], ...] | None = None

    @property
    def file(self) -> PurePosixPath:
        name = subject_name(self.subject)
        return PurePosixPath("videos") / name / f"{name}_{self.take}.mp4"


@dataclass(frozen=True)
class Plan:
    seed: int
    filming: Filming
    vocabulary: Vocabulary
    videos: tuple[PlannedVideo, ...]

    @property
    def subjects(self) -> list[int]:
        return sorted({video.subject for video in self.videos})

    def fingerprint(self) -> str:
        """Tells two plans apart, and the renderers that carry them out."""
        content = json.dumps([RENDERER_VERSION, asdict(self)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def look(self, subject: int) -> Look:
        return draw_look(self._rng(subject, _LOOK))

    def performance(self, video: PlannedVideo, shapes: Shapes) -> Performance:
        person = self._rng(video.subject, _PERFORMANCE)
        return perform(
            shapes,
            video.frames,
            video.fps,
            self._rng(video.subject, _PERFORMANCE, video.take),
            self.filming.pause_s,
            expressiveness=float(np.clip(person.normal(1.0, 0.2), 0.6, 1.3)),
            micro_every_s=self.filming.micro_every_s,
            feelings=None if video.feelings is None else list(video.feelings),
        )

    def camera(self, video: PlannedVideo) -> Camera:
        return draw_camera(self._rng(video.subject, _CAMERA, video.take), video.fps, self.filming.crf)

    def film_rng(self, video: PlannedVideo) -> np.random.Generator:
        return self._rng(video.subject, _FILM, video.take)

    def label_rows(self, video: PlannedVideo, performance: Performance) -> list[EventRow]:
        """Both tiers of one video."""
        rng = self._rng(video.subject, _LABELS, video.take)
        index = FrameIndex.regular(video.frames, Fraction(video.fps))
        rows = []
        for tier, label in (("expert", expert_events), ("self-report", self_report_events)):
            events = label(performance.shown, video.frames, rng, self.vocabulary)
            name = subject_name(video.subject)
            rows += event_rows(video.file.name, events, subject=name, tier=tier, index=index)
        return rows

    def _rng(self, *place: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *place])


def subject_name(number: int) -> str:
    return f"r{number:03d}"


def plain_plan(
    subjects: int, videos_per_subject: int, seconds: float, seed: int, filming: Filming, first_subject: int = 1
) -> Plan:
    """Every person the same number of videos of the same length."""
    videos = []
    for subject in range(first_subject, first_subject + subjects):
        for take in range(1, videos_per_subject + 1):
            rng = np.random.default_rng([seed, subject, take])
            fps = filming.fps if filming.fps is not None else int(rng.choice([25, 30, 50, 60]))
            videos.append(PlannedVideo(subject, take, round(seconds * fps), fps))
    return Plan(seed, filming, "emotions", tuple(videos))
