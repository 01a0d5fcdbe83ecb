from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.dialogs.add_videos_dialog import AddVideosDialog
from app.jobs.add_videos import NewVideo, find_videos
from app.review.adjudication import adjudicate, result_tier
from app.review.decisions import Verdict
from app.review.queue import items_of
from app.session import Session
from app.views.videos.list_model import Heading, Role
from app.views.videos.menu import VideoMenu
from app.views.videos.state import State, summarize
from app.views.videos.videos_view import VideosView
from fedn.annotation.event import Event
from fedn.annotation.tier import Source
from tests.conftest import tiny_frame, write_video
from tests.views.conftest import all_videos, put_tier, review


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> VideosView:
    view = VideosView(session)
    qtbot.addWidget(view)
    view.resize(260, 500)
    view.show()
    return view


def rows(view: VideosView) -> list[str]:
    shown = [view.model.index(row).data(Role.ROW) for row in range(view.model.rowCount())]
    return [row.text if isinstance(row, Heading) else row.title for row in shown]


def test_videos_stand_under_their_subjects_in_natural_order(view: VideosView) -> None:
    assert rows(view) == ["Subject s1", "00 clip", "01 clip", "Subject s2", "02 clip", "Subject s10", "03 clip"]


@pytest.mark.parametrize(("text", "titles"), [
    ("s10", ["03 clip"]), ("FEAR", ["00 clip"]), ("new s1 01", ["01 clip"]), ("done", []), ("subject s2", ["02 clip"]),
])  # fmt: skip
def test_the_filter_looks_at_subject_name_state_and_labels(view: VideosView, text: str, titles: list[str]) -> None:
    view.filter.setText(text)
    assert [row for row in rows(view) if not row.startswith("Subject")] == titles


def test_a_click_selects_the_video_and_the_session_selects_the_row(
    view: VideosView, session: Session, qtbot: QtBot
) -> None:
    place = view.list.visualRect(view.model.index(4)).center()
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.current_video == all_videos(session)[2]
    session.select_video(all_videos(session)[3].id)
    assert view.selected_ids() == (all_videos(session)[3].id,)


def test_the_state_follows_the_review(view: VideosView, session: Session) -> None:
    project, video = session.project, all_videos(session)[1]
    assert project is not None and summarize(project, video.id).state is State.NEW
    review(session, 1, 60)
    assert summarize(project, video.id).reviewed == 0.5
    assert view.model.index(2).data(Role.ROW).summary.state is State.IN_REVIEW
    review(session, 1)
    assert view.model.index(2).data(Role.ROW).summary.state is State.DONE


def test_a_reviewed_video_on_which_two_people_differ_is_disputed(session: Session) -> None:
    project, video = session.project, all_videos(session)[1]
    assert project is not None
    put_tier(session, video, "Expert", Source.EXPERT, "coder A", [Event(10, 30, "fear")])
    put_tier(session, video, "Corrections", Source.ANNOTATOR, "coder B", [Event(11, 30, "anger")])
    assert summarize(project, video.id).state is State.NEW
    review(session, 1)
    assert summarize(project, video.id).state is State.DISPUTED


def test_it_is_done_once_somebody_has_decided_between_them(session: Session) -> None:
    project, video = session.project, all_videos(session)[1]
    assert project is not None
    first = put_tier(session, video, "Expert", Source.EXPERT, "coder A", [Event(10, 30, "fear"), Event(40, 50, "fear")])
    second = put_tier(session, video, "Corrections", Source.ANNOTATOR, "coder B", [Event(11, 30, "anger")])
    review(session, 1)
    items = items_of(project, video.id, first, second)
    for item, verdict in zip(items, (Verdict.SECOND, Verdict.NEITHER), strict=True):
        assert summarize(project, video.id).state is State.DISPUTED
        into = result_tier(project, video.id, "Adjudicated", "coder C")
        assert session.do(adjudicate(project, item, verdict, into))
    assert summarize(project, video.id).state is State.DONE


def test_new_files_are_scanned_and_added_as_one_step(
    view: VideosView, session: Session, qtbot: QtBot, told: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "s3"
    folder.mkdir(parents=True)
    for place in range(2):
        write_video(folder / f"clip{place}.mp4", [tiny_frame((i + 3 * place) % 20) for i in range(8 + place)])
    (folder / "broken.mp4").write_bytes(b"not a video at all")
    found = find_videos([tmp_path / "new"])
    assert {video.subject for video in found} == {"s3"} and len(found) == 3
    steps = session.undo_stack.count()
    view.adding.add(found)
    qtbot.waitUntil(lambda: not view.adding.is_running, timeout=20000)
    assert [video.frame_count for video in all_videos(session)[4:]] == [8, 9]
    assert len(told) == 1 and "broken.mp4" in told[0]
    assert session.undo_stack.count() == steps + 1
    session.undo_stack.undo()
    assert len(all_videos(session)) == 4


def test_folders_of_images_and_hidden_files_are_told_apart(tmp_path: Path) -> None:
    frames = tmp_path / "s4" / "smile"
    frames.mkdir(parents=True)
    for place in range(9):
        (frames / f"{place}.jpg").touch()
    (tmp_path / "s4" / ".hidden.mp4").touch()
    (tmp_path / "s4" / "notes.txt").touch()
    assert find_videos([tmp_path]) == [NewVideo(frames, "s4", 30.0)]


def test_the_dialog_returns_the_ticked_videos_with_their_typed_subjects(qtbot: QtBot) -> None:
    dialog = AddVideosDialog([NewVideo(Path("a.mp4"), "x"), NewVideo(Path("b.mp4"), "x"), NewVideo(Path("c"), "y", 30)])
    qtbot.addWidget(dialog)
    dialog._item(0, 1).setText(" s7 ")
    dialog._item(1, 0).setCheckState(dialog._item(1, 0).checkState().Unchecked)
    dialog._item(2, 2).setText("200")
    assert dialog.chosen() == [NewVideo(Path("a.mp4"), "s7"), NewVideo(Path("c"), "y", 200.0)]


def test_the_menu_marks_changes_and_removes(view: VideosView, session: Session) -> None:
    ids = tuple(video.id for video in all_videos(session)[:2])
    menu = VideoMenu(session, ids, view)
    project = session.project
    assert project is not None
    menu.mark_reviewed()
    assert summarize(project, ids[1]).reviewed == 1.0
    menu.change_subject("s5")
    assert project.subjects() == ["s2", "s5", "s10"]
    menu.remove()
    assert len(all_videos(session)) == 2 and session.current_video is not None
    session.undo_stack.undo()
    assert len(all_videos(session)) == 4


def test_an_empty_project_says_what_to_do(qtbot: QtBot, session: Session) -> None:
    session.close_project()
    view = VideosView(session)
    qtbot.addWidget(view)
    assert view._hint.text() == "Open a project to see its videos."
