"""A thread that decodes sound a little ahead of what is played."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fedn.errors import FednError
from fedn.video.sound import BYTES_A_SECOND, pcm

_log = logging.getLogger(__name__)
_AHEAD_BYTES = BYTES_A_SECOND // 2


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """Where a video's sound is; `first_frame_s` is the time stamp of its first picture in the file's own seconds."""

    path: Path
    first_frame_s: float


class SoundFeed:
    """The samples of one run of playback, decoded half a second ahead."""

    def __init__(self, track: SoundTrack, ranges: Iterable[tuple[float, float]], speed: float) -> None:
        """`ranges` are starts and ends in seconds after the first picture, played without a gap; may be endless."""
        self._track, self._ranges, self._speed = track, ranges, speed
        self._condition = threading.Condition()
        self._waiting = bytearray()
        self._is_ending = False
        self._is_complete = False
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    def take(self, most: int) -> bytes:
        """Up to so many bytes that have been decoded; does not wait."""
        with self._condition:
            taken = bytes(self._waiting[:most])
            del self._waiting[:most]
            self._condition.notify()
            return taken

    @property
    def is_complete(self) -> bool:
        """Whether everything has been taken."""
        with self._condition:
            return self._is_complete and not self._waiting

    def end(self) -> None:
        """Ends the thread soon; does not wait for it, because a network drive may hold it."""
        with self._condition:
            self._is_ending = True
            self._condition.notify()

    def join(self, timeout_s: float = 5.0) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            for start_s, stop_s in self._ranges:
                for piece in pcm(self._track.path, self._track.first_frame_s, start_s, stop_s, self._speed):
                    if not self._put(piece):
                        return
                if stop_s <= start_s:
                    return
        except FednError as error:
            _log.warning("playing without sound: %s", error)
        except Exception:
            _log.exception("the sound of %s cannot be played", self._track.path)
        finally:
            with self._condition:
                self._is_complete = True

    def _put(self, piece: bytes) -> bool:
        """Waits until there is room; False once the feed is to end."""
        with self._condition:
            while len(self._waiting) > _AHEAD_BYTES and not self._is_ending:
                self._condition.wait()
            self._waiting += piece
            return not self._is_ending
