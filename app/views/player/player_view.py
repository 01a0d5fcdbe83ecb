"""The player: the exact frame at the session's playhead, and the transport under it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.session import Session
from app.views.player.clock import FASTEST, SLOWEST, SPEEDS, shuttled
from app.views.player.decoder import Decoder, Request
from app.views.player.face_overlay import FaceOverlay
from app.views.player.frame_files import FrameFiles
from app.views.player.picture import PictureWidget
from app.views.player.playback import Playback
from app.views.player.prediction import Predictions
from app.views.player.ranges import events_in_a_row, selected_interval
from app.views.player.rendering import Picture
from app.views.player.sound_feed import SoundTrack
from app.views.player.sound_output import SoundOutput
from app.views.player.transport import Transport
from fedn.annotation.interval import Interval
from fedn.video.reader import open_video


class PlayerView(QWidget):
    """Shows the current video. Follows and moves the session's playhead.

    Signals:
        frame_shown: the picture of this frame is now the one that is painted.
    """

    frame_shown = Signal(int)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._speed = 1.0
        self._looping = False
        self._generation = 0
        self._direction = 1
        self._moving = False
        self._before_click: int | None = None
        self._row: list[str] = []
        self.picture = PictureWidget()
        self.transport = Transport()
        self.sound = SoundOutput(self)
        self.playback = Playback(self.sound, self)
        self._files = FrameFiles(session, self)
        self._faces = FaceOverlay(session)
        self._predictions = Predictions()
        self._decoder = Decoder(self)
        # The thread must have ended before Qt deletes it, whoever deletes this view.
        self.destroyed.connect(partial(Decoder.end, self._decoder))
        self._lay_out()
        self._connect()
        self._on_settings_changed()
        self._on_video_changed()
        if session.frame_index is not None:
            self._on_index_known("")

    def shut_down(self) -> None:
        """Ends the threads; the view shows nothing afterwards."""
        self.pause()
        self.sound.shut_down()
        self._decoder.end()

    # What the user can do

    @property
    def is_playing(self) -> bool:
        return self.playback.is_running

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
        was_playing = self.is_playing
        self._row.clear()
        self.playback.stop()
        self.transport.show_playing(False)
        self.transport.show_speed(self._speed)
        if was_playing:
            # What lies around the playhead is likely next now, on both sides.
            self._request()

    def shuttle(self, direction: int) -> None:
        """J (-1) and L (+1): play that way; again doubles the speed."""
        self._row.clear()
        self._play(shuttled(self.playback.speed, direction))

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

    def faster(self) -> None:
        self.set_speed(next((speed for speed in SPEEDS if speed > self._speed), FASTEST))

    def slower(self) -> None:
        self.set_speed(next((speed for speed in reversed(SPEEDS) if speed < self._speed), SLOWEST))

    def play_selected(self) -> None:
        """Play the selected event once, from its onset to its offset."""
        interval = selected_interval(self._session)
        if interval is not None:
            self._row.clear()
            self._play_interval(interval)

    def play_in_a_row(self) -> None:
        """Play the events of a tier one after the other; each is selected while it plays."""
        events = events_in_a_row(self._session)
        if not events:
            self._session.messages.info("There are no events to play: detect some, or mark them.")
            return
        self._row = [event.id for event in events]
        self._play_next()

    def toggle_looping(self) -> None:
        self.set_looping(not self._looping)

    def set_looping(self, on: bool) -> None:
        """Repeat the selected event (/), or the whole video when none is selected."""
        self._looping = on
        self.transport.show_looping(on)
        interval = selected_interval(self._session)
        if on and interval is not None and not self.is_playing:
            self._session.set_playhead(interval.onset)
            self._play(self._speed)
        elif self.is_playing:
            self._play(self.playback.speed)

    def set_volume(self, percent: int) -> None:
        """Turning it up or down also takes back the mute."""
        self._session.settings.volume, self._session.settings.muted = percent, False
        self._session.settings_changed.emit()

    def toggle_mute(self) -> None:
        self._session.settings.muted = not self._session.settings.muted
        self._session.settings_changed.emit()

    def toggle_face_box(self) -> None:
        """Show or hide the box around the face that the detection followed."""
        settings = self._session.settings
        settings.face_box = not settings.face_box
        self._session.settings_changed.emit()
        if settings.face_box and self._session.frame_index is not None and not self._faces.is_known:
            self._session.messages.info("No face has been followed in this video yet: detect in it first.")

    def copy_frame(self) -> None:
        """All pixels of the frame at the playhead, on the clipboard."""
        if self._generation:
            self._decoder.grab(self._files.want_on_clipboard())

    def save_frame(self) -> None:
        """All pixels of the frame at the playhead, in a PNG file."""
        self.pause()
        frame = self._files.want_in_file() if self._generation else None
        if frame is not None:
            self._decoder.grab(frame)

    def forget_frames(self) -> None:
        """Lets go of the decoded frames that are kept; what is shown stays."""
        self._decoder.forget()

    # Playing

    def _play(self, speed: float, within: Interval | None = None) -> None:
        index, whole = self._session.frame_index, within or self._play_range()
        if index is None or whole is None or speed == 0:
            return
        self._direction = 1 if speed > 0 else -1
        self.transport.show_playing(True)
        self.transport.show_speed(speed)
        self.playback.start(index, self._session.playhead, speed, within=whole, looping=self._looping and not self._row)

    def _play_interval(self, interval: Interval) -> None:
        self._move_to(interval.onset)
        self._play(self._speed, within=interval)

    def _play_next(self) -> None:
        project = self._session.project
        while self._row and (project is None or not project.has_event(self._row[0])):
            del self._row[0]
        if project is None or not self._row:
            self.pause()
            return
        event = project.event(self._row[0])
        self._session.select_events((event.id,))
        self._play_interval(event.interval)

    def _play_range(self) -> Interval | None:
        index = self._session.frame_index
        if index is None or index.frame_count < 1:
            return None
        return (selected_interval(self._session) if self._looping else None) or Interval(0, index.frame_count)

    def _on_played_to_end(self) -> None:
        del self._row[:1]
        if self._row:
            self._play_next()
        else:
            self.pause()

    def _move_to(self, frame: int) -> None:
        self._moving = True
        try:
            self._session.set_playhead(frame)
        finally:
            self._moving = False

    # Showing

    def _on_playhead_changed(self, frame: int) -> None:
        if self.is_playing and not self._moving:
            # Somebody else moved the playhead: go on playing from there.
            self._row.clear()
            self._play(self.playback.speed)
        index = self._session.frame_index
        self.transport.show_position(frame, index.time_s(frame) if index is not None else None)
        self._update_chip()
        self._request()

    def _request(self) -> None:
        if not self._generation:
            return
        playing, forward = self.is_playing, self._direction > 0
        self._decoder.request(
            Request(
                self._session.playhead,
                self.picture.bound,
                self.picture.place,
                ahead=forward or not playing,
                behind=not forward or not playing,
            )
        )

    def _on_decoded(self, picture: Picture) -> None:
        if picture.generation == self._generation:
            self.picture.show_picture(picture)
            self.picture.show_face(self._faces.box_at(picture.frame))
            self.frame_shown.emit(picture.frame)

    def _on_grabbed(self, generation: int, frame: int, image: object) -> None:
        if generation == self._generation:
            self._files.on_grabbed(frame, image)  # type: ignore[arg-type]

    def _on_decoding_failed(self, generation: int, sentence: str) -> None:
        if generation == self._generation:
            self.pause()
            self._generation = 0
            self.picture.show_hint(sentence)

    def _update_chip(self) -> None:
        project, video = self._session.project, self._session.current_video
        if project is None or video is None or self._session.blind.hides(video.id):
            self.picture.show_chip(None)
        else:
            self.picture.show_chip(self._predictions.chip_at(project, video.id, self._session.playhead))

    def _on_video_changed(self) -> None:
        self.pause()
        self._generation = 0
        self._decoder.close()
        self._files.forget()
        self._faces.forget()
        self.sound.set_track(None)
        self.picture.show_whole()
        video = self._session.current_video
        self.picture.show_chip(None)
        if video is None:
            empty = "Add videos to begin: drop files on this window, or choose Add videos… (Ctrl+I)"
            self.picture.show_hint(empty if self._session.project else "Open a project, or create one.")
            self.transport.show_video(0, "")
        else:
            self.picture.show_hint(f"Reading {video.name}…")
            self.transport.show_video(video.frame_count, f"{video.fps:g} fps")
        self.transport.show_position(self._session.playhead, None)

    def _on_index_progressed(self, video_id: str, share: float) -> None:
        video = self._session.current_video
        if video is not None and video.id == video_id and self._session.frame_index is None:
            self.picture.show_hint(f"Reading {video.name} for the first time… {share:.0%}")

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
        self.sound.set_track(SoundTrack(path, float(index.pts[0] * index.time_base)))
        rate = f"{index.fps:g} fps" if index.is_constant else f"{index.fps:.4g} fps, variable"
        self.transport.show_video(index.frame_count, f"{rate} · {index.end_s(index.frame_count - 1):.1f} s")
        self._on_playhead_changed(self._session.playhead)

    def _on_settings_changed(self) -> None:
        settings = self._session.settings
        self.sound.set_volume(settings.volume / 100, muted=settings.muted)
        self.transport.show_volume(settings.volume, settings.muted)
        self._show_face()

    def _on_curves_changed(self, _video_id: str) -> None:
        """A detection has ended: it has followed the face anew."""
        self._faces.forget()
        self._show_face()

    def _show_face(self) -> None:
        frame = self.picture.shown_frame
        self.picture.show_face(self._faces.box_at(frame) if frame is not None and self._generation else None)

    # Putting together

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 4)
        column.setSpacing(0)
        column.addWidget(self.picture, 1)
        column.addWidget(self.transport)

    def _connect(self) -> None:
        session, transport = self._session, self.transport
        self.playback.due.connect(self._move_to)
        self.playback.ended.connect(self._on_played_to_end)
        self._decoder.decoded.connect(self._on_decoded)
        self._decoder.grabbed.connect(self._on_grabbed)
        self._decoder.failed.connect(self._on_decoding_failed)
        session.project_changed.connect(self._on_video_changed)
        session.video_changed.connect(self._on_video_changed)
        session.index_changed.connect(self._on_index_known)
        session.index_progressed.connect(self._on_index_progressed)
        session.playhead_changed.connect(self._on_playhead_changed)
        session.settings_changed.connect(self._on_settings_changed)
        session.curves_changed.connect(self._on_curves_changed)
        for changed in (session.events_changed, session.tiers_changed, session.model_changed):
            changed.connect(self._update_chip)
        transport.play_pressed.connect(self.toggle_play)
        transport.step_pressed.connect(self.step)
        transport.loop_toggled.connect(self.set_looping)
        transport.speed_chosen.connect(self.set_speed)
        transport.frame_entered.connect(self._on_frame_entered)
        transport.time_entered.connect(self._on_time_entered)
        transport.jump_pressed.connect(self._on_jump)
        transport.volume_chosen.connect(self.set_volume)
        transport.mute_pressed.connect(self.toggle_mute)
        self.picture.view_changed.connect(self._request)
        self.picture.clicked.connect(self._on_clicked)
        self.picture.double_clicked.connect(self._on_double_clicked)

    def _on_clicked(self) -> None:
        self._before_click = None if self.is_playing else self._session.playhead
        self.toggle_play()

    def _on_double_clicked(self) -> None:
        """The first of the two clicks has played or paused: that is taken back."""
        self.toggle_play()
        if self._before_click is not None:
            self._session.set_playhead(self._before_click)

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
