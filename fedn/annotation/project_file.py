"""project.toml: what marks a folder as a project, its name, schema and vocabularies; and safe replacing of files."""

from __future__ import annotations

import contextlib
import os
import tempfile
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomli_w

from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import DamagedError, FormatError, ProjectError

FILE_NAME = "project.toml"
DATABASE_NAME = "project.sqlite"
SCHEMA = 2
_SMALLEST_BYTES = 512


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """The content of project.toml.

    Attributes:
        vocabularies: at least one; the first is that of tiers that name none.
        database: path of the database from the project's folder.
        edit: number of the last edit that the vocabularies are as of. Where the database has later ones, the program
            was killed between writing the one and the other.
        schema: as it was read; always written as `SCHEMA`.
        created: when the project was made.
    """

    name: str
    vocabularies: tuple[Vocabulary, ...]
    database: str = DATABASE_NAME
    edit: int = 0
    schema: int = SCHEMA
    created: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))


def write_project_file(folder: Path, content: ProjectFile) -> None:
    """Writes project.toml whole or not at all.

    Raises:
        OSError: if the folder cannot be written to.
    """
    document = {
        "name": content.name,
        "schema": SCHEMA,
        "database": content.database,
        "created": content.created,
        "edit": content.edit,
        "vocabularies": [vocabulary.to_dict() for vocabulary in content.vocabularies],
    }
    write_whole(folder / FILE_NAME, tomli_w.dumps(document).encode())


def read_project_file(folder: Path) -> ProjectFile:
    """Reads project.toml.

    Raises:
        DamagedError: if the file is damaged, or has been lost.
        ProjectError: if the folder is not a project, or one of a newer program.
    """
    path = folder / FILE_NAME
    if not path.exists():
        if (folder / DATABASE_NAME).exists():
            raise DamagedError(f"{folder} has lost its {FILE_NAME}; {way_back(folder)}")
        missing = f"{folder} is not a project: it holds no {FILE_NAME}" if folder.is_dir() else f"there is no {folder}"
        raise ProjectError(f"{missing}; choose a project's folder or create a project there")
    try:
        return parse_project_file(path)
    except FormatError as error:
        raise DamagedError(f"{error}; correct the file, or {way_back(folder)}") from error


def parse_project_file(path: Path) -> ProjectFile:
    """Reads a project.toml or a copy of one.

    Raises:
        FormatError: if it is not what `write_project_file` has written or a person may have changed.
        ProjectError: if it is one of a newer program.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        schema = document["schema"]
        if isinstance(schema, int) and schema > SCHEMA:
            raise newer_program_needed(path.parent)
        if not isinstance(schema, int) or schema < 1 or not isinstance(document["created"], datetime):
            raise ValueError("its schema is not a number from 1 on, or created no date")
        return ProjectFile(
            str(document["name"]),
            _vocabularies(document["vocabularies"] if schema > 1 else [document["vocabulary"]], path),
            str(document["database"]),
            int(document.get("edit", 0)),
            schema,
            document["created"],
        )
    except KeyError as error:
        raise FormatError(f"{path} does not say its {error}") from error
    except (OSError, ValueError, TypeError) as error:
        raise FormatError(f"{path} cannot be read: {error}") from error


def _vocabularies(tables: list[dict[str, Any]], path: Path) -> tuple[Vocabulary, ...]:
    vocabularies = tuple(Vocabulary.from_dict(table, str(path)) for table in tables)
    names = [vocabulary.name for vocabulary in vocabularies]
    if not names:
        raise FormatError(f"{path} has no vocabulary")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise FormatError(f"{path} has two vocabularies “{twice}”")
    return vocabularies


def existing_database(folder: Path, content: ProjectFile) -> Path:
    """Where the project's database lies.

    Raises:
        DamagedError: if it is not there, or too short to be one.
    """
    database = folder / content.database
    size = database.stat().st_size if database.is_file() else None
    # So short a file would be taken for a new database, and be made one.
    short = size is not None and size < _SMALLEST_BYTES
    state = "missing" if size is None else f"damaged: it has only {size} bytes" if short else ""
    if state:
        raise DamagedError(f"{database} is {state}; {way_back(folder)}")
    return database


def way_back(folder: Path) -> str:
    """What an error of a damaged project ends with."""
    return (
        f"“main.py project restore {folder}” brings back the newest sound copy from its folder backups "
        "and says what is then missing"
    )


def newer_program_needed(folder: Path) -> ProjectError:
    return ProjectError(
        f"the project {folder} was made by a newer version of FEDN Studio; install that version to open it"
    )


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file so that after a crash it holds either the old content or the new, never half.

    Raises:
        OSError: if it cannot be written; the old content is then still there.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def remove_unfinished(folder: Path) -> None:
    """What `write_project_file` leaves behind if it is killed. For the one writer of the project."""
    for path in folder.glob(f".{FILE_NAME}-*"):
        path.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
