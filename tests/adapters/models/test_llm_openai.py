"""The adapter against a real HTTP server that speaks the protocol, with faults."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from pydantic import Field
from werkzeug import Request, Response

from kb_pipeline.adapters.models.llm_openai import Endpoint, OpenAILLM, Price
from kb_pipeline.bootstrap import LanguageModel
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.calls import Message, ModelRequest, StoredCall
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.errors import LLMLaterError, LLMOutputError, LLMUnavailableError, UsageError
from kb_pipeline.prompts import load_prompt
from kb_pipeline.settings import Settings


class Said(Value):
    word: str = Field(max_length=20)


def request(text="Say a word.") -> ModelRequest:
    return ModelRequest(prompt="say@1", prompt_fingerprint="f", messages=(Message(role="user", content=text),), max_tokens=50)


def completion(content, finish="stop", usage=(7, 3)):
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}
    counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": counted}


@pytest.fixture
def memo(store):
    return store


def llm_at(httpserver, memo, **changes):
    known = {"model": "m", "base_url": lambda: httpserver.url_for("/v1"), "key": "k", "retries": 0, "timeout": 5.0}
    return OpenAILLM(Endpoint(**known | {"backoff": 0.001} | changes), memo)


def answering(httpserver, *contents):
    bodies = []
    left = list(contents)

    def handler(http: Request) -> Response:
        bodies.append(http.get_json())
        said = left.pop(0) if len(left) > 1 else left[0]
        return said if isinstance(said, Response) else Response(json.dumps(completion(said)), mimetype="application/json")

    httpserver.expect_request("/v1/chat/completions").respond_with_handler(handler)
    return bodies


def test_an_answer_is_parsed_counted_and_priced(httpserver, memo):
    answering(httpserver, '{"word": "สวัสดี"}')
    llm = llm_at(httpserver, memo, price=Price(prompt=1.0, completion=2.0))
    reply = llm.ask(request(), Said)
    assert reply.value.word == "สวัสดี"
    assert not reply.cached
    assert llm.account.calls == 1
    assert llm.account.usage.prompt_tokens == 7
    assert reply.usage.cost == pytest.approx(13e-6)


def test_an_equal_request_is_never_paid_twice_even_by_another_process(httpserver, memo):
    bodies = answering(httpserver, '{"word": "hello"}')
    llm_at(httpserver, memo).ask(request(), Said)
    again = llm_at(httpserver, memo)
    assert again.ask(request(), Said).cached
    assert again.account.calls == 0
    assert len(bodies) == 1


def test_equal_requests_side_by_side_are_paid_once(httpserver, memo):
    bodies = answering(httpserver, '{"word": "hello"}')
    llm = llm_at(httpserver, memo)
    with ThreadPoolExecutor(8) as pool:
        words = list(pool.map(lambda _: llm.ask(request(), Said).value.word, range(16)))
    assert words == ["hello"] * 16
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "broken",
    [
        "no json",
        "{",
        '{"word": NaN}',
        '{"word": "a", "word": "b"}',
        '{"other": 1}',
        "[" * 50_000,
        '{"word": "คำ' + "ยาว" * 30 + '"}',
    ],
)
def test_invalid_output_gets_one_repair_turn(httpserver, memo, broken):
    bodies = answering(httpserver, broken, '{"word": "mended"}')
    llm = llm_at(httpserver, memo)
    reply = llm.ask(request(), Said)
    assert reply.value.word == "mended"
    assert "no valid answer" in bodies[1]["messages"][-1]["content"]
    assert (llm.account.calls, llm.account.usage.prompt_tokens) == (2, 14)
    assert memo.call_totals()[0] == 2
    (kept,) = memo.unusable_replies(reply.calls[0])
    assert kept.response == broken
    assert kept.problem
    assert llm_at(httpserver, memo).ask(request(), Said).cached


@pytest.mark.parametrize("broken", ["no json", "", "ไม่ใช่ JSON"])
def test_output_that_stays_invalid_fails_with_a_name_and_is_asked_for_again_by_a_later_run(httpserver, memo, broken):
    bodies = answering(httpserver, broken, broken, '{"word": "later"}')
    with pytest.raises(LLMOutputError, match="asked twice"):
        llm_at(httpserver, memo).ask(request(), Said)
    assert llm_at(httpserver, memo).ask(request(), Said).value.word == "later"
    assert len(bodies) == 3


@pytest.fixture
def old_memo(httpserver, memo):
    """A memo as earlier versions filled it: an invalid reply under its request's key, its repair under a key of its own."""
    bodies = answering(httpserver, '{"word": "valid"}')
    kept = {}
    memo_of_keys = SimpleNamespace(find_call=lambda key: kept.setdefault("asked", []).append(key), save_call=lambda _: None)
    asking = llm_at(httpserver, memo_of_keys)
    asking.ask(request(), Said)
    problem = "Expecting value: line 1 column 1 (char 0)"
    turns = (Message(role="assistant", content="no json"), *load_prompt("fix_output").render(problem=problem))
    repair = request().model_copy(update={"messages": (*request().messages, *turns)})
    asking.ask(repair, Said)
    bodies.clear()
    return SimpleNamespace(invalid=kept["asked"][0], repair=kept["asked"][1], bodies=bodies)


def stored(key, response):
    return StoredCall(fingerprint=key, prompt="say@1", model="m", response=response, usage=Usage(prompt_tokens=7), seconds=1.0)


def test_an_old_home_that_holds_an_invalid_reply_heals(httpserver, memo, old_memo):
    memo.save_call(stored(old_memo.invalid, "no json"))
    assert llm_at(httpserver, memo).ask(request(), Said).value.word == "valid"
    assert len(old_memo.bodies) == 1
    assert memo.find_call(old_memo.invalid).response == '{"word": "valid"}'
    assert [kept.response for kept in memo.unusable_replies(old_memo.invalid)] == ["no json"]
    assert memo.call_totals()[0] == 2


def test_an_old_home_that_holds_the_repair_as_well_pays_nothing(httpserver, memo, old_memo):
    memo.save_call(stored(old_memo.invalid, "no json"))
    memo.save_call(stored(old_memo.repair, '{"word": "mended"}'))
    reply = llm_at(httpserver, memo).ask(request(), Said)
    assert (reply.value.word, reply.cached, old_memo.bodies) == ("mended", True, [])


def test_an_old_home_whose_reply_was_fenced_pays_nothing(httpserver, memo, old_memo):
    memo.save_call(stored(old_memo.invalid, 'คำตอบ:\n```json\n{"word": "fenced"}\n```'))
    assert llm_at(httpserver, memo).ask(request(), Said).value.word == "fenced"
    assert old_memo.bodies == []


def test_nobody_listening_is_unavailable(memo):
    llm = OpenAILLM(
        Endpoint(model="m", base_url=lambda: "http://127.0.0.1:9/v1", key="k", retries=0, timeout=2.0, starting=0.1), memo
    )
    with pytest.raises(LLMUnavailableError, match="cannot be used"):
        llm.ask(request(), Said)


@pytest.mark.parametrize("address", ["http://no-such-host.invalid/v1", "no-address"])
def test_an_address_that_leads_nowhere_is_unavailable(memo, address):
    llm = OpenAILLM(Endpoint(model="m", base_url=lambda: address, key="k", retries=0, timeout=2.0, starting=0.1), memo)
    with pytest.raises(LLMUnavailableError) as raised:
        llm.ask(request(), Said)
    assert "KB_LLM_BASE_URL" in raised.value.remedy


BAD_ADDRESSES = [
    "localhost:18999/v1",
    "http://[::1/v1",
    "http://a\x01b/v1",
    "ftp://a/v1",
    "http:///v1",
    "http://ร้าน.ไทย:99999/v1",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_address_that_is_none_is_refused_at_once(memo, address):
    with pytest.raises(UsageError) as raised:
        LanguageModel(Settings(llm_model="m", llm_base_url=f"{address}"), memo)
    assert "KB_LLM_BASE_URL" in raised.value.remedy
    llm = OpenAILLM(Endpoint(model="m", base_url=lambda: address, key="k", backoff=60.0, starting=0.1), memo)
    with pytest.raises(LLMUnavailableError, match="cannot be used"):
        llm.ask(request(), Said)


def test_an_address_with_a_password_is_taken_and_never_shown(memo):
    LanguageModel(Settings(llm_model="m", llm_base_url="https://ann:secret@ร้าน.example/v1"), memo)
    with pytest.raises(UsageError) as raised:
        LanguageModel(Settings(llm_model="m", llm_base_url="ann:secret@ร้าน.example/v1"), memo)
    assert "secret" not in str(raised.value)


def test_where_nobody_ever_listened_a_run_is_told_once_and_ends_soon(memo, caplog):
    known = {"retries": 100, "backoff": 0.01, "starting": 0.3, "straight": 3, "pauses": (0.1, 60.0, 60.0)}
    llm = OpenAILLM(Endpoint(model="m", base_url=lambda: "http://127.0.0.1:9/v1", key="k", **known), memo)
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(llm.ask, request(text), Said) for text in ("Say a word.", "พูดหนึ่งคำ")]
    assert all(isinstance(one.exception(), LLMUnavailableError) for one in asked)
    assert time.monotonic() - began < 5
    (told,) = caplog.messages
    assert "no connection" in told
    assert "trying again until" in told


def page():
    return Response("<!DOCTYPE html><h1>เข้าสู่ระบบ</h1>", mimetype="text/html")


def test_a_web_page_in_the_first_place_is_a_wrong_address_after_two_tries(httpserver, memo):
    bodies = answering(httpserver, page())
    with pytest.raises(LLMUnavailableError, match="web page") as raised:
        llm_at(httpserver, memo, retries=4).ask(request(), Said)
    assert "/v1" in raised.value.remedy
    assert len(bodies) == 2


def test_web_pages_after_an_answer_are_a_bad_moment(httpserver, memo):
    answering(httpserver, '{"word": "hello"}', page(), page(), page(), '{"word": "again"}')
    llm = llm_at(httpserver, memo, retries=4)
    assert [llm.ask(request(text), Said).value.word for text in ("one", "สอง")] == ["hello", "again"]


def test_a_server_that_never_answers_times_out(httpserver, memo):
    stop = threading.Event()
    httpserver.expect_request("/v1/chat/completions").respond_with_handler(lambda _: stop.wait(10) or Response("late"))
    try:
        with pytest.raises(LLMLaterError, match="no answer within"):
            llm_at(httpserver, memo, timeout=0.3).ask(request(), Said)
    finally:
        stop.set()


def test_lengths_are_sent_only_to_endpoints_that_honour_them(httpserver, memo):
    bodies = answering(httpserver, '{"word": "a"}')
    llm_at(httpserver, memo, lengths=True).ask(request(), Said)
    llm_at(httpserver, memo, lengths=False).ask(request(), Said)
    sent = [json.dumps(b["response_format"]) for b in bodies]
    assert "maxLength" in sent[0]
    assert "maxLength" not in sent[1]


def test_another_prompt_version_is_another_request(httpserver, memo):
    bodies = answering(httpserver, '{"word": "a"}')
    llm = llm_at(httpserver, memo)
    llm.ask(request(), Said)
    llm.ask(request().model_copy(update={"prompt_fingerprint": "g"}), Said)
    assert len(bodies) == 2


def test_a_call_has_one_deadline_over_all_its_tries(httpserver, memo):
    stop = threading.Event()
    httpserver.expect_request("/v1/chat/completions").respond_with_handler(lambda _: stop.wait(10) or Response("late"))
    started = time.monotonic()
    try:
        with pytest.raises(LLMLaterError, match="no answer within") as raised:
            llm_at(httpserver, memo, timeout=0.3, deadline=0.5, retries=9).ask(request(), Said)
    finally:
        stop.set()
    assert time.monotonic() - started < 2
    assert "KB_LLM_DEADLINE" in raised.value.remedy


def test_a_wait_that_is_longer_than_the_deadline_is_left_to_the_next_run(httpserver, memo):
    bodies = answering(httpserver, Response("{}", status=429, headers={"Retry-After": "3600"}))
    started = time.monotonic()
    with pytest.raises(LLMLaterError, match="429"):
        llm_at(httpserver, memo, retries=9, deadline=30.0).ask(request(), Said)
    assert time.monotonic() - started < 5
    assert len(bodies) == 1


def ask_many(llm, count, parallel=4):
    """How each of so many calls ended."""

    def ask(n):
        try:
            return llm.ask(request(f"Say {n}."), Said).value.word
        except (LLMLaterError, LLMUnavailableError) as error:
            return error

    with ThreadPoolExecutor(parallel) as pool:
        return list(pool.map(ask, range(count)))


def test_an_endpoint_that_always_fails_is_left_alone_after_ten_failures_and_stops_the_run(httpserver, memo):
    bodies = answering(httpserver, Response("{}", status=503))
    ended = ask_many(llm_at(httpserver, memo, retries=4, pauses=(0.02, 0.02)), 24)
    assert all(isinstance(error, LLMUnavailableError | LLMLaterError) for error in ended)
    assert isinstance(ended[-1], LLMUnavailableError)
    assert "times in a row, the last time: status 503" in str(ended[-1])
    assert len(bodies) <= 10 + 3 + 2  # ten, what was in flight, two probes


def test_one_probe_finds_out_that_the_endpoint_is_back_and_all_go_on(httpserver, memo):
    fails = [Response("{}", status=503) for _ in range(12)]
    bodies = answering(httpserver, *fails, '{"word": "กลับมาแล้ว"}')
    assert ask_many(llm_at(httpserver, memo, retries=9, pauses=(0.02,) * 9), 24) == ["กลับมาแล้ว"] * 24
    assert len(bodies) == 12 + 24


def test_requests_that_the_endpoint_refuses_for_their_own_sake_do_not_open_the_breaker(httpserver, memo):
    too_long = json.dumps({"error": {"message": "maximum context length", "code": "context_length_exceeded"}})
    bodies = answering(httpserver, Response(too_long, status=400))
    llm = llm_at(httpserver, memo)
    for n in range(15):
        with pytest.raises(LLMOutputError):
            llm.ask(request(f"Say {n}."), Said)
    assert len(bodies) == 15
