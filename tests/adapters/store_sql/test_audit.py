"""Every move leaves an event, and no event can be changed, removed or cut off unnoticed."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from kb_pipeline.adapters.audit.key_file import KeyFile
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.audit import GENESIS, link
from kb_pipeline.domain.changes import RiskTier
from kb_pipeline.errors import BlockedError, StoreError
from tests.adapters.store_sql.samples import change_of, decision_of


@pytest.fixture
def audited(store: SqlStore) -> SqlStore:
    """A store in which six things happened."""
    for market in ("en-US", "th-TH"):
        change = change_of(market)
        store.propose(change)
        store.decide(decision_of(change, actor="สมชาย", comment="ดี"))
    return store


def tamper(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_who_did_what_when(audited: SqlStore) -> None:
    change = change_of("th-TH")
    assert [(e.actor, e.action) for e in audited.events(change.entry_id)] == [
        ("pipeline", "entry.proposed"),
        ("สมชาย", "entry.approved"),
    ]
    proposed, approved = audited.events(change.id)
    assert (proposed.before, approved.before) == (None, proposed.after)
    assert (approved.after["state"], approved.after["version"], approved.after["comment"]) == ("approved", 2, "ดี")
    assert proposed.at < approved.at
    assert [e.seq for e in audited.events()] == list(range(1, 9))
    assert audited.verify_chain() is None


def test_a_refused_decision_leaves_no_event(store: SqlStore) -> None:
    change = change_of("th-TH", risk=RiskTier.HIGH)
    store.propose(change)
    store.decide(decision_of(change))
    before = store.events()
    with pytest.raises(BlockedError):
        store.decide(decision_of(change, seen=2))
    assert store.events() == before


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE events SET actor = 'mallory' WHERE seq = 3", 3),
        ("UPDATE events SET at = '2001-01-01 00:00:00.000000' WHERE seq = 5", 5),
        ("""UPDATE events SET after = '{"state": "rejected"}' WHERE seq = 8""", 8),
        ("DELETE FROM events WHERE seq = 4", 4),
        ("DELETE FROM events WHERE seq > 6", 7),
        ("DELETE FROM events", 1),
        ("UPDATE events SET hash = 'f' WHERE seq = 8", 8),
        ("UPDATE audit_head SET hash = 'f'", 8),
        ("UPDATE audit_head SET count = 6", 7),
        ("DELETE FROM audit_head", 1),
    ],
)
def test_tampering_is_found_where_it_was_done(audited: SqlStore, url: str, statement: str, broken: int) -> None:
    tamper(url, statement)
    assert audited.verify_chain() == broken


def test_the_head_is_that_of_the_last_event_and_the_last_ones_are_shown(audited: SqlStore, tmp_path: Path) -> None:
    events = audited.events()
    last, key = GENESIS, KeyFile(tmp_path / "audit.key").current()
    for taken in audited.links():
        last = link(last, {name: taken[name] for name in taken if name not in ("prev_hash", "hash")}, key)
    assert audited.audit_head() == (8, last)
    assert audited.events(limit=3) == events[-3:]
    assert (
        audited.events(change_of("th-TH").id, 1) == [event for event in events if event.subject == change_of("th-TH").id][-1:]
    )


def test_without_its_head_the_trail_goes_no_further(audited: SqlStore, url: str) -> None:
    tamper(url, "DELETE FROM audit_head")
    for act in (lambda: audited.propose(change_of("th-TH", "another")), audited.audit_head):
        with pytest.raises(StoreError, match="head"):
            act()


def test_an_empty_trail_is_whole(store: SqlStore) -> None:
    assert store.verify_chain() is None


def test_states_are_written_through_one_door() -> None:
    package = Path(__file__).parents[3] / "kb_pipeline" / "adapters" / "store_sql"
    writers = {
        (path.name, line.strip())
        for path in package.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if ".state = " in line or ('"state":' in line and "values(" in line)
    }
    assert {name for name, _ in writers} == {"changes.py"}
    assert len(writers) == 3
