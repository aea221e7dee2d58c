"""What holds for every request: its id, its size, its time, its headers, its rate."""

import asyncio
import time

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kb_pipeline.api import middleware
from kb_pipeline.api.app import create_app
from kb_pipeline.api.middleware import BODY_BYTES, Border
from kb_pipeline.bootstrap import build_serving
from tests.api.conftest import Running, make_keys
from tests.api.knowledge import Knowledge
from tests.api.test_problems import QUESTION, check_problem


def test_every_request_has_an_id_of_its_own(running):
    replies = [running.get(path) for path in ("/healthz", "/healthz", "/nowhere", "/v1/faqs?market=th-TH")]
    assert len({reply.headers["X-Request-ID"] for reply in replies}) == 4


def test_a_client_cannot_choose_the_id(running):
    reply = running.get("/healthz", **{"X-Request-ID": "mine"})
    assert reply.headers["X-Request-ID"] != "mine"


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/v1/faqs?market=th-TH", "/docs", "/static/docs.js"])
def test_every_response_has_the_security_headers(running, path):
    headers = running.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"].split("style-src")[0]


def test_answers_are_not_kept_and_entries_are_asked_for_each_time(running):
    assert running.post("/v1/search", QUESTION).headers["Cache-Control"] == "no-store"
    assert running.get("/v1/faqs?market=th-TH").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("size", [BODY_BYTES + 1, 5 * BODY_BYTES])
@pytest.mark.parametrize("path", ["/v1/search", "/healthz", "/nowhere"])
def test_a_body_over_the_limit_is_413_declared_or_in_pieces(running, size, path):
    headers = running.auth() | {"Content-Type": "application/json"}
    check_problem(running.http.post(path, content=b" " * size, headers=headers), 413)
    pieces = (b" " * 50_000 for _ in range(size // 50_000 + 1))
    check_problem(running.http.post(path, content=pieces, headers=headers), 413)


def test_a_body_at_the_limit_is_read(running):
    headers = running.auth() | {"Content-Type": "application/json"}
    body = b'{"query": "hello", "market": "en-US"}'
    assert running.http.post("/v1/search", content=body.ljust(BODY_BYTES), headers=headers).status_code == 200


def slow_app(seconds: float) -> TestClient:
    app, seen = FastAPI(), []

    @app.get("/slow")
    def slow() -> str:
        time.sleep(0.5)
        return "late"

    app.add_middleware(Border, observe=lambda scope, status, seconds: seen.append(status), answer_seconds=seconds)
    http = TestClient(app)
    http.seen = seen
    return http


def test_an_answer_that_takes_too_long_is_504_and_counted_once():
    http = slow_app(0.05)
    check_problem(http.get("/slow"), 504)
    assert http.seen == [504]


def test_an_answer_in_time_is_given():
    assert slow_app(5).get("/slow").json() == "late"


def test_a_body_that_does_not_arrive_is_408(monkeypatch):
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.05)
    sent = []

    async def never():
        await asyncio.sleep(10)

    async def keep(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    asyncio.run(Border(FastAPI(), lambda *_: None)(scope, never, keep))
    assert sent[0]["status"] == 408


def test_a_key_has_its_rate_and_is_told_when_to_come_back(tmp_path):
    knowledge = Knowledge(tmp_path, rate_limit="5/minute")
    with TestClient(create_app(build_serving(knowledge.settings))) as http:
        api = Running(knowledge, http, {}, make_keys(knowledge))
        replies = [api.get("/v1/faqs?market=th-TH", "th") for _ in range(6)]
        assert [reply.status_code for reply in replies] == [404] * 5 + [429]
        check_problem(replies[-1], 429, "too-many")
        assert 1 <= int(replies[-1].headers["Retry-After"]) <= 60
        assert api.get("/v1/faqs?market=th-TH", "all").status_code == 404
        assert api.get("/healthz", "th").status_code == 200
