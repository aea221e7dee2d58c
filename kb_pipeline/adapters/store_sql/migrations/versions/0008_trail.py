"""Audit events say which rows they stand for, and which key they are hashed with.

Events from before have neither; the first event after this one vouches for every row as it is found then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("events", sa.Column("rows", sa.JSON(), nullable=True))
    op.add_column("events", sa.Column("key", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("events", "key")
    op.drop_column("events", "rows")
