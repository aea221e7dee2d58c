"""Texts of a market that were compared with each other, and what was found."""

import sqlalchemy as sa
from alembic import op

revision = "0010_relate"
down_revision = "0009"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "compared_texts",
        sa.Column("market", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("market", "text", name="pk_compared_texts"),
    )
    op.create_table(
        "comparisons",
        sa.Column("market", sa.Text(), nullable=False),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("market", "one", "other", name="pk_comparisons"),
    )
    op.create_index("ix_comparisons_other", "comparisons", ["other"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("comparisons")
    op.drop_table("compared_texts")
