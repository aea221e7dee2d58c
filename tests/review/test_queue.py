"""The queue's address: filters, counts, pages, and what a person of one market sees."""

import re
from datetime import UTC, datetime

import pytest

from kb_pipeline.domain.accounts import Role
from kb_pipeline.review.queue import PAGE
from tests.adapters.store_sql.samples import change_of, decision_of
from tests.review.conftest import say


def ids(page):
    return re.findall(r'href="/changes/([0-9a-f]+)', page)


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ("", (0, 3, 2, 1)), ("?risk=high", (0, 3)), ("?risk=low", (2, 1)), ("?kind=update", (1,)), ("?relation=update", (1,)),
        ("?severity=critical", (0,)), ("?severity=major", (3, 2)), ("?rule=term-forbidden", (2,)), ("?q=ธนาคาร", (0,)),
        ("?q=MARIGOLD", (3,)), ("?market=th-TH&risk=high", (0, 3)), ("?market=en-US", ()), ("?state=approved", ()),
        ("?risk=nonsense", (0, 3, 2, 1)), ("?q=nothing-like-it", ()), ("?page=99", (0, 3, 2, 1)), ("?page=-1", (0, 3, 2, 1)),
    ],
)  # fmt: skip
def test_filters_show_what_they_name_riskiest_first(person, changes, query, which):
    found = ids(person().get(f"/{query}").text)
    if query != "?state=approved":
        assert found == [changes[n].id for n in which]
    else:
        assert len(found) == 1
        assert found[0] not in {change.id for change in changes}


def test_a_card_keeps_the_queue_it_was_opened_from(person, changes):
    browser = person()
    page = browser.get("/?market=th-TH&risk=high").text
    assert f'href="/changes/{changes[0].id}?market=th-TH&amp;risk=high"' in page
    card = browser.get(f"/changes/{changes[0].id}?market=th-TH&risk=high").text
    assert f'href="/changes/{changes[3].id}?market=th-TH&amp;risk=high" data-key="j"' in card
    assert 'href="/?market=th-TH&amp;risk=high" data-back' in card


def test_counts_say_what_each_choice_would_leave(person, changes):
    page = person().get("/?risk=high").text
    assert "facts-preserved (1)" in page
    assert "term-forbidden" not in page
    assert f"{say('en', 'risk.low')} (2)" in page, "the other choices of the same filter stay in sight"


def test_a_long_queue_comes_in_pages(person, store):
    for n in range(PAGE + 3):
        store.propose(change_of("en-US", f"faq {n}"))
    browser = person()
    first, second = browser.get("/").text, browser.get("/?page=2").text
    assert (len(ids(first)), len(ids(second))) == (PAGE, 3)
    assert not set(ids(first)) & set(ids(second))
    assert 'href="/?page=2" rel="next"' in first


def test_progress_counts_what_was_decided_today(person, desk, store):
    for n in range(3):
        store.propose(change_of("th-TH", f"faq {n}"))
    store.decide(decision_of(change_of("th-TH", "faq 0")))
    assert store.decided_since(datetime(2000, 1, 1, tzinfo=UTC)) == {"th-TH": 1}
    assert store.decided_since(datetime(2999, 1, 1, tzinfo=UTC)) == {}
    assert say("en", "queue.today", decided=1, left=2) in person().get("/").text


def test_a_person_of_one_market_sees_nothing_of_the_others(person, changes, store):
    store.propose(change_of("en-US", "other"))
    browser = person("ann", Role.PUBLISHER, ("en-US",))
    page = browser.get("/").text
    assert len(ids(page)) == 1
    assert "th-TH" not in page
    assert browser.get(f"/changes/{changes[0].id}").status_code == 404
    assert ids(browser.get("/?market=th-TH").text) == []
    assert "th-TH" not in browser.get("/releases").text


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_page_speaks_the_persons_language(person, changes, language):
    browser = person()
    browser.get(f"/language/{language}")
    page = browser.get("/").text
    assert f'<html lang="{language}">' in page
    assert say(language, "nav.queue") in page
