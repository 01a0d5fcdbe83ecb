"""The player: the exact frame at the session's playhead, and the transport under it."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.session import Session
from app.views.player.clock import FASTEST, SLOWEST, PlaybackClock, shuttled
from app.views.player.decoder import Decoder, Picture
from app.views.player.picture import PictureWidget
from app.views.player.prediction import chip_at
from app.views.player.transport import Transport
from fedn.annotation.interval import Interval
from fedn.video.reader import open_video

_SHORTEST_WAIT_MS = 4
_LONGEST_WAIT_MS = 100


class PlayerView(QWidget):
    """Shows the current video. Follows and moves the session's playhead."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._clock: PlaybackClock | None = None
        self._speed = 1.0
        self._looping = False
        self._generation = 0
        self._direction = 1
        self._moving = False
        self.picture = PictureWidget()
        self.transport = Transport()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_frame_due)
        self._decoder = Decoder(self)
        self._decoder.decoded.connect(self._on_decoded)
        self._decoder.failed.connect(self._on_decoding_failed)
        # The thread must have ended before Qt deletes it, whoever deletes this view.
        self.destroyed.connect(partial(Decoder.end, self._decoder))
        self._lay_out()
        self._connect_transport()
        session.project_changed.connect(self._on_video_changed)
        session.video_changed.connect(self._on_video_changed)
        session.index_changed.connect(self._on_index_known)
        session.playhead_changed.connect(self._on_playhead_changed)
        session.events_changed.connect(self._update_chip)
        session.tiers_changed.connect(self._update_chip)
        session.model_changed.connect(self._update_chip)
        self._on_video_changed()
        if session.frame_index is not None:
            self._on_index_known("")

    def shut_down(self) -> None:
        """Ends the decoder thread; the view shows nothing afterwards."""
        self.pause()
        self._decoder.end()

    @property
    def is_playing(self) -> bool:
        return self._clock is not None

    @property
    def speed(self) -> float:
        return self._speed

    def toggle_play(self) -> None:
        """Play or pause (Space)."""
        if self.is_playing:
            self.pause()
            return
        whole = self._play_range()
        if whole is not None and self._session.playhead >= whole.offset and not self._looping:
            self._session.set_playhead(0)
        self._play(abs(self._speed))

    def pause(self) -> None:
        """Stop where the playhead is (K)."""
        self._timer.stop()
        self._clock = None
        self.transport.show_playing(False)
        self.transport.show_speed(self._speed)

    def shuttle(self, direction: int) -> None:
        """J (-1) and L (+1): play that way; again doubles the speed."""
        self._play(shuttled(self._clock.speed if self._clock else 0.0, direction))

    def step(self, frames: int) -> None:
        """Move the playhead by frames."""
        self.pause()
        self._direction = 1 if frames >= 0 else -1
        self._session.set_playhead(self._session.playhead + frames)

    def step_seconds(self, seconds: float) -> None:
        """Move the playhead by time, through the frame index."""
        index = self._session.frame_index
        if index is not None:
            self.pause()
            time_s = index.time_s(self._session.playhead) + seconds
            self._session.set_playhead(index.frame_at(max(0.0, time_s)))

    def set_speed(self, speed: float) -> None:
        """Speed of the next and the running playback, 0.1 to 8."""
        self._speed = min(max(abs(speed), SLOWEST), FASTEST)
        self.transport.show_speed(self._speed)
        if self.is_playing:
            self._play(self._speed)

    def play_selected(self) -> None:
        """Play the selected event once, from its onset to its offset."""
        interval = self._selected_interval()
        if interval is not None:
            self._session.set_playhead(interval.onset)
            self._play(self._speed, within=interval)

    def toggle_looping(self) -> None:
        self.set_looping(not self._looping)

    def set_looping(self, on: bool) -> None:
        """Repeat the selected event (/), or the whole video when none is selected."""
        self._looping = on
        self.transport.show_looping(on)
        interval = self._selected_interval()
        if on and interval is not None and not self.is_playing:
            self._session.set_playhead(interval.onset)
            self._play(self._speed)
        elif self._clock is not None:
            self._play(self._clock.speed)

    # Playing

    def _play(self, speed: float, within: Interval | None = None) -> None:
        index, within = self._session.frame_index, within or self._play_range()
        if index is None or within is None:
            return
        self._direction = 1 if speed > 0 else -1
        self._clock = PlaybackClock(
            index, self._session.playhead, speed, within=within, looping=self._looping, now_s=time.monotonic()
        )
        self.transport.show_playing(True)
        self.transport.show_speed(speed)
        self._on_frame_due()

    def _play_range(self) -> Interval | None:
        index = self._session.frame_index
        if index is None or index.frame_count < 1:
            return None
        return (self._selected_interval() if self._looping else None) or Interval(0, index.frame_count)

    def _selected_interval(self) -> Interval | None:
        project, selected = self._session.project, self._session.selected_events
        if project is None or not selected:
            return None
        events = [project.event(event_id) for event_id in selected]
        return Interval.from_inclusive(min(event.onset for event in events), max(event.offset for event in events))

    def _on_frame_due(self) -> None:
        if self._clock is None:
            return
        due = self._clock.due(time.monotonic())
        self._move_to(due.frame)
        if due.ended:
            self.pause()
            return
        self._timer.start(min(max(round(due.wait_s * 1000), _SHORTEST_WAIT_MS), _LONGEST_WAIT_MS))

    def _move_to(self, frame: int) -> None:
        self._moving = True
        try:
            self._session.set_playhead(frame)
        finally:
            self._moving = False

    # Showing

    def _on_playhead_changed(self, frame: int) -> None:
        if self._clock is not None and not self._moving:
            # Somebody else moved the playhead: go on playing from there.
            self._play(self._clock.speed)
        index = self._session.frame_index
        self.transport.show_position(frame, index.time_s(frame) if index is not None else None)
        self._update_chip()
        self._request()

    def _request(self) -> None:
        if self._generation:
            self._decoder.request(self._session.playhead, self.picture.bound, then=self._direction)

    def _on_decoded(self, picture: Picture) -> None:
        if picture.generation == self._generation:
            self.picture.show_image(picture.image)

    def _on_decoding_failed(self, generation: int, sentence: str) -> None:
        if generation == self._generation:
            self.pause()
            self.picture.show_hint(sentence)

    def _update_chip(self) -> None:
        project, video = self._session.project, self._session.current_video
        self.picture.show_chip(chip_at(project, video.id, self._session.playhead) if project and video else None)

    def _on_video_changed(self) -> None:
        self.pause()
        self._generation = 0
        self._decoder.close()
        video = self._session.current_video
        self.picture.show_chip(None)
        if video is None:
            empty = "Add videos to begin: drop files into the list on the left, or choose Add videos…"
            self.picture.show_hint(empty if self._session.project else "Open a project, or create one.")
            self.transport.show_video(0, "")
        else:
            self.picture.show_hint(f"Reading {video.name}…")
            self.transport.show_video(video.frame_count, f"{video.fps:g} fps")
        self.transport.show_position(self._session.playhead, None)

    def _on_index_known(self, _: str) -> None:
        video, index = self._session.current_video, self._session.frame_index
        if video is None:
            return
        if index is None:
            self.picture.show_hint(f"{video.name} cannot be read; its labels can still be seen and edited.")
            return
        # The paths are asked here: the session belongs to this thread, the reader to the decoder's.
        path, cache = self._session.path_of(video), self._session.cache_folder(video)
        self._generation = self._decoder.open(partial(open_video, path, image_fps=video.image_fps, cache_dir=cache))
        rate = f"{index.fps:g} fps" if index.is_constant else f"{index.fps:.4g} fps, variable"
        self.transport.show_video(index.frame_count, f"{rate} · {index.end_s(index.frame_count - 1):.1f} s")
        self._on_playhead_changed(self._session.playhead)

    # Putting together

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 4)
        column.setSpacing(0)
        column.addWidget(self.picture, 1)
        column.addWidget(self.transport)

    def _connect_transport(self) -> None:
        transport = self.transport
        transport.play_pressed.connect(self.toggle_play)
        transport.step_pressed.connect(self.step)
        transport.loop_toggled.connect(self.set_looping)
        transport.speed_chosen.connect(self.set_speed)
        transport.frame_entered.connect(self._on_frame_entered)
        transport.time_entered.connect(self._on_time_entered)
        transport.jump_pressed.connect(self._on_jump)
        self.picture.bound_changed.connect(self._request)
        self.picture.clicked.connect(self.toggle_play)

    def _on_frame_entered(self, frame: int) -> None:
        self.pause()
        self._session.set_playhead(frame)

    def _on_time_entered(self, time_s: float) -> None:
        index = self._session.frame_index
        if index is not None:
            self._on_frame_entered(index.frame_at(time_s))

    def _on_jump(self, direction: int) -> None:
        video = self._session.current_video
        if video is not None:
            self._on_frame_entered(0 if direction < 0 else video.frame_count - 1)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.pause()
