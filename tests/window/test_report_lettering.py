"""Names in any script can be read in figures and PDF, or the report says that no font here has their letters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.figure import Figure
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.document.edits import ChangeVideo
from app.reports.study import lettering
from app.reports.study.choices import ReportChoices
from app.reports.study.report import write_report

RARE = "\U000f1234"
"""For private use: no font of a computer has it."""


def write_font(path: Path, name: str, letter: str) -> None:
    """A font with one letter, a square."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 700), (900, 700), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "square"])
    font.setupCharacterMap({ord(letter): "square"})
    font.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 100)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    font.setupOS2()
    font.setupPost()
    font.save(path)


@pytest.fixture
def rare_font(tmp_path: Path) -> Iterator[str]:
    """A computer on which one font has the letter."""
    write_font(tmp_path / "rare.ttf", "Rare", RARE)
    known = list(font_manager.fontManager.ttflist)
    font_manager.fontManager.addfont(tmp_path / "rare.ttf")
    forget()
    yield "Rare"
    font_manager.fontManager.ttflist = known
    forget()


def forget() -> None:
    lettering._helpers.cache_clear()
    lettering._letters_of.cache_clear()


def test_letters_that_the_usual_font_lacks_come_from_another_one(rare_font: str, tmp_path: Path) -> None:
    assert lettering.families("Anna") == ["DejaVu Sans"]
    assert lettering.families(f"Anna {RARE}") == ["DejaVu Sans", rare_font]
    assert lettering.unreadable(f"Anna {RARE}") == ""
    with lettering.lettering(RARE):
        figure = Figure()
        figure.text(0.1, 0.5, f"Anna {RARE}")
        figure.savefig(tmp_path / "names.pdf")
    document = QPdfDocument()
    assert document.load(str(tmp_path / "names.pdf")) == QPdfDocument.Error.None_
    assert RARE in document.getAllText(0).text()
    document.close()


def test_a_report_says_which_letters_no_font_of_this_computer_has(
    qapp: QApplication, project_folder: Path, tmp_path: Path
) -> None:
    assert lettering.unreadable(f"Zoë 1 {RARE}") == RARE
    with Document.open(project_folder) as document:
        video = next(iter(document.project.videos.values()))
        document.do(ChangeVideo(replace(video, subject=f"subject {RARE}")))
    choices = ReportChoices((video.id,), pictures=False, formats=("html",))
    remarks = write_report(project_folder, tmp_path / "out", choices).remarks
    (told,) = [remark for remark in remarks if "empty boxes" in remark]
    assert RARE in told and "Noto Sans CJK" in told
