"""What somebody put into the schema beside our tables: it would change what is written, before it is sealed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.changes import RiskTier
from kb_pipeline.errors import StoreError
from tests.adapters.store_sql.samples import change_of, decision_of
from tests.adapters.store_sql.tampering import KEYS

SQLITE = {
    "changes": "UPDATE changes SET risk = 'low', findings = '[]' WHERE id = new.id",
    "users": "UPDATE users SET role = 'admin' WHERE key = new.key",
    "revisions": "UPDATE revisions SET text = replace(text, '7', '99') WHERE id = new.id",
}


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with closing(SqlStore(url, KEYS)) as opened:
        opened.propose(change_of("th-TH", "before"))
        yield opened


def by_sql(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def put_trigger(url: str, table: str) -> None:
    if url.startswith("sqlite"):
        by_sql(url, f"CREATE TRIGGER t1 AFTER INSERT ON {table} BEGIN {SQLITE[table]}; END")
        return
    by_sql(
        url,
        "CREATE FUNCTION f1() RETURNS trigger AS $$ BEGIN RETURN new; END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER t1 BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION f1()",
    )


@pytest.mark.parametrize("table", SQLITE)
def test_nothing_is_sealed_while_a_trigger_is_there_and_its_remedy_works(store: SqlStore, url: str, table: str) -> None:
    put_trigger(url, table)
    risky = change_of("th-TH", risk=RiskTier.HIGH)
    for write in (lambda: store.propose(risky), lambda: store.seal_trail("dara", "รู้แล้ว")):
        with pytest.raises(StoreError, match="trigger t1") as refused:
            write()
        assert "DROP TRIGGER t1" in refused.value.remedy
    (found,) = store.verify_trail().findings
    assert (found.market, "DROP TRIGGER t1" in found.remedy) == ("", True)
    assert store.unproven("th-TH")
    by_sql(url, "DROP TRIGGER t1" + ("" if url.startswith("sqlite") else f" ON {table}"))
    store.propose(risky)
    assert store.verify_trail().findings == ()


def test_a_view_is_found_too(store: SqlStore, url: str) -> None:
    by_sql(url, "CREATE VIEW v1 AS SELECT id FROM entries")
    with pytest.raises(StoreError, match="view v1"):
        store.propose(change_of("th-TH"))
    by_sql(url, "DROP VIEW v1")
    store.propose(change_of("th-TH"))
    assert store.verify_trail().findings == ()


def test_a_text_under_the_id_of_another_text_is_named_also_when_its_row_is_vouched_for(store: SqlStore, url: str) -> None:
    """As a trigger leaves it, that was taken away again: the row was sealed with what it had put in."""
    change = change_of("th-TH")
    store.propose(change)
    store.decide(decision_of(change))
    by_sql(url, "UPDATE revisions SET entry_id = 'beefbeefbeefbeef'")
    store.seal_trail("dara", "รู้แล้ว")
    found = [finding for finding in store.verify_trail().findings if "another text" in finding.message]
    assert {finding.market for finding in found} == {"th-TH"}
    assert change.entry_id in found[0].remedy


def test_the_database_is_read_by_its_owner_only(store: SqlStore, url: str) -> None:
    if url.startswith("sqlite"):
        place = Path(url.removeprefix("sqlite:///"))
        files = sorted(place.parent.glob(f"{place.name}*"))
        assert len(files) == 3, "with what belongs to it"
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
