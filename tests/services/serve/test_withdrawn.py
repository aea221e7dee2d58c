"""A withdrawn text is said no more, by no way of asking and no release, within one look at the database."""

import threading
import time

import pytest

from kb_pipeline.domain.answers import Query
from kb_pipeline.errors import NotFoundError, StoreError
from kb_pipeline.services.serve.search import Searcher
from tests.services.serve.served import LOCKERS, REFUNDS, REFUNDS_TH, RETURNS, RETURNS_TH, ask, fill

ASKED = {"en-US": (RETURNS, REFUNDS), "th-TH": (RETURNS_TH, REFUNDS_TH)}


def approve_other(served, market):
    """Another text of the market's first entry; its item."""
    question = ASKED[market][0][0]
    return served.approve(market, (question, "Ask us. ถามเรา"))


def texts_of(result):
    return {hit.entry.text.answer for hit in result.hits}


@pytest.mark.parametrize("market", ASKED)
def test_it_is_found_by_no_way_of_asking_and_everything_else_is(served, searcher, market):
    fill(served)
    searcher.refresh()
    wrong, right = ASKED[market]
    gone = next(e for e in searcher.listing(market).entries if e.text.question == wrong[0])
    index = searcher._releases._open[market].index
    before = searcher.contents(market)
    served.store.withdraw_entry(gone.id, "pim", "it is wrong")
    searcher.refresh()
    assert ask(searcher, wrong[0], market, fallback=False, top_k=20).hits
    assert wrong[1] not in texts_of(ask(searcher, wrong[0], market, fallback=False, top_k=20))
    assert gone.id not in [e.id for e in searcher.listing(market).entries]
    with pytest.raises(NotFoundError):
        searcher.entry(market, gone.id)
    assert right[1] in texts_of(ask(searcher, right[0], market))
    now = searcher.contents(market)
    assert (now.withdrawn, now.release) == ((gone.id,), before.release)
    assert now.etag != before.etag == now.release.id
    assert searcher._releases._open[market].index is index, "the index was not opened anew"
    served.store.restore_entry(gone.id, "pim", "it was right")
    searcher.refresh()
    assert searcher.contents(market) == before
    assert wrong[1] in texts_of(ask(searcher, wrong[0], market))


def test_a_market_that_falls_back_does_not_say_it_either(served, searcher):
    fill(served)
    searcher.refresh()
    lockers = next(e for e in searcher.listing("en-US").entries if e.text.question == LOCKERS[0])
    assert LOCKERS[1] in texts_of(ask(searcher, LOCKERS[0], "th-TH"))
    served.store.withdraw_entry(lockers.id, "pim", "it is wrong")
    searcher.refresh()
    assert LOCKERS[1] not in texts_of(ask(searcher, LOCKERS[0], "th-TH", top_k=20))
    with pytest.raises(NotFoundError):
        searcher.entry("th-TH", lockers.id)


@pytest.mark.parametrize("market", ASKED)
def test_an_old_release_that_is_live_again_is_silent_about_it_after_a_newer_text_was_approved(served, searcher, market):
    wrong, other = ASKED[market]
    served.publish(market, old := served.approve(market, wrong), rest := served.approve(market, other))
    searcher.refresh()
    served.store.withdraw_entry(old.entry_id, "pim", "it is wrong")
    new = approve_other(served, market)
    served.publish(market, new, rest)
    searcher.refresh()
    assert "Ask us. ถามเรา" in texts_of(ask(searcher, wrong[0], market))
    served.store.go_live(market, 1, "pim", 2)
    searcher.refresh()
    assert texts_of(ask(searcher, wrong[0], market, fallback=False, top_k=20)) == {other[1]}


def test_a_release_that_is_opened_later_is_silent_from_its_first_answer(served, american, thai, day):
    fill(served)
    gone = next(e for e in served.store.approved_entries("en-US") if e.revision.text.question == RETURNS[0])
    served.store.withdraw_entry(gone.revision.entry_id, "pim", "it is wrong")
    late = Searcher(served.store, served.indexes, served.embedder, (american, thai), 0.5, day)
    late.refresh()
    assert late.contents("en-US").withdrawn == (gone.revision.entry_id,)
    late.close()


def test_nothing_is_said_as_long_as_it_is_not_known_what_is_withdrawn(served, searcher, monkeypatch):
    fill(served)

    def away():
        raise StoreError("the database cannot be reached")

    with monkeypatch.context() as patched:
        patched.setattr(served.store, "withdrawn_revisions", away)
        searcher.follow(seconds=0.02)
        time.sleep(0.2)
        assert searcher.live("en-US") is None
        assert searcher.ready() == ["the database cannot be reached"]
    until = time.monotonic() + 20
    while searcher.live("en-US") is None and time.monotonic() < until:
        time.sleep(0.02)
    assert searcher.ready() == []


def test_it_falls_silent_while_a_large_release_is_opened(served, searcher, monkeypatch):
    fill(served)
    searcher.follow(seconds=0.02)
    opening, go_on, honest = threading.Event(), threading.Event(), served.indexes.open

    def slow(release):
        opening.set()
        go_on.wait(20)
        return honest(release)

    monkeypatch.setattr(served.indexes, "open", slow)
    new = served.approve("th-TH", RETURNS_TH)
    served.publish("th-TH", new)
    opening.wait(20)
    gone = next(e for e in searcher.listing("en-US").entries if e.text.question == RETURNS[0])
    served.store.withdraw_entry(gone.id, "pim", "it is wrong")
    served.store.withdraw_entry(new.entry_id, "pim", "it is wrong")
    until = time.monotonic() + 5
    while not searcher.contents("en-US").withdrawn and time.monotonic() < until:
        time.sleep(0.01)
    assert searcher.contents("en-US").withdrawn == (gone.id,)
    assert searcher.live("th-TH").number == 1, "still opening"
    go_on.set()
    until = time.monotonic() + 20
    while searcher.live("th-TH").number == 1 and time.monotonic() < until:
        time.sleep(0.01)
    assert searcher.contents("th-TH").withdrawn == (new.entry_id,)


def test_a_question_that_is_being_answered_is_not_cut_short(served, searcher, monkeypatch):
    fill(served)
    searcher.refresh()
    gone = next(e for e in searcher.listing("en-US").entries if e.text.question == RETURNS[0])
    honest = searcher._ranked

    def withdrawn_meanwhile(*arguments):
        ranked = honest(*arguments)
        served.store.withdraw_entry(gone.id, "pim", "it is wrong")
        searcher.refresh()
        return ranked

    monkeypatch.setattr(searcher, "_ranked", withdrawn_meanwhile)
    result = searcher.search(Query(text=RETURNS[0], market="en-US", fallback=False), "r1")
    assert result.hits
    assert result.etag == "en-US/r0001", "what it says is of the moment before"
