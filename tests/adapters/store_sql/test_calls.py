"""A finished model call is kept for good; its cost may be unknown."""

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.calls import StoredCall
from kb_pipeline.domain.faqs import Usage


def call_of(key: str, response: str, cost: float | None = None) -> StoredCall:
    usage = Usage(prompt_tokens=100, completion_tokens=20, cost=cost)
    return StoredCall(fingerprint=key, prompt="generate@1", model="tiny", response=response, usage=usage, seconds=1.5)


@pytest.mark.parametrize("response", ['{"question": "How long?"}', '{"question": "นานเท่าไร"}'])
def test_the_first_answer_to_a_request_stays(store: SqlStore, response: str) -> None:
    assert store.find_call("f1") is None
    store.save_call(call_of("f1", response))
    store.save_call(call_of("f1", "another"))
    assert store.find_call("f1") == call_of("f1", response)


def test_totals_add_up_what_is_known(store: SqlStore) -> None:
    assert store.call_totals() == (0, Usage(cost=0.0))
    store.save_call(call_of("f1", "paid", cost=0.25))
    store.save_call(call_of("f2", "ฟรี"))
    assert store.call_totals() == (2, Usage(prompt_tokens=200, completion_tokens=40, cost=None))
