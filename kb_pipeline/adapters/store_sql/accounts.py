"""Users, sessions and API keys, as hashes only. Passwords and tokens are made and judged in services."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session as Writing
from sqlalchemy.orm import joinedload

from kb_pipeline.adapters.store_sql.audit import Journal
from kb_pipeline.adapters.store_sql.columns import now
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.schema_serving import ApiKeyRow, SessionRow, UserRow
from kb_pipeline.domain.accounts import ApiKey, Session, User
from kb_pipeline.domain.base import comparison_key
from kb_pipeline.errors import BlockedError, NotFoundError


class SqlAccounts(Part):
    """`ports.accounts.AccountStore`."""

    def save_user(self, user: User, password_hash: str | None, actor: str) -> None:
        """Add a user (who needs a password hash), or change role, markets, disabled and, if given, password.

        A disabled user, and one with a new password, loses all sessions. Raises BlockedError.
        """
        with self._db.write() as session:
            journal = Journal(session)
            row = session.get(UserRow, _key(user.name))
            if row is None and password_hash is None:
                raise BlockedError(f"the new user '{user.name}' has no password", "give one: kb user add NAME")
            before = _standing(row) if row else None
            row = row or UserRow(key=_key(user.name), name=user.name, created_at=user.created_at or now())
            row.role, row.markets, row.disabled = user.role, user.markets, user.disabled
            row.password_hash = password_hash or row.password_hash
            session.add(row)
            ended = user.disabled or password_hash is not None
            ended = ended and _forget(session, SessionRow.user_key == row.key) > 0
            after = _standing(row) | ({"new_password": True} if password_hash else {})
            if after != before or ended:
                journal.add(actor, "user.changed" if before else "user.added", f"user/{row.name}", before=before, after=after)

    def user(self, name: str) -> User | None:
        """The user of this name, compared without case."""
        with self._db.read() as session:
            row = session.get(UserRow, _key(name))
            return row.value() if row else None

    def users(self) -> Sequence[User]:
        """All users by name."""
        with self._db.read() as session:
            return [row.value() for row in session.scalars(select(UserRow).order_by(UserRow.key))]

    def password_hash(self, name: str) -> str | None:
        """The user's password hash."""
        with self._db.read() as session:
            return session.scalar(select(UserRow.password_hash).where(UserRow.key == _key(name)))

    def save_session(self, session: Session) -> None:
        """Keep a session; those that have expired by its start are forgotten."""
        with self._db.write() as writer:
            journal = Journal(writer)
            _forget(writer, SessionRow.expires_at <= session.created_at)
            writer.add(SessionRow(**session.model_dump(exclude={"user"}), user_key=_key(session.user)))
            journal.add(session.user, "session.began", f"user/{session.user}")

    def session(self, token_hash: str) -> Session | None:
        """The session, if it was not ended; it may have expired."""
        with self._db.read() as session:
            row = session.get(SessionRow, token_hash, options=[joinedload(SessionRow.owner)])
            return row.value() if row else None

    def end_session(self, token_hash: str) -> None:
        """End a session; nothing happens if there is none."""
        with self._db.write() as session:
            row = session.get(SessionRow, token_hash)
            if row is not None:
                journal, name = Journal(session), row.owner.name
                session.delete(row)
                journal.add(name, "session.ended", f"user/{name}")

    def add_key(self, key: ApiKey, secret_hash: str, actor: str) -> None:
        """Keep a key. Raises BlockedError for an id that is taken."""
        with self._db.write() as session:
            journal = Journal(session)
            if session.get(ApiKeyRow, key.id) is not None:
                raise BlockedError(f"the key id '{key.id}' is taken", "make another key")
            kept = key.model_dump(exclude={"created_at"})
            session.add(ApiKeyRow(**kept, created_at=key.created_at or now(), secret_hash=secret_hash))
            journal.add(actor, "key.added", f"key/{key.id}", after={"name": key.name, "markets": list(key.markets)})

    def key(self, key_id: str) -> tuple[ApiKey, str] | None:
        """The key and its secret's hash."""
        with self._db.read() as session:
            row = session.get(ApiKeyRow, key_id)
            return (row.value(), row.secret_hash) if row else None

    def newest_keys(self, limit: int) -> Mapping[str, tuple[ApiKey, str]]:
        """The newest keys by id, revoked ones, too, each with its secret's hash."""
        query = select(ApiKeyRow).order_by(ApiKeyRow.created_at.desc(), ApiKeyRow.id).limit(limit)
        with self._db.read() as session:
            return {row.id: (row.value(), row.secret_hash) for row in session.scalars(query)}

    def keys(self) -> Sequence[ApiKey]:
        """All keys, oldest first."""
        with self._db.read() as session:
            return [row.value() for row in session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created_at, ApiKeyRow.id))]

    def revoke_key(self, key_id: str, actor: str) -> ApiKey:
        """End a key; one that has ended stays as it is. Raises NotFoundError."""
        with self._db.write() as session:
            journal = Journal(session)
            row = session.get(ApiKeyRow, key_id)
            if row is None:
                raise NotFoundError(f"no key '{key_id}'", "list the ids: kb key list")
            if row.revoked_at is None:
                row.revoked_at = now()
                journal.add(actor, "key.revoked", f"key/{row.id}", after={"name": row.name})
            return row.value()


def _forget(session: Writing, which: ColumnElement[bool]) -> int:
    """Delete sessions, one by one: the audit trail vouches for each; how many."""
    rows = session.scalars(select(SessionRow).where(which)).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def _key(name: str) -> str:
    """A name as it is compared."""
    return comparison_key(name).casefold()


def _standing(row: UserRow) -> dict[str, object]:
    """What the audit trail keeps of a user."""
    return {"role": row.role.value, "markets": list(row.markets), "disabled": row.disabled}
