"""Alive, ready, counted."""

import pytest
from fastapi.testclient import TestClient

from kb_pipeline.api.app import create_app
from kb_pipeline.bootstrap import build_serving
from tests.api.conftest import wait_until_ready
from tests.api.knowledge import RETURNS, RETURNS_TH, Knowledge
from tests.api.test_problems import QUESTION


def test_it_is_alive_and_ready_with_the_releases_that_it_serves(running):
    assert running.http.get("/healthz").json() == {"status": "ok"}
    reply = running.http.get("/readyz")
    assert reply.status_code == 200
    assert reply.json() == {"ready": True, "releases": {"en-US": 1, "th-TH": 1}, "problems": [], "degraded": []}


def test_before_it_has_started_it_is_not_ready_and_says_why(tmp_path):
    serving = build_serving(Knowledge(tmp_path).settings)
    reply = TestClient(create_app(serving)).get("/readyz")
    assert reply.status_code == 503
    assert not reply.json()["ready"]
    assert "the embedder is loading" in reply.json()["problems"]
    serving.close()


def test_without_its_model_it_stays_unready_and_says_what_to_do(tmp_path):
    knowledge = Knowledge(tmp_path, model_dir=tmp_path / "nothing")
    with TestClient(create_app(build_serving(knowledge.settings))) as http:
        reply = http.get("/readyz")
        assert reply.status_code == 503


@pytest.mark.parametrize(("market", "faq"), [("en-US", RETURNS), ("th-TH", RETURNS_TH)])
def test_a_new_release_is_served_without_a_restart(tmp_path, market, faq):
    knowledge = Knowledge(tmp_path)
    id_ = knowledge.approve(market, faq, key="one")
    knowledge.publish(market)
    with TestClient(create_app(build_serving(knowledge.settings))) as http:
        wait_until_ready(http)
        serving = http.app.state.serving
        assert serving._searcher.entry(market, id_).release == f"{market}/r0001"
        knowledge.approve(market, (faq[0], faq[1] + " (2)"), key="one")
        knowledge.publish(market)
        serving._searcher.refresh()
        assert http.get("/readyz").json()["releases"] == {market: 2}
        assert serving._searcher.entry(market, id_).entry.text.answer == faq[1] + " (2)"


def test_metrics_need_a_key_from_elsewhere_and_none_from_this_machine(running):
    assert running.http.get("/metrics").status_code == 401
    app = running.http.app
    for host in ("127.0.0.1", "::1", "127.8.8.8"):
        assert TestClient(app, client=(host, 1)).get("/metrics").status_code == 200
    assert TestClient(app, client=("10.0.0.7", 1)).get("/metrics").status_code == 401
    assert running.get("/metrics").headers["Content-Type"].startswith("text/plain")


def test_metrics_count_requests_answers_and_releases_and_name_no_path_that_a_client_made_up(running):
    running.post("/v1/search", QUESTION)
    running.post("/v1/search", {"query": "zzzz qqqq", "market": "en-US"})
    running.get("/secret-path")
    running.get("/v1/faqs/secret-id?market=th-TH")
    page = running.get("/metrics").text
    assert 'kb_requests_total{method="POST",route="/v1/search",status="200"}' in page
    assert 'route="/v1/faqs/{entry_id}"' in page
    assert 'kb_answers_total{market="en-US",result="no_confident_answer"}' in page
    assert 'kb_live_release{market="th-TH"} 1.0' in page
    assert "kb_ready 1.0" in page
    assert "kb_query_log_dropped 0.0" in page
    assert "secret" not in page
