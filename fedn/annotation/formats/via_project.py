"""Projects of the VGG Image Annotator, version 3, as plain segments: the JSON of a project and the CSV export."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any
from urllib.parse import unquote, urlsplit

from fedn.annotation.formats.foreign_file import LARGEST_DOCUMENT_BYTES, parse_json, parse_json_text, read_text
from fedn.annotation.formats.table import split_rows
from fedn.errors import FormatError

CSV_HEADER = "# CSV_HEADER = "
"""A line of comment that names the columns."""
_OPTIONS = (2, 3, 4, 5)
"""Types of attributes whose values are ids of options: checkbox, radio, select, image. Type 1 is a text."""
_CHECKBOX = 2


@dataclass(frozen=True, slots=True)
class ViaSegment:
    """Metadata of a file.

    Attributes:
        place: where it is, for remarks.
        file: name or address of the file, as it stands there.
        times_s: none for the whole file, one for a moment, two for a segment.
        is_region: it is about a region of the picture.
        values: by the attribute's name; of options their texts.
    """

    place: str
    file: str
    times_s: tuple[float, ...]
    is_region: bool
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ViaProject:
    """`files` are names or addresses, also of files without metadata."""

    files: tuple[str, ...]
    segments: tuple[ViaSegment, ...]


def parse_via_json(path: Path) -> ViaProject:
    """Reads a project.

    Raises:
        FormatError: if it is missing, not a project of VIA 3, or refers to what is not there.
    """
    document = parse_json(path, mend_halves=True)
    parts = ("attribute", "file", "view", "metadata")
    if not isinstance(document, dict) or not all(isinstance(document.get(part), dict) for part in parts):
        raise FormatError(f"{path} is not a project of VIA 3; export it again as a JSON project")
    attributes, files, views, metadata = (document[part] for part in parts)
    segments = []
    for own_id, content in metadata.items():
        where = f"{path}, metadata “{own_id}”"
        if not isinstance(content, dict) or not isinstance(content.get("av", {}), dict):
            raise FormatError(f"{where} is not what VIA writes; export the project again")
        view = views.get(str(content.get("vid")))
        fids = view.get("fid_list") if isinstance(view, dict) else None
        file = files.get(str(fids[0])) if isinstance(fids, list) and fids else None
        if not isinstance(file, dict):
            raise FormatError(f"{where} refers to a file that is not there; export the project again")
        segments.append(
            ViaSegment(
                f"metadata “{own_id}”",
                _file_name(file),
                _times(content.get("z"), where),
                bool(content.get("xy")),
                dict(_value(name, value, attributes) for name, value in content.get("av", {}).items()),
            )
        )
    return ViaProject(tuple(_file_name(own) for own in files.values() if isinstance(own, dict)), tuple(segments))


def parse_via_csv(path: Path) -> ViaProject:
    """Reads an export of temporal segments as CSV, of either of VIA's forms.

    Raises:
        FormatError: if it is missing, not such a table, or a row cannot be read; it names the row.
    """
    text = read_text(path, LARGEST_DOCUMENT_BYTES)
    lines = text.split("\n")
    header = next((line for line in lines if line.startswith(CSV_HEADER)), "")
    names = [name.strip() for name in header.removeprefix(CSV_HEADER).split(",")]
    first = next((place for place, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    rows = split_rows(path, "\n".join(lines[first:]), ",")
    if not header and rows:
        names, rows = list(rows[0].cells), rows[1:]
    if not {"file_list", "metadata"} <= set(names):
        raise FormatError(f"{path} is not a table of VIA 3: it does not name its columns; export it again")
    segments = []
    for row in rows:
        values = dict(zip(names, row.cells, strict=False))
        where = f"{path}, row {row.number + first}"
        files = _json(values.get("file_list", ""), where)
        listed = isinstance(files, list) and bool(files)
        said = _json(values.get("metadata", ""), where)
        if not isinstance(said, dict) or not (listed or isinstance(files, str)):
            raise FormatError(f"{where} does not say which file it is about; export the table again")
        if "temporal_coordinates" in values:
            times = _json(values["temporal_coordinates"], where)
        else:
            times = [values.get(f"temporal_segment_{end}", "") for end in ("start", "end")]
        region = values.get("spatial_coordinates", "")
        segments.append(
            ViaSegment(
                f"row {row.number + first}",
                str(files[0] if listed else files),
                _times(times, where),
                region not in ("", "[]"),
                {str(name): _plain(value) for name, value in said.items()},
            )
        )
    return ViaProject(tuple(dict.fromkeys(own.file for own in segments)), tuple(segments))


def base_name(file: str) -> str:
    """The file's own name, of a path or an address."""
    if re.match(r"https?://", file):
        try:
            file = unquote(urlsplit(file).path)
        except ValueError:
            return file
    return PureWindowsPath(file).name


def _file_name(file: Mapping[str, Any]) -> str:
    name, source = _plain(file.get("fname", "")), _plain(file.get("src", ""))
    return source if source and base_name(source) == base_name(name) else name


def _value(own_id: str, value: Any, attributes: Mapping[str, Any]) -> tuple[str, str]:
    attribute = attributes.get(own_id)
    if not isinstance(attribute, dict):
        return own_id, _plain(value)
    options, text = attribute.get("options"), _plain(value)
    if attribute.get("type") in _OPTIONS and isinstance(options, dict):
        chosen = text.split(",") if attribute["type"] == _CHECKBOX else [text]
        text = ", ".join(_plain(options.get(own, own)) for own in chosen)
    return _plain(attribute.get("aname", "")) or own_id, text


def _times(value: Any, where: str) -> tuple[float, ...]:
    if value in (None, ["", ""]):
        return ()
    if not isinstance(value, list):
        raise FormatError(f"{where}: “{str(value)[:40]}” are not times; export it again")
    times = []
    for own in value:
        try:
            time_s = float(own) if isinstance(own, (int, float, str)) and not isinstance(own, bool) else math.nan
        except (ValueError, OverflowError):
            time_s = math.nan
        if not math.isfinite(time_s):
            raise FormatError(f"{where}: “{str(own)[:40]}” is not a time; export it again")
        times.append(time_s)
    return tuple(times)


def _json(text: str, where: str) -> Any:
    try:
        return parse_json_text(text, Path(where), mend_halves=True)
    except FormatError:
        raise FormatError(f"{where}: “{text[:40]}” is not what VIA writes; export the table again") from None


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)[:1000]
