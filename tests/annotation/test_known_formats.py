from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event, Origin
from fedn.annotation.formats.content import Content, TierEvents, VideoEvents
from fedn.annotation.formats.known_formats import FORMATS, READABLE, WRITABLE, Holds, KnownFormat, Times, known_format
from fedn.annotation.formats.recognize import recognize_format
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.datasets import made_casme2, made_casme3, made_samm
from tests.annotation.fuzzing.corpus import samples
from tests.conftest import REPOSITORY

INDEX = FrameIndex.regular(300, Fraction(30000, 1001))
NAME = "006_1"
EVENT = Event(
    5,
    20,
    "happiness",
    apex=11,
    kind="micro",
    score=0.75,
    intensity="B",
    note="wry",
    origin=Origin("base", 3, 9, "fear", 0.5),
    action_units=(ActionUnit(12, "left", "C"),),
)
FIELDS = ("label", "kind", "apex", "score", "intensity", "action_units", "note", "origin")


def index_of(video: str) -> FrameIndex:
    return INDEX


def round_trip(known: KnownFormat, folder: Path, tiers: tuple[TierEvents, ...]) -> Content:
    path = folder / f"{NAME}{known.ending}"
    known.write(path, [VideoEvents(NAME, "s1", 300, INDEX.fps, tiers)], index_of)
    return known.read(path, index_of)


def kept(known: KnownFormat, folder: Path) -> dict[str, bool]:
    """What a file of the format gives back."""
    predicted = TierEvents("FEDN", Source.DETECTOR, "base", (EVENT,), frozenset({EVENT.id}))
    (video,) = round_trip(known, folder, (predicted,)).videos
    (tier,) = (tier for tier in video.tiers if tier.events)
    (event,) = tier.events
    assert (event.onset, event.offset) == (5, 20)
    found = {name: getattr(event, name) == getattr(EVENT, name) for name in FIELDS}
    found["rejected"] = bool(tier.rejected)
    found["subject"] = video.subject == "s1"
    found["tier"] = (tier.name, tier.source, tier.who) == ("FEDN", Source.DETECTOR, "base")
    over = replace(EVENT, onset=8, offset=30, apex=None, id="over")
    labels = TierEvents("Expert", Source.EXPERT, "Eva", (replace(EVENT, id="same"), over))
    try:
        (video,) = round_trip(known, folder, (predicted, labels)).videos
    except FormatError as error:
        assert "choose one" in str(error)
        found["several tiers"] = False
    else:
        found["several tiers"] = [len(tier.events) for tier in video.tiers] == [1, 2]
    return found


def documented() -> dict[str, dict[str, str]]:
    """The rows of the tables of docs/event-formats.md by the format's name, each by the words above its columns."""
    rows: dict[str, dict[str, str]] = {}
    header: list[str] = []
    for line in (REPOSITORY / "docs" / "event-formats.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip()[1:-1].split("|")] if line.startswith("|") else []
        if not cells:
            header = []
        elif not header:
            header = cells
        elif not set(line) <= set("|- :"):
            name = cells[0].strip("`")
            rows.setdefault(name, {}).update(zip(header[1:], cells[1:], strict=True))
    return rows


def test_the_document_names_every_format_with_its_ending_and_what_it_does() -> None:
    rows = documented()
    assert set(rows) == set(FORMATS)
    for name, known in FORMATS.items():
        does = {"read": name in READABLE, "write": name in WRITABLE}
        assert rows[name]["does"] == ", ".join(word for word, can in does.items() if can)
        assert f"`{known.ending}`" in rows[name]["file"]
        assert ("one video" in rows[name]["file"]) == (known.holds is Holds.VIDEO)
        unit = rows[name]["unit"]
        assert ("frames" in unit) == (known.times is not Times.ONLY or name == "label-studio")


@pytest.mark.parametrize("name", [name for name in WRITABLE if name in READABLE and name != "megc2021"])
def test_the_document_says_truly_what_each_format_keeps(name: str, tmp_path: Path) -> None:
    row = documented()[name]
    measured = kept(FORMATS[name], tmp_path)
    said = {column: row[column] == "✓" for column in measured}
    assert said == measured


def test_every_reader_and_writer_of_the_table_exists() -> None:
    for known in FORMATS.values():
        module = known._module()
        for function in filter(None, (known.reader, known.writer)):
            assert isinstance(getattr(module, function), Callable)
        for constant in known.fixed.values():
            assert hasattr(module, constant)


def test_a_format_that_is_only_read_is_not_written_and_an_unknown_one_is_listed(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="only read"):
        known_format("casme2").write(tmp_path / "x.xlsx", [])
    with pytest.raises(FormatError, match="there is no format “docx”; choose from csv, xlsx"):
        known_format("docx")
    assert known_format(" EAF ") is FORMATS["eaf"]


def test_files_of_every_format_are_recognized_whatever_they_are_called(tmp_path: Path) -> None:
    alike = {"auw-gcn-proposals": "auw-gcn"}
    for number, sample in enumerate(samples(tmp_path)):
        for ending in (sample.ending, ".txt", ".dat", ""):
            path = tmp_path / f"file-{number}{ending}"
            path.write_bytes(sample.content)
            found = recognize_format(path)
            expected = None if sample.format == "mapped" else alike.get(sample.format, sample.format)
            assert (found.name if found else None) == expected, (sample.format, ending)


def test_workbooks_of_data_sets_are_recognized_beside_event_tables(tmp_path: Path) -> None:
    for name, write in (
        ("casme2", made_casme2.write_workbook),
        ("casme3", made_casme3.write_macro),
        ("samm", made_samm.write_long),
    ):
        write(tmp_path / f"{name}.xlsx")
        assert recognize_format(tmp_path / f"{name}.xlsx") is FORMATS[name]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("video,onset,offset,label,subject,emotion", "csv"),
        ("Video,Onset,Offset,Label", None),
        ("subject,video,onset,offset,emotion", "megc2024"),
        ("Observation id,Subject,Behavior,Start (s),Stop (s)", "boris-table"),
        ("start,end", None),
    ],
)
def test_a_table_is_of_the_format_whose_columns_it_has(header: str, name: str | None, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{header}\n1,2,3,4,5\n")
    found = recognize_format(path)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no table and of no known format"),
        (b"these are my notes\n", "no table and of no known format"),
        (b"<html><body>x</body></html>", "XML, but no file of ELAN"),
        (b'{"a": 1}', "neither of this program nor of BORIS"),
        (b"[1, 2]", "neither of this program nor of BORIS"),
        (b'{"format": "other"}', "neither of this program nor of BORIS"),
        (b"{", "is not JSON"),
        (b"\x00\x01\x02", "not a text file"),
        (b"\xff\xfa\xfb", "not UTF-8"),
        (b"PK\x03\x04 and nothing else", "not a zip file"),
        (b"\xd0\xcf\x11\xe0 and nothing else", "workbook"),
        (b"\x1f\x8b and nothing else", None),
    ],
)
def test_what_is_no_event_file_is_refused_in_a_sentence(content: bytes, sentence: str | None, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    if sentence is None:
        assert recognize_format(path) is FORMATS["boris"]
        return
    with pytest.raises(FormatError, match=re.escape(sentence)):
        recognize_format(path)


def test_a_folder_and_a_missing_file_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.csv"):
        with pytest.raises(FormatError, match=re.escape(str(path))):
            recognize_format(path)
