"""Users, sessions and API keys, and the hashing of passwords."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from kb_pipeline.domain.accounts import ApiKey, Session, User


class ClientKeys(Protocol):
    """The API keys, with the hashes of their secrets."""

    def key(self, key_id: str) -> tuple[ApiKey, str] | None:
        """The key and its secret's hash."""

    def newest_keys(self, limit: int) -> Mapping[str, tuple[ApiKey, str]]:
        """The newest keys by id, revoked ones, too, each with its secret's hash. Cheap: readers ask every second."""


class AccountStore(ClientKeys, Protocol):
    """Users, sessions and API keys. Changes of users and keys append audit events; no secret is ever part of one."""

    def save_user(self, user: User, password_hash: str | None, actor: str) -> None:
        """Add a user (who needs a password hash), or change role, markets, disabled and, if given, password.

        A disabled user, and one with a new password, loses all sessions. Raises BlockedError.
        """

    def user(self, name: str) -> User | None:
        """The user of this name, compared without case."""

    def users(self) -> Sequence[User]:
        """All users by name."""

    def password_hash(self, name: str) -> str | None:
        """The user's password hash."""

    def save_session(self, session: Session) -> None:
        """Keep a session."""

    def session(self, token_hash: str) -> Session | None:
        """The session, if it was not ended; it may have expired."""

    def end_session(self, token_hash: str) -> None:
        """End a session; nothing happens if there is none."""

    def add_key(self, key: ApiKey, secret_hash: str, actor: str) -> None:
        """Keep a key. Raises BlockedError for an id that is taken."""

    def keys(self) -> Sequence[ApiKey]:
        """All keys, oldest first."""

    def revoke_key(self, key_id: str, actor: str) -> ApiKey:
        """End a key. Raises NotFoundError."""


class Passwords(Protocol):
    """Password hashing."""

    def hash(self, password: str) -> str:
        """A salted hash, with its parameters."""

    def verify(self, hashed: str, password: str) -> bool:
        """Whether the password fits; takes as long for any wrong one."""
