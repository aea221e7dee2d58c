"""The database goes away while the API serves: who asks is answered, and the API says plainly what does not work."""

import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from kb_pipeline.api.app import create_app
from kb_pipeline.bootstrap import build_serving, open_accounts
from tests.api.conftest import Running, make_keys, wait_until_ready
from tests.api.knowledge import RETURNS, RETURNS_TH, Knowledge
from tests.databases import away
from tests.publishing import publisher_of

QUESTIONS = {"en-US": RETURNS[0], "th-TH": RETURNS_TH[0]}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    knowledge = Knowledge(tmp_path_factory.mktemp("away"), rate_limit="100000/minute")
    knowledge.approve("en-US", RETURNS)
    knowledge.approve("th-TH", RETURNS_TH)
    for market in QUESTIONS:
        publisher_of(knowledge, market).publish()
    keys = make_keys(knowledge)
    with TestClient(create_app(build_serving(knowledge.settings))) as http:
        wait_until_ready(http)
        yield Running(knowledge, http, {}, keys)
    knowledge.store.close()


def ask(api: Running, market: str, key: str = "all"):
    return api.post("/v1/answer", {"query": QUESTIONS[market], "market": market}, key)


def until(true) -> None:
    """Wait for what follows within seconds."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def readiness(api: Running) -> dict:
    return api.http.get("/readyz").json()


@pytest.mark.parametrize("market", QUESTIONS)
def test_questions_are_answered_on_and_readiness_says_what_does_not_work(api, market):
    with away(api.knowledge.settings.store_url):
        until(lambda: readiness(api)["degraded"])
        asked = [ask(api, market) for _ in range(20)]
        assert {reply.status_code for reply in asked} == {200}
        assert not any(reply.json()["abstained"] for reply in asked)
        said = readiness(api)
        assert (said["ready"], said["problems"]) == (True, [])
        assert "the database is away" in said["degraded"][0]
        assert "feedback" in said["degraded"][0]
        assert "lines of the query log wait in memory" in said["degraded"][1]
        page = api.get("/metrics").text
        assert "kb_ready 1.0" in page
        assert "kb_query_log_waiting 0.0" not in page
    until(lambda: not readiness(api)["degraded"])
    until(lambda: all(api.knowledge.store.query(reply.json()["request_id"]) for reply in asked))
    assert "kb_query_log_dropped 0.0" in api.get("/metrics").text


def test_what_needs_the_database_is_refused_at_once_and_works_when_it_is_back(api):
    outcome = {"request_id": ask(api, "en-US").json()["request_id"], "outcome": "resolved"}
    with away(api.knowledge.settings.store_url):
        until(lambda: readiness(api)["degraded"])
        began = time.monotonic()
        assert api.post("/v1/feedback", outcome).status_code == 503
        api.keys["unseen"] = "kb_000000000000_unseen"
        assert ask(api, "en-US", "unseen").status_code == 503, "nobody can say whose key it is"
        assert time.monotonic() - began < 15, "not as long as a database that hangs"
        api.keys["nonsense"] = "no key"
        assert ask(api, "en-US", "nonsense").status_code == 401
        assert ask(api, "en-US", "revoked").status_code == 401
        assert ask(api, "en-US", "th").status_code == 403
    until(lambda: not readiness(api)["degraded"])
    api.keys["new"], _ = open_accounts(api.knowledge.store).add_key("new", [], "ann")
    assert ask(api, "en-US", "new").status_code == 200
    assert ask(api, "en-US", "unseen").status_code == 401
    assert api.post("/v1/feedback", outcome).status_code == 204


def test_what_was_withdrawn_before_stays_silent(api):
    id_ = api.knowledge.approve("en-US", ("Is there a winter voucher?", "The winter voucher takes 20% off."), key="voucher")
    publisher_of(api.knowledge, "en-US").publish()
    until(lambda: api.get(f"/v1/faqs/{id_}?market=en-US").status_code == 200)
    api.knowledge.store.withdraw_entry(id_, "ann", "wrong")
    until(lambda: api.get(f"/v1/faqs/{id_}?market=en-US").status_code == 404)
    with away(api.knowledge.settings.store_url):
        until(lambda: readiness(api)["degraded"])
        assert api.get(f"/v1/faqs/{id_}?market=en-US").status_code == 404
        found = api.post("/v1/search", {"query": "Is there a winter voucher?", "market": "en-US"}).json()
        assert id_ not in {hit["entry_id"] for hit in found["hits"]}
    until(lambda: not readiness(api)["degraded"])


def test_after_too_long_without_the_database_it_is_not_ready_and_says_nothing(api, monkeypatch):
    with away(api.knowledge.settings.store_url), monkeypatch.context() as patched:
        until(lambda: readiness(api)["degraded"])
        patched.setattr(api.http.app.state.serving, "_offline_seconds", 0.1)
        reply = api.http.get("/readyz")
        assert reply.status_code == 503
        assert "nobody knows what people withdrew since" in reply.json()["problems"][0]
        assert ask(api, "en-US").status_code == 503
    until(lambda: not readiness(api)["degraded"])
    assert ask(api, "en-US").status_code == 200


def test_a_revoked_key_ends_soon(api):
    text, key = open_accounts(api.knowledge.store).add_key("leaked", [], "ann")
    api.keys["leaked"] = text
    time.sleep(1.2)  # by now it is among those that were read
    assert ask(api, "en-US", "leaked").status_code == 200
    open_accounts(api.knowledge.store).revoke_key(key.id, "ann")
    until(lambda: ask(api, "en-US", "leaked").status_code == 401)


def test_readiness_asks_a_question_as_a_client_would(api, monkeypatch):
    """What breaks only answers is seen, too: here the index of one market."""
    broken = api.http.app.state.serving._searcher._releases._open["th-TH"]
    with monkeypatch.context() as patched:
        patched.setattr(broken.index, "dense", None)
        time.sleep(1.1)  # the last trial counts for a second
        reply = api.http.get("/readyz")
        assert reply.status_code == 500
    until(lambda: readiness(api)["ready"])
