"""The button that says which tier predictions are compared with, and changes it."""

from __future__ import annotations

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from app.session import Session
from fedn.annotation.tier import Source


class ReferenceChooser(QToolButton):
    """Lists the tiers of people on the current video."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("The tier that predictions are compared with")
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        session.project_changed.connect(self._show)
        session.video_changed.connect(self._show)
        session.tiers_changed.connect(self._show)
        session.reference_changed.connect(self._show)
        self._show()

    def _show(self, *_: object) -> None:
        name = self._session.reference_name
        self.setText(f"{name} ▾" if name else "None ▾")
        self.setEnabled(bool(name))

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        choices = QActionGroup(menu)
        names = [tier.name for tier in self._session.tiers() if tier.source != Source.DETECTOR]
        for name in dict.fromkeys(names):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == self._session.reference_name)
            action.triggered.connect(lambda _checked=False, chosen=name: self._session.set_reference(chosen))
            choices.addAction(action)
