"""`main.py demo`: the whole path on videos that come along, printed, as a report, and in the window."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.demo_project import REFERENCES, Found, detect_all, events_of, open_or_make
from app.commands.evaluate import number
from app.commands.output import JsonOption, Output, output
from fedn.annotation.project import Project
from fedn.errors import FednError
from fedn.registry import DEFAULT_MODEL, resolve_model

REPOSITORY = Path(__file__).resolve().parents[2]
DATASET = REPOSITORY / "resources" / "demo"


def demo(
    dir: Annotated[Path, typer.Option(help="Folder of the demo project; made if it is not there.")] = Path("demo.fedn"),
    dataset: Annotated[Path, typer.Option(help="Another dataset folder than the one that comes along.")] = DATASET,
    model: Annotated[str, typer.Option(help="Name or folder of a model; by default the project's.")] = "",
    window: Annotated[bool, typer.Option("--window/--no-window", help="Open the window at the end.")] = True,
    json: JsonOption = False,
) -> None:
    """Detect in the demo's videos and show the predictions beside expert and self-report."""
    with output(json) as out:
        with open_or_make(dir, dataset, out) as document:
            name = model or document.project.model_in_use or DEFAULT_MODEL
            found = detect_all(document, resolve_model(name, dir), out)
            project = document.project
            metrics = {tier: measure(project, found, tier) for tier in REFERENCES}
        report = write_report(dir / "reports" / "demo.html", found, project, name, metrics)
        picture = take_picture(dir, dir / "reports" / "window.png", out)
        from app.commands.demo_tables import event_table, metrics_table

        for one in found:
            out.show(event_table(one))
        out.show(metrics_table(metrics))
        out.say(f"project   {dir}")
        out.say(f"report    {report}")
        if picture is not None:
            out.say(f"picture   {picture}")
        out.document(document_of(dir, name, found, metrics, report, picture))
        if window and not json:
            open_window(dir, out)


def measure(project: Project, found: Sequence[Found], reference: str) -> dict[str, Any]:
    """All metrics against one tier, as `evaluate --json` shows them."""
    from fedn.annotation.metrics import evaluate

    return evaluate(
        {one.video.id: list(events_of(project, one.video, reference)) for one in found},
        {one.video.id: list(one.prediction.events) for one in found},
        candidates={one.video.id: list(one.prediction.candidates) for one in found},
    ).to_json()


def write_report(path: Path, found: Sequence[Found], project: Project, model: str, metrics: Mapping[str, Any]) -> Path:
    """Writes the one-file HTML report."""
    from app.reports.demo_report import render_report, video_part
    from fedn.model_info import write_atomically
    from fedn.video.reader import open_video

    parts = []
    for one in found:
        video = one.video
        cache = project.folder / "cache" / video.key
        with open_video(project.path_of(video.id), image_fps=video.image_fps, cache_dir=cache) as reader:
            parts.append(video_part(video, one.rows, reader, project.vocabulary))
    notes = [
        f"{len(found)} videos of {len(project.subjects())} rendered people whom the bundled model has never seen.",
        "The expert names what the face shows; the self-report is what the person says to have felt.",
    ]
    text = render_report(parts, model=model, metrics=metrics, notes=notes, number=number)
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise FednError(f"the report {path} cannot be written ({error.strerror}); choose another folder") from error
    return path


def take_picture(project: Path, path: Path, out: Output) -> Path | None:
    """A picture of the window with the project, taken in a process of its own: Qt and torch never share one."""
    code = "import sys; from pathlib import Path; from app.startup import save_window_picture as save; " + (
        "save(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    if not has_display():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    call = [sys.executable, "-c", code, str(project.resolve()), str(path.resolve())]
    child = subprocess.run(call, env=environment, capture_output=True, text=True)
    if child.returncode != 0 or not path.is_file():
        reason = child.stderr.strip().splitlines()[-1:] or [f"exit code {child.returncode}"]
        out.reporter.warn(f"no picture of the window could be made ({reason[0]}); main.py doctor says what is missing")
        return None
    return path


def has_display() -> bool:
    """Whether a window can be shown to somebody."""
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_window(project: Path, out: Output) -> None:
    if not has_display():
        out.say(f"there is no display here; on a machine with one: python main.py {project}")
        return
    out.say("opening the window")
    subprocess.run([sys.executable, str(REPOSITORY / "main.py"), str(project)])


def document_of(
    folder: Path,
    model: str,
    found: Sequence[Found],
    metrics: Mapping[str, Any],
    report: Path,
    picture: Path | None,
) -> dict[str, Any]:
    from app.commands.detect import video_document

    return {
        "project": str(folder),
        "model": model,
        "videos": [video_document(one.video.path, one.prediction) for one in found],
        "metrics": dict(metrics),
        "report": str(report),
        "picture": str(picture) if picture else None,
    }
