"""The first schema: articles, FAQs, model calls, vectors, entries, changes, decisions and the audit trail."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = (  # in the order in which they may be created
    "articles",
    "sentences",
    "chunks",
    "quarantine",
    "source_faqs",
    "seen_sentences",
    "drafts",
    "model_calls",
    "vectors",
    "revisions",
    "entries",
    "changes",
    "decisions",
    "events",
    "audit_head",
)


def upgrade() -> None:
    """Create the tables and the audit trail's empty head."""
    _articles()
    _faqs()
    _models()
    _entries()
    _changes()
    _audit()


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(24), nullable=False)


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _json(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=null)


def _time(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])


def _articles() -> None:
    op.create_table(
        "articles",
        *map(_text, ("id", "language", "title", "body", "path", "content_hash")),
        _json("front_matter"),
        _text("stored_hash"),
        sa.Column("removed", sa.Boolean(), nullable=False),
        _time("created_at"),
        _time("updated_at"),
        _key("articles", "id"),
    )
    for table, position, identity in (("sentences", "ordinal", "hash"), ("chunks", "position", "chunk_id")):
        op.create_table(
            table,
            _text("article_id"),
            _int(position),
            _text(identity),
            _json("value"),
            _key(table, "article_id", position),
            _foreign(table, "article_id", "articles.id"),
        )
    op.create_table("quarantine", _int("position"), _json("value"), _key("quarantine", "position"))


def _faqs() -> None:
    op.create_table(
        "source_faqs",
        _text("id"),
        _int("revision"),
        _text("article_id"),
        sa.Column("retired", sa.Boolean(), nullable=False),
        _json("value"),
        _time("created_at"),
        _key("source_faqs", "id", "revision"),
    )
    _index("source_faqs", "article_id")
    op.create_table("seen_sentences", _text("article_id"), _text("hash"), _key("seen_sentences", "article_id", "hash"))
    op.create_table(
        "drafts",
        _text("market"),
        _text("source_faq_id"),
        _json("value"),
        _time("created_at"),
        _key("drafts", "market", "source_faq_id"),
    )


def _models() -> None:
    op.create_table(
        "model_calls",
        *map(_text, ("fingerprint", "prompt", "model", "response")),
        _int("prompt_tokens"),
        _int("completion_tokens"),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        _time("created_at"),
        _key("model_calls", "fingerprint"),
    )
    op.create_table(
        "vectors",
        *map(_text, ("embedder", "role", "hash")),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        _key("vectors", "embedder", "role", "hash"),
    )


def _entries() -> None:
    op.create_table(
        "revisions",
        *map(_text, ("id", "entry_id", "market", "language")),
        *map(_json, ("text", "citations", "provenance")),
        _time("created_at"),
        _key("revisions", "id"),
    )
    _index("revisions", "entry_id")
    op.create_table(
        "entries",
        *map(_text, ("id", "market", "language")),
        _text("source_faq_id", null=True),
        _words("state"),
        _text("approved_revision_id", null=True),
        _text("imported_revision_id", null=True),
        _int("source_revision"),
        _words("origin"),
        _time("created_at"),
        _key("entries", "id"),
        _foreign("entries", "approved_revision_id", "revisions.id"),
        _foreign("entries", "imported_revision_id", "revisions.id"),
    )
    _index("entries", "market")
    _index("entries", "source_faq_id")


def _changes() -> None:
    optional = ("revision_id", "proposed_revision_id", "base_revision_id", "source_faq_id")
    op.create_table(
        "changes",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        *map(_text, ("id", "market", "entry_id")),
        _words("kind"),
        *(_text(name, null=True) for name in optional),
        _int("generation"),
        _int("source_revision"),
        *map(_json, ("topics", "relation", "findings")),
        _words("risk"),
        _words("state"),
        _int("version"),
        _time("created_at"),
        _time("updated_at"),
        _key("changes", "position"),
        sa.UniqueConstraint("id", name="uq_changes_id"),
        _foreign("changes", "entry_id", "entries.id"),
        _foreign("changes", "revision_id", "revisions.id"),
        _foreign("changes", "proposed_revision_id", "revisions.id"),
    )
    for column in ("market", "entry_id", "state"):
        _index("changes", column)
    op.create_table(
        "decisions",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        _text("change_id"),
        _int("seen_version"),
        _text("actor"),
        _json("value"),
        _text("edited_revision_id", null=True),
        _json("result"),
        _time("at"),
        _key("decisions", "position"),
        sa.UniqueConstraint("change_id", "seen_version", name="uq_decisions_change_id_seen_version"),
        _foreign("decisions", "change_id", "changes.id"),
        _foreign("decisions", "edited_revision_id", "revisions.id"),
    )


def _audit() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        _time("at"),
        *map(_text, ("actor", "action", "subject")),
        *(_json(name, null=True) for name in ("before", "after")),
        *map(_text, ("prev_hash", "hash")),
        _key("events", "seq"),
    )
    _index("events", "subject")
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _text("hash"),
        _int("count"),
        _key("audit_head", "id"),
    )
    op.bulk_insert(head, [{"id": 1, "hash": "0" * 64, "count": 0}])
