from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fedn.errors import VideoError
from fedn.video.sound import RATE, has_sound, pcm
from tests.video.test_waveform import tone, write_sound

CLICKS_S = (0.5, 1.25, 2.0, 3.1)


def clicks(rate: int = 48000) -> np.ndarray:
    """Bursts of 20 ms at known moments."""
    sound = np.zeros((4 * rate, 1))
    for at_s in CLICKS_S:
        begin = round(at_s * rate)
        sound[begin : begin + rate // 50, 0] = 0.8 * np.sin(2 * np.pi * 1000 * np.arange(rate // 50) / rate)
    return sound


@pytest.fixture(scope="module")
def clicking(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clicks")
    return {
        "mp4": write_sound(folder / "clicks.mp4", clicks()),
        "mkv": write_sound(folder / "clicks.mkv", clicks(44100), rate=44100, codec="pcm_s16le", sample_format="s16"),
        "ts": write_sound(folder / "clicks.ts", clicks()),
    }


def played(path: Path, start_s: float, stop_s: float, speed: float = 1.0, first_frame_s: float = 0.0) -> np.ndarray:
    """Samples (N, 2) in [-1, 1]."""
    content = b"".join(pcm(path, first_frame_s, start_s, stop_s, speed))
    return np.frombuffer(content, np.int16).reshape(-1, 2) / 32768


def onsets_s(samples: np.ndarray) -> list[float]:
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 0.3) / RATE
    return [float(at) for at, gap in zip(loud, np.diff(loud, prepend=-1.0), strict=True) if gap > 0.1]


@pytest.mark.parametrize("kind", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("start_s", [0.0, 0.3, 1.0, 1.24, 3.0])
def test_sound_begins_at_the_asked_moment_and_lasts_as_long(
    clicking: dict[str, Path], kind: str, start_s: float
) -> None:
    first_frame_s = 0.0
    if kind == "ts":
        import av

        with av.open(str(clicking[kind])) as container:
            first_frame_s = float(next(container.decode(video=0)).time or 0.0)
    samples = played(clicking[kind], start_s, 3.6, first_frame_s=first_frame_s)
    assert len(samples) == round((3.6 - start_s) * RATE)
    expected = [at - start_s for at in CLICKS_S if at > start_s]
    assert onsets_s(samples) == pytest.approx(expected, abs=0.004)


@pytest.mark.parametrize("speed", [0.5, 0.75, 1.5, 2.0])
def test_other_speeds_keep_the_pitch_and_divide_the_time(clicking: dict[str, Path], tmp_path: Path, speed: float):
    samples = played(clicking["mp4"], 0.25, 3.75, speed)
    assert len(samples) == round(3.5 / speed * RATE)
    assert onsets_s(samples) == pytest.approx([(at - 0.25) / speed for at in CLICKS_S], abs=0.05)
    path = write_sound(tmp_path / "tone.mp4", tone(0.0, 2.0, length_s=2.0))
    steady = played(path, 0.5, 1.5, speed)[RATE // 10 : -RATE // 10, 0]
    spectrum = np.abs(np.fft.rfft(steady * np.hanning(len(steady))))
    assert np.argmax(spectrum) * RATE / len(steady) == pytest.approx(440, abs=6)


def test_silence_stands_where_there_is_no_sound(clicking: dict[str, Path], tiny_video: Path, tmp_path: Path) -> None:
    after = played(clicking["mp4"], 3.5, 6.0)
    assert len(after) == round(2.5 * RATE) and np.abs(after[RATE:]).max() == 0
    assert np.abs(played(tiny_video, 0.0, 0.5)).max() == 0 and len(played(tiny_video, 0.0, 0.5)) == RATE // 2
    assert len(played(tmp_path, 0.0, 0.25)) == RATE // 4
    assert has_sound(clicking["mkv"]) and not has_sound(tiny_video) and not has_sound(tmp_path)


def test_sound_that_begins_late_is_preceded_by_silence(tmp_path: Path) -> None:
    path = write_sound(
        tmp_path / "late.mkv", tone(0.0, 1.0, length_s=1.0), codec="pcm_s16le", sample_format="s16", late_s=0.5
    )
    loud = np.flatnonzero(np.abs(played(path, 0.0, 1.5)[:, 0]) > 0.1) / RATE
    assert loud[0] == pytest.approx(0.5, abs=0.005) and loud[-1] == pytest.approx(1.5, abs=0.005)


def test_a_file_that_is_no_video_is_told(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("These are notes.")
    assert not has_sound(path)
    with pytest.raises(VideoError, match=r"text\.mp4"):
        list(pcm(path, 0.0, 0.0, 1.0))
