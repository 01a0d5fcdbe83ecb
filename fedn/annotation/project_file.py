"""project.toml: what marks a folder as a project, its name, schema and vocabulary; and safe replacing of files."""

from __future__ import annotations

import contextlib
import os
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import tomli_w

from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import FormatError, ProjectError

FILE_NAME = "project.toml"
DATABASE_NAME = "project.sqlite"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """The content of project.toml. `database` is the database's path from the project's folder."""

    name: str
    vocabulary: Vocabulary
    database: str = DATABASE_NAME


def write_project_file(folder: Path, content: ProjectFile) -> None:
    """Writes project.toml whole or not at all.

    Raises:
        OSError: if the folder cannot be written to.
    """
    document = {
        "name": content.name,
        "schema": SCHEMA,
        "database": content.database,
        "created": datetime.now(UTC).replace(microsecond=0),
        "vocabulary": content.vocabulary.to_dict(),
    }
    write_whole(folder / FILE_NAME, tomli_w.dumps(document).encode())


def read_project_file(folder: Path) -> ProjectFile:
    """Reads project.toml.

    Raises:
        ProjectError: if the folder is not a project, or one of a newer program.
    """
    path = folder / FILE_NAME
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        missing = f"{folder} is not a project: it holds no {FILE_NAME}" if folder.is_dir() else f"there is no {folder}"
        raise ProjectError(f"{missing}; choose a project's folder or create a project there") from error
    except (OSError, ValueError) as error:
        raise ProjectError(f"{path} cannot be read: {error}") from error
    schema = document.get("schema")
    if not isinstance(schema, int) or schema < 1:
        raise ProjectError(f"{path} states no schema number; it is not a project file of this program")
    if schema > SCHEMA:
        raise newer_program_needed(folder)
    try:
        vocabulary = Vocabulary.from_dict(document["vocabulary"], str(path))
        return ProjectFile(str(document["name"]), vocabulary, str(document["database"]))
    except KeyError as error:
        raise ProjectError(f"{path} does not say its {error}; restore the file from a copy") from error
    except FormatError as error:
        raise ProjectError(str(error)) from error


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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
