"""The sheet of keys, to look at, to print, and to save."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QTextBrowser, QVBoxLayout, QWidget

from app import theme
from app.actions.key_sheet import Section, key_sheet
from app.messages import Messages

TITLE = "Keys of FEDN Studio"


class KeysDialog(QDialog):
    """Lists every key by menu. `wants_change` is true when the user has asked to change keys."""

    def __init__(self, sections: Sequence[Section], messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sections, self._messages = sections, messages
        self.wants_change = False
        self.setWindowTitle("Keys")
        self.resize(820, 640)
        self.sheet = QTextBrowser()
        self.sheet.setAccessibleName("Sheet of keys")
        self.sheet.setHtml(key_sheet(sections, muted=theme.current().muted.name()))
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for text, slot in (
            ("Change keys…", self._on_change),
            ("Print…", self._on_print),
            ("Save as PDF…", lambda: self._on_save("pdf")),
            ("Save as HTML…", lambda: self._on_save("html")),
        ):
            box.addButton(text, QDialogButtonBox.ButtonRole.ActionRole).clicked.connect(slot)
        box.rejected.connect(self.reject)
        close = box.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        close.setFocus()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.sheet, 1)
        column.addWidget(box)

    def write(self, path: Path) -> None:
        """Writes the sheet; the ending says as what.

        Raises:
            OSError: if it cannot be written.
        """
        if path.suffix.lower() == ".pdf":
            with path.open("ab"):  # The printer would say nothing if it cannot write.
                pass
            printer = QPrinter(QPrinter.PrinterMode.HighResolution)
            printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
            printer.setOutputFileName(str(path))
            self._paper().print_(printer)
        else:
            path.write_text(key_sheet(self._sections, TITLE), encoding="utf-8")

    def _paper(self) -> QTextDocument:
        document = QTextDocument(self)
        document.setHtml(key_sheet(self._sections, TITLE))
        return document

    def _on_change(self) -> None:
        self.wants_change = True
        self.accept()

    def _on_print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            self._paper().print_(printer)

    def _on_save(self, ending: str) -> None:
        kind = f"{ending.upper()} (*.{ending})"
        name, _ = QFileDialog.getSaveFileName(self, "Save the sheet of keys", f"fedn-studio-keys.{ending}", kind)
        if not name:
            return
        try:
            self.write(Path(name) if Path(name).suffix else Path(f"{name}.{ending}"))
        except OSError as error:
            self._messages.error(f"{name} cannot be written ({error.strerror}); choose another place.")
