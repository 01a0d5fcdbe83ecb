"""The table of everything the user can do: data, from which menus, toolbar and shortcuts are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

if TYPE_CHECKING:
    from app.window_parts import WindowParts


class When(Enum):
    """When an action is enabled."""

    ALWAYS = 0
    PROJECT = 1
    VIDEO = 2
    SELECTION = 3
    JOB = 4


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do.

    Attributes:
        menu: where it stands; "" for shortcuts without an entry.
        keys: shortcuts in Qt's portable writing, the first one is shown.
        starts_group: a line is drawn above it.
    """

    name: str
    menu: str
    text: str
    slot: Callable[[], object]
    keys: tuple[str, ...] = ()
    when: When = When.VIDEO
    starts_group: bool = False
    repeats: bool = False


def action_table(parts: WindowParts) -> tuple[Action, ...]:
    """Every action of the window. Label keys are added by the window from the project's vocabulary."""
    project, video, chosen = When.PROJECT, When.VIDEO, When.SELECTION
    window, events, go = parts.window, parts.events, parts.navigation
    player, marking, timeline, session = parts.player, parts.marking, parts.timeline, parts.session
    return (
        Action("new", "Project", "New project…", window.new_project, ("Ctrl+N",), When.ALWAYS),
        Action("open", "Project", "Open project…", window.choose_project, ("Ctrl+O",), When.ALWAYS),
        Action("close", "Project", "Close project", window.close_project, ("Ctrl+W",), project),
        Action("add", "Project", "Add videos…", parts.videos.choose_videos, ("Ctrl+I",), project, starts_group=True),
        Action("add-folder", "Project", "Add a folder…", parts.videos.choose_folder, (), project),
        Action("find", "Project", "Find a video", parts.videos.focus_filter, ("Ctrl+F",), project),
        Action("quit", "Project", "Quit", window.close, ("Ctrl+Q",), When.ALWAYS, starts_group=True),
        Action("delete", "Edit", "Delete", events.delete, ("Del",), chosen, starts_group=True),
        Action("all", "Edit", "Select all of the tier", events.select_all, ("Ctrl+A",)),
        Action("none", "Edit", "Select nothing", window.escape, ("Esc",)),
        Action("reviewed", "Edit", "Mark video as reviewed", session.mark_reviewed, ("Ctrl+R",), starts_group=True),
        Action("reviewed-part", "Edit", "Mark what is seen as reviewed", window.mark_seen_reviewed, ("Ctrl+Shift+R",)),
        Action("unreviewed", "Edit", "Take back: nothing is reviewed", session.unmark_reviewed),
        Action("in", "Events", "Mark where it begins", marking.mark_in, ("I",)),
        Action("out", "Events", "Mark where it ends", marking.mark_out, ("O",)),
        Action("create", "Events", "Create the marked event", marking.create, ("Return", "Enter")),
        Action("accept", "Events", "Accept prediction", events.accept, ("A",), chosen, starts_group=True),
        Action("edit", "Events", "Edit in the inspector", parts.inspector.focus_onset, ("E",), chosen),
        Action("note", "Events", "Note", parts.inspector.focus_note, ("F2",), chosen),
        Action("split", "Events", "Split at the playhead", events.split, ("S",), chosen, starts_group=True),
        Action("merge", "Events", "Merge with the next", events.merge, ("M",), chosen),
        Action("apex", "Events", "Apex is here", events.apex_here, ("P",), chosen),
        Action("copy-up", "Events", "Copy to the tier above", events.copy_up, ("Alt+Up",), chosen),
        Action("copy-down", "Events", "Copy to the tier below", events.copy_down, ("Alt+Down",), chosen),
        Action("onset-", "Events", "Onset a frame earlier", events.onset_earlier, ("Alt+Left",), chosen, True, True),
        Action("onset+", "Events", "Onset a frame later", events.onset_later, ("Alt+Right",), chosen, repeats=True),
        Action(
            "offset-",
            "Events",
            "Offset a frame earlier",
            events.offset_earlier,
            ("Alt+Shift+Left",),
            chosen,
            False,
            True,
        ),
        Action(
            "offset+", "Events", "Offset a frame later", events.offset_later, ("Alt+Shift+Right",), chosen, False, True
        ),
        Action("play", "Play", "Play or pause", player.toggle_play, ("Space",)),
        Action("backward", "Play", "Backward, again for faster", lambda: player.shuttle(-1), ("J",)),
        Action("pause", "Play", "Pause", player.pause, ("K",)),
        Action("forward", "Play", "Forward, again for faster", lambda: player.shuttle(1), ("L",)),
        Action("loop", "Play", "Loop the selected event", player.toggle_looping, ("/",)),
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
        Action("disagreement", "Play", "Next disagreement", go.next_disagreement, ("D",), video, False, True),
        Action("zoom+", "View", "Zoom in", timeline.zoom_in, ("+", "="), video, False, True),
        Action("zoom-", "View", "Zoom out", timeline.zoom_out, ("-",), video, False, True),
        Action("fit", "View", "Show the whole video", timeline.fit, ("F",)),
        Action("detect", "Model", "Detect in this video", window.detect_current, ("Ctrl+D",)),
        Action("detect-chosen", "Model", "Detect in the selected videos", window.detect_selected),
        Action("detect-all", "Model", "Detect in all videos", window.detect_all, (), project),
        Action("retrain", "Model", "Retrain…", window.retrain, ("Ctrl+T",), project, starts_group=True),
        Action("cancel", "Model", "Cancel what runs", parts.jobs.cancel, (), When.JOB),
        Action("keys", "Help", "Keys", window.show_keys, ("F1",), When.ALWAYS),
        Action("about", "Help", "About FEDN Studio", window.show_about, (), When.ALWAYS),
    )


def make_actions(table: Iterable[Action], owner: QWidget) -> dict[str, QAction]:
    """Qt's actions for the table, with their shortcuts active in the owner's window."""
    made: dict[str, QAction] = {}
    for row in table:
        action = QAction(row.text, owner)
        action.setObjectName(row.name)
        action.setShortcuts([QKeySequence(key, QKeySequence.SequenceFormat.PortableText) for key in row.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(row.repeats)
        # A slot's own arguments must not receive Qt's "checked".
        action.triggered.connect(lambda _checked=False, slot=row.slot: slot())
        owner.addAction(action)
        made[row.name] = action
    return made


def fill_menus(table: Iterable[Action], made: dict[str, QAction], bar: QMenuBar) -> dict[str, QMenu]:
    """Menus in the order in which the table names them."""
    menus: dict[str, QMenu] = {}
    for row in table:
        if row.menu and row.menu not in menus:
            menus[row.menu] = bar.addMenu(row.menu)
        menu = menus[row.menu]
        if row.starts_group and not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(made[row.name])
    return menus


def conflicts(table: Iterable[Action]) -> list[str]:
    """Sentences about keys that two actions claim."""
    owners: dict[str, str] = {}
    found = []
    for row in table:
        for key in row.keys:
            if key in owners:
                found.append(f"{key} stands for both “{owners[key]}” and “{row.text}”")
            owners[key] = row.text
    return found
