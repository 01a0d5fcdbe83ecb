"""Playing and going places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action, When

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def play_menu(parts: WindowParts) -> tuple[Action, ...]:
    video = When.VIDEO
    go = parts.navigation
    player = parts.player
    return (
        Action("play", "Play", "Play or pause", player.toggle_play, ("Space",)),
        Action("backward", "Play", "Backward, again for faster", lambda: player.shuttle(-1), ("J",)),
        Action("pause", "Play", "Pause", player.pause, ("K",)),
        Action("forward", "Play", "Forward, again for faster", lambda: player.shuttle(1), ("L",)),
        Action("loop", "Play", "Loop the selected event", player.toggle_looping, ("/",)),
        Action("play-event", "Play", "Play the selected event", player.play_selected, ("Shift+Space",), When.SELECTION),
        Action("play-row", "Play", "Play the tier's events in a row", player.play_in_a_row, ("Ctrl+Space",)),
        Action("slower", "Play", "Slower", player.slower, ("[",), video, False, True),
        Action("faster", "Play", "Faster", player.faster, ("]",), video, False, True),
        Action("mute", "Play", "Sound on or off", player.toggle_mute, ("Ctrl+M",)),
        Action("frame-", "Play", "Frame back", lambda: player.step(-1), ("Left",), video, True, True),
        Action("frame+", "Play", "Frame forward", lambda: player.step(1), ("Right",), video, False, True),
        Action(
            "second-", "Play", "Second back", lambda: player.step_seconds(-1.0), ("Shift+Left",), video, False, True
        ),
        Action("second+", "Play", "Second on", lambda: player.step_seconds(1.0), ("Shift+Right",), video, False, True),
        Action("start", "Play", "First frame", go.to_start, ("Home",)),
        Action("end", "Play", "Last frame", go.to_end, ("End",)),
        Action("boundary-", "Play", "Previous boundary", go.previous_boundary, ("Ctrl+Left",), video, True, True),
        Action("boundary+", "Play", "Next boundary", go.next_boundary, ("Ctrl+Right",), video, False, True),
        Action("event-", "Play", "Previous event", go.previous_event, (",",), video, False, True),
        Action("event+", "Play", "Next event", go.next_event, (".",), video, False, True),
        Action(
            "picture+",
            "Play",
            "Zoom into the picture",
            lambda: player.picture.zoom(1.25),
            ("Ctrl++", "Ctrl+="),
            video,
            True,
            True,
        ),
        Action(
            "picture-",
            "Play",
            "Zoom out of the picture",
            lambda: player.picture.zoom(0.8),
            ("Ctrl+-",),
            video,
            False,
            True,
        ),
        Action("picture-whole", "Play", "The whole picture", player.picture.show_whole, ("Ctrl+0",)),
        Action("face-box", "Play", "The followed face's box", player.toggle_face_box, ("Ctrl+B",)),
        Action("copy-frame", "Play", "Copy the frame", player.copy_frame, ("Ctrl+Shift+C",), starts_group=True),
        Action("save-frame", "Play", "Save the frame…", player.save_frame, ("Ctrl+Shift+S",)),
    )
