"""Withdrawn texts, holds, conflicts between texts, and who proposed a change.

A market that was rolled back before is on hold: whoever rolled it back stands in the audit trail.
"""

import sqlalchemy as sa
from alembic import op

from kb_pipeline.adapters.store_sql.columns import Utc

revision = "0005"
down_revision = "0004"

_ROLLED_BACK = """
    SELECT live.market, live.number, MAX(later.number)
    FROM live_releases AS live
    JOIN releases AS later ON later.market = live.market AND later.number > live.number AND 'superseded' = later.state
    GROUP BY live.market, live.number
"""
_FLIP = "SELECT actor, at FROM events WHERE subject = :subject AND action = 'release.live' ORDER BY seq DESC LIMIT 1"
_HOLD = "INSERT INTO holds (market, actor, reason, at) VALUES (:market, :actor, :reason, :at)"


def upgrade() -> None:
    """Add tables and columns; hold what was rolled back."""
    text = sa.Text
    op.create_table(
        "withdrawn_texts",
        sa.Column("revision_id", text(), nullable=False),
        sa.Column("market", text(), nullable=False),
        sa.Column("entry_id", text(), nullable=False),
        sa.Column("actor", text(), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("revision_id", name="pk_withdrawn_texts"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_withdrawn_texts_revision_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_withdrawn_texts_entry_id"),
    )
    op.create_index("ix_withdrawn_texts_entry_id", "withdrawn_texts", ["entry_id"])
    op.create_table(
        "holds",
        sa.Column("market", text(), nullable=False),
        sa.Column("actor", text(), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("market", name="pk_holds"),
    )
    _create_conflicts()
    op.add_column("releases", sa.Column("compared", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("changes", sa.Column("proposed_by", text(), nullable=False, server_default=""))
    _hold_what_was_rolled_back()


def downgrade() -> None:
    """Drop them."""
    op.drop_column("changes", "proposed_by")
    op.drop_column("releases", "compared")
    op.drop_index("ix_conflicts_market", "conflicts")
    op.drop_table("conflicts")
    op.drop_table("holds")
    op.drop_index("ix_withdrawn_texts_entry_id", "withdrawn_texts")
    op.drop_table("withdrawn_texts")


def _create_conflicts() -> None:
    revisions, entries = ("first_revision", "second_revision"), ("first_entry", "second_entry")
    references = dict.fromkeys(revisions, "revisions.id") | dict.fromkeys(entries, "entries.id")
    words = ("market", "why", "settled_by", "holds", "comment")
    op.create_table(
        "conflicts",
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*revisions, *entries, *words)),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint(*revisions, name="pk_conflicts"),
        *(sa.ForeignKeyConstraint([name], [to], name=f"fk_conflicts_{name}") for name, to in references.items()),
    )
    op.create_index("ix_conflicts_market", "conflicts", ["market"])


def _hold_what_was_rolled_back() -> None:
    connection = op.get_bind()
    flip = sa.text(_FLIP).columns(at=Utc())
    hold = sa.text(_HOLD).bindparams(sa.bindparam("at", type_=Utc()))
    for market, live, undone in connection.execute(sa.text(_ROLLED_BACK)).fetchall():
        reason = f"rolled back from {market}/r{undone:04d}"
        for actor, at in connection.execute(flip, {"subject": f"{market}/r{live:04d}"}).fetchall():
            connection.execute(hold, {"market": market, "actor": actor, "reason": reason, "at": at})
