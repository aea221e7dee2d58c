"""Questions and answers over HTTP, English and Thai."""

import pytest

from tests.api.knowledge import REFUNDS, REFUNDS_TH, RETURNS, RETURNS_TH


@pytest.mark.parametrize(
    ("market", "query", "name", "faq"),
    [
        ("en-US", "how many days to return an item", "returns", RETURNS),
        ("en-US", "What is the return window?", "returns", RETURNS),
        ("en-US", REFUNDS[0], "refunds", REFUNDS),
        ("th-TH", "คืนสินค้าได้ภายในกี่วันคะ", "returns_th", RETURNS_TH),
        ("th-TH", REFUNDS_TH[0], "refunds_th", REFUNDS_TH),
    ],
)
def test_the_entry_that_answers_comes_first_with_all_that_a_chatbot_needs(running, market, query, name, faq):
    reply = running.post("/v1/search", {"query": query, "market": market, "top_k": 2})
    assert reply.status_code == 200, reply.text
    answer = reply.json()
    assert not answer["abstained"]
    assert answer["reason"] is answer["suggestion"] is None
    assert answer["request_id"] == reply.headers["X-Request-ID"]
    assert len(answer["hits"]) == 2
    first = answer["hits"][0]
    assert first["entry_id"] == running.ids[name]
    assert (first["question"], first["answer"]) == faq
    assert first["answer_plain"] == faq[1].replace("*", "")
    assert first["market"] == market
    assert first["level"] == "market"
    assert " ".join(citation["text"] for citation in first["citations"]) == faq[1]
    assert first["citations"][0]["heading_path"] == [faq[0]]
    assert answer["release"] == first["release"] == f"{market}/r0001"
    assert first["revision"] == running.knowledge.store.approved_text(first["entry_id"]).id
    assert answer["threshold"] <= answer["confidence"] == first["confidence"] <= 1


@pytest.mark.parametrize(("market", "query", "faq"), [("en-US", RETURNS[0], RETURNS), ("th-TH", RETURNS_TH[0], RETURNS_TH)])
def test_answer_says_one_entry(running, market, query, faq):
    answer = running.post("/v1/answer", {"query": query, "market": market}).json()
    assert answer["answer"]["answer"] == faq[1]
    assert "hits" not in answer


@pytest.mark.parametrize(
    ("market", "query"),
    [
        ("en-US", "Who won the football match in Madrid?"),
        ("th-TH", "พรุ่งนี้ฝนจะตกที่เชียงใหม่ไหม"),
        ("en-US", "\u200b"),
        ("th-TH", "?!"),
    ],
)
def test_it_abstains_and_suggests_a_person_when_nothing_answers(running, market, query):
    answer = running.post("/v1/answer", {"query": query, "market": market}).json()
    assert answer["abstained"]
    assert answer["answer"] is None
    assert answer["reason"] == "no_confident_answer"
    assert answer["suggestion"] == "hand_off"
    assert answer["confidence"] < answer["threshold"]


def test_a_market_falls_back_to_the_next_of_its_chain_unless_told_not_to(running):
    asked = {"query": "How long does a parcel locker keep my parcel?", "market": "th-TH"}
    answer = running.post("/v1/search", asked, "th").json()
    assert not answer["abstained"]
    assert {hit["level"] for hit in answer["hits"]} == {"fallback"}
    assert {hit["market"] for hit in answer["hits"]} == {"en-US"}
    assert answer["release"] == "en-US/r0001"
    assert answer["market"] == "th-TH"
    alone = running.post("/v1/search", asked | {"fallback": False}, "th").json()
    assert alone["abstained"]
    assert {hit["market"] for hit in alone["hits"]} <= {"th-TH"}


def test_topics_narrow_the_search(running):
    asked = {"query": RETURNS[0], "market": "en-US", "topics": ["refund"]}
    hits = running.post("/v1/search", asked).json()["hits"]
    assert [hit["entry_id"] for hit in hits] == [running.ids["refunds"]]
    assert hits[0]["topics"] == ["refund"]


def test_an_entry_out_of_its_validity_is_not_said(running):
    answer = running.post("/v1/search", {"query": "Is there a summer voucher?", "market": "en-US", "top_k": 20}).json()
    assert running.ids["expired"] not in {hit["entry_id"] for hit in answer["hits"]}
    assert len(answer["hits"]) == 3


@pytest.mark.parametrize("market", ["en-US", "th-TH"])
def test_before_the_first_release_it_abstains_and_says_why(empty, market):
    answer = empty.post("/v1/search", {"query": "คืนสินค้าได้ไหม", "market": market}).json()
    assert answer["abstained"]
    assert answer["reason"] == "no_release"
    assert answer["hits"] == []
    assert answer["release"] is None


@pytest.mark.parametrize(
    ("market", "text", "kept"),
    [
        ("en-US", "My e-mail is ann@example.com, where is my refund?", "My e-mail is [email], where is my refund?"),
        ("th-TH", "อีเมล ann@example.com คืนเงินหรือยัง", "อีเมล [email] คืนเงินหรือยัง"),
    ],
)
def test_the_query_log_keeps_what_was_asked_and_said_without_personal_data(running, market, text, kept):
    answer = running.post("/v1/search", {"query": text, "market": market}, "all").json()
    feedback = {"request_id": answer["request_id"], "outcome": "not_resolved", "comment": "call ann@example.com"}
    assert running.post("/v1/feedback", feedback).status_code == 204
    record = running.knowledge.store.query(answer["request_id"])
    assert record.text == kept
    assert record.market == market
    assert running.keys["all"].split("_")[1] == record.client
    assert list(record.entry_ids) == [hit["entry_id"] for hit in answer["hits"]]
    assert record.abstained == answer["abstained"]
    assert record.release == answer["release"]
    assert running.knowledge.store.feedback(answer["request_id"])[0].comment == "call [email]"
