"""Whatever has happened to a file: a result or a sentence, soon, never anything else."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fedn.annotation.formats.content import Content
from fedn.annotation.formats.datavyu import read_datavyu
from fedn.annotation.formats.eaf import read_eaf
from fedn.errors import FormatError
from tests.annotation.programs.every_format import FORMATS, INDEX, Format, index_of
from tests.annotation.programs.foreign_eaf import FOREIGN
from tests.annotation.programs.made_events import full_video
from tests.annotation.programs.test_boris import foreign as foreign_boris
from tests.annotation.programs.test_boris_tables import AGGREGATED, TABULAR
from tests.annotation.programs.test_datavyu import DB, PROJECT
from tests.annotation.programs.test_label_studio import foreign as foreign_studio
from tests.annotation.programs.test_textgrid import LONG, SHORT
from tests.annotation.programs.test_via import CSV_NEW, CSV_OLD
from tests.annotation.programs.test_via import foreign as foreign_via

MUTATIONS = 300
ABSURD = [
    *(b"1e308", b"-1e308", b"NaN", b"Infinity", b"-7", b"1e-320", b"9" * 30, b"9" * 5000, b"99999999999:61:61:999"),
    *(b"null", b"[]", b"{}", b'"', b"\\", b"\x00", b"\xff\xfe", b"<", b"&amp;", b"(", b",", b"\n", b"true"),
]


def zipped(db: bytes, project: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("db", db)
        archive.writestr("project", project)
    return content.getvalue()


def table(rows: list[list[str]], delimiter: str) -> bytes:
    return "\n".join(delimiter.join(row) for row in rows).encode()


def seeds(form: Format, folder: Path) -> list[bytes]:
    """Files of this program and of others."""
    form.write(folder / form.file, [full_video()], index_of)
    own = (folder / form.file).read_bytes()
    others = {
        "face video.eaf": [FOREIGN.encode()],
        "face video.TextGrid": [LONG.encode(), SHORT.encode("utf-16")],
        "face video.boris": [json.dumps(foreign_boris()).replace("null", "NaN").encode()],
        "face video.csv": [table(TABULAR, ","), table(AGGREGATED, ",")],
        "face video.tsv": [table(TABULAR, "\t"), table(AGGREGATED, "\t")],
        "via.json": [json.dumps(foreign_via()).encode()],
        "via.csv": [CSV_OLD.encode(), CSV_NEW.encode()],
        "studio.json": [json.dumps(foreign_studio()).encode()],
        "face video.opf": [zipped(DB.encode(), PROJECT.encode())],
    }
    return [own, *others.get(form.file, [])]


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with one to three damages."""
    for _ in range(chance.randint(1, 3)):
        if not content:
            return content
        at, other = chance.randrange(len(content)), chance.randrange(len(content))
        kind = chance.randrange(7)
        if kind == 0:
            content = content[:at]
        elif kind == 1:
            content = content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]
        elif kind == 2:
            content = content[:at] + content[other : other + 200] + content[at:]
        elif kind == 3:
            content = content[:at] + content[at + chance.randint(1, 50) :]
        elif kind == 4:
            content = content[:at] + chance.randbytes(chance.randint(1, 8)) + content[at:]
        elif kind == 5:
            content = content[:at] + chance.choice(ABSURD) + content[at:]
        else:
            content = number_replaced(content, at, chance.choice(ABSURD))
    return content


def number_replaced(content: bytes, at: int, by: bytes) -> bytes:
    """The content with the next number after a place replaced."""
    while at < len(content) and not content[at : at + 1].isdigit():
        at += 1
    end = at
    while end < len(content) and content[end : end + 1].isdigit():
        end += 1
    return content[:at] + by + content[end:]


def inside(form: Format) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """How the text within a packed file is taken out, and put back after it was damaged."""
    if form.file.endswith(".gz"):
        return gzip.decompress, gzip.compress
    if form.file.endswith(".opf"):
        return lambda content: zipfile.ZipFile(io.BytesIO(content)).read("db"), lambda db: zipped(db, PROJECT.encode())
    return bytes, bytes


def check(read: Callable[..., Content], path: Path) -> bool:
    """Whether a file was read; what was read is possible."""
    try:
        content = read(path, index_of)
    except FormatError as error:
        assert str(path) in str(error)
        return False
    for video in content.videos:
        for tier in video.tiers:
            assert all(0 <= event.onset <= event.offset < INDEX.frame_count for event in tier.events)
            assert tier.rejected <= {event.id for event in tier.events}
    return True


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_a_damaged_file_gives_a_result_or_a_sentence(form: Format, tmp_path: Path) -> None:
    chance = random.Random(form.file)
    originals = seeds(form, tmp_path)
    take_out, put_back = inside(form)
    path = tmp_path / f"damaged {form.file}"
    read = 0
    for number in range(MUTATIONS):
        content = originals[number % len(originals)]
        within = number % 3 > 0
        damaged = put_back(mutated(take_out(content), chance)) if within else mutated(content, chance)
        path.write_bytes(damaged)
        read += check(form.read, path)
    assert 0 < read < MUTATIONS


@pytest.mark.parametrize("form", FORMATS, ids=str)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 1000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"<a>" * 100_000,
        b'"' * 100_001,
        b" " * 1_000_000,
        b"1" * 1_000_000,
        b"(" * 1_000_000,
        b"\\" * 1_000_001,
        b"look (MATRIX,true,)-" + b"a|NOMINAL," * 100_000,
        b"PK\x03\x04" + b"\x00" * 100,
        b"\x1f\x8b" + b"\x00" * 100,
        "ünï".encode("utf-16"),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_nonsense_gives_a_sentence(form: Format, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / form.file
    _, put_back = inside(form)
    for damaged in (content, put_back(content), put_back(b"#4\n" + content)):
        path.write_bytes(damaged)
        check(form.read, path)


def test_a_spreadsheet_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.opf"
    path.write_bytes(zipped(b"#4\n" + b" " * (100 * 1024 * 1024), b""))
    with pytest.raises(FormatError, match="it is not a label file"):
        read_datavyu(path, index_of)


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    path = tmp_path / "a.eaf"
    lines = ["<!DOCTYPE a [", '<!ENTITY a "aaaaaaaaaa">']
    lines += [f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)]
    path.write_text("\n".join([*lines, "]>", FOREIGN.partition("?>")[2].replace("joy", "&i;")]))
    with pytest.raises(FormatError, match="declares entities"):
        read_eaf(path, index_of)
    path.write_bytes(path.read_text().encode("utf-16"))
    with pytest.raises(FormatError, match="declares entities"):
        read_eaf(path, index_of)
