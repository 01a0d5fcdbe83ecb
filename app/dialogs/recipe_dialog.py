"""The recipe of a training as text, for who wants to change what the dialog does not ask for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from app import captions, theme
from fedn.errors import TrainingError
from training.config import TrainingConfig, with_settings
from training.retrain_recipe import changed_settings, editable_text, meanings


class RecipeDialog(QDialog):
    """`ask()` returns the settings that differ from the recipe, or None when the user cancels."""

    def __init__(self, config: TrainingConfig, settings: tuple[str, ...], parent: QWidget | None = None) -> None:
        """`config` is what the retraining would do by itself, `settings` what was changed about it before."""
        super().__init__(parent)
        self._config = config
        self.setWindowTitle("Recipe")
        self.resize(640, 600)
        self._meanings = meanings()
        self.meaning = captions.muted("")
        self.meaning.setWordWrap(True)
        self.meaning.setMinimumHeight(3 * self.meaning.fontMetrics().lineSpacing() + 4)
        self.meaning.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text = QPlainTextEdit(_text_with(config, settings))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Recipe")
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setMinimumHeight(2 * self.told.fontMetrics().lineSpacing() + 4)
        self._box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = self._box.addButton("Use this recipe", QDialogButtonBox.ButtonRole.AcceptRole)
        back = self._box.addButton("As it was", QDialogButtonBox.ButtonRole.ResetRole)
        back.clicked.connect(lambda: self.text.setPlainText(editable_text(self._config)))
        self._box.accepted.connect(self.accept)
        self._box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.text, 1)
        column.addWidget(self.meaning)
        column.addWidget(self.told)
        column.addWidget(self._box)
        self.text.textChanged.connect(self._check)
        self.text.cursorPositionChanged.connect(self._show_meaning)
        self._show_meaning()
        self._check()

    def ask(self) -> tuple[str, ...] | None:
        return self.settings if self.exec() == QDialog.DialogCode.Accepted else None

    def _show_meaning(self) -> None:
        """Of the setting in the line of the cursor."""
        name = self.text.textCursor().block().text().partition("=")[0].strip()
        meaning = self._meanings.get(name, "")
        self.meaning.setText(f"{name}: {meaning}" if meaning else "Put the cursor on a setting to read what it means.")

    def _check(self) -> None:
        self.settings: tuple[str, ...] = ()
        try:
            self.settings = changed_settings(self.text.toPlainText(), self._config)
            told = ", ".join(self.settings)
            self.told.setText(f"Changed: {told}" if told else "Nothing is changed.")
            self.told.setStyleSheet(f"color: {theme.current().muted.name()};")
            self.accept_button.setEnabled(True)
        except TrainingError as error:
            self.told.setText(f"Not possible: {error}.")
            self.told.setStyleSheet(f"color: {theme.current().label_differs.name()};")
            self.accept_button.setEnabled(False)


def _text_with(config: TrainingConfig, settings: tuple[str, ...]) -> str:
    """Settings that no longer suit what was chosen since are left out."""
    try:
        return editable_text(with_settings(config, settings))
    except TrainingError:
        return editable_text(config)
