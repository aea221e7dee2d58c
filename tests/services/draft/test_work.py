"""Work on many items side by side: what was made comes back in order, what fails alone fails alone."""

import threading

import pytest

from kb_pipeline.domain.failures import MOST_RUNS
from kb_pipeline.errors import CapReachedError, InHandError, LLMLaterError, LLMOutputError, LLMUnavailableError, NotFoundError
from kb_pipeline.services.draft.work import Work, run_all
from tests.fakes import SilentProgress


@pytest.fixture
def work_on(store):
    def work_on(items, do, parallel=2):
        work = Work("test", do, lambda item: f"item {item}", str, lambda item: f"id {item}")
        return run_all(work, items, store, parallel=parallel, progress=SilentProgress())

    return work_on


def test_what_was_made_comes_in_the_order_of_the_items_however_long_each_takes(work_on):
    later = threading.Event()

    def work(item):
        later.wait(5) if item == 1 else later.set()
        return item * 10

    outcomes = work_on([1, 2, 3], work)
    assert (outcomes.done, outcomes.failures) == ((10, 20, 30), ())


def test_an_item_that_fails_alone_is_named_and_the_others_are_done(work_on):
    def work(item):
        if item == "ข":
            raise LLMOutputError("คำตอบใช้ไม่ได้", "use a stronger model")
        return item

    outcomes = work_on(["ก", "ข", "ค"], work)
    assert outcomes.done == ("ก", "ค")
    (failure,) = outcomes.failures
    assert (failure.item, failure.code, "คำตอบใช้ไม่ได้" in failure.message) == ("item ข", "llm-output", True)


def test_an_unusable_endpoint_stops_what_has_not_begun_and_is_raised(work_on):
    begun = []

    def work(item):
        begun.append(item)
        raise LLMUnavailableError("the endpoint refuses", "start it")

    with pytest.raises(LLMUnavailableError):
        work_on(list(range(50)), work, parallel=1)
    assert len(begun) < 50


def test_a_result_may_be_nothing(work_on):
    assert work_on([1], lambda _: None).done == (None,)
    assert work_on([], lambda item: item).done == ()


def test_what_another_run_has_in_hand_is_put_off_until_the_others_are_done(work_on):
    begun = []

    def work(item):
        begun.append(item)
        if item == "ก" and begun.count("ก") == 1:
            raise InHandError("another run asks it", "wait")
        return item

    assert work_on(["ก", "ข", "ค"], work, parallel=1).done == ("ก", "ข", "ค")
    assert begun == ["ก", "ข", "ค", "ก"]


def test_at_the_cap_the_items_that_need_no_call_are_done_and_the_others_named(work_on):
    def work(item):
        if item == "ข":
            raise CapReachedError("the cap of 10 tokens is reached", "run again")
        return item

    outcomes = work_on(["ก", "ข", "ค"], work)
    assert (outcomes.done, outcomes.failures, outcomes.still_due) == (("ก", "ค"), (), ("item ข",))
    assert "10 tokens" in outcomes.capped


def fail(item):
    if item == "ข":
        raise LLMLaterError("ไม่มีคำตอบ", "run again")
    return item


def test_an_item_that_keeps_failing_is_tried_in_three_runs_and_then_rests(work_on, store):
    for run in range(1, MOST_RUNS + 1):
        assert len(work_on(["ก", "ข"], fail).failures) == 1
        (item,) = store.failed_items()
        assert (item.item, item.runs, item.code, item.message) == ("item ข", run, "llm-later", "ไม่มีคำตอบ")
    outcomes = work_on(["ก", "ข"], fail)
    assert (outcomes.done, outcomes.failures, [r.item for r in outcomes.resting]) == (("ก",), (), ["item ข"])
    assert store.failed_items()[0].rests


def test_a_person_may_ask_for_another_try_and_the_trail_says_who(work_on, store):
    for _ in range(MOST_RUNS):
        work_on(["ข"], fail)
    (item,) = store.failed_items()
    store.try_again([item.id], "มาลี")
    assert work_on(["ข"], lambda item: item).done == ("ข",)
    assert store.failed_items() == []
    assert [(event.actor, event.action, event.subject) for event in store.events()] == [("มาลี", "item.retried", "id ข")]
    with pytest.raises(NotFoundError, match="no failed item"):
        store.try_again(["id ข"], "มาลี")


def test_what_is_done_or_no_longer_due_is_forgotten(work_on, store):
    work_on(["ข"], fail)
    work_on(["ก"], fail)
    assert store.failed_items() == []


def test_an_unusable_endpoint_is_no_failure_of_the_items(work_on, store):
    def refuse(item):
        raise LLMUnavailableError("the endpoint refuses", "start it")

    with pytest.raises(LLMUnavailableError):
        work_on(["ก", "ข"], refuse)
    assert store.failed_items() == []
