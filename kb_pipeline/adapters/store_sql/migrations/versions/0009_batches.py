"""Batches of model calls, and the provider's lines on them."""

import sqlalchemy as sa
from alembic import op

from kb_pipeline.adapters.store_sql.columns import Utc

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "batches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_table(
        "batched_calls",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batched_calls_batch_id_batches"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_batched_calls"),
    )
    op.create_index("ix_batched_calls_batch_id", "batched_calls", ["batch_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("batched_calls")
    op.drop_table("batches")
