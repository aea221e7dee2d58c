"""Serving: releases and the pointer to the live ones, users, sessions, API keys, the query log and its feedback."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = (  # in the order in which they may be created
    "releases",
    "release_items",
    "live_releases",
    "users",
    "sessions",
    "api_keys",
    "queries",
    "feedback",
)


def upgrade() -> None:
    """Create the tables."""
    _releases()
    _accounts()
    _queries()


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(24), nullable=False)


def _int(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=null)


def _float(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float(), nullable=False)


def _bool(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _json(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _foreign(table: str, columns: tuple[str, ...], targets: tuple[str, ...]) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(columns, targets, name=f"fk_{table}_{'_'.join(columns)}")


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])


def _releases() -> None:
    release = (("market", "number"), ("releases.market", "releases.number"))
    op.create_table(
        "releases",
        _text("market"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _words("state"),
        _int("entries"),
        *map(_text, ("manifest_hash", "embedder")),
        _int("base", null=True),
        *map(_text, ("note", "actor", "reason")),
        _json("report", null=True),
        _time("created_at"),
        _time("live_at", null=True),
        _key("releases", "market", "number"),
    )
    op.create_table(
        "release_items",
        _text("market"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *map(_text, ("entry_id", "revision_id", "text_hash")),
        *map(_json, ("topics", "markets")),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("valid_from", "valid_until")),
        _key("release_items", "market", "number", "entry_id"),
        _foreign("release_items", *release),
        _foreign("release_items", ("entry_id",), ("entries.id",)),
        _foreign("release_items", ("revision_id",), ("revisions.id",)),
    )
    op.create_table(
        "live_releases",
        _text("market"),
        _int("number"),
        _key("live_releases", "market"),
        _foreign("live_releases", *release),
    )


def _accounts() -> None:
    op.create_table(
        "users",
        *map(_text, ("key", "name")),
        _words("role"),
        _json("markets"),
        _bool("disabled"),
        _text("password_hash"),
        _time("created_at"),
        _key("users", "key"),
    )
    op.create_table(
        "sessions",
        *map(_text, ("token_hash", "user_key", "csrf")),
        *map(_time, ("created_at", "expires_at")),
        _key("sessions", "token_hash"),
        _foreign("sessions", ("user_key",), ("users.key",)),
    )
    _index("sessions", "user_key")
    _index("sessions", "expires_at")
    op.create_table(
        "api_keys",
        *map(_text, ("id", "name")),
        _json("markets"),
        _text("secret_hash"),
        _time("created_at"),
        _time("revoked_at", null=True),
        _key("api_keys", "id"),
    )


def _queries() -> None:
    op.create_table(
        "queries",
        _text("request_id"),
        _time("at"),
        *map(_text, ("market", "text", "client")),
        _text("release", null=True),
        _int("level"),
        _json("entry_ids"),
        _float("confidence"),
        _bool("abstained"),
        _text("reason"),
        _float("seconds"),
        _key("queries", "request_id"),
    )
    _index("queries", "at")
    op.create_table(
        "feedback",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        _text("request_id"),
        _words("outcome"),
        _int("score", null=True),
        _text("comment"),
        _time("at"),
        _key("feedback", "position"),
        _foreign("feedback", ("request_id",), ("queries.request_id",)),
    )
    _index("feedback", "request_id")
