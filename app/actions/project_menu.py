"""The project and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action, When

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def project_menu(parts: WindowParts) -> tuple[Action, ...]:
    project = When.PROJECT
    actions, help_actions = parts.project_actions, parts.help_actions
    return (
        Action("new", "Project", "New project…", actions.new, ("Ctrl+N",), When.ALWAYS),
        Action("new-of-dataset", "Project", "New project of a data set…", actions.new_of_dataset, (), When.ALWAYS),
        Action("demo", "Project", "Open the demo", actions.demo, (), When.ALWAYS),
        Action("open", "Project", "Open project…", actions.choose, ("Ctrl+O",), When.ALWAYS),
        Action("close", "Project", "Close project", actions.close, ("Ctrl+W",), project),
        Action("add", "Project", "Add videos…", parts.videos.choose_videos, ("Ctrl+I",), project, starts_group=True),
        Action("add-folder", "Project", "Add a folder…", parts.videos.choose_folder, (), project),
        Action("find", "Project", "Find a video", parts.videos.focus_filter, ("Ctrl+F",), project),
        Action("import", "Project", "Import events…", parts.import_actions.choose_files, (), project, True),
        Action("export", "Project", "Export events…", parts.export_actions.choose, ("Ctrl+Shift+E",), project),
        Action("report", "Project", "Report…", parts.report_actions.choose, (), project),
        Action("settings", "Project", "Settings…", help_actions.show_settings, ("Ctrl+,",), When.ALWAYS, True),
        Action("quit", "Project", "Quit", parts.window.close, ("Ctrl+Q",), When.ALWAYS),
    )
