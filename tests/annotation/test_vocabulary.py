from pathlib import Path

import pytest

from fedn.annotation.vocabulary import LabelDef, Vocabulary, load_vocabulary, shipped_vocabularies, shipped_vocabulary
from fedn.errors import FormatError


def test_the_default_vocabulary_has_six_emotions_and_others() -> None:
    assert shipped_vocabularies()[0] == "six-and-others"
    names = shipped_vocabulary().names
    assert names == ("happiness", "surprise", "anger", "disgust", "fear", "sadness", "others")


@pytest.mark.parametrize("name", shipped_vocabularies())
def test_shipped_vocabularies_survive_writing_and_reading(name: str, tmp_path: Path) -> None:
    vocabulary = shipped_vocabulary(name)
    path = tmp_path / "own.toml"
    path.write_text(vocabulary.to_toml(), encoding="utf-8")
    assert vocabulary.name == name
    assert load_vocabulary(path) == vocabulary


@pytest.mark.parametrize(
    ("code", "color", "key"), [("Ha", "#000000", "1"), ("Hap", "yellow", "1"), ("Hap", "#000000", "F1")]
)
def test_a_label_of_the_wrong_form_is_refused(code: str, color: str, key: str) -> None:
    with pytest.raises(FormatError, match="happiness"):
        LabelDef("happiness", code, color, key)


def test_two_labels_with_one_key_are_refused() -> None:
    with pytest.raises(FormatError, match="same key “1”"):
        Vocabulary("twice", (LabelDef("a", "Aaa", "#000000", "1"), LabelDef("b", "Bbb", "#000000", "1")))


@pytest.mark.parametrize("text", ["not toml [", 'name = "x"', 'name = "x"\nlabels = 3', 'name = "x"\nlabels = []'])
def test_a_file_that_is_no_vocabulary_gets_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=r"bad.toml"):
        load_vocabulary(path)


def test_a_missing_vocabulary_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"none.toml cannot be read"):
        load_vocabulary(tmp_path / "none.toml")
    with pytest.raises(FormatError, match="six-and-others"):
        shipped_vocabulary("twelve")


def test_the_vocabularies_of_the_data_sets_come_along() -> None:
    assert shipped_vocabulary("casme2-annotated").names == ("positive", "negative", "surprise", "others")
    assert len(shipped_vocabulary("casme2-self-reported").names) == 10
    assert set(shipped_vocabulary("casme3").names) == set(shipped_vocabulary("six-and-others").names)
    # AffectNet's files give numbers, so that the order counts.
    assert shipped_vocabulary("affectnet-7").names == shipped_vocabulary("affectnet-8").names[:7]
    assert "contempt" in shipped_vocabulary("six-basic-and-contempt").names


def test_one_label_looks_the_same_in_every_vocabulary() -> None:
    looks: dict[str, set[tuple[str, str]]] = {}
    for name in shipped_vocabularies():
        for label in shipped_vocabulary(name).labels:
            looks.setdefault(label.name, set()).add((label.code, label.color))
    assert {name: found for name, found in looks.items() if len(found) > 1} == {}
