import os
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from fedn.annotation.formats import workbook
from fedn.annotation.formats.workbook import Cell, cell_number, cell_text, read_workbook
from fedn.errors import FormatError

ROWS: list[list[Cell]] = [["Subject", "AU", None, "Onset"], [], ["006", 4, None, 566.4, True], [None, "4+10", 12.0]]
READ = [
    (1, ("Subject", "AU", None, "Onset")),
    (3, ("006", 4, None, 566.4, True)),
    (4, (None, "4+10", 12)),
]


def write_xlsx(path: Path, rows: list[list[Cell]] = ROWS) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "first"
    for row in rows:
        sheet.append(row)
    book.create_sheet("empty")
    book.save(path)
    return path


def write_xls(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("first")
    for number, row in enumerate(ROWS):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value)
    book.add_sheet("empty")
    book.save(str(path))
    return path


def rewrite(source: Path, target: Path, member: str, change) -> Path:
    """The zip file with one member changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content) if info.filename == member else content)
    return target


SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(tmp_path: Path, data: str) -> Path:
    """A workbook whose first sheet has this XML as its data."""
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    content = f"{head}{data}</worksheet>".encode()
    return rewrite(write_xlsx(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", SHEET, lambda _: content)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "xls called.xlsx", "xlsx called.xls"])
def test_both_kinds_are_read_alike_whatever_the_file_is_called(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name in ("a.xls", "xls called.xlsx"):
        write_xls(path)
    else:
        # openpyxl goes by the name when it writes.
        write_xlsx(tmp_path / "written.xlsx").rename(path)
    book = read_workbook(path)
    assert [sheet.name for sheet in book.sheets] == ["first", "empty"]
    assert [(row.number, row.cells) for row in book.sheets[0].rows] == READ
    assert book.sheets[1].rows == ()
    assert book.remarks == ()


def test_a_row_is_asked_beyond_its_end_without_harm(tmp_path: Path) -> None:
    row = read_workbook(write_xlsx(tmp_path / "a.xlsx")).sheets[0].rows[0]
    assert (row.cell(3), row.cell(9), row.text(9), row.cell(-1)) == ("Onset", None, "", None)


def test_formulas_without_a_value_are_told_once_a_column(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["a", "=A1"], ["b", "=A2", "=A2"], ["c", 3]])
    book = read_workbook(path)
    assert [(remark.place, remark.text.split(";")[0]) for remark in book.remarks] == [
        ("sheet “first”, rows 1 to 2", "the formulas in column B have no calculated value and were read as empty"),
        ("sheet “first”, row 2", "the formulas in column C have no calculated value and were read as empty"),
    ]
    assert [row.cells for row in book.sheets[0].rows] == [("a",), ("b",), ("c", 3)]


def test_a_formula_that_was_calculated_has_its_value(tmp_path: Path) -> None:
    data = '<sheetData><row r="11"><c r="B11"><f>SUM(F11-D11)+1</f><v>25</v></c></row></sheetData>'
    book = read_workbook(with_sheet(tmp_path, data))
    assert book.remarks == ()
    assert book.sheets[0].rows[0].cells == (None, 25)


def test_dates_that_a_spreadsheet_program_made_of_labels_are_readable(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([date(2026, 4, 12), datetime(2026, 4, 12, 10, 30)])
    book.save(tmp_path / "a.xlsx")
    assert read_workbook(tmp_path / "a.xlsx").sheets[0].rows[0].cells == ("2026-04-12", "2026-04-12T10:30:00")


def test_a_sheet_that_claims_a_million_rows_is_as_long_as_it_is(tmp_path: Path) -> None:
    data = '<dimension ref="A1:XFD1048576"/><sheetData><row r="7"><c r="A7"><v>1</v></c></row></sheetData>'
    book = read_workbook(with_sheet(tmp_path, data))
    assert [(row.number, row.cells) for row in book.sheets[0].rows] == [(7, (1,))]


@pytest.mark.parametrize("place", ['r="99999999999"', 'r="0"'])
def test_a_row_beyond_every_sheet_is_refused(place: str, tmp_path: Path) -> None:
    path = with_sheet(tmp_path, f"<sheetData><row {place}><c><v>1</v></c></row></sheetData>")
    with pytest.raises(FormatError, match="outside of any sheet"):
        read_workbook(path)


def test_a_column_beyond_every_sheet_is_refused_without_making_room_for_it(tmp_path: Path) -> None:
    path = with_sheet(tmp_path, '<sheetData><row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row></sheetData>')
    with pytest.raises(FormatError, match=r"b\.xlsx"):
        read_workbook(path)


def test_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_CELLS", 10)
    with pytest.raises(FormatError, match="more than 10 cells"):
        read_workbook(write_xlsx(tmp_path / "a.xlsx", [[1, 2, 3, 4]] * 3))
    with pytest.raises(FormatError, match="more than 10 cells"):
        read_workbook(write_xls(tmp_path / "a.xls"))


def test_wide_rows_of_almost_nothing_are_counted_as_wide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_CELLS", 20_000)
    rows = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 4))
    with pytest.raises(FormatError, match="more than 20,000 cells"):
        read_workbook(with_sheet(tmp_path, f"<sheetData>{rows}</sheetData>"))


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet>&a;</worksheet>'
    path = rewrite(write_xlsx(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", SHEET, lambda _: bomb)
    with pytest.raises(FormatError, match="declares entities"):
        read_workbook(path)
    path = rewrite(path, tmp_path / "c.xlsx", SHEET, lambda _: bomb.decode().encode("utf-16"))
    with pytest.raises(FormatError, match="declares entities"):
        read_workbook(path)


def test_what_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    path = rewrite(write_xlsx(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", SHEET, lambda _: b" " * (300 * 1024 * 1024))
    with pytest.raises(FormatError, match=r"would unpack to 31\d MB"):
        read_workbook(path)


def test_links_to_other_workbooks_are_not_followed(tmp_path: Path) -> None:
    data = '<sheetData><row r="1"><c r="A1"><f>[1]Other!A1</f><v>5</v></c></row></sheetData>'
    path = with_sheet(tmp_path, data)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    assert read_workbook(path).sheets[0].rows[0].cells == (5,)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"<html><table></table></html>", "is not an Excel workbook"),
        (b"subject,onset\n1,2\n", "is not an Excel workbook"),
        (b"PK\3\4 and then nothing", "damaged or cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "damaged or not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99) + "EncryptedPackage".encode("utf-16-le"), "by a password"),
    ],
)
def test_what_is_no_workbook_gets_a_sentence(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.xls"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=words) as caught:
        read_workbook(path)
    assert "labels.xls" in str(caught.value)


def test_a_missing_file_and_another_zip_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="there is no file"):
        read_workbook(tmp_path / "none.xlsx")
    with zipfile.ZipFile(tmp_path / "videos.xlsx", "w") as archive:
        archive.writestr("a.avi", "x")
    with pytest.raises(FormatError, match=r"is not an \.xlsx workbook"):
        read_workbook(tmp_path / "videos.xlsx")


@settings(max_examples=60)
@given(st.data())
def test_damage_anywhere_is_a_sentence_or_is_not_seen(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    folder = tmp_path_factory.getbasetemp() / f"damage-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    name = data.draw(st.sampled_from(["a.xlsx", "a.xls"]))
    sound = folder / name
    if not sound.exists():
        (write_xlsx if name == "a.xlsx" else write_xls)(sound)
    content = bytearray(sound.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(content)))
    path = folder / f"damaged-{name}"
    path.write_bytes(bytes(content[:cut]))
    try:
        read_workbook(path)
    except FormatError as error:
        assert path.name in str(error)


@pytest.mark.parametrize(
    ("cell", "number"),
    [(4, 4), (566.4, 566.4), ("12", 12), (" 3", None), ("-1", -1), ("4+10", None), ("", None), (None, None),
     (True, None), ("1e9", None), ("nan", None), ("566.5", 566.5)],
)  # fmt: skip
def test_numbers_may_be_stored_as_text_but_nothing_else_is_one(cell: Cell, number: float | None) -> None:
    assert cell_number(cell) == number


def test_cells_are_shown_as_a_person_reads_them() -> None:
    assert [cell_text(cell) for cell in (None, 4, 566.4, "a", True)] == ["", "4", "566.4", "a", "TRUE"]
