"""Brings the database of an older program to this one's schema."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

_FOLDER = Path(__file__).parent


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Runs every revision that the database lacks, inside the transaction that the caller has begun.

    Raises:
        SQLAlchemyError: if one of them fails; the caller rolls back.
    """
    # Only here, because hardly any opening of a project needs it.
    from alembic.command import upgrade as run
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    run(config, revision)
