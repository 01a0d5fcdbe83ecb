"""Who has worked on a project: how many edits, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from fedn.annotation.database import reading
from fedn.annotation.project_file import existing_database, read_project_file
from fedn.annotation.schema import history


@dataclass(frozen=True, slots=True)
class Contribution:
    """Of one person.

    Attributes:
        who: the annotator, "" for edits under no name.
        edits: how many, undone ones and what undid them included.
        first_utc, last_utc: when, in ISO 8601.
    """

    who: str
    edits: int
    first_utc: str
    last_utc: str


def read_contributions(folder: Path) -> tuple[Contribution, ...]:
    """Those of everybody in the project's history, in the order in which they began. Changes nothing.

    Raises:
        ProjectError: if it is not a project, is damaged, or comes from a newer program.
    """
    began, ended = func.min(history.c.time_utc), func.max(history.c.time_utc)
    query = select(history.c.who, func.count(), began, ended).group_by(history.c.who).order_by(began)
    with reading(folder, existing_database(folder, read_project_file(folder))) as connection:
        return tuple(Contribution(*row) for row in connection.execute(query))
