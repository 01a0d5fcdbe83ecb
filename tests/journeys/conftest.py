"""Journeys use the same window and the same small project as the window's own tests."""

from tests.window.conftest import face_video, project_folder, qapp, session, told, window

__all__ = ["face_video", "project_folder", "qapp", "session", "told", "window"]
