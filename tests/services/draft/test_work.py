"""Work on many items side by side: what was made comes back in order, what fails alone fails alone."""

import threading

import pytest

from kb_pipeline.errors import CapReachedError, InHandError, LLMOutputError, LLMUnavailableError
from kb_pipeline.services.draft.work import run_all
from tests.fakes import SilentProgress


def work_on(items, work, parallel=2):
    return run_all(
        "test", items, work, name=lambda item: f"item {item}", note=str, parallel=parallel, progress=SilentProgress()
    )  # fmt: skip


def test_what_was_made_comes_in_the_order_of_the_items_however_long_each_takes():
    later = threading.Event()

    def work(item):
        later.wait(5) if item == 1 else later.set()
        return item * 10

    outcomes = work_on([1, 2, 3], work)
    assert (outcomes.done, outcomes.failures) == ((10, 20, 30), ())


def test_an_item_that_fails_alone_is_named_and_the_others_are_done():
    def work(item):
        if item == "ข":
            raise LLMOutputError("คำตอบใช้ไม่ได้", "use a stronger model")
        return item

    outcomes = work_on(["ก", "ข", "ค"], work)
    assert outcomes.done == ("ก", "ค")
    (failure,) = outcomes.failures
    assert (failure.item, failure.code, "คำตอบใช้ไม่ได้" in failure.message) == ("item ข", "llm-output", True)


def test_an_unusable_endpoint_stops_what_has_not_begun_and_is_raised():
    begun = []

    def work(item):
        begun.append(item)
        raise LLMUnavailableError("the endpoint refuses", "start it")

    with pytest.raises(LLMUnavailableError):
        work_on(list(range(50)), work, parallel=1)
    assert len(begun) < 50


def test_a_result_may_be_nothing():
    assert work_on([1], lambda _: None).done == (None,)
    assert work_on([], lambda item: item).done == ()


def test_what_another_run_has_in_hand_is_put_off_until_the_others_are_done():
    begun = []

    def work(item):
        begun.append(item)
        if item == "ก" and begun.count("ก") == 1:
            raise InHandError("another run asks it", "wait")
        return item

    assert work_on(["ก", "ข", "ค"], work, parallel=1).done == ("ก", "ข", "ค")
    assert begun == ["ก", "ข", "ค", "ก"]


def test_at_the_cap_the_items_that_need_no_call_are_done_and_the_others_named():
    def work(item):
        if item == "ข":
            raise CapReachedError("the cap of 10 tokens is reached", "run again")
        return item

    outcomes = work_on(["ก", "ข", "ค"], work)
    assert (outcomes.done, outcomes.failures, outcomes.still_due) == (("ก", "ค"), (), ("item ข",))
    assert "10 tokens" in outcomes.capped
