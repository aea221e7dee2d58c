"""Opening, migrating, racing and dying: the database stays whole."""

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.adapters.store_sql.engine import HEAD
from kb_pipeline.adapters.store_sql.schema import Base
from kb_pipeline.domain.changes import ChangeState
from kb_pipeline.domain.releases import ManifestItem, ReleaseReport
from kb_pipeline.errors import ConflictError, StoreError
from tests.adapters.store_sql.samples import change_of, decision_of
from tests.databases import empty_url

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from tests.adapters.store_sql.samples import change_of, decision_of
from kb_pipeline.adapters.store_sql import SqlStore
store, life = SqlStore(sys.argv[1]), sys.argv[2]
for n in range(100_000):
    change = change_of("th-TH", f"{life} {n}")
    store.propose(change)
    store.decide(decision_of(change, actor="สมชาย"))
    print(change.id, flush=True)
"""


def test_the_migrations_lead_to_the_tables_of_the_schema(store: SqlStore, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_a_database_of_the_version_before_is_led_here_with_all_that_it_holds(store: SqlStore, url: str) -> None:
    change = change_of("th-TH")
    store.propose(change)
    config = Config()
    config.set_main_option("script_location", "kb_pipeline.adapters.store_sql:migrations")
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        assert "releases" not in inspect(connection).get_table_names()
    engine.dispose()
    migrated = SqlStore(url)
    assert list(migrated.changes()) == [change]
    assert (migrated.releases(), migrated.live_numbers(), len(migrated.events())) == ([], {}, 2)
    migrated.close()


@pytest.mark.parametrize("rolled_back", [True, False])
def test_a_market_that_was_rolled_back_before_there_were_holds_is_on_hold(store: SqlStore, url: str, rolled_back: bool) -> None:
    change = change_of("th-TH")
    store.propose(change)
    store.decide(decision_of(change))
    item = ManifestItem(entry_id=change.entry_id, revision_id=change.revision.id, text_hash=change.revision.text.hash)
    for number in (1, 2):
        store.begin_release("th-TH", (item,), f"e{number}", "dara")
        store.end_verification("th-TH", number, ReleaseReport(entries=1, texts=1))
        store.go_live("th-TH", number, "dara", number - 1 or None)
    if rolled_back:
        store.go_live("th-TH", 1, "มาลี", 2)
    config = Config()
    config.set_main_option("script_location", "kb_pipeline.adapters.store_sql:migrations")
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
    engine.dispose()
    migrated = SqlStore(url)
    hold = migrated.hold_of("th-TH")
    assert (hold and (hold.actor, hold.reason)) == (("มาลี", "rolled back from th-TH/r0002") if rolled_back else None)
    assert (hold and hold.at) == (migrated.events("th-TH/r0001")[-1].at if rolled_back else None)
    assert [release.compared for release in migrated.releases()] == [False, False]
    migrated.close()


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "kb_pipeline.adapters.store_sql:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_an_up_to_date_database_opens_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'บ้าน' / 'kb.sqlite3'}"
    SqlStore(url).close()
    code = (
        f"import sys; from kb_pipeline.adapters.store_sql import SqlStore; SqlStore({url!r}); print('alembic' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()
        == "False"
    )


def test_whoever_opens_a_new_database_at_once_gets_it(tmp_path: Path) -> None:
    url = empty_url(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(SqlStore, [url] * 4))
    assert stores[0].propose(change_of("th-TH"))
    assert [len(store.changes()) for store in stores] == [1, 1, 1, 1]


def test_a_database_of_a_newer_version_is_left_alone(store: SqlStore, url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="update kb-pipeline"):
        SqlStore(url)


def test_what_cannot_be_opened_says_so(tmp_path: Path) -> None:
    junk = tmp_path / "ขยะ.sqlite3"
    junk.write_text("this is no database " * 100, encoding="utf-8")
    for url in (f"sqlite:///{junk}", "sqlite://", "nonsense", "nonsense://host/db", f"sqlite:///{junk}/kb.sqlite3"):
        with pytest.raises(StoreError) as error:
            SqlStore(url)
        assert error.value.remedy


@pytest.mark.parametrize("name", ["postgresql", "postgresql+psycopg", "postgresql+psycopg2", "postgres"])
def test_postgresql_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where the package is not installed
    with pytest.raises(StoreError, match="psycopg") as error:
        SqlStore(f"{name}://nobody@localhost/kb")
    assert error.value.remedy == "pip install 'kb-pipeline[postgres]'"


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"\*\*\*@localhost") as error:
        SqlStore(f"postgresql://kb:geheim@localhost:1/kb?passfile={tmp_path}/none")
    assert "geheim" not in str(error.value)
    assert "KB_DATABASE_URL" in error.value.remedy


@pytest.mark.sqlite_only("a server's files are its own")
def test_a_file_that_was_put_away_is_missed_and_no_empty_one_takes_its_place(tmp_path: Path) -> None:
    file, beside = tmp_path / "kb.sqlite3", tmp_path / "ที่อื่น"
    beside.mkdir()
    store = SqlStore(f"sqlite:///{file}")
    change = change_of("th-TH")
    store.propose(change)
    for part in tmp_path.glob("kb.sqlite3*"):
        part.rename(beside / part.name)
    for _ in range(2):
        with pytest.raises(StoreError, match="is gone"):
            store.changes()
    assert not file.exists()
    for part in beside.iterdir():
        part.rename(tmp_path / part.name)
    assert list(store.changes()) == [change]
    store.close()


def test_sqlite_is_durable_and_keeps_its_references(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'kb.sqlite3'}")
    with store._db.write() as session:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert [session.scalar(text(f"PRAGMA {name}")) for name in pragmas] == ["wal", 2, 1, 30_000]
    with pytest.raises(StoreError, match="FOREIGN KEY"), store._db.write() as session:
        session.execute(text("INSERT INTO sentences (article_id, ordinal, hash, value) VALUES ('ไม่มี', 1, 'h', '{}')"))


def test_of_eight_reviewers_on_two_hundred_changes_each_change_has_one_winner(store: SqlStore) -> None:
    changes = [change_of(market, f"faq {n}") for n in range(100) for market in ("en-US", "th-TH")]
    for change in changes:
        store.propose(change)

    def review(actor: str) -> int:
        won = 0
        for change in changes:
            try:
                store.decide(decision_of(change, actor=actor))
                won += 1
            except ConflictError:
                continue
        return won

    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(review, [f"ผู้ตรวจ {n}" for n in range(8)]))
    assert sum(wins) == 200
    assert all(len(store.decisions(change.id)) == 1 for change in changes)
    assert len(store.changes(states=(ChangeState.APPROVED,))) == 200
    assert store.verify_chain() is None


def test_a_killed_writer_loses_nothing_that_it_said_it_wrote(tmp_path: Path) -> None:
    file = tmp_path / "kb.sqlite3"
    reported: list[str] = []
    for life in range(3):
        command = [sys.executable, "-c", WRITER, f"sqlite:///{file}", str(life)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
            reported += [child.stdout.readline().strip() for _ in range(15 + life)]
            child.send_signal(signal.SIGKILL)
            reported += [line.strip() for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        store = SqlStore(f"sqlite:///{file}")
        approved = {c.id for c in store.changes(states=(ChangeState.APPROVED,))}
        assert approved.issuperset(reported)
        assert all(len(store.decisions(key)) == 1 for key in approved)
        assert store.verify_chain() is None
        store.close()
        with sqlite3.connect(file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
