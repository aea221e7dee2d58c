"""Users, sessions and keys are kept as hashes, told in the trail without a secret, and end at once."""

from datetime import UTC, datetime, timedelta

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.accounts import ApiKey, Role, Session, User
from kb_pipeline.errors import BlockedError, NotFoundError

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
NAMES = ["Malee", "บุญมี"]


def user_of(name: str, **more: object) -> User:
    return User.model_validate({"name": name, "role": Role.REVIEWER, "markets": ("th-TH",), "created_at": NOW, **more})


def session_of(name: str, key: str = "t", hours: float = 1) -> Session:
    ends = NOW + timedelta(hours=hours)
    return Session(token_hash=f"hash of {key}", user=name, csrf="c", created_at=NOW, expires_at=ends)


@pytest.mark.parametrize("name", NAMES)
def test_a_user_is_known_by_name_without_case(store: SqlStore, name: str) -> None:
    user = user_of(name)
    store.save_user(user, "hash", "ann")
    assert store.user(f" {name.upper()} ") == user
    assert (store.password_hash(name.lower()), store.password_hash("nobody")) == ("hash", None)
    assert (store.user("nobody"), list(store.users())) == (None, [user])


def test_a_change_keeps_what_it_does_not_name(store: SqlStore) -> None:
    store.save_user(user_of("Malee"), "hash", "ann")
    store.save_user(user_of("MALEE", role=Role.ADMIN, markets=(), created_at=None), None, "ann")
    assert store.user("malee") == user_of("Malee", role=Role.ADMIN, markets=())
    assert store.password_hash("malee") == "hash"
    with pytest.raises(BlockedError, match="no password"):
        store.save_user(user_of("บุญมี"), None, "ann")


@pytest.mark.parametrize("name", NAMES)
def test_sessions_end_with_sign_out_disabling_and_a_new_password(store: SqlStore, name: str) -> None:
    store.save_user(user_of(name), "hash", "ann")
    for token in "abc":
        store.save_session(session_of(name, token))
    assert store.session("hash of a") == session_of(name, "a")
    store.end_session("hash of a")
    store.end_session("hash of a")
    store.save_user(user_of(name, role=Role.VIEWER), None, "ann")  # neither disabled nor a new password
    assert [store.session(f"hash of {token}") is not None for token in "abc"] == [False, True, True]
    store.save_user(user_of(name), "another", "ann")
    assert store.session("hash of b") is None
    store.save_session(session_of(name, "d"))
    store.save_user(user_of(name, disabled=True), None, "ann")
    assert store.session("hash of d") is None


def test_expired_sessions_are_forgotten_when_somebody_signs_in(store: SqlStore) -> None:
    store.save_user(user_of("บุญมี"), "hash", "ann")
    store.save_session(session_of("บุญมี", "old", hours=-1))
    store.save_session(session_of("บุญมี", "new"))
    assert (store.session("hash of old"), store.session("hash of new")) == (None, session_of("บุญมี", "new"))


def test_a_key_is_kept_until_it_is_revoked(store: SqlStore) -> None:
    keys = [ApiKey(id=id_, name="บอท", markets=("th-TH",), created_at=NOW + timedelta(n)) for n, id_ in enumerate("ba")]
    for key in keys:
        store.add_key(key, f"hash of {key.id}", "ann")
    assert list(store.keys()) == keys
    assert store.key("a") == (keys[1], "hash of a")
    with pytest.raises(BlockedError, match="taken"):
        store.add_key(keys[0], "another", "ann")
    ended = store.revoke_key("a", "ann")
    assert ended.revoked_at is not None
    assert store.revoke_key("a", "bob") == ended
    assert store.key("a") == (ended, "hash of a")
    with pytest.raises(NotFoundError):
        store.revoke_key("c", "ann")
    assert store.key("c") is None


def test_the_trail_tells_of_users_and_keys_and_never_a_secret(store: SqlStore) -> None:
    store.save_user(user_of("บุญมี"), "$argon2 secret", "ann")
    store.save_user(user_of("บุญมี"), None, "ann")  # changes nothing, says nothing
    store.save_user(user_of("บุญมี", disabled=True), None, "bob")
    store.save_user(user_of("บุญมี", disabled=True), "$argon2 secret", "bob")
    store.add_key(ApiKey(id="a", name="bot"), "secret", "ann")
    store.revoke_key("a", "bob")
    events = store.events()
    assert [(e.actor, e.action, e.subject) for e in events] == [
        ("ann", "user.added", "user/บุญมี"),
        ("bob", "user.changed", "user/บุญมี"),
        ("bob", "user.changed", "user/บุญมี"),
        ("ann", "key.added", "key/a"),
        ("bob", "key.revoked", "key/a"),
    ]
    assert (events[1].before["disabled"], events[1].after["disabled"], events[2].after["new_password"]) == (False, True, True)
    assert "secret" not in "".join(event.model_dump_json() for event in events)
    assert store.verify_chain() is None
