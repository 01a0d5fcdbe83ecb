"""Action units, a vocabulary for each tier, chosen faces, subjects, rejected predictions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


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
        sa.Column(
            "event_id",
            sa.Text,
            sa.ForeignKey("events.id", deferrable=True, initially="DEFERRED"),
            primary_key=True,
        ),
    )
