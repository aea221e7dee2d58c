"""Whose key it is, by the keys as they were last read: no request with a known key waits for the store."""

from collections.abc import Mapping

from kb_pipeline.domain.accounts import ApiKey
from kb_pipeline.errors import StoreError
from kb_pipeline.ports.accounts import ClientKeys
from kb_pipeline.services.access.accounts import holder_of, key_id_of
from kb_pipeline.services.serve.following import Follower

MOST = 10_000  # keys that are kept, the newest; others are looked up at each request
SECONDS = 1.0  # between two looks: how long a revoked key may still be good


class KnownKeys:
    """Thread-safe. Before `follow()`, and for a key that was made since the last look, it asks the store."""

    def __init__(self, store: ClientKeys) -> None:
        self._store = store
        self._keys: Mapping[str, tuple[ApiKey, str]] = {}  # never changed, only replaced
        self._follower = Follower("follow-keys", self._read)
        self.close = self._follower.close

    def follow(self, seconds: float = SECONDS) -> None:
        """Read them now, and every so many seconds from now on."""
        self._follower.look()
        self._follower.start(seconds)

    def client_of(self, text: str) -> ApiKey | None:
        """Whose key this is; None when it is nobody's or was revoked.

        Raises StoreError for an unknown key while the store is away: then nobody can say.
        """
        key_id = key_id_of(text)
        if key_id is None:
            return None
        known = self._keys.get(key_id)
        if known is None:
            if self.is_away:
                raise StoreError("the database is away, and this key was not seen before", "try again later")
            known = self._store.key(key_id)
        return holder_of(text, known)

    @property
    def is_away(self) -> bool:
        """Whether the store does not answer now."""
        return self._follower.is_away

    @property
    def age(self) -> float:
        """Seconds since the keys were read."""
        return self._follower.age

    def _read(self) -> None:
        self._keys = self._store.newest_keys(MOST)
