"""A status that may be meant for one request or for all: what is known of the endpoint decides, and the words say it."""

import pytest
from werkzeug import Response

from kb_pipeline.errors import LLMOutputError, LLMUnavailableError
from tests.adapters.models.test_llm_openai import Said, answering, llm_at, request

BARRED = [
    (403, "<html>เว็บนี้ถูกบล็อก</html>", "a firewall or the provider refuses this text"),
    (403, "{}", "the provider refuses this text"),
    (451, "", "the provider refuses this text"),
    (418, "", "refuses this text"),
    (302, "", "refuses this text"),
]
GOOD = '{"word": "สวัสดี"}'


def refusal(status, body="no"):
    return Response(body, status=status, mimetype="text/html" if body.startswith("<") else "application/json")


@pytest.mark.parametrize(("status", "body", "hint"), BARRED)
def test_an_endpoint_that_refuses_one_request_goes_on_with_the_others(httpserver, store, status, body, hint):
    answering(httpserver, GOOD, refusal(status, body), GOOD)
    llm = llm_at(httpserver, store)
    llm.ask(request("first"), Said)
    with pytest.raises(LLMOutputError, match=f"status {status}") as raised:
        llm.ask(request("ข้อความที่ถูกบล็อก"), Said)
    assert hint in raised.value.remedy
    assert llm.ask(request("third"), Said).value.word == "สวัสดี"


@pytest.mark.parametrize(("status", "body", "_"), BARRED)
def test_a_new_endpoint_that_refuses_its_first_request_is_unusable(httpserver, store, status, body, _):
    answering(httpserver, refusal(status, body))
    with pytest.raises(LLMUnavailableError) as raised:
        llm_at(httpserver, store).ask(request(), Said)
    assert "refuses this text" not in raised.value.remedy


def test_what_comes_first_in_each_run_and_is_refused_blocks_no_run_once_the_model_has_answered_any(httpserver, store):
    answering(httpserver, GOOD, refusal(451), GOOD)
    llm_at(httpserver, store).ask(request("an earlier run"), Said)
    later = llm_at(httpserver, store)
    with pytest.raises(LLMOutputError):
        later.ask(request("ข้อความที่ถูกบล็อก"), Said)
    assert later.ask(request("the others"), Said).value.word == "สวัสดี"


def test_answers_of_another_model_say_nothing_of_this_one(httpserver, store):
    answering(httpserver, GOOD, refusal(403))
    llm_at(httpserver, store).ask(request(), Said)
    with pytest.raises(LLMUnavailableError):
        llm_at(httpserver, store, model="another").ask(request(), Said)


@pytest.mark.parametrize("status", [401, 402, 404])
def test_no_key_no_money_and_no_model_are_the_endpoints_whatever_it_said_before(httpserver, store, status):
    answering(httpserver, GOOD, refusal(status))
    llm = llm_at(httpserver, store)
    llm.ask(request("first"), Said)
    with pytest.raises(LLMUnavailableError):
        llm.ask(request("ข้อสอง"), Said)


def test_an_endpoint_that_refuses_many_requests_in_a_row_stops_the_run_with_a_remedy_for_the_endpoint(httpserver, store):
    bodies = answering(httpserver, GOOD, refusal(403))
    llm = llm_at(httpserver, store, straight=3, pauses=(0.01,))
    llm.ask(request("first"), Said)
    for n in range(4):
        with pytest.raises(LLMOutputError):
            llm.ask(request(f"ข้อ {n}"), Said)
    with pytest.raises(LLMUnavailableError, match="times in a row, the last time: status 403") as raised:
        llm.ask(request("the last"), Said)
    assert "KB_LLM_API_KEY" in raised.value.remedy
    assert "refuses this text" not in raised.value.remedy
    assert len(bodies) == 1 + 3 + 1


def test_a_redirect_that_would_drop_what_is_asked_is_not_followed(httpserver, store):
    httpserver.expect_request("/moved").respond_with_data(GOOD)
    answering(httpserver, GOOD, Response("", status=301, headers={"Location": httpserver.url_for("/moved")}))
    llm = llm_at(httpserver, store)
    llm.ask(request("first"), Said)
    with pytest.raises(LLMOutputError, match="status 301"):
        llm.ask(request("ข้อสอง"), Said)


def test_a_busy_endpoint_is_told_once_what_to_do(httpserver, store):
    answering(httpserver, refusal(429, "{}"))
    with pytest.raises(LLMUnavailableError) as raised:
        llm_at(httpserver, store, retries=4, straight=2, pauses=(0.01,)).ask(request(), Said)
    assert raised.value.remedy.count("run again") == 1


@pytest.mark.parametrize(
    ("said", "told"), [('{"word": 7}', "word input should be a valid string"), ("ขออภัย", "not the asked JSON")]
)
def test_what_is_wrong_with_an_answer_is_told_in_plain_words_and_the_model_is_told_as_ever(httpserver, store, said, told):
    bodies = answering(httpserver, said)
    with pytest.raises(LLMOutputError, match=told) as raised:
        llm_at(httpserver, store).ask(request(), Said)
    assert "pydantic" not in str(raised.value)
    assert "validation error" not in str(raised.value)
    assert bodies[1]["messages"][-1]["content"]
