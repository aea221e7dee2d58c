"""What clients tell of answers."""

import pytest

from kb_pipeline.domain.answers import Outcome
from tests.api.knowledge import RETURNS, RETURNS_TH


def ask(running, market="en-US", query=RETURNS[0]):
    return running.post("/v1/answer", {"query": query, "market": market}).json()["request_id"]


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.CSAT])
def test_every_outcome_is_kept(running, outcome):
    request_id = ask(running)
    reply = running.post("/v1/feedback", {"request_id": request_id, "outcome": outcome})
    assert reply.status_code == 204
    assert reply.content == b""
    assert [f.outcome for f in running.knowledge.store.feedback(request_id)] == [outcome]


def test_several_outcomes_of_one_request_are_kept_in_order(running):
    request_id = ask(running, "th-TH", RETURNS_TH[0])
    for outcome in ({"outcome": "not_resolved"}, {"outcome": "csat", "score": 2, "comment": "ตอบช้า"}):
        assert running.post("/v1/feedback", {"request_id": request_id, **outcome}, "th").status_code == 204
    kept = running.knowledge.store.feedback(request_id)
    assert [(f.outcome, f.score, f.comment) for f in kept] == [(Outcome.NOT_RESOLVED, None, ""), (Outcome.CSAT, 2, "ตอบช้า")]


def test_feedback_on_an_unknown_request_is_404(running):
    reply = running.post("/v1/feedback", {"request_id": "0" * 32, "outcome": "helpful"})
    assert reply.status_code == 404
    assert reply.json()["code"] == "not-found"


@pytest.mark.parametrize("wrong", [{"outcome": "csat"}, {"outcome": "helpful", "score": 3}, {"outcome": "csat", "score": 6}])
def test_a_score_goes_with_csat_and_only_with_it(running, wrong):
    reply = running.post("/v1/feedback", {"request_id": ask(running), **wrong})
    assert reply.status_code == 422


def test_feedback_right_after_the_answer_finds_it_although_the_log_is_buffered(running):
    for _ in range(20):
        assert running.post("/v1/feedback", {"request_id": ask(running), "outcome": "resolved"}).status_code == 204
