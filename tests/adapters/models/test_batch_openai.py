"""What a batch's file may hold: each line is read by itself, whatever befell the others."""

import json

import pytest

from kb_pipeline.adapters.models.batch_openai import BatchEndpoint, BatchState, read_line
from kb_pipeline.adapters.models.chat_openai import Endpoint
from kb_pipeline.adapters.models.setbacks import Setback
from kb_pipeline.domain.calls import Outcome

STATE = BatchState(status="completed", done=1, sent="in", files=("out", "errors"), problem="")


def good(text="ได้ครับ", key="k"):
    body = {"choices": [{"finish_reason": "stop", "message": {"content": text}}], "usage": {"prompt_tokens": 3}}
    return {"custom_id": key, "response": {"status_code": 200, "body": body}, "error": None}


def failed(status, message, key="k"):
    return {"custom_id": key, "response": {"status_code": status, "body": {"error": {"message": message}}}}


@pytest.fixture
def read(httpserver):
    """The lines of a batch with these two files."""
    provider = BatchEndpoint(Endpoint(model="m", base_url=lambda: httpserver.url_for("/v1"), key="k", retries=0))

    def lines(out: bytes, errors: bytes = b""):
        httpserver.expect_request("/v1/files/out/content").respond_with_data(out)
        httpserver.expect_request("/v1/files/errors/content").respond_with_data(errors)
        return provider.lines(STATE)

    return lines


def as_file(*lines):
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()


def test_replies_are_read_from_both_files(read):
    lines = read(as_file(good("Yes", "a"), good("ได้ครับ", "ข")), as_file(failed(500, "oops", "c")))
    assert [read_line(lines[key]).text for key in ("a", "ข")] == ["Yes", "ได้ครับ"]
    assert read_line(lines["a"]).usage.prompt_tokens == 3
    with pytest.raises(Setback) as caught:
        read_line(lines["c"])
    assert "oops" in caught.value.message


@pytest.mark.parametrize(
    "broken", [b"{", b"\xff\x00", b"[]", b"7", b"null", b'{"custom_id": 7}', b"[" * 100_000], ids=lambda line: repr(line[:9])
)
def test_broken_lines_are_left_out_and_the_others_are_read(read, broken):
    lines = read(broken + b"\n" + as_file(good()) + b"\n" + broken)
    assert lines.keys() == {"k"}
    assert read_line(lines["k"]).text == "ได้ครับ"


def test_of_two_answers_to_one_call_the_first_counts(read):
    assert read_line(read(as_file(good("แรก"), good("หลัง")), as_file(failed(500, "oops")))["k"]).text == "แรก"


@pytest.mark.parametrize(
    ("line", "outcome", "words"),
    [
        ("", Outcome.RETRY_LATER, "without an answer"),
        (
            json.dumps({"response": None, "error": {"code": "batch_expired", "message": "no time"}}),
            Outcome.RETRY_LATER,
            "no time",
        ),
        (json.dumps({"response": 7, "error": ["x"]}), Outcome.RETRY_LATER, "in a batch"),
        (json.dumps({"response": {"status_code": "x", "body": 7}}), Outcome.RETRY_LATER, "no chat completion"),
        (json.dumps(failed(429, "too many")), Outcome.RETRY_LATER, "too many"),
        (json.dumps(failed(401, "bad key")), Outcome.RETRY_LATER, "bad key"),
        (json.dumps(failed(400, "content_filter")), Outcome.ITEM_FAILED, "content_filter"),
    ],
    ids=["none", "expired", "no response", "no status", "busy", "unusable", "filtered"],
)
def test_a_line_without_a_reply_says_why_and_stops_no_run(line, outcome, words):
    with pytest.raises(Setback) as caught:
        read_line(line)
    assert caught.value.outcome is outcome
    assert words in caught.value.message
