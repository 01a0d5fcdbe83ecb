"""The player: the exact frame at the session's playhead, and the transport under it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.session import Session


class PlayerView(QWidget):
    """Shows the current video. Follows and moves the session's playhead."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def toggle_play(self) -> None:
        """Play or pause (Space)."""

    def pause(self) -> None:
        """Stop where the playhead is (K)."""

    def shuttle(self, direction: int) -> None:
        """J (-1) and L (+1): play that way; again doubles the speed."""

    def step(self, frames: int) -> None:
        """Move the playhead by frames."""

    def step_seconds(self, seconds: float) -> None:
        """Move the playhead by time, through the frame index."""

    def set_speed(self, speed: float) -> None:
        """Speed of the next and the running playback, 0.1 to 8."""

    def play_selected(self) -> None:
        """Play the selected event once, from its onset to its offset."""

    def set_looping(self, on: bool) -> None:
        """Repeat the selected event (/), or the whole video when none is selected."""
