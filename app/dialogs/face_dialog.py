"""Asks whose expressions are to be detected in a video that shows several people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QButtonGroup, QDialog, QDialogButtonBox, QGridLayout, QToolButton, QVBoxLayout, QWidget

from app.captions import note
from app.jobs.found_people import FoundPerson
from fedn.annotation.video import FaceChoice

PICTURE_PX = 132
IN_A_ROW = 4
PLACES = ("left", "middle", "right")


@dataclass(frozen=True, slots=True)
class PictureOfPerson:
    person: FoundPerson
    image: QImage


class FaceDialog(QDialog):
    """`ask()` returns the chosen face, or None when the user cancels."""

    def __init__(
        self,
        video: str,
        pictures: Sequence[PictureOfPerson],
        chosen: FaceChoice | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Whose face?")
        self.setMinimumWidth(420)
        self._pictures = tuple(pictures)
        self.buttons = [self._button(number, picture) for number, picture in enumerate(pictures)]
        group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setSpacing(8)
        for number, button in enumerate(self.buttons):
            group.addButton(button)
            grid.addWidget(button, number // IN_A_ROW, number % IN_A_ROW)
        self.buttons[self._first(chosen)].setChecked(True)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        box.button(QDialogButtonBox.StandardButton.Ok).setText("Follow this face")
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(
            note(
                f"{video} shows several people. Whose expressions are to be detected? The choice stays with the video; "
                "“Whose face…” in its menu changes it."
            )
        )
        column.addLayout(grid)
        column.addWidget(box)

    def ask(self) -> FaceChoice | None:
        return self.choice if self.exec() == QDialog.DialogCode.Accepted else None

    @property
    def choice(self) -> FaceChoice:
        number = next(number for number, button in enumerate(self.buttons) if button.isChecked())
        return self._pictures[number].person.face

    def _button(self, number: int, picture: PictureOfPerson) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setAutoExclusive(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        button.setIcon(QIcon(QPixmap.fromImage(picture.image)))
        button.setText(_place(picture.person))
        button.setAccessibleName(f"Person {number + 1}, {_place(picture.person)}")
        button.setToolTip(f"Seen in {picture.person.share:.0%} of the frames that were looked at")
        button.mouseDoubleClickEvent = lambda _event: self.accept()  # type: ignore[method-assign]
        return button

    def _first(self, chosen: FaceChoice | None) -> int:
        """Who was chosen before, else the one shown first, who is seen largest."""
        faces = [picture.person.face for picture in self._pictures]
        return faces.index(chosen) if chosen in faces else 0


def _place(person: FoundPerson) -> str:
    """Where in the picture, for whoever cannot see it, and which is larger."""
    center = person.box[0] + person.box[2] / 2
    return f"{PLACES[min(2, int(3 * center))]}, seen {person.share:.0%}"
