"""Action units, a vocabulary for each tier, chosen faces, subjects, rejected predictions, what each edit changed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _references(column: str) -> sa.ForeignKey:
    return sa.ForeignKey(column, deferrable=True, initially="DEFERRED")


def upgrade() -> None:
    op.add_column("videos", sa.Column("face", sa.Text))
    op.add_column("tiers", sa.Column("vocabulary", sa.Text, nullable=False, server_default=""))
    op.add_column("events", sa.Column("action_units", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "subjects",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "rejected",
        sa.Column("event_id", sa.Text, _references("events.id"), primary_key=True),
        sa.Column("tier_id", sa.Text, _references("tiers.id"), nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("edit", sa.Integer, _references("history.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("row_id", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
    )
    op.create_index("ix_changes_row", "changes", ["kind", "row_id", "edit"], unique=True)
    op.create_table(
        "vocabularies",
        sa.Column("edit", sa.Integer, _references("history.id"), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
    )
