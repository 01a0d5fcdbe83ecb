from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.document.file_names import distinct_names, safe_name

HOSTILE = [
    "../../etc/passwd", "..", ".", "", "   ", "/", "\\", "C:\\Windows\\x", "//server/share", "a/b", "a\\b", "~/.bashrc",
    "con", "CON.txt", "nul", "aux.mp4", "COM1", "lpt¹", "con ", ".hidden", "trailing.", "trailing ", "a\nb", "a\0b",
    "tab\there", "x" * 5000, "é" * 5000, "🙂" * 500, "\u202egnp.exe", "\ud800", "a:b", "a*?<>|\"",
    "-rf", "$(reboot)", "%PATH%",
]  # fmt: skip


def is_harmless(name: str) -> bool:
    return (
        bool(name)
        and len(PurePosixPath(name).parts) == len(PureWindowsPath(name).parts) == 1
        and name not in (".", "..")
        and not name.startswith(("-", "."))
        and not name.endswith((" ", "."))
        and not PureWindowsPath(name).is_reserved()
        and len(name.encode()) <= 130
        and re.search(r"[<>:\"/\\|?*\x00-\x1f]", name) is None
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_makes_a_name_that_leaves_its_folder_or_fools_a_reader(text: str, tmp_path: Path) -> None:
    name = safe_name(text)
    assert is_harmless(name)
    (tmp_path / f"{name}.csv").write_text("x")
    assert [path.parent for path in tmp_path.rglob("*")] == [tmp_path]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_every_text_makes_a_harmless_name_that_stays_itself(text: str) -> None:
    name = safe_name(text)
    assert is_harmless(name) and safe_name(name) == name


@pytest.mark.parametrize("text", ["anna-session 1", "Müller", "被试三", "006_1", "a.b"])
def test_ordinary_names_stay_as_they_are(text: str) -> None:
    assert safe_name(text) == text


@given(st.lists(st.sampled_from(["a", "A", "a-2", "", "..", "ä"]), max_size=8))
def test_no_two_names_are_the_same_even_where_letters_have_no_size(texts: list[str]) -> None:
    names = distinct_names(texts)
    assert len({name.casefold() for name in names}) == len(texts)
    assert all(map(is_harmless, names))
