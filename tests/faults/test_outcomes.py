"""Every fault, for ever and once, at the border: each has one outcome, with a hint, and nothing else gets past the adapter."""

import json

import pytest

from kb_pipeline.adapters.models.llm_openai import Endpoint, OpenAILLM
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.calls import Message, ModelRequest, Outcome
from kb_pipeline.errors import LLMLaterError, LLMOutputError, LLMUnavailableError
from kb_pipeline.steps.localize.model_answers import LocalizedFaq
from kb_pipeline.steps.source.generation import GeneratedFaqs
from tests.faults import server
from tests.faults.faults import FAULTS, SLOW, STOPS

FAQ = {"question": "When does it open?", "answer": "It opens at 8:00.", "phrasings": []}
THAI = {"question": "เปิดเมื่อไร?", "answer": "เปิดเวลา 8:00 น.", "phrasings": []}
STAGES = {
    "generate": (GeneratedFaqs, {"faqs": [{"question": FAQ["question"], "sources": [1], **FAQ}]}),
    "localize": (LocalizedFaq, THAI),
}
ERRORS = {
    Outcome.RETRY_LATER: LLMLaterError,
    Outcome.ITEM_FAILED: LLMOutputError,
    Outcome.ENDPOINT_UNUSABLE: LLMUnavailableError,
}


@pytest.fixture(scope="module")
def endpoint():
    with server.serve(server.Endpoint(lambda _: "")) as serving:
        yield serving


@pytest.fixture(scope="module")
def models(endpoint, tmp_path_factory):
    """A model for faults that take the whole time-out, and one for the others, over one store."""
    store = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('home') / 'kb.sqlite3'}")
    known = {"model": "m", "base_url": lambda: endpoint.url, "key": "k", "retries": 2, "backoff": 0.001, "straight": 10**6}
    slow, quick = (OpenAILLM(Endpoint(timeout=seconds, deadline=10.0, **known), store) for seconds in (0.25, 5.0))
    endpoint.script = lambda _: json.dumps(THAI)
    for llm in (slow, quick):  # its replies are known to be usable
        llm.ask(ModelRequest(prompt="say@1", prompt_fingerprint="first", messages=(), max_tokens=50), LocalizedFaq)
    yield lambda fault: slow if fault.name in SLOW else quick
    store.close()


@pytest.fixture(params=STAGES)
def stage(request, endpoint):
    """What is asked, the form of the answer, and the good one."""
    answer, good = STAGES[request.param]
    endpoint.script = lambda _: json.dumps(good, ensure_ascii=False)
    endpoint.calls = 0
    asked = (Message(role="user", content=f"เปิดเมื่อไร {request.node.name}"),)
    asking = ModelRequest(prompt="say@1", prompt_fingerprint="f", messages=asked, max_tokens=50)
    return asking, answer, answer.model_validate(good)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_that_stays_has_one_outcome_and_a_hint_that_fits(endpoint, models, stage, fault):
    (asking, answer, good), llm = stage, models(fault)
    endpoint.choose = lambda _: fault
    if fault.outcome is Outcome.USABLE:
        reply = llm.ask(asking, answer)
        assert fault.is_doubtful or reply.value == good
        assert endpoint.calls == 1
        return
    with pytest.raises(ERRORS[fault.outcome]) as raised:
        llm.ask(asking, answer)
    assert type(raised.value) is ERRORS[fault.outcome]
    assert fault.hint in raised.value.remedy
    assert ("KB_CHUNK_TOKENS" in raised.value.remedy) == ("KB_CHUNK_TOKENS" in fault.hint)
    assert endpoint.calls <= 3
    endpoint.choose = lambda _: None
    assert llm.ask(asking, answer).value == good


@pytest.mark.parametrize("fault", [f for f in FAULTS if f not in STOPS and not f.is_doubtful], ids=lambda fault: fault.name)
def test_a_fault_that_passes_costs_one_call_more_at_most_and_harms_nothing(endpoint, models, stage, fault):
    (asking, answer, good), llm, left = stage, models(fault), [fault]
    endpoint.choose = lambda _: left.pop() if left else None
    try:
        assert llm.ask(asking, answer).value == good
    except (LLMLaterError, LLMOutputError):
        assert llm.ask(asking, answer).value == good
    assert endpoint.calls <= 2
    calls = endpoint.calls
    assert llm.ask(asking, answer).cached
    assert endpoint.calls == calls
