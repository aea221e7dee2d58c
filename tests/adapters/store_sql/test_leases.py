"""A model call is in one hand at a time, and in none for ever."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from kb_pipeline.adapters.store_sql import SqlStore

LONG, OVER = 60.0, 0.0  # seconds that a lease lasts


@pytest.fixture
def another(url: str, store: SqlStore) -> Iterator[SqlStore]:
    """The store as another process has it open."""
    opened = SqlStore(url)
    yield opened
    opened.close()


def test_what_one_run_has_in_hand_no_other_takes_until_it_is_given_back(store: SqlStore, another: SqlStore) -> None:
    assert store.take_lease("call", "one", LONG)
    assert not another.take_lease("call", "two", LONG)
    assert not store.take_lease("call", "one", LONG)
    assert another.take_lease("คำขออื่น", "two", LONG)
    another.end_lease("call", "two")
    assert not another.take_lease("call", "two", LONG)
    store.end_lease("call", "one")
    assert another.take_lease("call", "two", LONG)


def test_a_killed_run_holds_nothing_when_its_leases_are_over(store: SqlStore, another: SqlStore) -> None:
    store.take_lease("call", "killed", OVER)
    assert another.take_lease("call", "two", LONG)
    store.end_lease("call", "killed")
    assert not store.take_lease("call", "killed", LONG)


def test_a_run_that_lives_keeps_what_it_renews_and_only_that(store: SqlStore, another: SqlStore) -> None:
    store.take_lease("call", "one", OVER)
    another.take_lease("คำขออื่น", "two", OVER)
    store.renew_leases("one", LONG)
    assert not another.take_lease("call", "two", LONG)
    assert store.take_lease("คำขออื่น", "one", LONG)


def test_a_clock_that_went_back_does_not_make_a_lease_last_for_days(store: SqlStore, another: SqlStore) -> None:
    store.take_lease("call", "killed", 2 * 86_400)
    assert another.take_lease("call", "two", LONG)


def test_of_many_that_want_one_call_at_once_one_gets_it(store: SqlStore, another: SqlStore) -> None:
    wanting = [(one, f"holder {n}") for n in range(8) for one in (store, another)]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda each: each[0].take_lease("call", each[1] + str(id(each[0])), LONG), wanting))
    assert sum(got) == 1
