"""The query log never makes a customer wait, and loses nothing without saying so."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from kb_pipeline.domain.answers import QueryRecord
from kb_pipeline.errors import StoreError
from kb_pipeline.services.serve.query_log import BufferedQueryLog

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
TEXTS = {"en-US": "Where is my refund? [email]", "th-TH": "เงินคืนอยู่ที่ไหน [phone]"}


def record(n: int, market: str = "en-US", at: datetime = NOW) -> QueryRecord:
    return QueryRecord(request_id=f"r{n}", at=at, market=market, text=TEXTS[market])


@pytest.fixture
def quiet(store):
    """A log whose thread sleeps all through the test: only `flush` writes."""
    log = BufferedQueryLog(store, days=36500, capacity=3, seconds=3600)
    yield log
    log.close()


@pytest.mark.parametrize("market", TEXTS)
def test_a_record_reaches_the_store_by_itself(store, market):
    log = BufferedQueryLog(store, days=36500, seconds=0.02)
    log.add(record(1, market))
    until = time.monotonic() + 20
    while store.query("r1") is None and time.monotonic() < until:
        time.sleep(0.01)
    assert store.query("r1") == record(1, market)
    log.close()


def test_a_flush_makes_a_record_findable_at_once(store, quiet):
    quiet.add(record(1))
    assert store.query("r1") is None
    quiet.flush()
    assert store.query("r1") == record(1)


def test_when_too_many_wait_the_oldest_are_dropped_and_counted(store, quiet):
    for n in range(5):
        quiet.add(record(n))
    quiet.flush()
    assert [n for n in range(5) if store.query(f"r{n}")] == [2, 3, 4]
    assert quiet.dropped == 2


def test_what_the_store_could_not_take_is_kept_for_the_next_try_in_order(store, quiet, monkeypatch):
    def away(_):
        raise StoreError("the database cannot be reached")

    quiet.add(record(1))
    with monkeypatch.context() as patched:
        patched.setattr(store, "save_queries", away)
        with pytest.raises(StoreError):
            quiet.flush()
        quiet.add(record(2))
    quiet.flush()
    assert store.query("r1")
    assert store.query("r2")
    assert quiet.dropped == 0


def test_adding_does_not_wait_for_a_slow_store(store, quiet, monkeypatch):
    entered, go_on = threading.Event(), threading.Event()
    honest = store.save_queries

    def slow(records):
        entered.set()
        go_on.wait(20)
        honest(records)

    monkeypatch.setattr(store, "save_queries", slow)
    quiet.add(record(1))
    writer = threading.Thread(target=quiet.flush)
    writer.start()
    entered.wait(20)
    began = time.monotonic()
    quiet.add(record(2))
    assert time.monotonic() - began < 5
    go_on.set()
    writer.join()
    quiet.flush()
    assert store.query("r2")


def test_closing_writes_what_is_left(store):
    log = BufferedQueryLog(store, days=36500, seconds=3600)
    log.add(record(1, "th-TH"))
    log.close()
    assert store.query("r1") == record(1, "th-TH")


def test_what_is_older_than_the_retention_is_forgotten(store, quiet):
    log = BufferedQueryLog(store, days=90, seconds=3600)
    log.add(record(1, at=NOW - timedelta(days=91)))
    log.add(record(2, at=NOW - timedelta(days=89)))
    log.flush()
    assert log.forget(NOW) == 1
    assert (store.query("r1"), store.query("r2") is not None) == (None, True)
    log.close()
