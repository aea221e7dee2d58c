"""Each invariant finds what breaks it, and names it; a sound home has nothing to say against any of them."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from kb_pipeline.bootstrap import open_home
from kb_pipeline.domain.entries import Draft
from kb_pipeline.services.invariants import served
from kb_pipeline.services.invariants.invariants import INVARIANTS, check_invariants
from kb_pipeline.settings import Settings
from tests.adapters.store_sql.samples import change_of, revision_of
from tests.api.knowledge import REFUNDS_TH, RETURNS, RETURNS_TH, Knowledge
from tests.conftest import ROOT
from tests.publishing import publisher_of

pytestmark = pytest.mark.sqlite_only("a home is copied with its files")
MARKETS = ("en-US", "th-TH")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A home with a live release in each market, and in one a change that waits."""
    home = tmp_path_factory.mktemp("sound") / "home"
    knowledge = Knowledge(home)
    for market, said in zip(MARKETS, (RETURNS, RETURNS_TH), strict=True):
        knowledge.approve(market, said, key="returns")
        publisher_of(knowledge, market).publish()
    knowledge.approve("th-TH", REFUNDS_TH, key="refunds")
    knowledge.store.propose(change_of("th-TH"))
    knowledge.store.close()
    return home


@pytest.fixture
def home(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "home")


def settings_of(home):
    return Settings.model_validate({"home": home, "locales_dir": ROOT / "locales"})


def check(home):
    with open_home(settings_of(home)) as opened:
        return {found.name: [breach.message for breach in found.breaches] for found in check_invariants(opened)}


def change_by_hand(home, *statements):
    with closing(sqlite3.connect(home / "kb.sqlite3")) as database, database:
        for statement in statements:
            database.execute(statement)


def broken(home):
    return {name for name, breaches in check(home).items() if breaches}


def test_a_sound_home_keeps_all_ten(home):
    assert check(home) == {f"I{n}": [] for n in range(1, 11)}
    assert all(sentence.endswith(".") for _, sentence, _ in INVARIANTS)


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("DELETE FROM decisions WHERE position = 1", {"I1", "I7"}),
        ("UPDATE decisions SET value = json_set(value, '$.actor', 'mallory') WHERE position = 2", {"I1", "I7"}),
        ("UPDATE revisions SET text = json_set(text, '$.answer', 'ซื้อทอง') WHERE market = 'th-TH'", {"I2", "I3", "I7", "I10"}),
        ("UPDATE live_releases SET number = 9 WHERE market = 'th-TH'", {"I4", "I7", "I9", "I10"}),
        ("UPDATE releases SET report = json_set(report, '$.failures', json('[\"bad\"]')) WHERE market = 'th-TH'", {"I4", "I7"}),
        ("UPDATE changes SET state = 'approved' WHERE state = 'pending'", {"I6", "I7"}),
        ("UPDATE entries SET state = 'retired' WHERE market = 'en-US'", {"I6", "I7"}),
        ("DELETE FROM events WHERE action = 'entry.approved' AND seq < 6", {"I2", "I7"}),
        ("UPDATE events SET actor = 'mallory' WHERE action = 'release.live'", {"I7"}),
        ("UPDATE source_faqs SET value = json_set(value, '$.provenance.calls', json('[\"abc\"]')) WHERE id = 'refunds'",
        {"I5"}),
        ("DELETE FROM release_items WHERE market = 'en-US'", {"I3", "I7", "I10"}),
    ],
)  # fmt: skip
def test_what_was_changed_by_hand_is_found(home, statement, names):
    change_by_hand(home, statement)
    assert broken(home) == names


def test_a_draft_of_a_source_that_is_not_there_is_found(home):
    knowledge = Knowledge(home)
    revision = revision_of("th-TH", "gone")
    knowledge.store.save_draft(
        Draft(market="th-TH", source_faq_id="gone", source_revision=1, pack_fingerprint="p", revision=revision, findings=())
    )
    knowledge.store.close()
    assert broken(home) == {"I8"}


def test_a_damaged_index_is_found_and_one_of_no_release(home):
    (home / "releases/th-TH/r0001/chroma.sqlite3").write_bytes(b"not a database")
    shutil.copytree(home / "releases/en-US/r0001", home / "releases/en-US/r0007")
    assert broken(home) == {"I3", "I9", "I10"}


def test_a_database_with_damaged_pages_is_found(home):
    change_by_hand(
        home, "PRAGMA writable_schema = ON", "UPDATE sqlite_master SET rootpage = 3 WHERE name = 'ix_entries_market'"
    )
    assert "I9" in broken(home)


def test_a_slow_start_is_found(home, monkeypatch):
    monkeypatch.setattr(served, "READY_SECONDS", 0.0)
    assert broken(home) == {"I10"}
