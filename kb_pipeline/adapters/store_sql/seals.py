"""The rows that the audit trail vouches for, and the digest of each, taken from what stands in the database, byte by byte.

A column without a value does not count, so that a later migration may add one. See docs/adr/0024.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import event, inspect, select, tuple_, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from kb_pipeline.adapters.store_sql.engine import BATCH
from kb_pipeline.adapters.store_sql.schema import Base, ChangeRow, DecisionRow, EntryRow, MemoryUnitRow, RevisionRow
from kb_pipeline.adapters.store_sql.schema_serving import (
    ApiKeyRow,
    ConflictRow,
    HoldRow,
    LiveRow,
    ReleaseRow,
    SessionRow,
    UserRow,
    WithdrawnTextRow,
)
from kb_pipeline.domain.audit import Seals

# Each table with the columns that name a row of it. The items of a release are vouched for by its manifest's hash.
SEALED_TABLES: dict[type[Base], tuple[str, ...]] = {
    RevisionRow: ("id",),
    EntryRow: ("id",),
    ChangeRow: ("id",),
    DecisionRow: ("change_id", "seen_version"),
    ReleaseRow: ("market", "number"),
    LiveRow: ("market",),
    WithdrawnTextRow: ("revision_id",),
    HoldRow: ("market",),
    ConflictRow: ("first_revision", "second_revision"),
    UserRow: ("key",),
    SessionRow: ("token_hash",),
    ApiKeyRow: ("id",),
    MemoryUnitRow: ("id",),
}
_DIGITS = 40  # 160 bits of SHA-256
_Identity = tuple[Any, ...]


class Touched:
    """The sealed rows that one transaction writes, with the digest that each had before."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: dict[type[Base], dict[_Identity, tuple[str, str] | None]] = {}
        event.listen(session, "before_flush", self._note_changed)
        event.listen(session, "after_flush", self._note_new)

    def seals(self) -> Seals:
        """All of them with their digests before and now; what did not change is left out."""
        seals: dict[str, tuple[str | None, str | None]] = {}
        for table, before in self._before.items():
            now = dict(rows_by_identity(self._session, table, before.keys()))
            for identity in before.keys() | now.keys():
                was, is_ = before.get(identity), now.get(identity)
                name, digests = (was or is_ or ("",))[0], (was[1] if was else None, is_[1] if is_ else None)
                if digests[0] != digests[1]:
                    seals[name] = digests
        return dict(sorted(seals.items()))

    def _note_changed(self, session: Session, *_: object) -> None:
        """Before they are written: the rows that will be changed or deleted, as they stand in the database."""
        changed = [*(row for row in session.dirty if session.is_modified(row)), *session.deleted]
        for table in SEALED_TABLES:
            known = self._before.get(table, {})
            fresh = {tuple(inspect(row).identity or ()) for row in changed if type(row) is table} - known.keys()
            if fresh:
                found = dict(rows_by_identity(session, table, fresh))
                self._before.setdefault(table, {}).update({identity: found.get(identity) for identity in fresh})

    def _note_new(self, session: Session, *_: object) -> None:
        for row in session.new:
            if type(row) in SEALED_TABLES:
                identity = tuple(inspect(type(row)).primary_key_from_instance(row))
                self._before.setdefault(type(row), {}).setdefault(identity, None)


def rows_by_identity(
    session: Session, table: type[Base], identities: Collection[_Identity]
) -> Iterator[tuple[_Identity, tuple[str, str]]]:
    """The name and digest of these rows, by primary key."""
    keys, wanted = inspect(table).primary_key, list(identities)
    for start in range(0, len(wanted), BATCH // len(keys)):
        some = wanted[start : start + BATCH // len(keys)]
        is_one = keys[0].in_([id_[0] for id_ in some]) if len(keys) == 1 else tuple_(*keys).in_(some)
        for row in session.execute(_raw(table).where(is_one)).mappings():
            yield tuple(row[key.name] for key in keys), _sealed(table, dict(row))


def sealed_rows(session: Session, table: type[Base]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every row's name, digest, and columns as they stand in the database."""
    for found in session.execute(_raw(table).execution_options(yield_per=1000)).mappings():
        row = dict(found)
        yield *_sealed(table, row), row


def all_seals(session: Session) -> Seals:
    """Every row of every sealed table, as if it had just been written."""
    return {name: (None, digest) for table in SEALED_TABLES for name, digest, _ in sealed_rows(session, table)}


@cache
def _raw(table: type[Base]) -> Any:  # noqa: ANN401 - a select of all columns
    """The columns as the driver gives them: what was tampered with need not be readable."""
    return select(*(type_coerce(column, NullType()).label(column.name) for column in table.__table__.columns))


def _sealed(table: type[Base], row: Mapping[str, Any]) -> tuple[str, str]:
    name = "/".join((table.__tablename__, *(str(row[column]) for column in SEALED_TABLES[table])))
    held = {column: value for column, value in row.items() if value is not None}
    return name, hashlib.sha256(_ENCODER.encode([name, held]).encode()).hexdigest()[:_DIGITS]


def _plain(value: object) -> str:
    """What JSON has no form for: a time, as a server gives it, in UTC; bytes."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else repr(value)


_ENCODER = json.JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":"))
