"""The arrangement of the tiers is remembered by name, and damage to its file costs nothing else."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.document.edits import AddTier
from app.session import Session
from app.tier_views import FILE_NAME, MOST_HEIGHT_PX, TierView, key_of, woven
from fedn.annotation.tier import Source, Tier

KEYS = st.lists(st.integers(0, 9), unique=True)


def names(session: Session) -> list[str]:
    return [tier.name for tier in session.tiers()]


def test_a_moved_tier_stays_where_it_was_put_on_every_video_and_after_reopening(session: Session, project_folder: Path):
    session.tier_views.move(session.tiers(), "first-Self-report", 0)
    assert names(session) == ["Self-report", "FEDN", "Expert"]
    session.select_video("second")
    assert names(session) == ["Self-report", "FEDN", "Expert"]
    session.close_project()
    assert session.open_project(project_folder)
    assert names(session) == ["Self-report", "FEDN", "Expert"]
    assert session.undo_stack.count() == 0


def test_a_new_tier_comes_where_its_source_stands_among_arranged_ones(session: Session):
    session.tier_views.move(session.tiers(), "first-Expert", 0)
    assert session.do(AddTier(Tier("first", "FEDN", Source.DETECTOR, "other", "other")))
    assert [tier.id for tier in session.tiers()] == ["first-Expert", "first-FEDN", "other", "first-Self-report"]


def test_hidden_locked_height_and_color_come_back_after_reopening(session: Session, project_folder: Path):
    views = session.tier_views
    views.change("first-Expert", hidden=True)
    views.change("first-Self-report", locked=True, height_px=4000, color="#112233")
    session.close_project()
    assert session.open_project(project_folder)
    assert [tier.name for tier in session.shown_tiers()] == ["FEDN", "Self-report"]
    assert views.of("first-Self-report") == TierView(locked=True, height_px=MOST_HEIGHT_PX, color="#112233")
    assert views.is_locked("first-Self-report")
    assert not views.is_locked("first-Expert")


def test_two_models_with_tiers_of_one_name_are_arranged_apart(session: Session):
    assert session.do(AddTier(Tier("first", "FEDN", Source.DETECTOR, "other", "other")))
    session.tier_views.change("other", hidden=True)
    assert session.tier_views.is_hidden("other")
    assert not session.tier_views.is_hidden("first-FEDN")


def test_a_renamed_tier_keeps_its_arrangement(session: Session):
    assert session.project is not None
    session.tier_views.change("first-Expert", locked=True)
    tier = session.project.tier("first-Expert")
    session.tier_views.rename(tier, "First coder")
    assert session.project.tier("first-Expert").name == "Expert"
    renamed = Tier(tier.video_id, "First coder", tier.source, tier.who, "new")
    assert session.do(AddTier(renamed))
    assert session.tier_views.is_locked("new")
    assert key_of(renamed) == "First coder · coder A"


def test_a_damaged_file_costs_only_the_arrangement(session: Session, project_folder: Path):
    for damaged in ("{", "[1]", '{"tiers": {"Expert": 3}}', '{"order": 4}', '{"tiers": {"Expert": {"hidden": "x"}}}'):
        session.close_project()
        (project_folder / FILE_NAME).write_text(damaged)
        assert session.open_project(project_folder), damaged
        assert names(session) == ["FEDN", "Expert", "Self-report"]
        assert len(session.shown_tiers()) == 3


def test_the_default_reference_does_not_change_when_tiers_are_moved(session: Session):
    session.tier_views.move(session.tiers(), "first-Self-report", 0)
    assert session.reference_name == "Expert"


@given(KEYS, KEYS)
def test_weaving_keeps_everything_once_and_the_first_order(first: list[int], second: list[int]):
    result = woven(first, second)
    assert sorted(result) == sorted({*first, *second})
    assert [item for item in result if item in first] == first
