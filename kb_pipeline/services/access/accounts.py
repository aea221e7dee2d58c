"""Who is who: users who sign in, clients with keys. What they may do is in `domain.accounts`."""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from kb_pipeline.domain.accounts import ApiKey, Role, Session, User
from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.names import checked_name
from kb_pipeline.errors import AuthenticationError, BlockedError, NotFoundError
from kb_pipeline.ports.accounts import AccountStore, Passwords

SHORTEST, LONGEST = 10, 1_000  # characters of a password
CLOCK_STEP = timedelta(minutes=1)  # by which clocks are corrected while all is well


class Accounts:
    """The use cases of users, sessions and keys. Thread-safe. Of passwords, tokens and keys only hashes are kept."""

    def __init__(self, store: AccountStore, passwords: Passwords) -> None:
        self._store, self._passwords = store, passwords
        self._unknown_hash = passwords.hash(secrets.token_urlsafe())  # checked for unknown names, so that the time is the same

    def add_user(self, name: str, password: str, role: Role, markets: Sequence[str], actor: str) -> User:
        """A new user. Raises BlockedError for a name that is taken, unfit or like another's, and for a weak password."""
        name = checked_name(name, [known.name for known in self._store.users()])
        user = User(name=name, role=role, markets=tuple(dict.fromkeys(markets)), created_at=_now())
        self._store.save_user(user, self._hash(name, password), actor)
        return user

    def users(self) -> Sequence[User]:
        """All users by name."""
        return self._store.users()

    def set_disabled(self, name: str, disabled: bool, actor: str) -> User:
        """Shut a user out, at once, or let the user in again. Raises NotFoundError."""
        user = self._user(name).model_copy(update={"disabled": disabled})
        self._store.save_user(user, None, actor)
        return user

    def set_password(self, name: str, password: str, actor: str) -> User:
        """Give a user a new password; all sessions end. Raises NotFoundError, BlockedError for a weak one."""
        user = self._user(name)
        self._store.save_user(user, self._hash(user.name, password), actor)
        return user

    def sign_in(self, name: str, password: str, hours: float, *, instead_of: str = "") -> tuple[str, Session]:
        """A new session, and its token, which is kept nowhere else; the session of the token `instead_of` ends.

        Raises AuthenticationError, never saying what was wrong.
        """
        hashed = self._store.password_hash(name)
        fits = self._passwords.verify(hashed or self._unknown_hash, _normal(password[:LONGEST]))
        user = self._store.user(name)
        if not fits or hashed is None or user is None or user.disabled:
            raise AuthenticationError("name or password is wrong", "try again, or ask an administrator for a new password")
        token, now = secrets.token_urlsafe(32), _now()
        session = Session(
            token_hash=_sha256(token),
            user=user.name,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
        self._store.save_session(session)
        if instead_of:
            self._store.end_session(_sha256(instead_of))
        return token, session

    def user_of(self, token: str) -> tuple[User, Session] | None:
        """Who is signed in with `token`; None when it was never given out, has expired or ended, or the user is shut out."""
        session = self._store.session(_sha256(token))
        if session is None or not session.created_at - CLOCK_STEP <= _now() < session.expires_at:
            return None  # one that begins later than now would last longer than was allowed: the clock was set back
        user = self._store.user(session.user)
        return None if user is None or user.disabled else (user, session)

    def sign_out(self, token: str) -> None:
        """End the session."""
        self._store.end_session(_sha256(token))

    def add_key(self, name: str, markets: Sequence[str], actor: str) -> tuple[str, ApiKey]:
        """A new key: its text, to be shown once, and what is kept of it. Raises BlockedError for a name that says nothing."""
        if not name.strip():
            raise BlockedError("a key needs a name", "name the client that will use it")
        key = ApiKey(
            id=secrets.token_hex(6), name=comparison_key(name), markets=tuple(dict.fromkeys(markets)), created_at=_now()
        )
        secret = secrets.token_urlsafe(32)
        self._store.add_key(key, _sha256(secret), actor)
        return f"kb_{key.id}_{secret}", key

    def keys(self) -> Sequence[ApiKey]:
        """All keys, oldest first."""
        return self._store.keys()

    def revoke_key(self, key_id: str, actor: str) -> ApiKey:
        """End a key, at once. Raises NotFoundError."""
        return self._store.revoke_key(key_id, actor)

    def client_of(self, text: str) -> ApiKey | None:
        """Whose key this is; None when it is nobody's or was revoked."""
        key_id = key_id_of(text)
        return holder_of(text, self._store.key(key_id)) if key_id else None

    def _user(self, name: str) -> User:
        user = self._store.user(name)
        if user is None:
            raise NotFoundError(f"no user '{name}'", "list the names: kb user list")
        return user

    def _hash(self, name: str, password: str) -> str:
        normal = _normal(password)
        if not SHORTEST <= len(normal) <= LONGEST:
            raise BlockedError(
                f"a password has at least {SHORTEST} characters, at most {LONGEST:,}", "take a few words that you can remember"
            )
        if comparison_key(password).casefold() == comparison_key(name).casefold():
            raise BlockedError("the password is the name", "take a few words that nobody else would take")
        return self._passwords.hash(normal)


def key_id_of(text: str) -> str | None:
    """The id in the text of a key, `kb_<id>_<secret>`; None when it is no such text."""
    prefix, _, rest = text.partition("_")
    return rest.partition("_")[0] or None if prefix == "kb" else None


def holder_of(text: str, known: tuple[ApiKey, str] | None) -> ApiKey | None:
    """The key of this text, where its secret fits the hash that is known of it and it was not revoked."""
    if known is None:
        return None
    key, secret_hash = known
    fits = hmac.compare_digest(_sha256(text.split("_", 2)[-1]), secret_hash)
    return key if fits and key.revoked_at is None else None


def _normal(password: str) -> str:
    """The password as it is hashed: NFKC, since keyboards encode the same Thai or accented letters in two ways."""
    return unicodedata.normalize("NFKC", password)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)
