"""What is live is damaged, in its index or in the database: it is said so, and what the message says to do works at once."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from kb_pipeline.adapters.index.chroma import ChromaIndexes
from kb_pipeline.errors import BlockedError, KBError, ReleaseError
from kb_pipeline.services.serve.live import LiveReleases
from tests.api.knowledge import RETURNS_TH, SAID
from tests.databases import database_url
from tests.publishing import publisher_of

MARKETS = tuple(SAID)


@pytest.fixture
def published(knowledge):
    for market, faqs in SAID.items():
        for faq in faqs:
            knowledge.approve(market, faq)
        publisher_of(knowledge, market).publish()
    return knowledge


@pytest.fixture
def serving(published):
    """What an API that runs serves."""
    publisher = publisher_of(published, "th-TH")
    made = LiveReleases(published.store, publisher.indexes, publisher.embedder, MARKETS)
    yield made
    made.close()


def index_of(knowledge, market):
    return knowledge.settings.home / "releases" / market / "r0001"


def by_sql(knowledge, *statements):
    engine = create_engine(database_url(knowledge.settings.home))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def answers(serving, publisher, question):
    """The question's entries, as an API that runs finds them."""
    serving.refresh()
    with serving.reading(publisher.market.tag) as released:
        assert released is not None, serving.ready()
        return [hit.text_id for hit in released.index.dense(publisher.embedder.embed([question], "query")[0], 1)]


def spoil(file, how):
    data = file.read_bytes()
    file.write_bytes({"random": os.urandom(len(data)), "cut": data[: len(data) // 2], "empty": b""}[how])


def another_text(folder):
    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as database, database:
        changed = "UPDATE embedding_metadata SET string_value = 'free for all' WHERE key = 'chroma:document'"
        assert database.execute(changed).rowcount


DAMAGES = {
    **{f"{name} is {how}": lambda folder, name=name, how=how: spoil(folder / name, how)
       for name in ("chroma.sqlite3", "lexical.sqlite3", "release.json") for how in ("random", "cut", "empty")},
    "its vectors are gone": lambda folder: [shutil.rmtree(path.parent) for path in folder.glob("*/header.bin")],
    "all of it is gone": shutil.rmtree,
    "a text in it is another one": another_text,
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_index_is_made_anew_by_the_next_publication_though_nothing_else_changed(published, damage):
    publisher = publisher_of(published, "th-TH")
    damage(index_of(published, "th-TH"))
    assert publisher.publish() is None
    assert publisher.verifier.verify(publisher.live()).failures == ()


def test_an_api_that_runs_reads_an_index_that_another_process_made_anew(published, serving, tmp_path):
    publisher = publisher_of(published, "th-TH")
    before = answers(serving, publisher, RETURNS_TH[0])
    another = replace(publisher, indexes=ChromaIndexes(tmp_path / "another"))  # Chroma shares a folder within a process
    assert another.restore_indexes() == ("th-TH/r0001",)
    shutil.rmtree(index_of(published, "th-TH"))
    shutil.move(tmp_path / "another" / "th-TH" / "r0001", index_of(published, "th-TH"))
    with serving.reading("th-TH") as released:
        assert not released.index.is_current()
    assert answers(serving, publisher, RETURNS_TH[0]) == before
    with serving.reading("th-TH") as released:
        assert released.index.is_current()


def test_an_api_that_starts_beside_a_damaged_index_says_so_and_goes_on_when_it_is_made_anew(published, serving, monkeypatch):
    monkeypatch.setattr("kb_pipeline.services.serve.live._PATIENCE", 0.0)
    publisher = publisher_of(published, "th-TH")
    spoil(index_of(published, "th-TH") / "chroma.sqlite3", "random")
    serving.refresh()
    (problem,) = serving.ready()
    assert "th-TH/r0001 is not open" in problem
    assert "kb release publish --market th-TH" in problem
    publisher.publish()
    assert answers(serving, publisher, RETURNS_TH[0])


TAMPERINGS = {
    "an item is gone": "DELETE FROM release_items WHERE entry_id IN "
    "(SELECT max(entry_id) FROM release_items WHERE market = 'th-TH')",
    "an item has another hash": "UPDATE release_items SET text_hash = 'mine' WHERE market = 'th-TH'",
    "an item is of no known form": "UPDATE release_items SET topics = '\"all\"' WHERE market = 'th-TH'",
}


GARBAGE = {  # a server's types refuse it
    "an item is garbage": "UPDATE release_items SET topics = 'no json' WHERE market = 'th-TH'",
    "an item has a day that is none": "UPDATE release_items SET valid_until = 'never' WHERE market = 'th-TH'",
    "a release has a state that is none": "UPDATE releases SET state = 'dead' WHERE market = 'th-TH'",
}


@pytest.mark.sqlite_only("a server has types")
@pytest.mark.parametrize("tamper", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_in_the_database_is_told_with_its_remedy_and_the_other_markets_are_served(published, serving, tamper):
    by_sql(published, tamper)
    serving.refresh()
    assert ["kb restore FILE" in problem for problem in serving.ready()] == [True]
    assert serving.live("en-US") is not None
    assert published.store.verify_trail().findings


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_items_that_were_tampered_with_are_not_served_nor_indexed_and_a_seal_lets_publish_what_is_approved(
    published, serving, tamper
):
    publisher = publisher_of(published, "th-TH")
    by_sql(published, tamper)
    shutil.rmtree(index_of(published, "th-TH"))
    serving.refresh()
    assert serving.live("en-US") is not None
    (problem,) = serving.ready()
    assert "kb restore FILE" in problem
    assert "kb audit seal" in problem
    with pytest.raises(KBError):
        publisher.restore_indexes()
    assert not index_of(published, "th-TH").exists(), "nothing was built from it"
    with pytest.raises(BlockedError, match="audit trail"):
        publisher.publish()
    published.store.seal_trail("ann", "a repair by hand")
    assert publisher.publish().number == 2
    assert answers(serving, publisher, RETURNS_TH[0])
    assert serving.ready() == []


CHANGED = {
    "is another one": 'UPDATE revisions SET text = \'{"question": "free?", "answer": "yes"}\' WHERE market = \'th-TH\'',
    "cannot be read": "UPDATE revisions SET text = '\"free\"' WHERE market = 'th-TH'",
}


@pytest.mark.parametrize("tamper", CHANGED.values(), ids=CHANGED.keys())
def test_of_a_text_that_is_not_what_was_published_no_index_is_made(published, serving, tamper):
    publisher = publisher_of(published, "th-TH")
    by_sql(published, tamper)
    shutil.rmtree(index_of(published, "th-TH"))
    for attempt in (publisher.restore_indexes, publisher.publish):
        with pytest.raises(KBError, match="kb restore FILE"):
            attempt()
    assert not index_of(published, "th-TH").exists()
    serving.refresh()
    assert ["kb restore FILE" in problem for problem in serving.ready()] == [True]


def test_a_collected_release_whose_text_was_changed_is_not_rolled_back_to(published):
    publisher = publisher_of(published, "en-US")
    published.approve("en-US", ("Is there a shop?", "There is no shop."))
    publisher.publish()
    shutil.rmtree(index_of(published, "en-US"))
    by_sql(published, "UPDATE release_items SET text_hash = 'mine' WHERE market = 'en-US' AND number = 1")
    with pytest.raises(ReleaseError, match="other items"):
        publisher.rollback()
    assert not index_of(published, "en-US").exists()
