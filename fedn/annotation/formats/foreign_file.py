"""Files from elsewhere, opened with suspicion: bounded in size, never executed, never resolving anything outside."""

from __future__ import annotations

import gzip
import io
import json
import math
import re
import xml.etree.ElementTree as ET
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from fedn.annotation.project_file import write_whole
from fedn.errors import FormatError

LARGEST_BYTES = 512 * 1024 * 1024
LARGEST_DOCUMENT_BYTES = 64 * 1024 * 1024
"""Of JSON and XML, whose content takes many times that in memory."""
LARGEST_UNPACKED_BYTES = 1024 * 1024 * 1024
LARGEST_RATIO = 200
_FREE_BYTES = 16 * 1024 * 1024
_HALF_ESCAPES = re.compile(r"\\u[dD][89a-fA-F]")
_HALVES = re.compile("[\ud800-\udfff]")
_TEXT_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def read_bytes(path: Path, largest: int = LARGEST_BYTES) -> bytes:
    """The whole file.

    Raises:
        FormatError: if it is missing, unreadable or larger than `largest` bytes.
    """
    try:
        size = path.stat().st_size
        if size > largest:
            raise FormatError(f"{path} has {size / 1e6:.0f} MB, more than any label file; choose another file")
        return path.read_bytes()
    except FileNotFoundError:
        raise FormatError(f"there is no file {path}; check its name") from None
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror}); check the file and its permissions") from None


def read_text(path: Path, largest: int = LARGEST_BYTES) -> str:
    """The file as text: UTF-8, or UTF-16 where its first bytes say so.

    Raises:
        FormatError: as `read_bytes`, or if it is not text.
    """
    return decode_text(read_bytes(path, largest), path)


def decode_text(content: bytes, path: Path) -> str:
    """What `read_text` does with the content of a file.

    Raises:
        FormatError: if it is not text.
    """
    encoding = next((name for mark, name in _TEXT_MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise FormatError(f"{path} is not UTF-8 text; save it as UTF-8") from None
    if "\0" in text:
        raise FormatError(f"{path} is not a text file; choose the file with the labels")
    return text


def read_gzip(path: Path, largest: int = LARGEST_DOCUMENT_BYTES) -> bytes:
    """The unpacked content of a gzip file.

    Raises:
        FormatError: as `read_bytes`, or if it is damaged or unpacks to more than `largest` bytes.
    """
    packed = read_bytes(path, largest)
    try:
        with gzip.open(io.BytesIO(packed)) as stream:
            content = stream.read(largest + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FormatError(f"{path} is not a gzip file or is damaged ({error}); export it again") from None
    if len(content) > largest:
        raise FormatError(f"{path} would unpack to more than {largest / 1e6:.0f} MB; it is not a label file")
    return content


def parse_json(path: Path, *, mend_halves: bool = False) -> Any:
    """The file as JSON; NaN and infinities are refused. Half letters as in `parse_json_text`.

    Raises:
        FormatError: as `read_text`, or if it is not JSON.
    """
    return parse_json_text(read_text(path, LARGEST_DOCUMENT_BYTES), path, mend_halves=mend_halves)


def parse_json_text(text: str, path: Path, *, nan_as_none: bool = False, mend_halves: bool = False) -> Any:
    """The text of a file as JSON; NaN and infinities are refused, or None where a program is known to write them.

    Args:
        mend_halves: escapes that are half a letter, which nothing could write again, become the sign for an unknown
            letter; else they are left to the caller.

    Raises:
        FormatError: if it is not JSON.
    """
    constant = (lambda _: None) if nan_as_none else _refuse_constant
    try:
        document = json.loads(text, parse_constant=constant, parse_float=_finite)
        if mend_halves and _HALF_ESCAPES.search(text):
            whole = _HALVES.sub("\ufffd", json.dumps(document, ensure_ascii=False))
            document = json.loads(whole)
        return document
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise FormatError(f"{path} is not JSON ({reason}); choose another file or export it again") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def parse_xml(path: Path) -> ET.Element:
    """The root of an XML file. Document type declarations are refused: no entity is ever expanded.

    Raises:
        FormatError: as `read_bytes`, or if it is not XML or declares entities.
    """
    content = read_bytes(path, LARGEST_DOCUMENT_BYTES)
    head = content.replace(b"\0", b"")  # UTF-16 hides nothing
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", head, re.IGNORECASE):
        raise FormatError(f"{path} declares entities of its own, which this program does not expand; export it again")
    try:
        return ET.fromstring(content)
    except (ET.ParseError, ValueError, LookupError, RecursionError) as error:
        raise FormatError(f"{path} is not XML ({error}); choose another file or export it again") from None


def open_zip(path: Path) -> zipfile.ZipFile:
    """A zip file whose members are safe to read: bounded in size when unpacked, and inside of it by name.

    Raises:
        FormatError: if it is no zip file, unpacks to far more than it should, or names a place outside.
    """
    read_bytes(path)
    try:
        archive = zipfile.ZipFile(path)
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise FormatError(f"{path} is not a zip file ({error}); choose another file or export it again") from None
    unpacked = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    if unpacked > LARGEST_UNPACKED_BYTES or (unpacked > _FREE_BYTES and unpacked > LARGEST_RATIO * packed):
        archive.close()
        raise FormatError(f"{path} would unpack to {unpacked / 1e6:.0f} MB; it is not a label file")
    for member in members:
        if not is_inside(member.filename):
            archive.close()
            raise FormatError(f"{path} holds “{member.filename}”, a place outside of it; it is not a label file")
    return archive


def read_member(archive: zipfile.ZipFile, name: str, path: Path, largest: int = LARGEST_UNPACKED_BYTES) -> bytes:
    """One member of `open_zip(path)`, never more than the file says it has.

    Raises:
        FormatError: if it is missing, damaged or larger than `largest` bytes.
    """
    try:
        info = archive.getinfo(name)
        if info.file_size > largest:
            raise FormatError(f"“{name}” in {path} has {info.file_size / 1e6:.0f} MB; it is not a label file")
        with archive.open(info) as stream:
            content = stream.read(info.file_size + 1)
    except KeyError:
        raise FormatError(f"{path} has no “{name}”; it is not the kind of file it should be") from None
    except FormatError:
        raise
    except Exception as error:  # Damaged members fail in as many ways as there are compressors.
        raise FormatError(f"“{name}” in {path} is damaged ({error}); export it again") from None
    if len(content) > info.file_size:
        raise FormatError(f"“{name}” in {path} unpacks to more than it says; it is not a label file")
    return content


def is_inside(name: str) -> bool:
    """Whether a path in a foreign file stays below the folder it starts from."""
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and not re.match(r"[A-Za-z]:", name)


def write_foreign(path: Path, content: bytes) -> None:
    """Writes a file for another program, whole or not at all.

    Raises:
        FormatError: if it cannot be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise FormatError(f"{path} cannot be written ({error.strerror}); choose another folder") from error
