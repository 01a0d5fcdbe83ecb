"""The vocabularies of a project while it is edited, and those of the last edit if the program was killed after it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, insert, select

from fedn.annotation.changes import Change, VocabularyRow
from fedn.annotation.project_file import ProjectFile
from fedn.annotation.schema import vocabularies as table
from fedn.annotation.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class RankedVocabularies:
    """`rows` in the order of their ranks."""

    rows: tuple[VocabularyRow, ...]

    @classmethod
    def of(cls, vocabularies: Iterable[Vocabulary]) -> RankedVocabularies:
        """With the ranks that a project in memory gives them."""
        return cls(tuple(VocabularyRow(rank, vocabulary) for rank, vocabulary in enumerate(vocabularies)))

    @property
    def in_order(self) -> tuple[Vocabulary, ...]:
        return tuple(row.vocabulary for row in self.rows)

    def after(self, changes: Iterable[Change]) -> RankedVocabularies:
        """As the changes leave them; equal to these if they concern none."""
        rows: dict[str, object] = {row.id: row for row in self.rows}
        rows.update((change.id, change.after) for change in changes if isinstance(change.row, VocabularyRow))
        there = [row for row in rows.values() if isinstance(row, VocabularyRow)]
        return RankedVocabularies(tuple(sorted(there, key=lambda row: row.rank)))

    def write(self, connection: Connection, edit: int) -> None:
        """Into the transaction of the edit that made them, from where `latest` reads them."""
        content = json.dumps([vocabulary.to_dict() for vocabulary in self.in_order], ensure_ascii=False)
        connection.execute(delete(table))
        connection.execute(insert(table), {"edit": edit, "content": content})


def latest(content: ProjectFile, connection: Connection) -> ProjectFile:
    """The project file, with the vocabularies of a later edit if one did not get into it.

    Raises:
        ValueError, FormatError: if what the database says is no vocabulary.
    """
    row = connection.execute(select(table)).first()
    if row is None or row.edit <= content.edit:
        return content
    found = tuple(Vocabulary.from_dict(one, "the database") for one in json.loads(row.content))
    return replace(content, vocabularies=found, edit=row.edit)
