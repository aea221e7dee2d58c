"""Each change carries the similarity of meaning that was measured when its text was drafted."""

import json

import sqlalchemy as sa
from alembic import op

from kb_pipeline.domain.faqs import Revision

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; a change whose text is still its draft's takes the draft's value."""
    with op.batch_alter_table("changes") as changes:
        changes.add_column(sa.Column("similarity", sa.Float(), nullable=True))
    connection = op.get_bind()
    for (value,) in connection.execute(sa.text("SELECT value FROM drafts")).fetchall():
        draft = json.loads(value) if isinstance(value, str) else value
        if draft.get("similarity") is None:
            continue
        drafted = Revision.model_validate(draft["revision"])
        connection.execute(
            sa.text("UPDATE changes SET similarity = :similarity WHERE entry_id = :entry AND revision_id = :revision"),
            {"similarity": draft["similarity"], "entry": drafted.entry_id, "revision": drafted.id},
        )


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("changes") as changes:
        changes.drop_column("similarity")
