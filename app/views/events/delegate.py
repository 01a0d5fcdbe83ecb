"""Editors of the event table's cells: lists for what has few values, text for the rest."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.label_choice import labels_for
from app.session import Session
from app.views.events.columns import Column
from app.views.events.event_table_model import EventTableModel
from fedn.annotation.event import INTENSITIES, KINDS

Index = QModelIndex | QPersistentModelIndex


class EventDelegate(QStyledItemDelegate):
    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        choices = self._choices(index)
        if not choices:
            field = QLineEdit(parent)
            field.setFrame(False)
            return field
        box = QComboBox(parent)
        for value in choices:
            box.addItem(value.capitalize() or "—", value)
        box.activated.connect(lambda _: self._chosen(box))
        # Only once it stands in its cell: choosing is then a matter of arrows and Return.
        QTimer.singleShot(0, box, box.showPopup)
        return box

    def _choices(self, index: Index) -> list[str]:
        model, project = index.model(), self._session.project
        if index.column() == Column.KIND:
            return list(KINDS)
        if index.column() == Column.INTENSITY:
            return ["", *INTENSITIES]
        if index.column() != Column.LABEL or not isinstance(model, EventTableModel) or project is None:
            return []
        line = model.line(index.row())
        names = [label.name for label in labels_for(project, (line.event.id,), self._session.who)]
        return [*names, *({line.event.label} - set(names) - {""}), ""]

    def _chosen(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(index.data(2)))
        else:
            super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        else:
            super().setModelData(editor, model, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        super().updateEditorGeometry(editor, option, index)
        if isinstance(editor, QComboBox):
            # A list needs room for its arrow, which narrow columns do not have.
            editor.resize(max(editor.width(), editor.sizeHint().width()), editor.height())
