from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.errors import VideoError
from fedn.video.waveform import WAVEFORM_NAME, Waveform, waveform_of
from tests.video.conftest import counter_picture

SILENCE = 0.02


def write_sound(
    path: Path,
    sound: np.ndarray,
    *,
    rate: int = 48000,
    codec: str = "aac",
    sample_format: str = "fltp",
    late_s: float = 0.0,
    picture_late_s: float = 0.0,
) -> Path:
    """A video of 30 frames a second with sound (samples, channels) in [-1, 1], either of which may begin late."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("libx264", rate=30, options={"g": "30"})
        pictures.width, pictures.height, pictures.pix_fmt = 96, 64, "yuv420p"
        layout = "mono" if sound.shape[1] == 1 else "stereo"
        stream = container.add_stream(codec, rate=rate, format=sample_format, layout=layout)
        for number in range(max(1, round(30 * len(sound) / rate))):
            frame = av.VideoFrame.from_ndarray(counter_picture(number), format="rgb24")
            frame.pts, frame.time_base = number + round(30 * picture_late_s), Fraction(1, 30)
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode())
        for start in range(0, len(sound), 1024):
            piece = sound[start : start + 1024]
            scaled = piece if sample_format.startswith("flt") else np.round(piece * 32767)
            kind = np.float32 if sample_format.startswith("flt") else np.int16
            values = np.ascontiguousarray(scaled.T if sample_format.endswith("p") else scaled.reshape(1, -1), kind)
            frame = av.AudioFrame.from_ndarray(values, format=sample_format, layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, start + round(late_s * rate), Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def tone(start_s: float, stop_s: float, *, length_s: float, rate: int = 48000, level: float = 0.5) -> np.ndarray:
    """A tone of 440 Hz in silence, (samples, 1)."""
    at = np.arange(round(length_s * rate)) / rate
    inside = (at >= start_s) & (at < stop_s)
    return (level * np.sin(2 * np.pi * 440 * at) * inside)[:, None]


@pytest.mark.parametrize(("codec", "sample_format", "name"), [
    ("aac", "fltp", "tone.mp4"), ("pcm_s16le", "s16", "tone.mov"), ("libopus", "flt", "tone.mkv"),
    ("flac", "s16", "tone.mkv"),
])  # fmt: skip
def test_a_tone_stands_where_it_sounds(tmp_path: Path, codec: str, sample_format: str, name: str) -> None:
    path = write_sound(tmp_path / name, tone(1.0, 2.0, length_s=3.0), codec=codec, sample_format=sample_format)
    waveform = waveform_of(path, 0.0)
    assert waveform is not None and waveform.duration_s == pytest.approx(3.0, abs=0.08)
    inside, before, after = (waveform.peaks_between(*span, 1)[0] for span in ((1.1, 1.9), (0.1, 0.9), (2.1, 2.9)))
    assert inside == pytest.approx([-0.5, 0.5], abs=0.08)
    assert np.abs([before, after]).max() < SILENCE
    loud = np.flatnonzero(waveform.peaks[:, 1] > 0.25) / waveform.rate
    assert loud[0] == pytest.approx(1.0, abs=0.015) and loud[-1] == pytest.approx(2.0, abs=0.015)


def test_either_ear_is_enough(tmp_path: Path) -> None:
    left = tone(0.5, 1.0, length_s=1.5)
    path = write_sound(tmp_path / "left.mp4", np.hstack([left, 0 * left]))
    waveform = waveform_of(path, 0.0)
    assert waveform is not None and waveform.peaks_between(0.6, 0.9, 1)[0] == pytest.approx([-0.5, 0.5], abs=0.08)


@pytest.mark.parametrize("late_s", [0.4, -0.4])
def test_sound_that_begins_before_or_after_the_pictures_is_shifted(tmp_path: Path, late_s: float) -> None:
    sound = tone(1.0, 1.5, length_s=2.0)
    path = write_sound(
        tmp_path / "late.mkv", sound, codec="pcm_s16le", sample_format="s16",
        late_s=max(0.0, late_s), picture_late_s=max(0.0, -late_s),
    )  # fmt: skip
    waveform = waveform_of(path, max(0.0, -late_s))
    assert waveform is not None
    loud = np.flatnonzero(waveform.peaks[:, 1] > 0.25) / waveform.rate
    assert loud[0] == pytest.approx(1.0 + late_s, abs=0.01)


def test_it_is_kept_beside_the_project_until_the_video_changes(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "tone.mp4", tone(0.5, 1.0, length_s=1.5))
    first = waveform_of(path, 0.0, tmp_path / "cache")
    kept = tmp_path / "cache" / WAVEFORM_NAME
    written = kept.stat().st_mtime_ns
    again = waveform_of(path, 0.0, tmp_path / "cache")
    assert first is not None and again is not None and kept.stat().st_mtime_ns == written
    assert np.abs(first.peaks - again.peaks).max() < 1e-4
    kept.write_bytes(b"damaged")
    assert waveform_of(path, 0.0, tmp_path / "cache") is not None
    write_sound(path, tone(0.0, 1.0, length_s=4.0))
    longer = waveform_of(path, 0.0, tmp_path / "cache")
    assert longer is not None and longer.duration_s > 3


def test_a_video_without_sound_a_folder_and_a_stop_have_none(tmp_path: Path, tiny_video: Path) -> None:
    assert waveform_of(tiny_video, 0.0, tmp_path / "cache") is None
    assert waveform_of(tiny_video, 0.0, tmp_path / "cache") is None
    assert waveform_of(tmp_path, 0.0) is None
    path = write_sound(tmp_path / "tone.mp4", tone(0.5, 1.0, length_s=1.5))
    assert waveform_of(path, 0.0, tmp_path / "other", stop=lambda: True) is None
    assert not (tmp_path / "other").exists()
    with pytest.raises(VideoError, match="is not there"):
        waveform_of(tmp_path / "gone.mp4", 0.0)


@given(
    st.integers(0, 400), st.integers(0, 10**6), st.floats(-1, 3), st.floats(0.001, 2.5), st.integers(1, 90)
)  # fmt: skip
def test_columns_hold_the_lowest_and_highest_peak_of_their_time(
    count: int, seed: int, start_s: float, length_s: float, columns: int
) -> None:
    values = np.sort(np.random.default_rng(seed).uniform(-1, 1, (count, 2)).astype(np.float32), axis=1)
    shown = Waveform(values).peaks_between(start_s, start_s + length_s, columns)
    assert shown.shape == (columns, 2)
    edges = np.linspace(start_s, start_s + length_s, columns + 1) * Waveform(values).rate
    for column in range(columns):
        first = int(np.floor(edges[column] + 1e-6))
        stop = max(int(np.ceil(edges[column + 1] - 1e-6)), first + 1)
        part = values[max(0, first) : max(0, stop)]
        expected = (part[:, 0].min(), part[:, 1].max()) if len(part) else (0.0, 0.0)
        assert tuple(shown[column]) == expected


def test_a_view_of_hours_comes_from_the_coarser_level() -> None:
    peaks = np.zeros((200 * 36000, 2), np.float32)
    peaks[123_456] = (-0.9, 0.8)
    shown = Waveform(peaks).peaks_between(0.0, 36000.0, 1000)
    (column,) = np.flatnonzero(shown[:, 1])
    assert shown[column] == pytest.approx([-0.9, 0.8]) and column == 123_456 // (200 * 36)
