"""What is open: project, video, playhead, selection. Only `Session.do` changes a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.corrections import annotator_tier, corrections_of
from app.curves import ScoreCurves, find_curves, load_curves
from app.document.edits import (
    AcceptPredictions,
    AddTier,
    Edit,
    Group,
    MarkReviewed,
    Touched,
    UnmarkReviewed,
    UseModel,
)
from app.faceless import Faceless
from app.index_loader import IndexLoader
from app.messages import Messages
from app.open_document import OpenDocument
from app.provisional import Provisional, ProvisionalResults
from app.review.blind import Blind
from app.settings import Settings
from app.tier_views import TierViews, by_source, reference_among
from app.waveforms import Waveforms
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.tier import Tier
from fedn.annotation.video import Video
from fedn.errors import FednError
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import VideoReader, open_video
from fedn.video.waveform import Waveform

STANDARD_IOU = 0.5
_gestures = count(1)


def new_gesture() -> int:
    """A number for one mouse or key gesture; edits done with the same number become one undo step."""
    return next(_gestures)


class Session(OpenDocument):
    """The open project and what the user looks at in it.

    Signals:
        videos_changed: videos were added, removed or altered.
        video_changed: id of the current video, "" for none.
        index_changed: id of the current video, whose frame index is now known.
        index_progressed: id of a video and share of it that has been read for its index, where that takes long.
        tiers_changed: id of a video whose tiers were added, removed or renamed.
        events_changed: video id, tier id, set of event ids.
        reviewed_changed: id of a video.
        curves_changed: id of a video.
        waveform_changed: id of a video, whose waveform is now known.
        selection_changed: other events are selected.
        playhead_changed: frame.
        playhead_taken: a gesture moves the playhead now; whoever plays has to stop.
        reference_changed: another tier is the one that predictions are compared with.
        overlap_changed: two events are the same from another overlap on.
        model_changed: another model is in use.
    """

    videos_changed = Signal()
    video_changed = Signal(str)
    index_changed = Signal(str)
    index_progressed = Signal(str, float)
    tiers_changed = Signal(str)
    events_changed = Signal(str, str, object)
    reviewed_changed = Signal(str)
    curves_changed = Signal(str)
    waveform_changed = Signal(str)
    selection_changed = Signal()
    playhead_changed = Signal(int)
    playhead_taken = Signal()
    reference_changed = Signal()
    overlap_changed = Signal()
    model_changed = Signal()

    def __init__(
        self,
        messages: Messages | None = None,
        who: str = "",
        parent: QObject | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(messages, who, parent, settings)
        self.tier_views = TierViews(self)
        self.blind = Blind(self)
        self.provisional = ProvisionalResults(self)
        self.faceless = Faceless(self)
        self.frame_index: FrameIndex | None = None
        self._video_id = ""
        self._playhead = 0
        self._selected: tuple[str, ...] = ()
        self._reference_name = ""
        self._least_iou = STANDARD_IOU
        self._curves: dict[str, ScoreCurves | None] = {}
        self._index_loader = IndexLoader(self)
        self._index_loader.loaded.connect(self._on_index_loaded)
        self._index_loader.progressed.connect(self.index_progressed)
        self._waveforms = Waveforms(self)
        self._waveforms.changed.connect(self.waveform_changed)

    # The project

    def _on_opened(self, project: Project) -> None:
        self.select_video(next(iter(project.videos), ""))

    def _on_closed(self) -> None:
        self.video_changed.emit("")

    def _forget(self) -> None:
        self._index_loader.wait()
        self._waveforms.forget()
        self.frame_index = None
        self._video_id, self._playhead, self._selected, self._reference_name = "", 0, (), ""
        self._least_iou = STANDARD_IOU
        self._curves.clear()

    # Changing it

    def do_on_events(
        self, event_ids: Iterable[str], edit_of: Callable[[tuple[str, ...]], Edit], gesture: int | None = None
    ) -> bool:
        """Changes events in one undo step; those of a detector are first accepted into the annotator's tier.

        Args:
            edit_of: makes the edit from the ids to be changed, in the order of `event_ids`.
            gesture: as for `do`.

        Returns:
            False if it was refused. If the events were selected, the changed ones are selected afterwards.
        """
        if self.project is None:
            return False
        asked = tuple(event_ids)
        try:
            first = corrections_of(self.project, asked, self.who)
        except FednError as error:
            self.messages.error(str(error))
            return False
        into = [edit.tier_id for edit in first.edits if isinstance(edit, AcceptPredictions)]
        if not self.may_change((one for one in first.ids if self.project.has_event(one)), into):
            return False
        edit = edit_of(first.ids)
        if not self.do(Group((*first.edits, edit), edit.text) if first.edits else edit, gesture):
            return False
        if first.edits:
            renamed = dict(zip(asked, first.ids, strict=True))
            self.select_events(renamed.get(event_id, event_id) for event_id in self._selected)
        return True

    def may_change(self, event_ids: Iterable[str], tier_ids: Iterable[str] = ()) -> bool:
        """As `TierViews.may_change`: whether nothing of this is locked, nor the whole project read-only."""
        return self.may_edit() and self.tier_views.may_change(event_ids, tier_ids)

    def accept(self, event_ids: Iterable[str]) -> bool:
        """Copies predictions into the annotator's tier; those accepted before are only selected."""
        if self.project is None:
            return False
        first = corrections_of(self.project, event_ids, self.who)
        if not self.may_change((), (edit.tier_id for edit in first.edits if isinstance(edit, AcceptPredictions))):
            return False
        count = sum(isinstance(edit, AcceptPredictions) for edit in first.edits)
        words = "Accept prediction" if count == 1 else f"Accept {count} predictions"
        done = not first.edits or self.do(Group(first.edits, words))
        if done:
            self.select_events(first.ids)
        return done

    def annotator_tier(self, video_id: str, gesture: int | None = None) -> str:
        """Id of the tier that this annotator corrects into, made on demand; "" if it could not be made."""
        if self.project is None:
            return ""
        tier = annotator_tier(self.project, video_id, self.who)
        return tier.id if tier.id in self.project.tiers or self.do(AddTier(tier), gesture) else ""

    def _announce(self, touched: Touched) -> None:
        project = self.project
        assert project is not None
        # First of all: whoever is told of the rest may look at the selection.
        if not all(project.has_event(event_id) for event_id in self._selected):
            self.select_events(self._selected)
        if touched.videos:
            self.videos_changed.emit()
            if self._video_id not in project.videos:
                self.select_video(next(iter(project.videos), ""))
        for video_id in touched.tiers & project.videos.keys():
            self.tiers_changed.emit(video_id)
        for (video_id, tier_id), event_ids in touched.events.items():
            self.events_changed.emit(video_id, tier_id, set(event_ids))
        for video_id in touched.reviewed & project.videos.keys():
            self.reviewed_changed.emit(video_id)
        if touched.settings:
            self.model_changed.emit()

    def mark_reviewed(self, interval: Interval | None = None) -> bool:
        """Marks a range of the current video, or all of it, as looked at."""
        video = self.current_video
        return video is not None and self.do(MarkReviewed(video.id, interval or Interval(0, video.frame_count)))

    def unmark_reviewed(self, interval: Interval | None = None) -> bool:
        video = self.current_video
        return video is not None and self.do(UnmarkReviewed(video.id, interval or Interval(0, video.frame_count)))

    def use_model(self, name: str) -> bool:
        return self.do(UseModel(name))

    # What is looked at

    @property
    def current_video(self) -> Video | None:
        project = self.project
        return project.videos.get(self._video_id) if project else None

    def select_video(self, video_id: str) -> None:
        if self.project is not None and video_id and video_id not in self.project.videos:
            return
        self._video_id, self._playhead, self.frame_index = video_id, 0, None
        self._selected = ()
        video = self.current_video
        self.video_changed.emit(video_id)
        self.selection_changed.emit()
        self.playhead_changed.emit(0)
        if video is not None:
            self._index_loader.load(video, self.path_of(video), self.cache_folder(video))

    def _on_index_loaded(self, video_id: str, index: FrameIndex | None, problem: str) -> None:
        if video_id != self._video_id:
            return
        self.frame_index = index
        if problem:
            self.messages.error(problem)
        self.index_changed.emit(video_id)

    @property
    def playhead(self) -> int:
        """The frame that is shown."""
        return self._playhead

    def set_playhead(self, frame: int) -> None:
        video = self.current_video
        frame = max(0, min(int(frame), video.frame_count - 1)) if video else 0
        if frame != self._playhead:
            self._playhead = frame
            self.playhead_changed.emit(frame)

    @property
    def selected_events(self) -> tuple[str, ...]:
        return self._selected

    def select_events(self, event_ids: Iterable[str]) -> None:
        selected = tuple(dict.fromkeys(event_id for event_id in event_ids if self._is_here(event_id)))
        if selected != self._selected:
            self._selected = selected
            self.selection_changed.emit()

    def _is_here(self, event_id: str) -> bool:
        """Whether the event belongs to the current video."""
        project = self.project
        return bool(project and project.has_event(event_id) and project.tier_of(event_id).video_id == self._video_id)

    def tiers(self) -> list[Tier]:
        """The current video's tiers in the order they are shown, the hidden ones too."""
        return self.tier_views.ordered(self._tiers_by_source())

    def shown_tiers(self) -> list[Tier]:
        """Those that are not hidden, from top to bottom."""
        return [tier for tier in self.tiers() if not self.tier_views.is_hidden(tier.id)]

    def _tiers_by_source(self) -> list[Tier]:
        project = self.project
        if project is None or self._video_id not in project.videos:
            return []
        return by_source(tier for tier in project.tiers_of(self._video_id) if self.blind.sees(tier))

    # The tier that predictions are compared with; by name, so that it holds across videos

    @property
    def reference_name(self) -> str:
        tier = self.reference_tier
        return tier.name if tier else ""

    @property
    def reference_tier(self) -> Tier | None:
        return reference_among(self._tiers_by_source(), self._reference_name)

    def set_reference(self, name: str) -> None:
        if name != self._reference_name:
            self._reference_name = name
            self.reference_changed.emit()

    @property
    def least_iou(self) -> float:
        """Overlap from which two events are the same, above 0: for timeline, queue and numbers alike."""
        return self._least_iou

    def set_least_iou(self, iou: float) -> None:
        if iou != self._least_iou:
            self._least_iou = iou
            self.overlap_changed.emit()

    # Files of the project

    def path_of(self, video: Video) -> Path:
        """Where the video lies now: next to the project if it is there, else where it was when it was added."""
        if self.project is None or video.id not in self.project.videos:
            return video.path
        return self.project.path_of(video.id)

    def cache_folder(self, video: Video) -> Path:
        assert self.project is not None
        return Path(self.project.folder) / "cache" / video.key

    def reader_for(self, video: Video) -> VideoReader:
        """A new reader, which the caller owns and closes; for one thread only.

        Raises:
            VideoError: if the video cannot be read.
        """
        return open_video(self.path_of(video), image_fps=video.image_fps, cache_dir=self.cache_folder(video))

    def waveform(self, video_id: str) -> Waveform | None:
        """The waveform of the current video's sound, measured on first demand; None until then and without sound."""
        video, index = self.current_video, self.frame_index
        if video is None or index is None or video.id != video_id:
            return None
        return self._waveforms.waveform(video_id, self.path_of(video), index, self.cache_folder(video))

    def provisional_of(self, video_id: str) -> Provisional | None:
        """What a running detection has found so far, None if none runs, or it may not be seen."""
        return None if self.blind.hides(video_id) else self.provisional.of(video_id)

    def curves(self, video_id: str) -> ScoreCurves | None:
        """The score curves of the running or the last detection on a video, None without, or if not to be seen."""
        if self.blind.hides(video_id):
            return None
        running = self.provisional.of(video_id)
        if running is not None:
            return running.curves
        if video_id not in self._curves:
            self._curves[video_id] = self._find_curves(video_id)
        return self._curves[video_id]

    def _find_curves(self, video_id: str) -> ScoreCurves | None:
        video = self.project.videos.get(video_id) if self.project else None
        path = find_curves(self.cache_folder(video)) if video else None
        try:
            return load_curves(path) if path else None
        except FednError as error:
            self.messages.warn(str(error))
            return None

    def forget_curves(self, video_id: str) -> None:
        """After a detection: the curves on disk are newer than those in memory."""
        self._curves.pop(video_id, None)
        self.curves_changed.emit(video_id)
