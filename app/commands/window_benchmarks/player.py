"""How fast the player opens, seeks, steps and plays, beside what decoding alone costs and what OpenCV does."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.bench_project import middle, seconds_of
from app.commands.window_benchmarks.videos import FPS, GROUP, read_number, repeat, with_variable_rate, write_numbered

if TYPE_CHECKING:
    from app.window import StudioWindow

GROUPS = 4
HOUR = 3600 * FPS
STARTS = 3
OPENCV_SEEKS = 40

_START = """
import sys, time
from pathlib import Path
from app.startup import make_application
from app.session import Session
from app.window import StudioWindow
app = make_application()
session = Session()
window = StudioWindow(session)
window.show()
session.open_project(Path(sys.argv[1]))
while window.parts.player.picture.image is None:
    app.processEvents()
print(time.time() - float(sys.argv[2]), time.process_time())
window.leave()
"""
_MEMORY = """
import random, sys, time
from pathlib import Path
from app.startup import make_application
from app.session import Session
from app.window import StudioWindow
app = make_application()
session = Session()
window = StudioWindow(session)
window.show()
session.open_project(Path(sys.argv[1]))
def until(ready, least_s=0.0):
    end = time.monotonic() + least_s
    while not ready() or time.monotonic() < end:
        app.processEvents()
        time.sleep(0.002)
player = window.parts.player
until(lambda: player.picture.image is not None)
frames = session.current_video.frame_count
for number in [random.Random(1).randrange(frames) for _ in range(12)]:
    session.set_playhead(number)
    until(lambda: player.picture.shown_frame == number, 1.0)
player.toggle_play()
until(lambda: True, 5.0)
print(window.session.frame_index.frame_count, *open("/proc/self/status").read().split("VmHWM:")[1].split()[:1])
window.leave()
"""


def measure_player(seconds: float, seeks: int, folder: Path | None = None) -> dict[str, Any]:
    """Times in the whole window, off the screen where there is none. Needs a QApplication.

    Args:
        seconds: how long it plays.
        folder: where up to about a gigabyte of videos is made; it is removed again.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place:
        return _measure(Path(place), seconds, seeks)


def _measure(folder: Path, seconds: float, seeks: int) -> dict[str, Any]:
    numbered = write_numbered(folder / "numbered.mp4", GROUPS)
    variable = with_variable_rate(numbered, folder / "variable.mp4")
    figures: dict[str, Any] = {"floor": _floor(numbered)}
    figures["start"] = _starts(folder, numbered)
    hour = repeat(numbered, folder / "hour.mp4", HOUR // (GROUPS * GROUP))
    figures["one hour of 1920x1080"] = _opening(folder, hour) | {"megabytes": round(hour.stat().st_size / 1e6)}
    with _window(folder / "play.fedn", hour) as window:
        figures["playing 1920x1080 at 30 a second"] = _playing(window, seconds)
    hour.unlink()
    for name, path in (("constant rate", numbered), ("variable rate", variable)):
        with _window(folder / f"{path.stem}.fedn", path) as window:
            figures[f"random frames, {name}"] = _seeking(window, seeks) | _opencv(path)
            if path is numbered:
                figures["steps in a cached group"] = _stepping(window)
    figures["three hours of 1920x1080"] = _memory(folder)
    return figures


def _floor(video: Path) -> dict[str, float]:
    """Decoding in order with nothing around it; a random frame lies half a group behind its keyframe."""
    import av

    def decode() -> None:
        with av.open(str(video)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for _ in container.decode(stream):
                pass

    began = time.process_time()
    wall_s = seconds_of(decode)
    processor_s = time.process_time() - began
    frames = GROUPS * GROUP
    return {
        "decode_ms": round(1000 * wall_s / frames, 2),
        "decode_processor_ms": round(1000 * processor_s / frames, 2),
        "half_a_group_ms": round(1000 * wall_s / frames * GROUP / 2, 1),
    }


def _starts(folder: Path, video: Path) -> dict[str, float]:
    """From the start of the process to the first picture of a project."""
    _make_project(folder / "start.fedn", video)
    found = [_in_own_process(_START, folder / "start.fedn") for _ in range(STARTS)]
    return {
        "usable_s": round(middle([wall_s for wall_s, _ in found]), 2),
        "usable_s_first": round(found[0][0], 2),
        "processor_s": round(middle([processor_s for _, processor_s in found]), 2),
    }


def _memory(folder: Path) -> dict[str, Any]:
    light = write_numbered(folder / "light.mp4", 1, crf=44)
    video = repeat(light, folder / "three hours.mp4", 3 * HOUR // GROUP)
    _make_project(folder / "memory.fedn", video)
    frames, kibibytes = _in_own_process(_MEMORY, folder / "memory.fedn")
    video.unlink()
    return {"frames": int(frames), "most_memory_mib": round(kibibytes / 1024)}


def _in_own_process(program: str, project: Path) -> list[float]:
    """What a program prints last: numbers."""
    command = [sys.executable, "-c", program, str(project), str(time.time())]
    root = Path(__file__).resolve().parents[3]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [float(word) for word in said.split()]


def _make_project(folder: Path, video: Path) -> None:
    from app.document.document import Document
    from app.document.edits import AddVideo
    from fedn.video.content_key import describe_video

    with Document.create(folder, "bench", who="bench") as document:
        document.do(AddVideo(describe_video(video, "s1", cache_root=folder / "cache")))


@contextmanager
def _window(folder: Path, video: Path) -> Iterator[StudioWindow]:
    """The whole window, with the first frame of the video shown."""
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    from app.session import Session
    from app.window import StudioWindow

    if not folder.exists():
        _make_project(folder, video)
    session = Session(who="bench")
    window = StudioWindow(session)
    window.resize(1440, 900)
    window.show()
    session.open_project(folder)
    _until(lambda: window.parts.player.picture.image is not None)
    try:
        yield window
    finally:
        window.leave()
        window.deleteLater()
        QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def _until(ready: Callable[[], bool], least_s: float = 0.0) -> None:
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + least_s
    while not ready() or time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 2)
        # Without a pause the loop would take the interpreter from the decoder's thread.
        time.sleep(0.0002)


def _opening(folder: Path, hour: Path) -> dict[str, float]:
    """From the choice of a video to its first picture, without and with a frame index in the cache."""
    times = {}
    _make_project(folder / "open.fedn", hour)
    for cached in (False, True):
        if not cached:
            for kept in (folder / "open.fedn" / "cache").rglob("*.npz"):
                kept.unlink()
        with _window(folder / "open.fedn", hour) as window:
            session = window.session
            video = session.current_video
            assert video is not None
            if not cached:
                for kept in session.cache_folder(video).glob("*.npz"):
                    kept.unlink()
            window.parts.player.picture.show_hint("")
            began = time.perf_counter()
            session.select_video(video.id)
            _until(lambda window=window: window.parts.player.picture.image is not None)
            times["cached_s" if cached else "not_cached_s"] = round(time.perf_counter() - began, 3)
    return times


def _go(window: StudioWindow, frame: int) -> tuple[float, float]:
    """Milliseconds from the call to the picture, by the clock and of the processor."""
    player = window.parts.player
    began, processor = time.perf_counter(), time.process_time()
    window.session.set_playhead(frame)
    _until(lambda: player.picture.shown_frame == frame)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - processor)


def _summary(times: list[tuple[float, float]], name: str = "") -> dict[str, float]:
    wall, processor = [one for one, _ in times], [one for _, one in times]
    return {
        f"{name}ms_median": round(middle(wall), 1),
        f"{name}ms_95": round(middle(wall, 0.95), 1),
        f"{name}processor_ms_median": round(middle(processor), 1),
    }


def _seeking(window: StudioWindow, seeks: int) -> dict[str, Any]:
    """Random frames, each asked for while nothing is being prepared; the painted number is read every time."""
    count = GROUPS * GROUP
    wanted = random.Random(0).choices(range(count), k=seeks)
    times, wrong = [], 0
    picture = window.parts.player.picture
    window.parts.player.forget_frames()
    for frame in wanted:
        times.append(_go(window, frame))
        wrong += _painted_number(picture) != frame
        # Otherwise the four groups would all be kept after a while.
        window.parts.player.forget_frames()
    return {
        "seeks": seeks,
        **_summary(times),
        "wrong_share": wrong / seeks,
    }


def _painted_number(picture: Any) -> int:
    import numpy as np
    from PySide6.QtCore import QSizeF
    from PySide6.QtGui import QImage

    from app.commands.window_benchmarks.videos import SIZE

    image = picture.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    rect = picture.place.rect(QSizeF(*SIZE), QSizeF(picture.size()))
    return read_number(pixels[round(rect.top()) :, round(rect.left()) :], round(rect.width()), round(rect.height()))


def _stepping(window: StudioWindow) -> dict[str, float]:
    """Steps of one frame around the middle of a group that has been prepared."""
    _go(window, GROUP + GROUP // 2)
    _until(lambda: True, 3.0)
    back = [_go(window, frame) for frame in range(GROUP + GROUP // 2 - 1, GROUP + 9, -1)]
    forward = [_go(window, frame) for frame in range(GROUP + 11, GROUP + GROUP // 2)]
    return _summary(back, "back_") | _summary(forward, "forward_")


def _playing(window: StudioWindow, seconds: float) -> dict[str, Any]:
    """Frames that were due and frames whose picture was shown; those that nobody asked for were lost by the window."""
    player, asked, shown = window.parts.player, {0}, {0}
    _until(lambda: True, 1.0)
    player.frame_shown.connect(shown.add)
    window.session.playhead_changed.connect(asked.add)
    began_processor = time.process_time()
    player.toggle_play()
    _until(lambda: True, seconds)
    last = window.session.playhead
    player.pause()
    _until(lambda: player.picture.shown_frame == last)
    return {
        "seconds": seconds,
        "due": last + 1,
        "shown": len(shown),
        "dropped": last + 1 - len(shown),
        "dropped_before_decoding": last + 1 - len(asked),
        "processor_share": round((time.process_time() - began_processor) / seconds, 2),
    }


def _opencv(video: Path) -> dict[str, float]:
    """The same by OpenCV's CAP_PROP_POS_FRAMES, without a window."""
    import cv2
    import numpy as np

    reader = cv2.VideoCapture(str(video))
    times, wrong = [], 0
    for frame in random.Random(0).choices(range(GROUPS * GROUP), k=OPENCV_SEEKS):
        began, processor = time.perf_counter(), time.process_time()
        reader.set(cv2.CAP_PROP_POS_FRAMES, frame)
        read, pixels = reader.read()
        times.append((1000 * (time.perf_counter() - began), 1000 * (time.process_time() - processor)))
        wrong += not read or read_number(np.asarray(pixels, np.uint8), pixels.shape[1], pixels.shape[0]) != frame
    reader.release()
    return _summary(times, "opencv_") | {"opencv_wrong_share": wrong / OPENCV_SEEKS}
