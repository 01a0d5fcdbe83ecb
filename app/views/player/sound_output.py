"""Sound on the computer's audio device, and how far it has been heard; silent where there is no device."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from app.views.player.sound_clock import SoundClock
from app.views.player.sound_feed import SoundFeed, SoundTrack
from fedn.video.sound import BYTES_A_SECOND, CHANNELS, FASTEST_SOUND, RATE, SLOWEST_SOUND, has_sound

_log = logging.getLogger(__name__)
_BUFFER_S = 0.2
_FILL_EVERY_MS = 15
_MOST_FAILURES = 3


class SoundOutput(QObject):
    """Plays one stretch of sound at a time.

    QtMultimedia is loaded with the first sound: it needs libraries of the system that may be missing, and a window
    without sound is better than no window.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._track: SoundTrack | None = None
        self._has_sound = threading.Event()
        self._volume, self._muted = 0.8, False
        self._sink: Any = None
        self._pipe: Any = None
        self._feed: SoundFeed | None = None
        self._clock: SoundClock | None = None
        self._written = 0
        self._failures = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_FILL_EVERY_MS)
        self._timer.timeout.connect(self._fill)

    def set_track(self, track: SoundTrack | None) -> None:
        """Another video is open; whether it has sound is found out in a thread."""
        self.stop()
        self._track = track
        found = self._has_sound = threading.Event()
        if track is not None:
            threading.Thread(target=_look, args=(track, found), name="has sound", daemon=True).start()

    @property
    def has_sound(self) -> bool:
        """Whether the video is known to have sound."""
        return self._has_sound.is_set()

    @property
    def is_playing(self) -> bool:
        return self._sink is not None

    def start(self, ranges: Iterable[tuple[float, float]], speed: float) -> bool:
        """Plays ranges of time one after the other; seconds after the first picture.

        Returns:
            False if there is nothing to hear: no sound, no device, or a speed at which there is none.
        """
        self.stop()
        if self._track is None or not self.has_sound or not SLOWEST_SOUND <= speed <= FASTEST_SOUND:
            return False
        if self._failures >= _MOST_FAILURES:
            return False
        self._sink = _make_sink(self)
        if self._sink is None:
            return False
        self._feed = SoundFeed(self._track, ranges, speed)
        self._apply_volume()
        self._sink.setBufferSize(int(BYTES_A_SECOND * _BUFFER_S))
        self._pipe = self._sink.start()
        self._written = 0
        self._clock = SoundClock(time.monotonic())
        self._timer.start()
        self._fill()
        return self._sink is not None

    def stop(self) -> None:
        """At once; what the device has buffered is not heard any more."""
        self._timer.stop()
        if self._feed is not None:
            self._feed.end()
        if self._sink is not None:
            self._sink.reset()
            self._sink.deleteLater()
        self._sink = self._pipe = self._feed = self._clock = None

    def shut_down(self) -> None:
        """Ends the decoding thread too."""
        feed = self._feed
        self.stop()
        if feed is not None:
            feed.join()

    def played_s(self) -> float | None:
        """Seconds of sound heard since `start`; None once there is none, and another clock has to lead."""
        if self._sink is None or self._clock is None:
            return None
        now_s = time.monotonic()
        waiting = max(0, self._sink.bufferSize() - self._sink.bytesFree())
        played_s = self._clock.played_s(now_s, max(0, self._written - waiting) / BYTES_A_SECOND)
        if self._clock.is_stuck(now_s):
            self._fail("takes no sound")
            return None
        if played_s > 0:
            self._failures = 0
        return played_s

    def _fail(self, how: str) -> None:
        """Another clock leads for the rest of this run; after a few such runs the device is not asked again."""
        _log.warning("the audio device %s; going on without", how)
        self._failures += 1
        self.stop()

    def set_volume(self, volume: float, *, muted: bool) -> None:
        """`volume` from 0 to 1, as loud as it seems to the ear."""
        self._volume, self._muted = min(max(volume, 0.0), 1.0), muted
        self._apply_volume()

    def _apply_volume(self) -> None:
        if self._sink is not None:
            # The ear hears the cube of the slider as its share.
            self._sink.setVolume(0.0 if self._muted else self._volume**3)

    def _fill(self) -> None:
        if self._sink is None or self._feed is None:
            return
        if self._pipe is None or _has_failed(self._sink):
            self._fail("does not play")
            return
        free = self._sink.bytesFree() // (2 * CHANNELS) * (2 * CHANNELS)
        piece = self._feed.take(free) if free > 0 else b""
        if piece:
            self._written += max(0, self._pipe.write(piece))


def _look(track: SoundTrack, found: threading.Event) -> None:
    if has_sound(track.path):
        found.set()


def _make_sink(parent: QObject) -> Any:
    """A QAudioSink on the default device, None where there is none."""
    try:
        from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices
    except ImportError as error:
        _log.info("no sound: QtMultimedia cannot be loaded (%s)", error)
        return None
    device = QMediaDevices.defaultAudioOutput()
    form = QAudioFormat()
    form.setSampleRate(RATE)
    form.setChannelCount(CHANNELS)
    form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    if device.isNull() or not device.isFormatSupported(form):
        _log.info("no sound: %s", "no audio device" if device.isNull() else "the device plays no 16-bit stereo")
        return None
    return QAudioSink(device, form, parent)


def _has_failed(sink: Any) -> bool:
    # The enumeration has moved from QAudio to QtAudio; the names have stayed.
    return sink.error().name not in ("NoError", "UnderrunError")
