"""A home that is restored from a backup says what it said: the same releases, with indexes built anew from them.

`KB_TEST_BACKUPS`: how many backups are made while others write. That damaged ones are refused is tested in
`tests/adapters/store_sql/test_backup.py`.
"""

import os
import shutil
import threading
import time

import pytest

from kb_pipeline.bootstrap import open_backups
from tests.adapters.store_sql.samples import change_of, decision_of
from tests.api.knowledge import RETURNS, RETURNS_TH, Knowledge
from tests.publishing import publisher_of

pytestmark = pytest.mark.sqlite_only("kb backup keeps SQLite's file; a server has pg_dump")
BACKUPS = int(os.environ.get("KB_TEST_BACKUPS", "2"))
SAID = {"en-US": RETURNS, "th-TH": RETURNS_TH}


@pytest.fixture
def knowledge(tmp_path):
    """A live release in each of two markets."""
    made = Knowledge(tmp_path / "home")
    for market, text in SAID.items():
        made.approve(market, text)
        publisher_of(made, market).publish()
    yield made
    made.store.close()


@pytest.fixture
def written(knowledge):
    """People decide on changes as long as the test does not say `stop`; how many decisions were acknowledged."""
    stop, done = threading.Event(), []

    def write():
        while not stop.is_set():
            change = change_of(("en-US", "th-TH")[len(done) % 2], f"written {len(done)}")
            knowledge.store.propose(change)
            knowledge.store.decide(decision_of(change))
            done.append(change.id)

    writer = threading.Thread(target=write)
    writer.start()
    yield done
    stop.set()
    writer.join()


def test_a_backup_made_under_writes_brings_back_decisions_and_releases(knowledge, written, tmp_path):
    files, sure = [tmp_path / f"{n}.tar.gz" for n in range(BACKUPS)], list[int]()
    for n, file in enumerate(files):
        while len(written) <= n:
            time.sleep(0.01)
        sure.append(len(written))
        open_backups(knowledge.settings).write(file)
    for n, file in enumerate(files):
        home = tmp_path / f"home {n}"
        home.mkdir()
        shutil.copy(knowledge.settings.home / "audit.key", home)
        settings = knowledge.settings.model_copy(update={"home": home, "database_url": f"sqlite:///{home / 'kb.sqlite3'}"})
        open_backups(settings).restore(file)
        restored = Knowledge(home)
        decided = {decision.change_id for decision in restored.store.all_decisions()}
        assert decided >= set(written[: sure[n]])
        assert restored.store.verify_trail().findings == ()
        for market in SAID:
            publisher = publisher_of(restored, market)
            assert publisher.restore_indexes() == (f"{market}/r0001",)
            release = restored.store.release(market, 1)
            assert release.manifest_hash == knowledge.store.release(market, 1).manifest_hash
            index = publisher.indexes.open(release)  # which refuses an index of another manifest
            assert index.manifest_hash == release.manifest_hash
            index.close()

        restored.store.close()
