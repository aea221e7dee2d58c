"""A clock that is set back misleads nobody: what came before what is in the trail, by number."""

import pytest
import time_machine

from kb_pipeline.adapters.store_sql import SqlStore
from tests.adapters.store_sql.samples import MARKETS, change_of
from tests.adapters.store_sql.test_withdrawals import approve, publish, silent

DAYS = ("2026-03-03 12:00+00:00", "2026-02-02 12:00+00:00", "2026-01-01 12:00+00:00")  # each runs before the one above


@pytest.mark.parametrize("market", MARKETS)
def test_what_was_live_before_is_known_by_its_number(store: SqlStore, market: str) -> None:
    assert store.live_before(market) is None
    for n, day in enumerate(DAYS):
        with time_machine.travel(day):
            approve(store, market, note=f" {n}")
            publish(store, market)
    assert store.live_before(market) == 2
    store.go_live(market, 2, "ann", 3)
    assert store.live_before(market) == 3
    store.go_live(market, 1, "ann", 2)
    assert store.live_before(market) == 2
    assert [event.seq for event in store.events()] == list(range(1, len(store.events()) + 1))
    assert store.verify_chain() is None


@pytest.mark.parametrize("market", MARKETS)
def test_the_last_withdrawal_is_taken_back_and_not_the_one_with_the_latest_time(store: SqlStore, market: str) -> None:
    entry = change_of(market).entry_id
    with time_machine.travel(DAYS[0]):
        first = approve(store, market).revision
        store.withdraw_entry(entry, "ann", "wrong")
    with time_machine.travel(DAYS[1]):
        second = approve(store, market, note=" (2)").revision
        store.withdraw_entry(entry, "ann", "wrong, too")
        store.restore_entry(entry, "bob", "right after all")
    assert silent(store, market) == {first.id}
    assert store.approved_text(entry) == second
