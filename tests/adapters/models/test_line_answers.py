"""Answers that are one line of text, over real HTTP: what is sent, how a line is read, what the memo keeps apart."""

import pytest

from kb_pipeline.adapters.models.registry import LANGUAGE_MODEL, asks_of
from kb_pipeline.adapters.models.replies import UnusableReplyError, read_reply
from kb_pipeline.steps.localize.model_answers import LocalizedSentence
from tests.adapters.models.test_llm_openai import answering, llm_at, request


def line(text="Open the app.", draw=0):
    return request(text).model_copy(update={"form": "line", "draw": draw})


def test_a_line_is_asked_for_without_a_schema_and_ends_at_the_lines_end(httpserver, store):
    bodies = answering(httpserver, " เปิดแอป \n")
    reply = llm_at(httpserver, store).ask(line(), LocalizedSentence)
    assert reply.value.text == "เปิดแอป"
    assert "response_format" not in bodies[0]
    assert (bodies[0]["stop"], bodies[0]["temperature"]) == (["\n"], 0)


def test_every_draw_is_another_request_that_is_paid_once(httpserver, store):
    bodies = answering(httpserver, "เปิดแอป")
    llm = llm_at(httpserver, store)
    for draw in (0, 1, 2, 1, 0):
        llm.ask(line(draw=draw), LocalizedSentence)
    assert [body["temperature"] > 0 for body in bodies] == [False, True, True]
    assert len({body["seed"] for body in bodies}) == 3
    assert llm.account.cached_calls == 2


def test_the_same_words_in_json_are_another_request(httpserver, store):
    bodies = answering(httpserver, '{"text": "เปิดแอป"}')
    llm = llm_at(httpserver, store)
    llm.ask(request("Open the app."), LocalizedSentence)
    llm.ask(line(), LocalizedSentence)
    assert len(bodies) == 2


def test_an_empty_line_is_asked_for_again_as_a_line(httpserver, store):
    bodies = answering(httpserver, "  ", "เปิดแอป")
    assert llm_at(httpserver, store).ask(line(), LocalizedSentence).value.text == "เปิดแอป"
    assert "JSON" not in bodies[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("said", "read"),
    [("เปิดแอป", "เปิดแอป"), ("\n\nOpen it.\nAnd more", "Open it."), ("<think>hm\nhm</think>\nเปิดแอป", "เปิดแอป")],
)
def test_the_first_line_behind_the_reasoning_is_the_answer(said, read):
    assert read_reply(said, LocalizedSentence, "line").text == read


def test_no_line_and_an_endless_line_are_no_answer():
    for said in ("", "x" * 701):
        with pytest.raises(UnusableReplyError):
            read_reply(said, LocalizedSentence, "line")


@pytest.mark.parametrize(
    ("name", "chosen", "asks"),
    [
        (LANGUAGE_MODEL.name, None, "sentence"), ("gpt-5", None, "whole_faq"),
        (LANGUAGE_MODEL.name, "whole_faq", "whole_faq"), ("gpt-5", "sentence", "sentence"),
    ],
)  # fmt: skip
def test_how_a_model_is_asked_is_known_of_it_unless_somebody_says_otherwise(name, chosen, asks):
    assert asks_of(name, chosen) == asks
