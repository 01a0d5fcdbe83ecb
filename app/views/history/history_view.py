"""What was done since the project was opened: a click goes back to that step, or on again."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLabel, QPushButton, QUndoView, QVBoxLayout, QWidget

from app import captions
from app.session import Session


class HistoryView(QWidget):
    """The steps of the undo stack, from the state at opening on."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._stack = session.undo_stack
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(200)
        heading = captions.heading("History")
        self.steps = QUndoView(self._stack)
        self.steps.setEmptyLabel("As it was when the project was opened")
        self.steps.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.steps.setTextElideMode(Qt.TextElideMode.ElideRight)
        # The arrows belong to the player, unless Tab leads here.
        self.steps.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.steps.setAccessibleName("Steps that can be undone")
        self._hint = QLabel("Nothing has been changed yet.")
        self._hint.setWordWrap(True)
        self._hint.setProperty("muted", True)
        self.undo, self.redo = QPushButton("Undo"), QPushButton("Redo")
        self.undo.clicked.connect(self._stack.undo)
        self.redo.clicked.connect(self._stack.redo)
        self._stack.indexChanged.connect(lambda _: self._hint.setVisible(self._stack.count() == 0))
        self._stack.canUndoChanged.connect(self.undo.setEnabled)
        self._stack.canRedoChanged.connect(self.redo.setEnabled)
        self.undo.setEnabled(self._stack.canUndo())
        self.redo.setEnabled(self._stack.canRedo())
        buttons = QHBoxLayout()
        buttons.addWidget(self.undo)
        buttons.addWidget(self.redo)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 10, 10)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(self._hint)
        column.addWidget(self.steps, 1)
        column.addLayout(buttons)
