"""All models of a project: which came from which, which one is in use, and what can be done with them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import captions
from app.jobs.detection import model_name_of
from app.jobs.model_jobs import ModelJobs
from app.jobs.trainings import Trainings
from app.session import Session
from app.views.models.model_details import ModelDetails
from app.views.models.model_facts import local_time, main_number
from fedn.model_info import ModelInfo
from fedn.registry import DEFAULT_MODEL, list_models

_NAME = Qt.ItemDataRole.UserRole
LIST_PX, HEAD_PX, ROW_PX = 168, 38, 23


class ModelsView(QWidget):
    """Signals:
    compare_wanted: names of an old and a new model.
    export_wanted, rename_wanted, delete_wanted: name of the model that is selected.
    import_wanted: from a file that is not chosen yet.
    """

    compare_wanted = Signal(str, str)
    export_wanted = Signal(str)
    rename_wanted = Signal(str)
    delete_wanted = Signal(str)
    import_wanted = Signal()

    def __init__(self, session: Session, trainings: Trainings, jobs: ModelJobs) -> None:
        super().__init__()
        self._session = session
        self._infos: dict[str, ModelInfo] = {}
        self.list, self.details = QTreeWidget(), ModelDetails(session)
        self.use_button, self.compare_button = QPushButton("Use"), QPushButton("Compare…")
        self.rename_button, self.export_button = QPushButton("Rename…"), QPushButton("Export…")
        self.delete_button, self.import_button = QPushButton("Delete…"), QPushButton("Import…")
        self._lay_out()
        session.project_changed.connect(self.refresh)
        session.model_changed.connect(self.refresh)
        trainings.training_finished.connect(lambda *_: self.refresh())
        jobs.imported.connect(lambda data: self.select(str(data.get("model", ""))))
        jobs.compared.connect(lambda *_: self.refresh())
        self.list.currentItemChanged.connect(lambda *_: self._on_selected())
        self.list.itemDoubleClicked.connect(lambda *_: self.use())
        self.use_button.clicked.connect(self.use)
        self.compare_button.clicked.connect(self._on_compare)
        self.import_button.clicked.connect(self.import_wanted)
        for button, signal in (
            (self.rename_button, self.rename_wanted),
            (self.export_button, self.export_wanted),
            (self.delete_button, self.delete_wanted),
        ):
            button.clicked.connect(lambda _=False, wanted=signal: wanted.emit(self.selected) if self.selected else None)

    @property
    def selected(self) -> str:
        """Name of the model that is selected, "" for none."""
        item = self.list.currentItem()
        return str(item.data(0, _NAME)) if item is not None else ""

    def select(self, name: str) -> None:
        """Reads the models anew and selects one."""
        self._show(name)

    def refresh(self, *_: object) -> None:
        """Reads the models anew, if anybody looks: a training or an import may have added one."""
        if self.isVisible():
            self._show(self.selected)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show(self.selected)

    def use(self) -> None:
        """Makes the selected one the model in use, an edit that can be undone."""
        project = self._session.project
        if project is not None and self.selected and self.selected != model_name_of(project):
            self._session.use_model("" if self.selected == DEFAULT_MODEL else self.selected)

    def _on_compare(self) -> None:
        """With its parent if that is there, else with the model in use, else with the bundled one."""
        project, info = self._session.project, self._infos.get(self.selected)
        if project is None or info is None:
            return
        candidates = (info.provenance.parent, model_name_of(project), DEFAULT_MODEL, *self._infos)
        other = next((name for name in candidates if name in self._infos and name != info.name), "")
        if other:
            self.compare_wanted.emit(other, info.name)

    def _show(self, name: str) -> None:
        project = self._session.project
        infos = list_models(Path(project.folder)) if project is not None else []
        self._infos = {info.name: info for info in infos}
        self.list.blockSignals(True)
        self.list.clear()
        items: dict[str, QTreeWidgetItem] = {}
        for info in sorted(infos, key=lambda info: info.created):
            items[info.name] = self._item(info)
        for info in infos:
            parent = items.get(info.provenance.parent)
            if parent is not None and not _is_above(items[info.name], parent):
                parent.addChild(items[info.name])
            else:
                self.list.addTopLevelItem(items[info.name])
        self.list.expandAll()
        self.list.setFixedHeight(max(LIST_PX // 2, min(LIST_PX, HEAD_PX + ROW_PX * len(items))))
        in_use = model_name_of(project) if project is not None else ""
        chosen = items.get(name) or items.get(in_use) or next(iter(items.values()), None)
        if chosen is not None:
            self.list.setCurrentItem(chosen)
        self.list.blockSignals(False)
        self._on_selected()

    def _item(self, info: ModelInfo) -> QTreeWidgetItem:
        project = self._session.project
        assert project is not None
        is_used, number = info.name == model_name_of(project), main_number(info)
        title = project.model_title(info.name) or info.title or info.name
        words = [f"{title}  ● in use" if is_used else title, "" if number is None else f"{number:.2f}"]
        item = QTreeWidgetItem([*words, local_time(info.created)[:10]])
        item.setData(0, _NAME, info.name)
        item.setToolTip(0, info.name.replace("<", "‹"))
        if is_used:
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return item

    def _on_selected(self) -> None:
        project, info = self._session.project, self._infos.get(self.selected)
        is_used = project is not None and info is not None and info.name == model_name_of(project)
        is_own = project is not None and info is not None and _is_in(info, Path(project.folder))
        self.details.show_model(info)
        self.use_button.setEnabled(info is not None and not is_used)
        self.use_button.setText("In use" if is_used else "Use")
        self.compare_button.setEnabled(len(self._infos) > 1)
        for button in (self.rename_button, self.export_button):
            button.setEnabled(info is not None)
        # What is in use or comes with the program is refused in words, which a gray button would not say.
        self.delete_button.setEnabled(is_own or is_used)
        self.import_button.setEnabled(project is not None)

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(350)
        self.use_button.setProperty("primary", True)
        self.list.setHeaderLabels(["Model", "F1", "Made"])
        self.list.headerItem().setToolTip(
            1, "Spotting F1 when the model was made, each on people of its own; Compare measures two on the same people"
        )
        self.list.setAccessibleName("Models")
        self.list.setIndentation(14)
        self.list.setFixedHeight(LIST_PX)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        # The arrows belong to the player, unless Tab or a click leads here.
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, 48)
        header.resizeSection(2, 88)
        top = QHBoxLayout()
        top.addWidget(captions.heading("Models"))
        top.addStretch(1)
        top.addWidget(self.import_button)
        buttons = QGridLayout()
        buttons.setSpacing(6)
        grid = (self.use_button, self.compare_button, self.rename_button, self.export_button, self.delete_button)
        for place, button in enumerate(grid):
            buttons.addWidget(button, place // 3, place % 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.list)
        column.addLayout(buttons)
        column.addWidget(self.details)
        column.addStretch(1)


def _is_above(item: QTreeWidgetItem, below: QTreeWidgetItem) -> bool:
    """Whether putting `item` under `below` would make a ring: descriptions can be edited by hand."""
    place: QTreeWidgetItem | None = below
    while place is not None:
        if place is item:
            return True
        place = place.parent()
    return False


def _is_in(info: ModelInfo, project_folder: Path) -> bool:
    return info.folder is not None and info.folder.resolve().is_relative_to(project_folder.resolve())
