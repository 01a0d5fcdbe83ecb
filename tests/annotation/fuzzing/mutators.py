"""Ways to damage a file, from one wrong byte to a bomb. All chance comes from the generator they are given."""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence

Mutator = Callable[[random.Random, bytes, Sequence[bytes]], bytes]
"""Changes a content; the last argument holds files of all formats."""

ODD_VALUES = (
    *(b"", b"0", b"-1", b"-0", b"1e308", b"1e999", b"-1e308", b"99999999999999999999999", b"2147483648", b"4294967296"),
    *(b"0.30000000000000004", b"1,234", b"1.234.567", b"1e5", b"0x10", b"1_000", b"NaN", b"nan", b"Infinity", b"-inf"),
    *(b"null", b"true", b"None", b"[]", b"{}", b"\xd9\xa3\xd9\xa4", b"\xe2\x91\xa0", b"=1+1", b"#REF!", b"12:34:56"),
    *(b"2024-01-01", b"../../etc/passwd", b"C:\\\\con", b"\x00", b"\r", b'"', b"'", b"\\", b"\\u0000", b"\\ud800"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xf0\x9f\x98\x80" * 50, b"a" * 70_000, b"9" * 5_000, b"&amp;", b"&#0;", b"<!--"),
    *(b"]]>", b"%s%s%n", b"/" * 3_000),
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_WORD = re.compile(rb"[A-Za-z_]{2,}")
_BRACKETS = b"\"'[]{}()<>,;:\t|"


def truncate(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def flip_bytes(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8) if changed else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def insert_noise(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.randbytes(chance.randint(1, 64)) + content[at:]


def delete_piece(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    start, stop = _piece(chance, content)
    return content[:start] + content[stop:]


def repeat_piece(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    start, stop = _piece(chance, content)
    return content[:start] + content[start:stop] * chance.choice((2, 3, 40)) + content[stop:]


def splice(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """The beginning of one file and the end of another."""
    other = chance.choice(others)
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]


def other_content(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    return chance.choice(others)


def odd_number(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    return _replace_some(chance, content, _NUMBER)


def odd_word(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    return _replace_some(chance, content, _WORD)


def swap_words(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """One of the file's own words or numbers in the place of another."""
    found = list((_NUMBER if chance.random() < 0.5 else _WORD).finditer(content))
    if len(found) < 2:
        return content
    place, other = chance.sample(found, 2)
    return content[: place.start()] + other.group() + content[place.end() :]


def swap_brackets(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    places = [place for place, byte in enumerate(content) if byte in _BRACKETS]
    changed = bytearray(content)
    for place in chance.sample(places, min(len(places), chance.randint(1, 3))):
        changed[place] = chance.choice(_BRACKETS)
    return bytes(changed)


def change_lines(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Lines deleted, doubled, exchanged or broken off."""
    lines = content.splitlines(keepends=True)
    for _ in range(chance.randint(1, 4) if lines else 0):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(4):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
    return b"".join(lines)


def other_delimiter(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    old, new = chance.sample([b",", b";", b"\t", b"|", b"\n", b"\r\n", b" "], 2)
    return content.replace(old, new)


def other_encoding(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    encoding = chance.choice(("utf-16", "utf-8-sig", "latin-1", "utf-16-le", "utf-32", "cp037"))
    return content.decode("utf-8", errors="replace").encode(encoding, errors="replace")


def nest(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Opens something very often at some place."""
    opened = chance.choice((b"[", b'{"a":', b"<a>", b"(", b'"', b"<![CDATA[", b"'"))
    at = chance.randrange(len(content) + 1)
    return content[:at] + opened * chance.choice((3, 500, 100_000)) + content[at:]


def entities(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Declares entities that grow without bound, or name a file."""
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (ord("b") + level, b"&%c;" % (ord("a") + level) * 10) for level in range(8)
    )
    outside = b'<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">'
    at = content.find(b"?>") + 2 if b"?>" in content[:200] else 0
    changed = content[:at] + chance.choice((laughs, outside)) + b"]>" + content[at:]
    return changed.replace(b"</", chance.choice((b"&i;</", b"&i;&h;</")), 1)


PLAIN: tuple[Mutator, ...] = (
    *(truncate, flip_bytes, insert_noise, delete_piece, repeat_piece, splice, swap_brackets, nest, entities),
    *(odd_number, odd_word, swap_words, change_lines) * 2,
    *(odd_number, other_delimiter, other_encoding, other_content),
)


def zip_members(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """A zip file with members changed, gone, doubled, renamed to outside, larger than said, or a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(member.filename, archive.read(member)) for member in archive.infolist()]
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
        return content
    if not members:
        return content
    at = chance.randrange(len(members))
    name, data = members[at]
    match chance.randrange(8):
        case 0:
            del members[at]
        case 1:
            members[at] = (chance.choice(("../../evil.txt", "/etc/passwd", "C:\\evil", "", name.upper())), data)
        case 2:
            members.append((name, chance.choice(others)))
        case 3:
            members[at] = (name, bytes(chance.choice((2, 40)) * 1024 * 1024))
        case _:
            for _ in range(chance.randint(1, 3)):
                data = chance.choice(PLAIN)(chance, data, others)
            members[at] = (name, data)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, archive.compression)
    return packed.getvalue()


def gzip_content(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    try:
        data = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return content
    return gzip.compress(chance.choice(PLAIN)(chance, data, others), compresslevel=1)


def mutate(chance: random.Random, content: bytes, others: Sequence[bytes], further: Sequence[Mutator] = ()) -> bytes:
    """The content after one to four changes; packed files are mostly changed inside."""
    packed = {b"PK": zip_members, b"\x1f\x8b": gzip_content}.get(content[:2])
    for _ in range(chance.choice((1, 1, 1, 2, 2, 4))):
        if packed is not None and chance.random() < 0.8:
            content = packed(chance, content, others)
        elif further and chance.random() < 0.5:
            content = chance.choice(further)(chance, content, others)
        else:
            content = chance.choice(PLAIN)(chance, content, others)
    return content


def _piece(chance: random.Random, content: bytes) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + chance.choice((1, 10, 200, len(content))))


def _replace_some(chance: random.Random, content: bytes, pattern: re.Pattern[bytes]) -> bytes:
    found = list(pattern.finditer(content))
    for place in sorted(chance.sample(found, min(len(found), chance.randint(1, 3))), key=lambda one: -one.start()):
        content = content[: place.start()] + chance.choice(ODD_VALUES) + content[place.end() :]
    return content
