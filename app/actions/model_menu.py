"""Detecting, retraining, and the models themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action, When

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def model_menu(parts: WindowParts) -> tuple[Action, ...]:
    project = When.PROJECT
    model = parts.model_actions
    return (
        Action("detect", "Model", "Detect in this video", model.detect_current, ("Ctrl+D",)),
        Action("detect-chosen", "Model", "Detect in the selected videos", model.detect_selected),
        Action("detect-all", "Model", "Detect in all videos", model.detect_all, (), project),
        Action("propose", "Model", "Propose intervals without labels", model.propose),
        Action("retrain", "Model", "Retrain…", model.retrain, ("Ctrl+T",), project, starts_group=True),
        Action("models", "Model", "Models…", parts.window.show_models, ("Ctrl+Shift+M",), project, starts_group=True),
        Action("compare", "Model", "Compare two models…", parts.window.show_comparison, (), project),
        Action("import-model", "Model", "Import a model…", parts.model_files.choose_import, (), project),
        Action("cancel", "Model", "Cancel what runs", model.cancel, (), When.JOB),
    )
