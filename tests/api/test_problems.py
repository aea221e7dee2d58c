"""Every error is a problem with a code, a remedy and the request's id; no body, however odd, is a server error."""

import json
import logging

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_pipeline.api.app import create_app
from kb_pipeline.errors import KBError, StoreError

QUESTION = {"query": "คืนสินค้าได้ไหม", "market": "th-TH"}


def check_problem(reply, status, code=None):
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == status
    assert problem["request_id"] == reply.headers["X-Request-ID"]
    assert problem["title"]
    assert problem["detail"]
    assert problem["remedy"]
    assert problem["type"] == f"urn:kb-pipeline:problem:{problem['code']}"
    assert code in {None, problem["code"]}
    assert "Traceback" not in reply.text
    return problem


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"query": ""}, "body.query"),
        ({"query": "   "}, "body.query"),
        ({"query": "ก" * 1001}, "body.query"),
        ({"query": "a\x00b"}, "body.query"),
        ({"query": 5}, "body.query"),
        ({"query": None}, "body.query"),
        ({"top_k": 0}, "body.top_k"),
        ({"top_k": 21}, "body.top_k"),
        ({"top_k": "5"}, "body.top_k"),
        ({"top_k": True}, "body.top_k"),
        ({"top_k": 1.5}, "body.top_k"),
        ({"market": "th_TH"}, "body.market"),
        ({"market": "../etc"}, "body.market"),
        ({"topics": "refund"}, "body.topics"),
        ({"topics": ["x"] * 21}, "body.topics"),
        ({"fallback": "no"}, "body.fallback"),
        ({"language": "th"}, "body.language"),
    ],
)
def test_a_body_that_is_off_is_422_and_says_where(running, wrong, where):
    problem = check_problem(running.post("/v1/search", QUESTION | wrong), 422, "invalid")
    assert [mistake["where"] for mistake in problem["errors"]] == [where]


@pytest.mark.parametrize("query", ["  " + "ก" * 1000 + " \n", "a" * 1000, "\ud83d\ude00" * 2 if False else "😀" * 1000])
def test_a_thousand_characters_are_fine(running, query):
    assert running.post("/v1/search", QUESTION | {"query": query}).status_code == 200


def test_a_problem_never_repeats_what_the_customer_wrote(running):
    reply = running.post("/v1/search", {"query": ["my card is 4111 1111 1111 1111"], "market": "th-TH"})
    assert "4111" not in check_problem(reply, 422)["detail"] + reply.text


@pytest.mark.parametrize(
    "path", ["/", "/v2/search", "/v1/search/", "/v1/faqs/", "/%00", "/static/../app.py", "/static/nothing"]
)
def test_an_unknown_path_is_404(running, path):
    check_problem(running.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/search"), ("DELETE", "/v1/faqs/x"), ("POST", "/healthz"), ("PUT", "/v1/feedback")]
)
def test_a_wrong_method_is_405_and_names_the_right_ones(running, method, path):
    reply = running.http.request(method, path, headers=running.auth())
    check_problem(reply, 405)
    assert reply.headers["Allow"]


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", '{"query": "ก'.encode()[:-1], b'{"query": NaN}', b"[" * 100_000, b"9" * 10_000,
     b'{"query": "\\ud800", "market": "th-TH"}', b'{"\\ud800": 1}', b'{"query": "a", "query": "b"}'],
)  # fmt: skip
def test_a_body_that_is_no_question_is_told_so(running, raw):
    headers = running.auth() | {"Content-Type": "application/json"}
    reply = running.http.post("/v1/search", content=raw, headers=headers)
    assert reply.status_code in {400, 422}
    check_problem(reply, reply.status_code)


def test_a_body_without_its_content_type_is_told_so(running):
    reply = running.http.post("/v1/search", content=json.dumps(QUESTION).encode(), headers=running.auth())
    assert "Content-Type: application/json" in check_problem(reply, 422)["remedy"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
bodies = json_values | st.fixed_dictionaries(
    {"query": st.text(max_size=40) | json_values, "market": st.sampled_from(["th-TH", "en-US", "xx"]) | json_values},
    optional={"top_k": json_values, "topics": json_values, "fallback": json_values, "request_id": json_values, "": json_values},
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(["/v1/search", "/v1/answer", "/v1/feedback"]), body=bodies)
def test_no_body_is_a_server_error(running, path, body):
    reply = running.post(path, body)
    assert reply.status_code < 500
    if reply.status_code >= 400:
        check_problem(reply, reply.status_code)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(market=st.text(), topic=st.text(), cursor=st.text(max_size=80), limit=st.text() | st.integers(), known=st.text())
def test_no_query_parameter_is_a_server_error(running, market, topic, cursor, limit, known):
    params = {"market": market or "th-TH", "topic": topic, "cursor": cursor, "limit": limit}
    headers = running.auth() | {"If-None-Match": known.encode("utf-8").hex()}
    assert running.http.get("/v1/faqs", params=params, headers=headers).status_code < 500


class Broken:
    """A service whose store fails as `error`."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def start(self) -> None: ...

    def close(self) -> None: ...

    def client(self, key: str) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreError("cannot open /secret/kb.sqlite3", "check the disk"), 503, "store"),
        (KBError("odd", "tell us"), 500, "error"),
        (RuntimeError("secret"), 500, "internal-server-error"),
    ],
)
def test_a_failure_inside_is_logged_but_not_told(caplog, error, status, code):
    http = TestClient(create_app(Broken(error)))
    with caplog.at_level(logging.ERROR):
        reply = http.post("/v1/search", json=QUESTION, headers={"Authorization": "Bearer kb_a_b"})
    problem = check_problem(reply, status, code)
    assert "secret" not in reply.text
    assert problem["request_id"] in caplog.text
    assert str(error.args[0]) in caplog.text
