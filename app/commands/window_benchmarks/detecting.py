"""How long the window keeps its user waiting while it detects."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.window_benchmarks.stalls import BUDGET_MS, settle, watch, window_with_demo

if TYPE_CHECKING:
    from app.window import StudioWindow


def measure_detecting(seconds: float, folder: Path | None = None) -> dict[str, Any]:
    """Longest stalls idle, while it detects, and while it detects and plays. Needs a QApplication.

    Args:
        seconds: how long each is watched.
        folder: where the demo's project is made; it is removed again.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place:
        window = window_with_demo(Path(place) / "demo.fedn", "detection")
        videos = list(window.parts.session.project.videos)  # type: ignore[union-attr]
        detections, half = window.parts.detections, max(1, len(videos) // 2)
        figures = {"idle": watch(seconds)}
        detections.detect(videos[:half])
        figures["detecting"] = watch(seconds) | _progress(window)
        _end(window)
        detections.detect(videos[half:])
        window.parts.session.select_video(videos[half])
        settle(0.5)
        window.parts.player.toggle_play()
        figures["detecting and playing"] = watch(seconds) | _progress(window)
        _end(window)
        window.leave()
        window.deleteLater()
    return {"budget_ms": BUDGET_MS, **figures}


def _progress(window: StudioWindow) -> dict[str, Any]:
    """That something was really detected meanwhile."""
    entries = window.parts.detections.entries
    provisional = [window.session.provisional.of(entry.video_id) for entry in entries]
    shown = sum(len(found.events) for found in provisional if found is not None)
    return {"videos_done": sum(entry.share for entry in entries), "provisional_events_at_the_end": shown}


def _end(window: StudioWindow) -> None:
    if window.parts.player.is_playing:
        window.parts.player.toggle_play()
    window.parts.detections.cancel_all()
    end = time.monotonic() + 20
    while window.parts.detections.is_running and time.monotonic() < end:
        settle(0.05)
    window.parts.detections.clear()
