"""Replies that were no answers, and items that wait for another try."""

import sqlalchemy as sa
from alembic import op

from kb_pipeline.adapters.store_sql.columns import Utc

revision = "0006"
down_revision = "0005"


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    """Add both tables. Stored replies that are no answers move when they are asked for: only then their form is known."""
    op.create_table(
        "unusable_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        *_texts("fingerprint", "prompt", "model", "response", "problem"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("prompt_tokens", "completion_tokens")),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unusable_replies"),
    )
    op.create_index("ix_unusable_replies_fingerprint", "unusable_replies", ["fingerprint"])
    op.create_table(
        "failed_items",
        *_texts("id", "stage", "item"),
        sa.Column("runs", sa.Integer(), nullable=False),
        *_texts("code", "message", "remedy"),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failed_items"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("failed_items")
    op.drop_index("ix_unusable_replies_fingerprint", "unusable_replies")
    op.drop_table("unusable_replies")
