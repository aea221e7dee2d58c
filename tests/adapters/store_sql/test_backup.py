"""A backup is whole while others write, and what is damaged changes nothing."""

import gzip
import multiprocessing
import os
import random
import signal
import sqlite3
import tarfile
import threading
import zlib
from contextlib import closing

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.adapters.store_sql.backup import SqliteBackups, leftovers
from kb_pipeline.errors import BlockedError, NotFoundError, StoreError
from kb_pipeline.failpoints import failpoint_at
from tests.adapters.store_sql.samples import change_of, decision_of

DAMAGED = int(os.environ.get("KB_TEST_DAMAGED", "30"))  # bytes of a backup that are flipped, beside its first ones and its last

pytestmark = pytest.mark.sqlite_only("kb backup keeps SQLite's file; a server has pg_dump")


@pytest.fixture
def store(url):
    """A store whose trail has no key: `tests/cli/system/test_audit.py` has backups with one."""
    opened = SqlStore(url)
    yield opened
    opened.close()


@pytest.fixture
def backups(tmp_path):
    return SqliteBackups(url_of(tmp_path / "kb.sqlite3"))


@pytest.fixture
def made(store, backups, tmp_path):
    """A backup of a store with an entry in two markets; the store is closed."""
    approve(store, 1)
    store.close()
    file = tmp_path / "สำรอง.tar.gz"
    backups.write(file)
    return file


def url_of(file):
    return f"sqlite:///{file}"


def approve(store, number):
    for market in ("en-US", "th-TH"):
        change = change_of(market, f"faq {number}")
        store.propose(change)
        store.decide(decision_of(change, actor="สมชาย"))


def everything(database):
    """All that a database says."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def files(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_a_backup_under_write_load_restores_whole(store, backups, tmp_path):
    stop, written = threading.Event(), []

    def write():
        while not stop.is_set():
            approve(store, len(written))
            written.append(None)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not written:
            pass
        made = []
        for n in range(5):
            sure = len(written)  # acknowledged before the backup began
            made.append((sure, backups.write(tmp_path / f"{n}.tar.gz"), len(written)))
    finally:
        stop.set()
        writer.join()
    assert made[-1][2] > made[0][0], "nothing was written meanwhile"
    for n, (sure, manifest, _) in enumerate(made):
        home = tmp_path / f"home {n}"
        restored, kept = SqliteBackups(url_of(home / "kb.sqlite3")).restore(tmp_path / f"{n}.tar.gz")
        assert (restored, kept) == (manifest, None)
        copy = SqlStore(url_of(home / "kb.sqlite3"))
        assert (copy.verify_chain(), copy.audit_head()) == (None, (manifest.events, manifest.head))
        assert len(copy.entries("th-TH")) >= sure
        approve(copy, 10_000)  # and goes on
        copy.close()


def test_a_backup_is_for_its_owner_alone_and_never_overwritten(made, backups):
    assert made.stat().st_mode & 0o077 == 0
    before = made.read_bytes()
    with pytest.raises(BlockedError, match="already"):
        backups.write(made)
    assert made.read_bytes() == before
    with tarfile.open(made) as archive:
        assert archive.getnames() == ["manifest.json", "kb.sqlite3"]


def says_the_same(damaged, good):
    """Whether a flip only says the same in another way: in a run of zeros, deflate may copy from any distance."""
    try:
        return damaged[:10] == good[:10] and gzip.decompress(damaged) == gzip.decompress(good)
    except (OSError, EOFError, zlib.error):
        return False


def test_every_flipped_byte_is_refused_and_nothing_changes(made, backups, tmp_path):
    good, chosen = made.read_bytes(), random.Random(7)
    places = [*range(10), *chosen.sample(range(10, len(good)), DAMAGED), len(good) - 1]
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(b"")
    before = {name: content for name, content in files(tmp_path).items() if name != bad.name}
    for place in places:
        damaged = bytearray(good)
        damaged[place] ^= 0xFF
        if says_the_same(damaged, good):
            continue
        bad.write_bytes(damaged)
        with pytest.raises(StoreError) as refused:
            backups.restore(bad, force=True)
        assert refused.value.remedy
        assert {name: content for name, content in files(tmp_path).items() if name != bad.name} == before
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == []


@pytest.mark.parametrize("share", [0, 0.3, 0.9, 0.9999])
def test_a_cut_backup_is_refused(made, backups, share):
    good = made.read_bytes()
    made.write_bytes(good[: int(len(good) * share)])
    with pytest.raises(StoreError, match="cannot be used"):
        backups.restore(made, force=True)


def test_a_backup_whose_trail_is_broken_is_refused(store, backups, tmp_path):
    approve(store, 1)
    store.close()
    with sqlite3.connect(backups.database) as connection:
        connection.execute("UPDATE events SET actor = 'mallory' WHERE seq = 2")
    with pytest.raises(StoreError, match="broken at event 2"):
        backups.write(tmp_path / "backup.tar.gz")
    assert not (tmp_path / "backup.tar.gz").exists()


def test_a_backup_of_a_newer_version_is_refused(made, backups):
    with sqlite3.connect(backups.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="update kb-pipeline"):
        backups.write(made.with_name("newer.tar.gz"))


def test_what_is_no_backup_is_refused(backups, tmp_path):
    file = tmp_path / "ไม่ใช่.tar.gz"
    with pytest.raises(NotFoundError):
        backups.restore(file)
    with pytest.raises(NotFoundError):
        backups.write(file)
    with tarfile.open(file, "w:gz") as archive:
        archive.add(__file__, "../../etc/passwd")
    with pytest.raises(StoreError, match="not written by kb backup"):
        backups.restore(file)
    assert files(tmp_path).keys() == {file.name}


def test_a_present_database_is_replaced_only_by_force_and_kept(made, backups, tmp_path):
    restored_to = everything(backups.database)
    store = SqlStore(url_of(backups.database))
    approve(store, 2)
    store.close()
    later = everything(backups.database)
    with pytest.raises(BlockedError, match="--force") as refused:
        backups.restore(made)
    assert "kept" in refused.value.remedy
    assert everything(backups.database) == later
    _, kept = backups.restore(made, force=True)
    assert kept.name.startswith("kb.sqlite3.before-restore-")
    assert {file.name for file in tmp_path.iterdir()} == {made.name, "kb.sqlite3", kept.name}
    assert (everything(backups.database), everything(kept)) == (restored_to, later)


def test_a_database_that_is_in_use_is_left_alone(made, backups):
    user = SqlStore(url_of(backups.database))
    approve(user, 2)
    with pytest.raises(StoreError, match="another program uses"):
        backups.restore(made, force=True)
    approve(user, 3)
    assert len(user.entries("th-TH")) == 3
    user.close()


def test_a_destroyed_database_is_replaced_and_kept_as_it_is(made, backups, tmp_path):
    wreck = b"wreck " * 1000
    backups.database.write_bytes(wreck)
    stale = tmp_path / "kb.sqlite3-wal"
    stale.write_bytes(b"stale")
    _, kept = backups.restore(made, force=True)
    assert (kept.read_bytes(), stale.exists()) == (wreck, False)
    store = SqlStore(url_of(backups.database))
    assert store.verify_chain() is None
    assert len(store.entries("th-TH")) == 1
    store.close()


def test_a_server_is_backed_up_with_its_own_tools():
    with pytest.raises(StoreError, match="SQLite only") as refused:
        SqliteBackups("postgresql+psycopg://somebody@localhost/kb")
    assert "pg_dump" in refused.value.remedy


@pytest.mark.parametrize("point", ["backup.after_copy", "backup.before_rename"])
def test_what_a_killed_backup_left_is_gone_after_the_next_one(tmp_path, point):
    SqlStore(url_of(tmp_path / "kb.sqlite3")).close()
    victim = multiprocessing.get_context("forkserver").Process(target=backup_there, args=(tmp_path, point))
    victim.start()
    victim.join(60)
    assert victim.exitcode == -signal.SIGKILL
    assert len(leftovers(tmp_path / "safe")) == 1
    backup_there(tmp_path)
    assert [file.name for file in (tmp_path / "safe").iterdir()] == ["kb.tar.gz"]


def backup_there(folder, point=""):
    SqliteBackups(url_of(folder / "kb.sqlite3"), failpoint=failpoint_at(point)).write(folder / "safe/kb.tar.gz")


@pytest.mark.parametrize("name", ["monday.tar.gz", "จันทร์.tar.gz"])
def test_a_place_where_nothing_may_be_written_is_told(tmp_path, name):
    SqlStore(url_of(tmp_path / "kb.sqlite3")).close()
    (tmp_path / "no folder").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot write in") as refused:
        SqliteBackups(url_of(tmp_path / "kb.sqlite3")).write(tmp_path / "no folder" / name)
    assert "where you may write" in refused.value.remedy
