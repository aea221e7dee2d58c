"""The query log: a request once, its outcomes in order, and nothing after its time."""

from datetime import UTC, datetime, timedelta

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.answers import Feedback, Outcome, QueryRecord
from kb_pipeline.errors import NotFoundError
from tests.adapters.store_sql.samples import MARKETS, TEXTS

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)


def record_of(market: str, request_id: str = "r1", *, days_ago: int = 0) -> QueryRecord:
    return QueryRecord(
        request_id=request_id,
        at=NOW - timedelta(days_ago),
        market=market,
        text=TEXTS[market][0],
        client="key",
        release=f"{market}/r0001",
        entry_ids=("a", "b"),
        confidence=0.75,
        seconds=0.01,
    )


@pytest.mark.parametrize("market", MARKETS)
def test_a_request_is_logged_once(store: SqlStore, market: str) -> None:
    record = record_of(market)
    store.save_queries([])
    store.save_queries([record, record_of(market, "r2")])
    store.save_queries([record.model_copy(update={"text": "another"})])
    assert store.query("r1") == record
    assert store.query("unknown") is None


@pytest.mark.parametrize("market", MARKETS)
def test_outcomes_are_kept_in_the_order_in_which_they_came(store: SqlStore, market: str) -> None:
    store.save_queries([record_of(market)])
    outcomes = [
        Feedback(request_id="r1", outcome=Outcome.NOT_HELPFUL, comment="ไม่ตรงคำถาม"),
        Feedback(request_id="r1", outcome=Outcome.CSAT, score=2),
    ]
    for feedback in outcomes:
        store.save_feedback(feedback, NOW)
    assert list(store.feedback("r1")) == outcomes
    assert list(store.feedback("unknown")) == []
    with pytest.raises(NotFoundError, match="unknown"):
        store.save_feedback(outcomes[0].model_copy(update={"request_id": "unknown"}), NOW)


def test_what_is_past_its_time_is_forgotten_with_its_outcomes(store: SqlStore) -> None:
    store.save_queries([record_of("th-TH", f"r{days}", days_ago=days) for days in (0, 30, 90, 91)])
    for request in ("r0", "r91"):
        store.save_feedback(Feedback(request_id=request, outcome=Outcome.RESOLVED), NOW)
    assert store.forget_queries(NOW - timedelta(90)) == 1
    assert store.forget_queries(NOW - timedelta(90)) == 0
    assert [store.query(f"r{days}") is not None for days in (0, 30, 90, 91)] == [True, True, True, False]
    assert (len(store.feedback("r0")), len(store.feedback("r91"))) == (1, 0)
