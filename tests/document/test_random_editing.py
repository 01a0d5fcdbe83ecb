"""Random scripts of edits: disk always equals memory, and undoing everything gives the exact start back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.document.document import Document
from app.document.edits import (
    AcceptPredictions,
    AddTier,
    AddVideo,
    CopyToTier,
    CreateEvent,
    DeleteEvents,
    DeleteTier,
    Edit,
    Group,
    MarkReviewed,
    MergeEvents,
    MoveApex,
    MoveBoundary,
    MoveEvent,
    Relabel,
    RemoveVideo,
    RenameTier,
    ReplaceEvents,
    SetAttributes,
    SplitEvent,
    UnmarkReviewed,
    UseModel,
)
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.errors import EditError

FRAMES = 60
Draw = Callable[..., int]


def make_event(draw: Draw) -> Event:
    onset = draw(0, FRAMES)
    score = draw(0, 10) / 10
    return Event(onset, onset + draw(0, 12), ("fear", "anger", "")[draw(0, 2)], score=score if draw(0, 1) else None)


def make_video(draw: Draw) -> Video:
    number = draw(0, 3)
    return Video(f"key {number}", Path(f"/videos/{number}.mp4"), f"s{number % 2}", FRAMES, 30.0, 640, 480)


def make_edit(draw: Draw, project: Project, depth: int = 0) -> Edit:
    """An edit with ids of the project (or unknown ones) and numbers that may well be refused."""

    def chosen(ids: list[str]) -> str:
        return ids[draw(0, len(ids) - 1)] if ids else "nothing"

    video_id, tier_id = chosen(list(project.videos)), chosen(list(project.tiers))
    own = [event.id for event in project.events(tier_id)] if tier_id in project.tiers else []
    event_id, ids = chosen(own), tuple({chosen(own) for _ in range(draw(1, 3))})
    interval = Interval(first := draw(0, FRAMES - 1), first + draw(1, 20))
    makers: list[Callable[[], Edit]] = [
        lambda: AddVideo(make_video(draw)),
        lambda: AddTier(Tier(video_id, f"t{draw(0, 5)}", (Source.DETECTOR, Source.EXPERT)[draw(0, 1)], "who")),
        lambda: CreateEvent(tier_id, make_event(draw)),
        lambda: CreateEvent(tier_id, make_event(draw)),
        lambda: ReplaceEvents(tier_id, tuple(make_event(draw) for _ in range(draw(0, 4)))),
        lambda: MoveEvent(event_id, draw(0, 20) - 10),
        lambda: MoveBoundary(event_id, ("onset", "offset")[draw(0, 1)], draw(0, FRAMES)),  # type: ignore[arg-type]
        lambda: MoveApex(event_id, draw(0, FRAMES)),
        lambda: Relabel(ids, ("fear", "happiness", "")[draw(0, 2)]),
        lambda: SetAttributes(event_id, note="ä\n'", intensity="A"),
        lambda: SplitEvent(event_id, draw(0, FRAMES)),
        lambda: MergeEvents(ids),
        lambda: CopyToTier(ids, chosen(list(project.tiers))),
        lambda: AcceptPredictions(ids, chosen(list(project.tiers))),
        lambda: DeleteEvents(ids),
        lambda: MarkReviewed(video_id, interval),
        lambda: UnmarkReviewed(video_id, interval),
        lambda: UseModel(("", "mine")[draw(0, 1)]),
        lambda: RenameTier(tier_id, f"t{draw(0, 5)}"),
        lambda: DeleteTier(tier_id),
        lambda: RemoveVideo(video_id),
    ]
    if depth == 0:
        makers.append(lambda: Group(tuple(make_edit(draw, project, 1) for _ in range(draw(1, 3))), "Group"))
    return makers[draw(0, len(makers) - 1)]()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_disk_equals_memory_and_undoing_everything_gives_the_start_back(data: st.DataObject) -> None:
    def draw(low: int, high: int) -> int:
        return data.draw(st.integers(low, high))

    with (
        tempfile.TemporaryDirectory() as folder,
        Document.create(Path(folder) / "study", "study", who="ann") as document,
    ):
        document.do(AddVideo(make_video(draw)))
        (video_id,) = document.project.videos
        document.do(AddTier(Tier(video_id, "FEDN", Source.DETECTOR, "base")))
        start = load_project(document.folder)
        undo: list[Edit] = []
        for _ in range(draw(1, 25)):
            before = load_project(document.folder)
            try:
                undo.append(document.do(make_edit(draw, document.project)))
            except EditError:
                assert document.project == before
            assert load_project(document.folder) == document.project
        end = load_project(document.folder)
        redo = [document.do(edit) for edit in reversed(undo)]
        assert document.project == load_project(document.folder) == start
        for edit in reversed(redo):
            document.do(edit)
        assert document.project == load_project(document.folder) == end
