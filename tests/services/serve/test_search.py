"""Questions are answered from one live release, which is followed while it serves."""

import threading
from datetime import timedelta

import pytest

from kb_pipeline.domain.answers import Abstention
from kb_pipeline.errors import NotFoundError, StoreError, UnknownMarketError
from tests.conftest import DAY
from tests.services.serve.served import LOCKERS, REFUNDS, RETURNS, RETURNS_TH, ask, fill

ASKED = {"en-US": "How many days do I have to return an item", "th-TH": "คืนสินค้าได้ภายในกี่วัน"}


@pytest.mark.parametrize(("market", "faq"), [("en-US", RETURNS), ("th-TH", RETURNS_TH)])
def test_a_markets_question_is_answered_by_its_own_entry_and_says_from_which_release(served, searcher, market, faq):
    fill(served)
    searcher.refresh()
    result = ask(searcher, ASKED[market], market)
    assert not result.abstained
    assert result.answer.entry.text.question == faq[0]
    assert (result.release, result.level, result.reason) == (f"{market}/r0001", 0, None)
    assert result.hits[0].confidence == result.confidence > result.hits[1].confidence
    assert set(result.hits[0].scores) == {"dense", "lexical", "fused", "lead", "coverage"}
    assert [hit.entry.id for hit in result.hits] == list(dict.fromkeys(hit.entry.id for hit in result.hits))


@pytest.mark.parametrize(("text", "market"), [("Who painted the Mona Lisa?", "en-US"), ("วันนี้อากาศที่เชียงใหม่เป็นอย่างไร", "th-TH")])
def test_nothing_is_said_when_nothing_fits_and_what_came_nearest_is_shown(served, searcher, text, market):
    fill(served)
    searcher.refresh()
    result = ask(searcher, text, market)
    assert (result.abstained, result.reason, result.answer) == (True, Abstention.NO_CONFIDENT_ANSWER, None)
    assert result.hits
    assert {hit.release for hit in result.hits} == {result.release}
    assert result.confidence < result.threshold


def test_what_the_market_does_not_know_comes_from_its_fallback_unless_that_is_not_wanted(served, searcher):
    fill(served)
    searcher.refresh()
    result = ask(searcher, LOCKERS[0], "th-TH")
    assert (result.level, result.release) == (1, "en-US/r0001")
    assert result.answer.level == 1
    assert result.answer.entry.market == "en-US"
    assert ask(searcher, LOCKERS[0], "th-TH", fallback=False).abstained


def test_a_fallbacks_entry_is_not_said_where_it_is_not_available(served, searcher):
    lockers = served.approve("en-US", LOCKERS, markets=("en-US",))
    returns = served.approve("en-US", RETURNS, markets=("en-US", "th-TH"))
    served.publish("en-US", lockers, returns)
    searcher.refresh()
    assert ask(searcher, LOCKERS[0], "en-US").answer.entry.id == lockers.entry_id
    assert [hit.entry.id for hit in ask(searcher, LOCKERS[0], "th-TH").hits] == [returns.entry_id]
    with pytest.raises(NotFoundError):
        searcher.entry("th-TH", lockers.entry_id)
    assert searcher.entry("th-TH", returns.entry_id).release == "en-US/r0001"


def test_validity_is_of_the_day_it_is_asked(served, searcher, day):
    last = served.approve("en-US", RETURNS, valid_until=DAY)
    first = served.approve("en-US", REFUNDS, valid_from=DAY + timedelta(days=1))
    served.publish("en-US", last, first)
    searcher.refresh()
    assert [e.id for e in searcher.listing("en-US").entries] == [last.entry_id]
    assert [hit.entry.id for hit in ask(searcher, REFUNDS[0], "en-US").hits] == [last.entry_id]
    day.now += timedelta(days=1)
    assert [e.id for e in searcher.listing("en-US").entries] == [first.entry_id]
    assert [hit.entry.id for hit in ask(searcher, REFUNDS[0], "en-US").hits] == [first.entry_id]


def test_topics_filter_and_enough_entries_are_found_behind_those_that_may_not_be_said(served, searcher):
    others = [
        served.approve("en-US", (f"How do I return item number {n}?", "Open **Me > Orders**."), [f"Return item {n}?"])
        for n in range(30)
    ]
    gifts = [served.approve("en-US", (f"Are gift cards {n} sold?", "Yes."), topics=("gift",)) for n in range(3)]
    served.publish("en-US", *others, *gifts)
    searcher.refresh()
    result = ask(searcher, "How do I return item number 7?", "en-US", topics=("gift",), top_k=3)
    assert {hit.entry.id for hit in result.hits} == {gift.entry_id for gift in gifts}
    assert result.abstained


def test_nothing_live_is_said_so(searcher):
    assert searcher.ready() == ["the live releases are not open yet"]
    searcher.refresh()
    assert searcher.ready() == []
    result = ask(searcher, "Hello?", "th-TH")
    assert (result.abstained, result.reason, result.release, result.hits) == (True, Abstention.NO_RELEASE, None, ())
    with pytest.raises(NotFoundError, match="no live release"):
        searcher.listing("th-TH")
    with pytest.raises(UnknownMarketError, match="vi-VN"):
        ask(searcher, "Hello?", "vi-VN")


def test_entries_are_listed_page_by_page(served, searcher):
    fill(served)
    searcher.refresh()
    first = searcher.listing("en-US", limit=2)
    second = searcher.listing("en-US", after=first.after, limit=2)
    ids = [entry.id for page in (first, second) for entry in page.entries]
    assert ids == sorted(ids)
    assert (len(ids), second.after) == (3, None)


def test_a_new_release_is_followed_and_a_reader_keeps_the_old_one_until_it_has_left(served, searcher):
    fill(served)
    searcher.refresh()
    with searcher._releases.reading("en-US") as old:
        served.publish("en-US", served.approve("en-US", LOCKERS))
        searcher.refresh()
        assert searcher.live("en-US").number == 2
        assert old.index.dense(served.embedder.embed(["parcel"], "query")[0], 9), "still open for its last reader"
        assert not old.enter(), "but for no new one"
    assert [e.text.question for e in searcher.listing("en-US").entries] == [LOCKERS[0]]
    assert ask(searcher, LOCKERS[0], "en-US").release == "en-US/r0002"


def test_the_follower_sees_a_flip_by_itself_while_questions_are_asked(served, searcher):
    fill(served)
    searcher.follow(seconds=0.02)
    asked = threading.Event()
    seen: list[tuple[str, set[str]]] = []

    def keep_asking() -> None:
        while not asked.is_set():
            result = ask(searcher, ASKED["en-US"], "en-US")
            seen.append((result.release, {hit.release for hit in result.hits}))

    clients = [threading.Thread(target=keep_asking) for _ in range(3)]
    for client in clients:
        client.start()
    served.publish("en-US", served.approve("en-US", RETURNS), served.approve("en-US", REFUNDS))
    for _ in range(500):
        if seen and seen[-1][0] == "en-US/r0002":
            break
        asked.wait(0.02)
    asked.set()
    for client in clients:
        client.join()
    assert {release for release, _ in seen} == {"en-US/r0001", "en-US/r0002"}
    assert all(hits == {release} for release, hits in seen)


def test_a_release_that_cannot_be_opened_leaves_the_old_one_serving_and_is_reported(served, searcher):
    fill(served)
    searcher.refresh()
    served.publish("th-TH", served.approve("th-TH", RETURNS_TH), index=False)
    searcher.refresh()
    assert ask(searcher, ASKED["th-TH"], "th-TH").release == "th-TH/r0001"
    health = {h.market: h for h in searcher.health()}
    assert (health["th-TH"].live, health["th-TH"].open) == ("th-TH/r0002", "th-TH/r0001")
    assert health["th-TH"].problem
    assert health["en-US"].problem == ""
    assert searcher.ready() == [], "an older answer is better than none"


def test_a_text_that_is_not_what_was_published_is_never_served(served, searcher, monkeypatch):
    fill(served)
    honest = served.store.revisions

    def forged(ids):
        found = dict(honest(ids))
        for id_, revision in found.items():
            text = revision.text.model_copy(update={"answer": revision.text.answer.replace("15", "90")})
            found[id_] = revision.model_copy(update={"text": text})
        return found

    monkeypatch.setattr(served.store, "revisions", forged)
    searcher.refresh()
    assert searcher.live("en-US") is None
    assert any("is not the one that en-US/r0001 published" in problem for problem in searcher.ready())


def test_a_store_that_is_away_stops_nothing_that_is_open(served, searcher, monkeypatch):
    fill(served)
    searcher.refresh()

    def away():
        raise StoreError("the database cannot be reached")

    monkeypatch.setattr(served.store, "live_numbers", away)
    searcher.refresh()
    assert not ask(searcher, ASKED["th-TH"], "th-TH").abstained
    assert {h.problem for h in searcher.health()} == {"the database cannot be reached"}


CODES = [(f"What does message {code} mean?", answer) for code, answer in (("K-17", "Close the lock."), ("K-71", "Charge it."))]
CODES_TH = [
    (f"ข้อความ {code} หมายความว่าอะไร", answer)
    for code, answer in (("K-17", "ให้ปิดฝาให้สนิทแล้วลองใหม่"), ("K-71", "แบตเตอรี่หมด ให้ชาร์จ"))
]


@pytest.mark.parametrize(
    ("market", "faqs", "asked", "unknown"),
    [
        ("en-US", CODES, "What is message K-71?", "What does message K-18 mean?"),
        ("th-TH", CODES_TH, "K-71 หมายความว่าอะไร", "ข้อความ K-18 หมายความว่าอะไร"),
    ],
)
def test_the_entry_of_another_code_is_not_said_and_does_not_outdo_the_asked_one(served, searcher, market, faqs, asked, unknown):
    served.publish(market, *(served.approve(market, faq) for faq in (*faqs, LOCKERS, RETURNS)))
    searcher.refresh()
    silent = ask(searcher, unknown, market, fallback=False)
    assert silent.abstained
    assert silent.confidence < 0.1
    assert {hit.confidence for hit in silent.hits if hit.agreement.is_veto} == {0.0}
    assert ask(searcher, asked, market).answer.entry.text.question == faqs[1][0]


def test_a_message_without_letters_is_not_answered(served, searcher):
    fill(served)
    searcher.refresh()
    assert all(ask(searcher, face, "en-US").confidence < 0.2 for face in ("😡", "5/5", "10.00"))
