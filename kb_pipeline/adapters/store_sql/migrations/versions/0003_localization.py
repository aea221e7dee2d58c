"""Localization: the translation memory's imported units, and each change's quality estimate."""

import sqlalchemy as sa
from alembic import op

from kb_pipeline.adapters.store_sql.columns import Utc

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table and the column."""
    text = sa.Text
    op.create_table(
        "memory_units",
        sa.Column("id", text(), nullable=False),
        sa.Column("market", text(), nullable=False),
        sa.Column("source_language", text(), nullable=False),
        sa.Column("source", text(), nullable=False),
        sa.Column("target", text(), nullable=False),
        sa.Column("origin", text(), nullable=False),
        sa.Column("actor", text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_memory_units"),
    )
    op.create_index("ix_memory_units_market", "memory_units", ["market"])
    with op.batch_alter_table("changes") as changes:
        changes.add_column(sa.Column("quality", sa.Float(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("changes") as changes:
        changes.drop_column("quality")
    op.drop_index("ix_memory_units_market", "memory_units")
    op.drop_table("memory_units")
