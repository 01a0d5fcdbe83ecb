"""The parts of the window, made once and handed to whoever puts them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.clipboard_actions import ClipboardActions
from app.event_actions import EventActions
from app.export_actions import ExportActions
from app.face_actions import FaceActions
from app.help_actions import HelpActions
from app.import_actions import ImportActions
from app.jobs.detections import Detections
from app.jobs.model_jobs import ModelJobs
from app.jobs.trainings import Trainings
from app.marking import Marking
from app.message_log import MessageLog
from app.model_actions import ModelActions
from app.model_file_actions import ModelFileActions
from app.navigation import Navigation
from app.project_actions import ProjectActions
from app.report_actions import ReportActions
from app.review.comparison import Comparison
from app.review.deciding import Deciding
from app.review.looking import Looking
from app.review.review import Review
from app.session import Session
from app.views.agreement.agreement_view import AgreementView
from app.views.detection.detection_view import DetectionView
from app.views.events.events_view import EventsView
from app.views.history.history_view import HistoryView
from app.views.inspector.inspector_view import InspectorView
from app.views.labels.labels_panel import LabelsPanel
from app.views.messages.messages_view import MessagesView
from app.views.models.comparison_view import ComparisonView
from app.views.models.model_chooser import ModelChooser
from app.views.models.models_view import ModelsView
from app.views.player.player_view import PlayerView
from app.views.review.review_view import ReviewView
from app.views.timeline.reference_chooser import ReferenceChooser
from app.views.timeline.timeline_view import TimelineView
from app.views.training.training_view import TrainingView
from app.views.videos.videos_view import VideosView

if TYPE_CHECKING:
    from app.window import StudioWindow


@dataclass(frozen=True, slots=True)
class WindowParts:
    window: StudioWindow
    session: Session
    detections: Detections
    trainings: Trainings
    marking: Marking
    events: EventActions
    navigation: Navigation
    clipboard: ClipboardActions
    player: PlayerView
    timeline: TimelineView
    videos: VideosView
    inspector: InspectorView
    event_table: EventsView
    labels: LabelsPanel
    training: TrainingView
    comparison: ComparisonView
    model_list: ModelsView
    model_jobs: ModelJobs
    model_files: ModelFileActions
    detection: DetectionView
    history: HistoryView
    messages: MessagesView
    reviewing: Review
    deciding: Deciding
    looking: Looking
    review: ReviewView
    agreement: AgreementView
    models: ModelChooser
    reference: ReferenceChooser
    project_actions: ProjectActions
    model_actions: ModelActions
    face_actions: FaceActions
    help_actions: HelpActions
    import_actions: ImportActions
    export_actions: ExportActions
    report_actions: ReportActions

    @classmethod
    def make(cls, window: StudioWindow, session: Session) -> WindowParts:
        detections, trainings = Detections(session, window), Trainings(session, window)
        model_jobs = ModelJobs(session, window)
        model_files = ModelFileActions(session, model_jobs, window)
        comparison = ComparisonView(session, trainings, model_jobs)
        model_list = ModelsView(session, trainings, model_jobs)
        model_list.import_wanted.connect(model_files.choose_import)
        model_list.export_wanted.connect(model_files.choose_export)
        model_list.rename_wanted.connect(model_files.rename)
        model_list.delete_wanted.connect(model_files.delete)
        model_list.compare_wanted.connect(comparison.compare)
        model_files.changed.connect(model_list.refresh)
        player = PlayerView(session)
        marking = Marking(session, window, lambda: player.speed if player.is_playing else 0.0)
        session.playhead_taken.connect(player.pause)
        videos = VideosView(session)
        events = EventActions(session, marking, window)
        inspector = InspectorView(session)
        reviewing = Review(session, Comparison(session, window), window)
        reviewing.play_wanted.connect(player.play_selected)
        deciding = Deciding(session, reviewing, events, inspector.focus_onset, window)
        review = ReviewView(session, reviewing, deciding)
        looking = Looking(session, lambda: player.playback.speed, review.isVisible, window)
        session.blind.coded_into.connect(marking.set_tier)
        inspector.accept_wanted.connect(deciding.accept)
        inspector.reject_wanted.connect(deciding.reject)
        timeline = TimelineView(session, marking)
        inspector.done.connect(timeline.setFocus)
        clipboard = ClipboardActions(session, marking, window)
        event_table = EventsView(session, clipboard)
        event_table.play_requested.connect(player.play_selected)
        return cls(
            window,
            session,
            detections,
            trainings,
            marking,
            events,
            Navigation(session, window),
            clipboard,
            player,
            timeline,
            videos,
            inspector,
            event_table,
            LabelsPanel(session, marking),
            TrainingView(session, trainings),
            comparison,
            model_list,
            model_jobs,
            model_files,
            DetectionView(detections),
            HistoryView(session),
            MessagesView(MessageLog(session.messages, window)),
            reviewing,
            deciding,
            looking,
            review,
            AgreementView(session, reviewing),
            ModelChooser(session),
            ReferenceChooser(session),
            ProjectActions(session, detections, trainings, window),
            ModelActions(session, detections, trainings, videos, window),
            FaceActions(session, detections, window),
            HelpActions(session, window),
            ImportActions(session, window),
            ExportActions(session, window),
            ReportActions(session, reviewing.comparison, window),
        )
