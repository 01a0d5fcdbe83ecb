"""The panel with the agreement of two tiers: live numbers, each with what it means, and the events behind them."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import captions
from app.choice_box import ChoiceBox
from app.review.agreement_files import write_agreement
from app.review.agreement_report import AgreementReport
from app.review.queue import Filter
from app.review.review import Review
from app.session import Session
from app.views.agreement.histogram import Histogram
from app.views.agreement.html import label_table, measure_table, value_text
from app.views.agreement.matrix import ConfusionMatrix
from app.views.agreement.measuring import Measuring
from fedn.errors import FednError

SCOPES = (("This video", False), ("Whole project", True))
JUDGED = (("Whole videos", False), ("Reviewed ranges", True))
OVERLAPS = tuple((f"from an IoU of {at / 20:.2f} on", at / 20) for at in range(1, 20))
BOUNDARIES = ("Onset", "Apex", "Offset")


class AgreementView(QWidget):
    """Measures while it is visible.

    Signals:
        queue_wanted: the review queue now holds the events behind a cell of the confusion matrix.
    """

    queue_wanted = Signal()

    def __init__(self, session: Session, review: Review) -> None:
        super().__init__()
        self._session, self._review, self._comparison = session, review, review.comparison
        self.report: AgreementReport | None = None
        self.measuring = Measuring(session, self._comparison, self)
        self.state = QLabel()
        self.first = ChoiceBox("First", "The tier that is compared with")
        self.second = ChoiceBox("Second", "The tier that is judged")
        self.scope = ChoiceBox("Video or project")
        self.judged = ChoiceBox("Judged", "Which parts of the videos count")
        self.iou = ChoiceBox(
            "Least overlap", "Overlap (IoU) from which two events are the same: shared over all frames"
        )
        self.measures, self.labels = QLabel(), QLabel()
        self.differences = {name: QLabel() for name in BOUNDARIES}
        self.histograms = {name: Histogram(name) for name in BOUNDARIES}
        self.matrix = ConfusionMatrix()
        self.export = QPushButton("Export…")
        self._hint = QLabel()
        self._body = QWidget()
        self._lay_out()
        self._connect()
        self._show(None)

    def _connect(self) -> None:
        compared = self._comparison
        self.measuring.measured.connect(self._show)
        self.measuring.begun.connect(lambda: self.state.setText("measuring…"))
        self.first.chosen.connect(compared.choose_first)
        self.second.chosen.connect(compared.choose_second)
        self.scope.chosen.connect(compared.set_whole_project)
        self.judged.chosen.connect(compared.set_reviewed_only)
        self.iou.chosen.connect(compared.set_iou)
        self.matrix.cell_chosen.connect(self._on_cell)
        self.export.clicked.connect(self.choose_export)
        compared.changed.connect(self._show_choices)

    # Showing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_choices()
        self.measuring.set_on(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.measuring.set_on(False)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.report is not None:
            self._show_tables(self.report)

    def _show_choices(self) -> None:
        if not self.isVisible():
            return
        compared = self._comparison
        keys = [(key.title, key) for key in compared.choices]
        self.first.offer(keys, compared.first)
        self.second.offer(keys, compared.second)
        self.scope.offer(SCOPES, compared.whole_project)
        self.judged.offer(JUDGED, compared.reviewed_only)
        self.iou.offer(OVERLAPS, compared.iou)

    def _show(self, report: AgreementReport | None) -> None:
        self.report = report
        self._body.setVisible(report is not None)
        self._hint.setVisible(report is None)
        self.export.setEnabled(report is not None)
        self.matrix.show_report(report)
        if report is None:
            self.state.setText("")
            self._hint.setText(self._why_nothing())
            return
        self.state.setText(f"{report.video_count:,} of {report.asked_count:,} videos" if report.asked_count > 1 else "")
        self.state.setToolTip("Videos that have both tiers, of those in question")
        self._show_tables(report)
        for row in report.boundaries:
            differences = row.differences
            median, spread = value_text(differences.median, 1), value_text(differences.spread, 1)
            self.differences[row.name].setText(f"{median} ± {spread}" if differences.frames else "—")
            self.differences[row.name].setToolTip(
                differences.median.reason or f"Median {median} and interquartile range {spread}, in frames"
            )
            self.histograms[row.name].show_frames(differences.frames)

    def _show_tables(self, report: AgreementReport) -> None:
        self.measures.setText(measure_table(report))
        self.labels.setText(label_table(report))

    def _why_nothing(self) -> str:
        compared, video = self._comparison, self._session.current_video
        if self._session.project is None:
            return "Open a project to see how far two tiers agree."
        if video is not None and self._session.blind.hides(video.id) and not compared.whole_project:
            return "This video is being coded blind; the agreement can be seen once it is done."
        if compared.first is None or compared.second is None:
            return "Two tiers are needed: detect, import, or let a second person code the video."
        one, two = escape(compared.first.title), escape(compared.second.title)
        where = "No video of the project" if compared.whole_project else "This video"
        return f"{where} has both tiers, “{one}” and “{two}”; choose others above."

    def _on_cell(self, first: str | None, second: str | None) -> None:
        """The queue then holds the events that the cell counts."""
        self._review.set_filter(Filter(state=None, labels=(first, second)))
        self.queue_wanted.emit()
        if self._review.queue:
            self._review.go_to(self._review.queue[0])

    # Files

    def choose_export(self) -> None:
        """Asks where to."""
        kinds = "Workbooks (*.xlsx);;Tables (*.csv)"
        name, _ = QFileDialog.getSaveFileName(self, "Export agreement", "agreement.xlsx", kinds)
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> None:
        project = self._session.project
        if project is None or self.report is None:
            return
        try:
            write_agreement(path, self.report, project)
        except FednError as error:
            self._session.messages.error(str(error))
            return
        self._session.messages.info(f"The agreement was written to {path}.")

    def shut_down(self) -> None:
        self.measuring.shut_down()

    # Putting together

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        for label in (self.state, self._hint):
            label.setProperty("muted", True)
        self._hint.setWordWrap(True)
        self.export.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.export.setToolTip("Write all numbers and the pairs of events to a workbook or a CSV table")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        top = QHBoxLayout()
        top.addWidget(captions.heading("Agreement"))
        top.addWidget(self.state, 1)
        top.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addLayout(top)
        column.addLayout(self._choices())
        column.addWidget(self._hint)
        column.addWidget(self._body)
        column.addStretch(1)
        self._lay_out_body()

    def _choices(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(6)
        boxes = (
            ("Compare", self.second),
            ("with", self.first),
            ("over", self.scope),
            ("in", self.judged),
            ("Match", self.iou),
        )
        for row, (text, box) in enumerate(boxes):
            grid.addWidget(captions.caption(text, box), row, 0)
            grid.addWidget(box, row, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _lay_out_body(self) -> None:
        for label in (self.measures, self.labels):
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        boundaries = QGridLayout()
        boundaries.setHorizontalSpacing(10)
        boundaries.setVerticalSpacing(2)
        for row, name in enumerate(BOUNDARIES):
            boundaries.addWidget(QLabel(name), row, 0)
            boundaries.addWidget(self.differences[name], row, 1)
            boundaries.addWidget(self.histograms[name], row, 2)
        boundaries.setColumnStretch(2, 1)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.measures)
        column.addWidget(captions.heading("By label"))
        column.addWidget(self.labels)
        column.addWidget(captions.heading("Boundaries"))
        column.addWidget(captions.note("Frames by which the second sets them later: median ± interquartile range."))
        column.addLayout(boundaries)
        column.addWidget(captions.heading("Who says what"))
        column.addWidget(
            captions.note("Events by both labels; a click on a cell shows its events in the review queue.")
        )
        column.addWidget(self.matrix)
