"""`main.py doctor`: what is here, what is missing, and how to get it."""

from __future__ import annotations

import importlib
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.commands.output import JsonOption, output

PACKAGES = (
    "torch",
    "PySide6",
    "pyqtgraph",
    "opencv-python-headless",
    "av",
    "numpy",
    "pandas",
    "SQLAlchemy",
    "safetensors",
)
FOREIGN_CV2 = ("opencv-python", "opencv-contrib-python")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `state` is "ok", "note" (works, but worth knowing) or "missing" (something will not work)."""

    what: str
    state: str
    text: str


def doctor(json: JsonOption = False) -> None:
    """Check Python, libraries, Qt, codecs, GPU, face detectors and models."""
    findings = [python(), *packages(), qt(), sound(), codecs(), accelerator(), face_detector(), models()]
    with output(json) as out:
        out.document({"findings": [{"what": f.what, "state": f.state, "text": f.text} for f in findings]})
        for finding in findings:
            mark = {"ok": "ok     ", "note": "note   ", "missing": "MISSING"}[finding.state]
            out.say(f"{mark}  {finding.what:<16} {finding.text}")


def python() -> Finding:
    return Finding("Python", "ok", f"{platform.python_version()} on {platform.platform(terse=True)}")


def packages() -> list[Finding]:
    found, lacking = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lacking.append(name)
    findings = [Finding("packages", "ok", ", ".join(found))]
    if lacking:
        findings.append(Finding("packages", "missing", f"{', '.join(lacking)}; run: python -m pip install -e ."))
    foreign = [name for name in FOREIGN_CV2 if _is_installed(name)]
    if foreign:
        text = f"{foreign[0]} overwrites opencv-python-headless; run: python -m pip uninstall {foreign[0]}"
        findings.append(Finding("OpenCV", "missing", text))
    return findings


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def qt() -> Finding:
    """Starts an application in a child: Qt aborts the process when its platform plug-in cannot load."""
    code = "from PySide6.QtWidgets import QApplication; print(QApplication([]).platformName())"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    if child.returncode == 0:
        return Finding("Qt", "ok", f"platform {child.stdout.strip()}")
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        off_screen = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            timeout=60,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )
        if off_screen.returncode == 0:
            return Finding("Qt", "note", "there is no display here: the commands work, the window does not")
    reason = child.stderr.strip().splitlines()[-1] if child.stderr.strip() else f"exit code {child.returncode}"
    return Finding("Qt", "missing", f"the window cannot start ({reason}); run: make set-up")


def sound() -> Finding:
    try:
        importlib.import_module("PySide6.QtMultimedia")
    except ImportError as error:
        return Finding("sound", "note", f"videos play silently ({error}); install libpulse0")
    return Finding("sound", "ok", "QtMultimedia loads")


def codecs() -> Finding:
    import av

    wanted = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mjpeg", "mpeg1video")
    lacking = [name for name in wanted if name not in av.codecs_available]
    text = f"PyAV {av.__version__} decodes {', '.join(name for name in wanted if name not in lacking)}"
    return Finding("codecs", "note" if lacking else "ok", text + (f"; not {', '.join(lacking)}" if lacking else ""))


def accelerator() -> Finding:
    import torch

    if torch.cuda.is_available():
        return Finding("GPU", "ok", torch.cuda.get_device_name(0))
    cores = os.cpu_count() or 1
    return Finding("GPU", "note", f"none; detection and training use the processor ({cores} cores)")


def face_detector() -> Finding:
    from fedn.features.face_detector import find_face_detector

    name = type(find_face_detector()).__name__
    if name.startswith("YuNet"):
        return Finding("face detector", "ok", "YuNet")
    return Finding("face detector", "ok", "OpenCV's cascade; YuNet is used when FEDN_YUNET names its .onnx file")


def models() -> Finding:
    from fedn.registry import bundled_models_dir, list_models

    names = [info.name for info in list_models()]
    if not names:
        return Finding("models", "missing", f"{Path(bundled_models_dir())} holds no model; clone the repository again")
    return Finding("models", "ok", ", ".join(names))
