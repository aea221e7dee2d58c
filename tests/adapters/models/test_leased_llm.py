"""A request is in one run's hand: the others are told so, and get the answer when it is there."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kb_pipeline.adapters.models.leased_llm import LeasedLLM
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.calls import Message, ModelRequest
from kb_pipeline.errors import InHandError, LLMOutputError, StoreError
from tests.fakes import ScriptedLLM

REQUEST = ModelRequest(prompt="say@1", prompt_fingerprint="f", messages=(Message(role="user", content="พูด"),), max_tokens=5)


class Said(Value):
    word: str


class Model:
    """A scripted model that answers when it may."""

    def __init__(self):
        self.asked, self.may = threading.Event(), threading.Event()

    def __call__(self, _):
        self.asked.set()
        self.may.wait(10)
        return {"word": "สวัสดี"}


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def runs(store, model):
    """Two runs that share one memo."""
    llm = ScriptedLLM({"say": model})
    both = [LeasedLLM(llm, store, seconds=20) for _ in range(2)]
    yield both
    for run in both:
        run.close()


def test_what_another_run_asks_is_put_off_and_found_later(runs, model):
    one, two = runs
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(one.ask, REQUEST, Said)
        model.asked.wait(10)
        with pytest.raises(InHandError):
            two.ask(REQUEST, Said)
        model.may.set()
        assert not first.result().cached
    again = two.ask(REQUEST, Said)
    assert (again.cached, again.value.word) == (True, "สวัสดี")


def test_a_request_that_failed_is_in_nobodys_hand(store):
    def refuse(_):
        raise LLMOutputError("ไม่ตอบ", "ask again")

    llm = LeasedLLM(ScriptedLLM({"say": refuse}), store, seconds=20)
    for _ in range(2):
        with pytest.raises(LLMOutputError):
            llm.ask(REQUEST, Said)
    llm.close()


class Beats:
    """Leases that count renewals; the first one meets a database that is busy."""

    def __init__(self):
        self.renewed = 0

    def take_lease(self, *_):
        return True

    def end_lease(self, *_):
        pass

    def renew_leases(self, *_):
        self.renewed += 1
        if self.renewed == 1:
            raise StoreError("the database is locked", "wait")


def test_a_long_call_is_renewed_whatever_the_database_says_and_no_more_after_the_end(model):
    beats = Beats()
    llm = LeasedLLM(ScriptedLLM({"say": model}), beats, seconds=0.04)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(llm.ask, REQUEST, Said)
        while beats.renewed < 3:
            time.sleep(0.01)
        model.may.set()
    llm.close()
    ended = beats.renewed
    time.sleep(0.1)
    assert beats.renewed == ended
