from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.event import Event
from fedn.annotation.vocabulary import shipped_vocabularies, shipped_vocabulary
from fedn.annotation.vocabulary_mapping import (
    SPELLINGS,
    VocabularyMapping,
    load_mapping,
    normal_label,
    shipped_mapping,
    shipped_mappings,
)
from fedn.coarse_fine import NEGATIVE, RARE
from fedn.errors import FormatError


def test_self_reports_fall_into_the_coarse_classes_of_the_coders() -> None:
    coarse = shipped_mapping("coarse")
    groups = {label: coarse.label(label) for label in shipped_vocabulary("casme2-self-reported").names}
    assert {label for label, group in groups.items() if group == "negative"} == {"disgust", "anger", "fear", "sadness"}
    assert {label for label, group in groups.items() if group == "others"} == {
        "helpless", "confused", "pain", "sympathy",
    }  # fmt: skip
    assert (groups["happiness"], groups["surprise"]) == ("positive", "surprise")


def test_networks_and_people_group_labels_alike() -> None:
    coarse = shipped_mapping("coarse")
    assert {coarse.label(label) for label in NEGATIVE} == {"negative"}
    assert {coarse.label(label) for label in RARE} == {"others"}


@pytest.mark.parametrize("name", shipped_mappings())
def test_shipped_mappings_lead_to_all_labels_of_a_shipped_vocabulary_and_survive_writing(
    name: str, tmp_path: Path
) -> None:
    mapping = shipped_mapping(name)
    assert {label for label, _ in mapping.classes} == set(shipped_vocabulary(mapping.target).names)
    path = tmp_path / "own.toml"
    path.write_text(mapping.to_toml(), encoding="utf-8")
    assert load_mapping(path) == mapping


def test_what_a_mapping_does_not_know_is_told_and_not_guessed() -> None:
    coarse = shipped_mapping("coarse")
    assert coarse.unknown(["neutral", "happiness", "amusement", "neutral"]) == ("neutral", "amusement")
    known, strange, silent = Event(0, 5, "Anger"), Event(6, 9, "amusement"), Event(10, 12, "")
    mapped = coarse.map_events([known, strange, silent])
    assert [(event.id, event.label) for event in mapped.events] == [(known.id, "negative"), (silent.id, "")]
    assert mapped.unmapped == (strange,)
    assert mapped.unmapped_labels == ("amusement",)


@given(st.lists(st.sampled_from(["happy", "pain", "anger", "neutral", "", "Others", "x"])))
def test_mapping_loses_no_event_and_mapping_twice_changes_nothing(labels: list[str]) -> None:
    coarse = shipped_mapping("coarse")
    events = [Event(i, i, label) for i, label in enumerate(labels)]
    once = coarse.map_events(events)
    assert len(once.events) + len(once.unmapped) == len(events)
    assert coarse.map_events(once.events).events == once.events


@pytest.mark.parametrize(
    ("written", "meant"),
    [("happyiness", "happiness"), ("happy", "happiness"), ("sad", "sadness"), ("Others", "others"), (" Fear ", "fear")],
)
def test_spellings_of_the_data_sets_mean_one_label(written: str, meant: str) -> None:
    assert normal_label(written) == meant


def test_no_spelling_is_itself_a_label_of_a_shipped_vocabulary() -> None:
    labels = {label for name in shipped_vocabularies() for label in shipped_vocabulary(name).names}
    assert not labels & set(SPELLINGS)
    assert {label for label, _ in SPELLINGS.values()} <= labels


def test_a_label_in_two_classes_is_refused() -> None:
    with pytest.raises(FormatError, match="“fear” falls into two classes"):
        VocabularyMapping("twice", "valence", (("positive", ("fear",)), ("negative", ("fear",))))


@pytest.mark.parametrize(
    "text",
    ["not toml [", 'name = "x"', 'name="x"\ntarget="y"\nclasses = 3', 'name="x"\ntarget="y"\n[classes]\na="b"',
     'name="x"\ntarget="y"\n[classes]'],
)  # fmt: skip
def test_a_file_that_is_no_mapping_gets_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=r"bad.toml"):
        load_mapping(path)


def test_a_missing_mapping_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"none.toml cannot be read"):
        load_mapping(tmp_path / "none.toml")
    with pytest.raises(FormatError, match="basic, coarse"):
        shipped_mapping("fine")
