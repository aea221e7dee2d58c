"""What each run took of the language model, and the leases of model calls."""

import sqlalchemy as sa
from alembic import op

from kb_pipeline.adapters.store_sql.columns import Utc

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "run_usage",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), nullable=False),
        sa.Column("completion_tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_run_usage"),
    )
    op.create_table(
        "call_leases",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_call_leases"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("call_leases")
    op.drop_table("run_usage")
