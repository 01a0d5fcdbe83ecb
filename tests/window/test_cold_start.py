"""Where the model's labels are not the project's, proposals without labels are offered, in one sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.document.edits import PutVocabulary
from app.jobs.detection import OPTICAL_FLOW
from app.model_actions import DETECT, PROPOSE, label_question
from app.session import Session
from app.window import StudioWindow
from fedn.registry import DEFAULT_MODEL, bundled_models_dir
from tests.window.conftest import Told

pytestmark = pytest.mark.skipif(
    not (bundled_models_dir() / DEFAULT_MODEL / "model.toml").exists(), reason="the bundled model is not here"
)


@pytest.fixture
def wishes(window: StudioWindow, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """How many videos the queue was asked for, and with which model, "" for the one in use."""
    asked: list[tuple[int, str]] = []
    monkeypatch.setattr(window.parts.detections, "detect", lambda ids, model="": asked.append((len(ids), model)))
    return asked


def use_labels(session: Session, *names: str) -> None:
    assert session.project is not None
    old = session.project.vocabulary
    labels = tuple(replace(old.labels[number], name=name, code=name[:3]) for number, name in enumerate(names))
    assert session.do(PutVocabulary(replace(old, labels=labels)))


def test_nobody_is_asked_when_labels_are_shared(
    window: StudioWindow, session: Session, told: Told, wishes: list[tuple[int, str]]
):
    window.actions_by_name["detect"].trigger()
    assert told.questions == [] and wishes == [(1, "")]


def test_the_entry_of_the_menu_proposes_without_labels(
    window: StudioWindow, session: Session, told: Told, wishes: list[tuple[int, str]]
):
    window.actions_by_name["propose"].trigger()
    assert told.questions == [] and wishes == [(1, OPTICAL_FLOW)]


@pytest.mark.parametrize(("answer", "wanted"), [(PROPOSE, [(1, OPTICAL_FLOW)]), (DETECT, [(1, "")]), ("Cancel", [])])
def test_other_labels_are_asked_about(
    window: StudioWindow, session: Session, told: Told, wishes: list[tuple[int, str]], answer: str, wanted: list
):
    assert session.project is not None
    use_labels(session, "pain", "tension")
    question = label_question(session.project, DEFAULT_MODEL)
    assert "pain, tension" in question and OPTICAL_FLOW in question and "happiness" in question
    told.answers["Other labels"] = answer
    window.actions_by_name["detect"].trigger()
    assert told.questions == ["Other labels"] and wishes == wanted
    window.actions_by_name["detect"].trigger()
    # Who has said that the model's labels are meant is not asked again.
    assert len(told.questions) == (1 if answer == DETECT else 2)
