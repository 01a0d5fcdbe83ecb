"""Makes a data set of rendered long videos with the labels of an expert and of the subjects themselves.

The folder: videos/<subject>/<name>.mp4, labels.csv (an event table with the tiers "expert" and "self-report"),
plan.json (what it will hold) and manifest.json (what it holds; there when all is done). A run that was stopped goes on
where it was: videos that are there are not drawn again. The same plan gives the same labels everywhere, and the same
pictures on the same machine.
"""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing.synchronize import Event as Signal
from pathlib import Path
from typing import Any

from fedn.annotation.formats.event_csv import write_event_table
from fedn.errors import TrainingError
from fedn.progress import SILENT, Reporter
from training.synthetic.expressions import Shapes
from training.synthetic.facekit import expression_names, read_facekit
from training.synthetic.film import Filming, film
from training.synthetic.person import PersonMaker
from training.synthetic.plan import Plan, PlannedVideo, plain_plan, subject_name
from training.synthetic.renderer import RENDERER_VERSION, Renderer

_CREDITS = "Rendered from the ICT Face Model Light (USC Institute for Creative Technologies, MIT licence)."
_stop: Signal | None = None  # of a child process


def main_synth(
    facekit: Path,
    out: Path,
    subjects: int,
    videos_per_subject: int,
    seconds: float,
    seed: int,
    reporter: Reporter = SILENT,
    filming: Filming | None = None,
    first_subject: int = 1,
    processes: int = 1,
) -> dict[str, int]:
    """Renders the data set into `out`, which must not hold one yet. Returns counts of subjects, videos, frames, events.

    Raises:
        TrainingError: if the face model cannot be read, `out` holds another data set, or nothing can be drawn.
    """
    if subjects < 1 or videos_per_subject < 1 or seconds < 3:
        raise TrainingError("a data set needs at least one subject, one video and 3 seconds a video")
    plan = plain_plan(subjects, videos_per_subject, seconds, seed, filming or Filming(), first_subject)
    return carry_out(plan, facekit, out, reporter, processes, {"seconds": seconds})


def carry_out(
    plan: Plan,
    facekit: Path,
    out: Path,
    reporter: Reporter = SILENT,
    processes: int = 1,
    more: dict[str, Any] | None = None,
) -> dict[str, int]:
    """Draws what is not there yet, then writes labels and manifest. {} if it was stopped.

    Args:
        more: what else the manifest shall say.

    Raises:
        TrainingError: as `main_synth`.
    """
    if (out / "manifest.json").exists():
        raise TrainingError(f"{out} already holds a data set; choose a new folder")
    _begin(plan, out)
    missing = [video for video in plan.videos if not (out / video.file).exists()]
    work = [[video for video in missing if video.subject == subject] for subject in plan.subjects]
    work = [videos for videos in work if videos]
    if processes > 1 and len(work) > 1:
        done = _draw_in_processes(plan, facekit, out, work, min(processes, len(work)), reporter)
    else:
        done = _draw_here(plan, facekit, out, work, reporter)
    if not done:
        return {}
    shapes = Shapes(expression_names(facekit))
    rows = [row for video in plan.videos for row in plan.label_rows(video, plan.performance(video, shapes))]
    write_event_table(out / "labels.csv", rows)
    manifest = {
        "subjects": [subject_name(number) for number in plan.subjects],
        "videos": [_entry(video) for video in plan.videos],
        "seed": plan.seed,
        "renderer": RENDERER_VERSION,
        **(more or {}),
        "credits": _CREDITS,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    frames = sum(video.frames for video in plan.videos)
    return {"subjects": len(plan.subjects), "videos": len(plan.videos), "frames": frames, "events": len(rows)}


def _entry(video: PlannedVideo) -> dict[str, object]:
    file, subject = video.file.as_posix(), subject_name(video.subject)
    return {"file": file, "subject": subject, "frames": video.frames, "fps": video.fps}


def _begin(plan: Plan, out: Path) -> None:
    path, fingerprint = out / "plan.json", plan.fingerprint()
    if path.exists():
        try:
            known = json.loads(path.read_text(encoding="utf-8")).get("fingerprint")
        except (ValueError, AttributeError) as error:
            raise TrainingError(f"{path} cannot be read; choose a new folder ({error})") from error
        if known != fingerprint:
            raise TrainingError(f"{out} holds the beginning of another data set; choose a new folder")
    out.mkdir(parents=True, exist_ok=True)
    content = {"fingerprint": fingerprint, "renderer": RENDERER_VERSION, "seed": plan.seed, "videos": len(plan.videos)}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _draw_here(plan: Plan, facekit: Path, out: Path, work: list[list[PlannedVideo]], reporter: Reporter) -> bool:
    total, before = sum(video.frames for videos in work for video in videos), 0
    if not work:
        return True
    with _Studio(facekit, plan.filming) as studio:
        for video in (video for videos in work for video in videos):

            def on_frame(done: int, video: PlannedVideo = video, before: int = before) -> bool:
                reporter.progress(f"filming {video.file.name}", before + done, total)
                return not reporter.stop_requested

            if not studio.film(plan, video, out, on_frame):
                return False
            before += video.frames
    return True


def _draw_in_processes(
    plan: Plan, facekit: Path, out: Path, work: list[list[PlannedVideo]], processes: int, reporter: Reporter
) -> bool:
    """One subject a task, so that a person is made once."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    files = [(out / video.file, video.frames) for videos in work for video in videos]
    total = sum(frames for _, frames in files)
    with ProcessPoolExecutor(processes, context, _remember, (stop,)) as pool:
        tasks = {pool.submit(_draw_subject, plan, facekit, out, videos) for videos in work}
        while tasks:
            finished, tasks = wait(tasks, 1.0, FIRST_COMPLETED)
            for task in finished:
                _raise(task, stop)
            drawn = [frames for path, frames in files if path.exists()]
            reporter.progress(f"{len(drawn)} of {len(files)} videos", sum(drawn), total)
            if reporter.stop_requested:
                stop.set()
                pool.shutdown(cancel_futures=True)
                return False
    return True


def _raise(task: Future[None], stop: Signal) -> None:
    if not task.cancelled() and task.exception() is not None:
        stop.set()
        task.result()


def _remember(stop: Signal) -> None:
    global _stop
    _stop = stop


def _draw_subject(plan: Plan, facekit: Path, out: Path, videos: list[PlannedVideo]) -> None:
    with _Studio(facekit, plan.filming) as studio:
        for video in videos:
            if not studio.film(plan, video, out, lambda done: _stop is None or not _stop.is_set()):
                return


class _Studio:
    """Face model, renderer and the person that was made last."""

    def __init__(self, facekit: Path, filming: Filming) -> None:
        kit = read_facekit(facekit)
        self._shapes, self._maker = Shapes(kit.names), PersonMaker(kit)
        self._renderer = Renderer(kit, filming.size, filming.sharpness)
        self._filming, self._subject = filming, -1

    def __enter__(self) -> _Studio:
        return self

    def __exit__(self, *error: object) -> None:
        self._renderer.close()

    def film(self, plan: Plan, video: PlannedVideo, out: Path, on_frame: Any) -> bool:
        if video.subject != self._subject:
            self._renderer.set_person(self._maker.make(plan.look(video.subject)))
            self._subject = video.subject
        performance = plan.performance(video, self._shapes)
        path = out / video.file
        return film(
            self._renderer, performance, plan.camera(video), self._filming, path, plan.film_rng(video), on_frame
        )
