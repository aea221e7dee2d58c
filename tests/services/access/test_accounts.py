"""Signing in, staying in, being shut out; and the keys of clients. The store and the password hashing are real."""

import pytest
import time_machine

from kb_pipeline.adapters.passwords_argon2 import Argon2Passwords
from kb_pipeline.domain.accounts import Role
from kb_pipeline.errors import AuthenticationError, BlockedError, NotFoundError, StoreError
from kb_pipeline.services.access.accounts import Accounts

PASSWORDS = {"Malee": "correct horse battery", "บุญมี": "ช้างม้าวัวควาย"}
TH = ("th-TH",)


@pytest.fixture
def accounts(store):
    return Accounts(store, Argon2Passwords())


@pytest.fixture(params=PASSWORDS)
def name(request, accounts):
    accounts.add_user(request.param, PASSWORDS[request.param], Role.REVIEWER, TH, "ann")
    return request.param


def test_who_signs_in_is_known_by_the_token_until_signing_out(accounts, name):
    token, session = accounts.sign_in(name.upper(), PASSWORDS[name], 12)
    user, same = accounts.user_of(token)
    assert (user.name, user.role, user.markets, same) == (name, Role.REVIEWER, TH, session)
    assert token not in session.model_dump_json()
    other, _ = accounts.sign_in(name, PASSWORDS[name], 12)
    accounts.sign_out(token)
    assert accounts.user_of(token) is None
    assert accounts.user_of(other) is not None
    assert [accounts.user_of(bad) for bad in ("", "x", session.token_hash, "\ud800")] == [None] * 4


def test_a_session_ends_after_its_hours(accounts, name):
    with time_machine.travel("2026-01-15 09:00:00+00:00", tick=False) as clock:
        token, _ = accounts.sign_in(name, PASSWORDS[name], 2)
        clock.shift(2 * 3600 - 1)
        assert accounts.user_of(token) is not None
        clock.shift(1)
        assert accounts.user_of(token) is None


def test_a_session_does_not_last_longer_because_the_clock_was_set_back(accounts, name):
    with time_machine.travel("2026-01-15 09:00:00+00:00", tick=False) as clock:
        token, _ = accounts.sign_in(name, PASSWORDS[name], 2)
        clock.shift(-2)
        assert accounts.user_of(token) is not None, "as clocks are corrected"
        clock.shift(-3600)
        assert accounts.user_of(token) is None


def test_a_refusal_never_says_what_was_wrong(accounts, name):
    accounts.add_user("shut", "a good password", Role.ADMIN, (), "ann")
    accounts.set_disabled("shut", True, "ann")
    words = set()
    for who, password in ((name, "wrong"), (name, ""), ("nobody", PASSWORDS[name]), ("", ""), ("shut", "a good password")):
        with pytest.raises(AuthenticationError) as refused:
            accounts.sign_in(who, password, 12)
        words.add(str(refused.value))
    assert len(words) == 1


def test_every_refusal_costs_one_password_check(store):
    judged = []

    class Counted(Argon2Passwords):
        def verify(self, hashed, password):
            judged.append(hashed[:30])
            return super().verify(hashed, password)

    accounts = Accounts(store, Counted())
    accounts.add_user("บุญมี", PASSWORDS["บุญมี"], Role.VIEWER, TH, "ann")
    for who in ("บุญมี", "nobody"):
        with pytest.raises(AuthenticationError):
            accounts.sign_in(who, "wrong", 12)
    assert judged == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


def test_a_disabled_user_is_out_at_once_and_may_come_back(accounts, name):
    token, _ = accounts.sign_in(name, PASSWORDS[name], 12)
    assert accounts.set_disabled(name, True, "ann").disabled
    assert accounts.user_of(token) is None
    accounts.set_disabled(name, False, "ann")
    assert accounts.user_of(token) is None
    accounts.sign_in(name, PASSWORDS[name], 12)


def test_a_new_password_ends_all_sessions_and_the_old_password(accounts, name):
    token, _ = accounts.sign_in(name, PASSWORDS[name], 12)
    accounts.set_password(name, "another password", "ann")
    assert accounts.user_of(token) is None
    with pytest.raises(AuthenticationError):
        accounts.sign_in(name, PASSWORDS[name], 12)
    accounts.sign_in(name, "another password", 12)
    for act in (
        lambda: accounts.set_password("nobody", "another password", "ann"),
        lambda: accounts.set_disabled("no", True, "a"),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_the_same_thai_word_typed_in_another_encoding_is_the_same_password(accounts):
    composed, apart = "น\u0e33ใจดีมีสุขมาก", "น\u0e4d\u0e32ใจดีมีสุขมาก"  # sara am, and nikhahit with sara aa
    accounts.add_user("บุญมี", composed, Role.VIEWER, TH, "ann")
    accounts.sign_in("บุญมี", apart, 12)


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [
        ("malee", "too short", "at least 10"),
        ("malee", "สั้นไป", "at least 10"),
        ("malee", "x" * 1001, "at most 1,000"),
        ("malee.srisuk", "Malee.Srisuk", "is the name"),
        ("", "a good password", "cannot be"),
        ("a b", "a good password", "cannot be"),
        ("<script>", "a good password", "cannot be"),
        ("-dash", "a good password", "cannot be"),
        ("น" * 41, "a good password", "cannot be"),
        ("a\u202eb", "a good password", "cannot be"),
        ("Pipeline", "a good password", "by the system"),
        ("KNOWN", "a good password", "already"),
    ],
)
def test_unfit_names_and_weak_passwords_are_refused(accounts, name, password, words):
    accounts.add_user("known", "a good password", Role.VIEWER, (), "ann")
    with pytest.raises(BlockedError, match=words) as refused:
        accounts.add_user(name, password, Role.REVIEWER, TH, "ann")
    assert refused.value.remedy
    assert [user.name for user in accounts.users()] == ["known"]


def test_a_key_opens_until_it_is_revoked(accounts):
    text, key = accounts.add_key(" บอท  ไลน์ ", TH, "ann")
    other, _ = accounts.add_key("web", (), "ann")
    assert (accounts.client_of(text), key.name, key.markets) == (key, "บอท ไลน์", TH)
    assert text.startswith(f"kb_{key.id}_")
    assert len(text) >= 50
    secret = text.split("_", 2)[2]
    for bad in (
        "",
        "kb",
        "kb__",
        f"kb_{key.id}",
        f"kb_{key.id}_",
        f"kb_x_{secret}",
        text[:-1],
        f"{text}x",
        f"xx{text[2:]}",
        "คีย์",
    ):
        assert accounts.client_of(bad) is None
    assert accounts.client_of(f"kb_{key.id}_{other.split('_', 2)[2]}") is None
    accounts.revoke_key(key.id, "ann")
    assert accounts.client_of(text) is None
    keys = accounts.keys()
    assert [known.revoked_at is None for known in keys] == [False, True]
    with pytest.raises(BlockedError, match="name"):
        accounts.add_key(" ", TH, "ann")


@pytest.mark.sqlite_only("it reads the file")
def test_no_secret_is_in_the_database(accounts, store, tmp_path, name):
    token, session = accounts.sign_in(name, PASSWORDS[name], 12)
    text, _ = accounts.add_key("bot", TH, "ann")
    store.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("kb.sqlite3*"))
    assert session.token_hash.encode() in kept
    for secret in (token, text.split("_", 2)[2], PASSWORDS[name]):
        assert secret.encode() not in kept


def test_a_damaged_hash_is_no_wrong_password():
    with pytest.raises(StoreError, match="damaged"):
        Argon2Passwords().verify("$argon2id$nonsense", "ช้างม้าวัวควาย")
