"""Who is filmed, as far as a study describes them."""

from __future__ import annotations

from dataclasses import dataclass

from fedn.errors import EditError


@dataclass(frozen=True, slots=True)
class Subject:
    """A filmed person; most have no more than the name that their videos give.

    Attributes:
        name: as in `Video.subject`.
        group: of the study, such as "control"; "" for none.
        note: anything else.

    Raises:
        EditError: if there is no name.
    """

    name: str
    group: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise EditError("a subject has no name; give every filmed person one")
