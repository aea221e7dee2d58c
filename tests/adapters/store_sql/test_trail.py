"""Whatever is done to the database by hand is found, and what the program does itself never is."""

import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text

from kb_pipeline.adapters.audit.anchor_file import AnchorFile
from kb_pipeline.adapters.audit.key_file import GivenKeys, KeyFile
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.adapters.store_sql.audit import Journal
from kb_pipeline.adapters.store_sql.schema import Base
from kb_pipeline.adapters.store_sql.schema_serving import HoldRow
from kb_pipeline.adapters.store_sql.seals import SEALED_TABLES
from kb_pipeline.domain.accounts import ApiKey, Role, User
from kb_pipeline.domain.changes import Verdict
from kb_pipeline.errors import StoreError
from tests.adapters.store_sql.samples import article_of, change_of, chunk_of, decision_of, sentences_of
from tests.adapters.store_sql.tampering import KEYS, chain_again, events_of, fill

HELD = tempfile.TemporaryDirectory(prefix="kb-store-trail-")  # gone when the tests end
PLACE = Path(HELD.name)
AUDITED = (*sorted(table.__tablename__ for table in SEALED_TABLES), "release_items", "events", "audit_head")


@pytest.fixture(scope="module")
def filled() -> Path:
    """A SQLite database with its anchor, in which something of everything happened."""
    file = PLACE / "filled.sqlite3"
    store = SqlStore(f"sqlite:///{file}", KEYS, AnchorFile(PLACE / "filled.anchor"))
    fill(store)
    store.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    return file


@pytest.fixture
def keyed(url: str, tmp_path: Path, filled: Path) -> Iterator[SqlStore]:
    """A store with keys and an anchor, in which something of everything happened."""
    anchor = AnchorFile(tmp_path / "audit.anchor")
    if url.startswith("sqlite"):
        shutil.copy(filled, tmp_path / "kb.sqlite3")
        shutil.copy(filled.with_suffix(".anchor"), anchor.path)
    store = SqlStore(url, KEYS, anchor)
    if not store.events(limit=1):
        fill(store)
    yield store
    store.close()


def by_sql(url: str, act: Callable[[Connection], None]) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))  # an attacker does not mind foreign keys
        act(connection)
    engine.dispose()


def statement(words: str) -> Callable[[Connection], None]:
    def act(connection: Connection) -> None:
        assert connection.execute(text(words)).rowcount != 0

    return act


def cut_the_tail(connection: Connection) -> None:
    kept = "(SELECT max(seq) - 3 FROM events)"
    connection.execute(text(f"UPDATE audit_head SET count = {kept}, hash = (SELECT hash FROM events WHERE seq = {kept})"))
    connection.execute(text("DELETE FROM events WHERE seq > (SELECT count FROM audit_head)"))


def write_the_chain_anew(connection: Connection) -> None:
    chain_again(connection, events_of(connection))


def name_another_approver(connection: Connection) -> None:
    chain_again(connection, [row | {"actor": row["actor"].replace("ann", "mallory")} for row in events_of(connection)])


def delete_all_events(connection: Connection) -> None:
    chain_again(connection, [])


def approve_what_waits(connection: Connection) -> None:
    waits = "SELECT {} FROM changes WHERE changes.entry_id = entries.id AND changes.state = 'pending'"
    connection.execute(
        text(
            f"UPDATE entries SET state = 'approved', approved_revision_id = ({waits.format('revision_id')}) "
            f"WHERE EXISTS ({waits.format('1')})"
        )
    )
    connection.execute(text("UPDATE changes SET state = 'approved' WHERE state = 'pending'"))


def change_a_text(connection: Connection) -> None:
    changed = "replace(CAST(text AS TEXT), '7', '99')"
    to = f"CAST({changed} AS JSON)" if connection.dialect.name == "postgresql" else changed
    connection.execute(text(f"UPDATE revisions SET text = {to}"))


TAMPERINGS = {
    "the tail is cut, with its head": cut_the_tail,
    "the chain is written anew": write_the_chain_anew,
    "the chain is written anew, with another person": name_another_approver,
    "all events are deleted": delete_all_events,
    "what waits is approved": approve_what_waits,
    "an approved text is changed": change_a_text,
    "a text is said to be of another language": statement("UPDATE revisions SET language = 'xx' WHERE market = 'th-TH'"),
    "a decision is put in": statement(
        "INSERT INTO decisions (position, change_id, seen_version, actor, value, edited_revision_id, result, at) "
        "SELECT position + 1000, change_id, seen_version + 9, 'mallory', value, edited_revision_id, result, at FROM decisions"
    ),
    "an old row is put back": statement("UPDATE entries SET state = 'proposed', approved_revision_id = NULL"),
    "a decision is deleted": statement("DELETE FROM decisions WHERE position = 3"),
    "a decision is another person's": statement("UPDATE decisions SET actor = 'mallory' WHERE position = 3"),
    "an entry is deleted": statement("DELETE FROM entries WHERE state = 'proposed'"),
    "a withdrawal is undone": statement("DELETE FROM withdrawn_texts"),
    "a withdrawn entry says something again": statement("UPDATE entries SET state = 'published' WHERE state = 'withdrawn'"),
    "another release is live": statement("UPDATE live_releases SET number = 2"),
    "a release says less": statement("DELETE FROM release_items WHERE number = 1 AND market = 'th-TH'"),
    "a release says something elsewhere": statement("UPDATE release_items SET valid_until = '2020-01-01'"),
    "a hold is lifted": statement("DELETE FROM holds"),
    "a contradiction is settled otherwise": statement("UPDATE conflicts SET holds = first_entry"),
    "somebody is an admin": statement("UPDATE users SET disabled = NOT disabled"),
    "somebody has another password": statement("UPDATE users SET password_hash = 'mine'"),
    "somebody is signed in whom nobody let in": statement(
        "INSERT INTO sessions (token_hash, user_key, csrf, created_at, expires_at) "
        "SELECT 'mine', user_key, csrf, created_at, expires_at FROM sessions"
    ),
    "a session is another person's": statement("UPDATE sessions SET token_hash = 'mine'"),
    "a translation that somebody imported is another one": statement(
        "UPDATE memory_units SET target = 'ได้' WHERE market = 'th-TH'"
    ),
    "a key is good for all": statement("UPDATE api_keys SET secret_hash = 'mine'"),
}


def test_nothing_is_found_where_only_the_program_wrote(keyed: SqlStore) -> None:
    report = keyed.verify_trail()
    assert report.findings == ()
    assert (report.keyed, report.is_sealed, report.anchored) == (report.events, True, report.events)


def use_a_session_and_take_it_away(connection: Connection) -> None:
    TAMPERINGS["somebody is signed in whom nobody let in"](connection)
    statement("DELETE FROM sessions WHERE token_hash = 'mine'")(connection)


UNSEEN = {  # docs/adr/0024 says so, and why
    "the limits of an article are others": statement("UPDATE articles SET front_matter = '{}'"),
    "a source text is another one": statement("UPDATE articles SET body = 'free for all'"),
    "a session is put in, and gone before anybody looks": use_a_session_and_take_it_away,
}


@pytest.mark.parametrize("tamper", UNSEEN.values(), ids=UNSEEN.keys())
def test_what_the_trail_does_not_vouch_for_is_not_found(
    keyed: SqlStore, url: str, tamper: Callable[[Connection], None]
) -> None:
    article = article_of("th-TH")
    sentences = sentences_of(article)
    keyed.save_article(article, sentences, [chunk_of(article, sentences)])
    by_sql(url, tamper)
    assert keyed.verify_trail().findings == ()


def test_an_old_database_in_the_place_of_the_new_one_is_found_as_long_as_the_anchor_is_there(
    filled: Path, tmp_path: Path
) -> None:
    new, old, anchor = tmp_path / "new.sqlite3", tmp_path / "old.sqlite3", AnchorFile(tmp_path / "audit.anchor")
    shutil.copy(filled, new)
    shutil.copy(filled, old)
    with closing(SqlStore(f"sqlite:///{new}", KEYS, anchor)) as store:
        store.propose(change_of("th-TH", "later"))
    (head,) = anchor.marks()
    with closing(SqlStore(f"sqlite:///{old}", KEYS, anchor)) as store:
        assert "the anchor" in str(store.verify_trail().findings[0])
        anchor.path.unlink()
        assert store.verify_trail().findings == ()
        assert store.verify_trail([head]).findings, "a head that was kept elsewhere finds it"


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_each_tampering_is_found(keyed: SqlStore, url: str, tamper: Callable[[Connection], None]) -> None:
    by_sql(url, tamper)
    assert keyed.verify_trail().findings


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_what_a_person_took_as_it_is_stays_taken(keyed: SqlStore, url: str, tamper: Callable[[Connection], None]) -> None:
    by_sql(url, tamper)
    assert keyed.seal_trail("dara", "รู้แล้ว").findings
    left = [str(finding) for finding in keyed.verify_trail().findings]
    assert [found for found in left if "approved" not in found] == [], "a seal approves nothing, and takes all else"


def test_items_that_change_once_more_after_a_seal_are_found_again(keyed: SqlStore, url: str) -> None:
    by_sql(url, statement("UPDATE release_items SET valid_until = '2030-01-01'"))
    keyed.seal_trail("dara", "รู้แล้ว")
    assert keyed.verify_trail().findings == ()
    by_sql(url, statement("UPDATE release_items SET valid_until = '2031-01-01' WHERE market = 'th-TH'"))
    assert {finding.market for finding in keyed.verify_trail().findings} == {"th-TH"}


def test_what_was_changed_by_hand_is_not_covered_by_what_the_program_writes_later(keyed: SqlStore, url: str) -> None:
    by_sql(url, statement("UPDATE entries SET language = 'xx' WHERE market = 'th-TH'"))
    keyed.lift_hold("th-TH", "dara", "ok")
    keyed.withdraw_entry(change_of("th-TH").entry_id, "dara", "ผิด")
    found = [str(finding) for finding in keyed.verify_trail().findings]
    assert any("was changed by hand before event" in finding for finding in found)


def test_the_findings_of_one_market_do_not_keep_the_other_from_publishing(keyed: SqlStore, url: str) -> None:
    by_sql(url, statement("UPDATE entries SET source_revision = 9 WHERE market = 'th-TH'"))
    assert keyed.unproven("th-TH")
    assert keyed.unproven("en-US") == []


def test_an_entry_that_was_approved_by_hand_is_named_also_when_the_trail_was_sealed(keyed: SqlStore, url: str) -> None:
    by_sql(url, approve_what_waits)
    keyed.seal_trail("dara", "we know")
    entry = change_of("th-TH", "waiting").entry_id
    (found,) = keyed.unproven("th-TH")
    assert entry in found
    assert "anybody approved it" in found


def test_high_risk_takes_two_people_in_the_trail_too(url: str) -> None:
    store, change = SqlStore(url, KEYS), change_of("th-TH")
    store.propose(change)
    store.decide(decision_of(change, actor="ann"))
    by_sql(url, lambda c: c.execute(text("UPDATE changes SET risk = 'high'")))
    by_sql(url, lambda c: chain_again(c, [_high(row) for row in events_of(c)]))
    assert any("only one person" in finding for finding in SqlStore(url).unproven("th-TH"))


def _high(row: dict) -> dict:  # type: ignore[type-arg]
    return row | {"after": row["after"] | {"risk": "high"}} if row["action"] == "change.approve" else row


# A trail from before there were keys


def old(url: str) -> SqlStore:
    """A store whose events have no key and know no rows, as those of before."""
    store = SqlStore(url)
    fill(store)
    by_sql(url, write_the_chain_anew)
    return store


def test_an_old_trail_is_whole_and_says_that_it_proves_little(url: str) -> None:
    report = old(url).verify_trail()
    assert (report.findings, report.keyed, report.is_sealed) == ((), 0, False)


FIRST = {
    "a key": lambda store: store.add_key(ApiKey(id="k2", name="ร้าน"), "hash", "dara"),
    "a user": lambda store: store.save_user(User(name="ann", role=Role.VIEWER), "hash", "dara"),
    "a hold lifted": lambda store: store.lift_hold("th-TH", "dara", "ตรวจแล้ว"),
    "a change rejected": lambda store: store.decide(decision_of(change_of("th-TH", "waiting"), Verdict.REJECT, comment="ผิด")),
}


@pytest.mark.parametrize("write", FIRST.values(), ids=FIRST.keys())
def test_from_the_first_write_on_an_old_trail_is_keyed_and_knows_every_row(url: str, write: Callable[[SqlStore], None]) -> None:
    old(url)
    store = SqlStore(url, KEYS)
    write(store)
    report = store.verify_trail()
    assert (report.findings, report.keyed, report.is_sealed) == ((), 2, True)
    assert store.events("audit")[-1].after["events_before"] == report.events - 2
    by_sql(url, statement("UPDATE users SET password_hash = 'mine' WHERE name = 'มาลี'"))
    assert [finding.place for finding in store.verify_trail().findings] == ["users/มาลี"]


def test_an_entry_that_was_approved_by_hand_before_the_first_key_is_not_published(url: str) -> None:
    old(url)
    by_sql(url, approve_what_waits)
    store = SqlStore(url, KEYS)
    assert len(store.unproven("th-TH")) == 1
    store.save_user(User(name="ann", role=Role.VIEWER), "hash", "dara")
    assert len(store.unproven("th-TH")) == 1


def test_a_row_that_is_written_without_an_event_is_not_written_at_all(keyed: SqlStore) -> None:
    with pytest.raises(StoreError, match="written without an audit event"), keyed._db.write() as session:
        Journal(session)
        session.get_one(HoldRow, "th-TH").reason = "ไม่มีใครรู้"
    assert keyed.verify_trail().findings == ()


# Keys


def test_after_a_rotation_old_and_new_events_verify_and_the_old_key_writes_no_more(url: str, tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "audit.key")
    store = SqlStore(url, keys)
    store.propose(change_of("th-TH"))
    before = keys.current()
    made = keys.rotate()
    store.note_new_key("dara")
    assert [key.id for key in keys.known()] == [before.id, made.id]
    assert store.verify_trail().findings == ()
    with pytest.raises(StoreError, match=f"goes on with key {made.id}"):
        SqlStore(url, GivenKeys(before.secret.decode())).propose(change_of("en-US"))


def test_rotations_at_once_and_beside_a_writer_lose_no_key(url: str, tmp_path: Path) -> None:
    store, at_once = SqlStore(url, KeyFile(tmp_path / "audit.key")), 6
    together = threading.Barrier(at_once + 1)

    def rotate() -> None:
        keys = KeyFile(tmp_path / "audit.key")
        together.wait()
        keys.rotate()
        store.note_new_key("dara")

    def work() -> None:
        together.wait()
        for number in range(at_once):
            store.propose(change_of("th-TH", f"{number}"))

    with ThreadPoolExecutor(at_once + 1) as threads:
        for done in [*(threads.submit(rotate) for _ in range(at_once)), threads.submit(work)]:
            done.result()
    known = KeyFile(tmp_path / "audit.key").known()
    assert len({key.id for key in known}) in (at_once, at_once + 1)  # the writer may have made the first one, or a rotation
    report = store.verify_trail()
    assert (report.findings, report.keyed) == ((), report.events)
    store.close()


@pytest.mark.parametrize("content", ["", " \n\n"], ids=["empty", "blank"])
def test_a_key_file_without_a_key_is_an_error_with_a_remedy_that_works(url: str, tmp_path: Path, content: str) -> None:
    keys = KeyFile(tmp_path / "audit.key")
    keys.path.write_text(content, encoding="utf-8")
    store = SqlStore(url, keys)
    for write in (keys.rotate, lambda: store.propose(change_of("th-TH")), lambda: store.seal_trail("dara", "รู้แล้ว")):
        with pytest.raises(StoreError, match="holds no key") as refused:
            write()
        assert "openssl rand -hex 32" in refused.value.remedy
        assert "delete it" in refused.value.remedy
    keys.path.unlink()
    store.propose(change_of("th-TH"))
    assert store.verify_trail().findings == ()


def test_without_the_key_nothing_is_written_and_the_report_says_which_one_is_missing(keyed: SqlStore, url: str) -> None:
    other = SqlStore(url, GivenKeys("another-secret" * 3))
    with pytest.raises(StoreError, match=KEYS.current().id):
        other.propose(change_of("en-US", "new"))
    assert next(iter(other.verify_trail().findings)).message.endswith("a key that is not here")
    assert other.verify_chain() is None


def test_a_lost_key_is_replaced_with_a_seal_that_says_who_and_why(url: str, keyed: SqlStore) -> None:
    other = SqlStore(url, GivenKeys("x" * 64))
    other.seal_trail("dara", "กุญแจหาย")
    report = other.verify_trail()
    assert report.findings == ()
    assert any("a key that is not here" in str(finding) for finding in report.accepted)
    other.propose(change_of("th-TH", "new"))
    by_sql(url, statement("UPDATE events SET actor = 'mallory' WHERE seq = 3"))
    assert other.verify_trail().first_bad is not None


# The anchor


def test_the_anchor_finds_a_trail_that_was_cut_by_whoever_has_the_key(keyed: SqlStore, url: str) -> None:
    by_sql(url, cut_the_tail)
    assert any("anchor" in str(finding) for finding in keyed.verify_trail().findings)
    keyed.save_user(User(name="ann", role=Role.VIEWER), "hash", "dara")
    assert any("anchor" in str(finding) for finding in keyed.verify_trail().findings), "also when the trail grew again"


def test_an_anchor_that_a_crash_left_behind_is_no_finding(keyed: SqlStore, url: str, tmp_path: Path) -> None:
    file = tmp_path / "audit.anchor"
    file.write_bytes(b"\n".join(file.read_bytes().split(b"\n")[:-2]) + b'\n{"count": 3, "he')
    behind = keyed.verify_trail()
    assert behind.findings == ()
    assert behind.anchored < behind.events
    keyed.save_user(User(name="ann", role=Role.VIEWER), "hash", "dara")
    again = keyed.verify_trail()
    assert (again.findings, again.anchored) == ((), again.events)


def test_an_anchor_that_cannot_be_written_keeps_nobody_from_working(url: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = SqlStore(url, KEYS, AnchorFile(tmp_path / "file" / "anchor"))
    assert store.propose(change_of("th-TH"))


# At random


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(table=st.sampled_from(AUDITED), act=st.sampled_from(["change", "delete", "insert", "swap"]), data=st.data())
def test_whatever_row_is_changed_deleted_inserted_or_swapped_is_found(filled: Path, table: str, act: str, data: st.DataObject):
    copy = PLACE / "copy.sqlite3"
    shutil.copy(filled, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        done = tamper_at_random(connection, table, act, lambda most: data.draw(st.integers(0, most)))
    with closing(SqlStore(f"sqlite:///{copy}", KEYS)) as store:
        assert bool(store.verify_trail().findings) == done


def tamper_at_random(connection: sqlite3.Connection, table: str, act: str, choose: Callable[[int], int]) -> bool:
    """Do it; False if there was nothing to do."""
    schema = Base.metadata.tables[table]
    columns, key = [column.name for column in schema.columns], [column.name for column in schema.primary_key]
    rows = [dict(zip(columns, row, strict=True)) for row in connection.execute(f"SELECT {', '.join(columns)} FROM {table}")]
    row = rows[choose(len(rows) - 1)]
    if act == "change":
        column = columns[choose(len(columns) - 1)]
        return write(connection, table, key, row, {column: other(row[column])})
    if act == "delete":
        connection.execute(f"DELETE FROM {table} WHERE {' AND '.join(f'{name} IS ?' for name in key)}", [row[n] for n in key])
        return True
    unique = {*key, *({"changes": ["id"], "decisions": ["change_id", "seen_version"]}.get(table, []))}
    if act == "insert":
        values = row | {name: other(row[name]) for name in unique}
        connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({','.join('?' * len(columns))})", list(values.values())
        )
        return table != "audit_head"
    second = rows[choose(len(rows) - 1)]
    rest = [name for name in columns if name not in unique]
    if [row[name] for name in rest] == [second[name] for name in rest]:
        return False
    write(connection, table, key, row, {name: second[name] for name in rest})
    write(connection, table, key, second, {name: row[name] for name in rest})
    return True


def write(connection: sqlite3.Connection, table: str, key: list[str], row: dict, values: dict) -> bool:  # type: ignore[type-arg]
    to, where = ", ".join(f"{name} = ?" for name in values), " AND ".join(f"{name} IS ?" for name in key)
    connection.execute(f"UPDATE {table} SET {to} WHERE {where}", [*values.values(), *(row[name] for name in key)])
    return True


def other(value: object) -> object:
    """Another value of the same kind; JSON stays JSON where it is an object."""
    if isinstance(value, int | float):
        return value + 1000
    if isinstance(value, str) and value.startswith("{"):
        return f'{{"x": {value}}}'
    return f"{value or ''}x"
