"""Entries on the page: found, withdrawn, restored and corrected by those who may, as with the command."""

import pytest

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.changes import EntryState
from tests.adapters.store_sql.samples import MARKETS, TEXTS, change_of, decision_of
from tests.review.conftest import say


@pytest.fixture
def entry(store):
    """An approved entry of each market, by its tag."""
    made = {}
    for market in MARKETS:
        change = change_of(market, note=" (`<b>`)")
        store.propose(change)
        store.decide(decision_of(change))
        made[market] = change.entry_id
    return made


@pytest.mark.parametrize("market", MARKETS)
def test_a_person_finds_an_entry_and_withdraws_it_and_takes_that_back(person, store, entry, market):
    browser, id_ = person("pim", Role.PUBLISHER), entry[market]
    found = browser.get(f"/entries?market={market}&q={TEXTS[market][0]}").text
    assert f'href="/entries/{id_}"' in found
    assert f'href="/entries/{id_}"' not in browser.get(f"/entries?market={market}&state=retired").text
    assert browser.submit(f"/entries/{id_}/withdraw", reason="ค่าธรรมเนียม <ผิด>").status_code == 303
    page = browser.get(f"/entries/{id_}").text
    assert say("en", "flash.withdrawn") in page
    assert "ค่าธรรมเนียม &lt;ผิด&gt;" in page
    assert "&lt;b&gt;" in page
    assert f'action="/entries/{id_}/withdraw"' not in page
    assert store.listed_entry(id_).state is EntryState.WITHDRAWN
    assert browser.submit(f"/entries/{id_}/restore", reason="ถูกแล้ว").status_code == 303
    assert store.listed_entry(id_).state is EntryState.APPROVED
    assert [e.actor for e in store.events(id_)][-2:] == ["pim", "pim"]


def test_what_was_refused_is_shown_again_with_what_was_typed(person, store, entry):
    browser, id_ = person("pim", Role.PUBLISHER), entry["th-TH"]
    refused = browser.submit(f"/entries/{id_}/withdraw", reason="  ")
    assert (refused.status_code, "without a reason" in refused.text) == (422, True)
    text = {"question": "ถามใหม่", "answer": " ", "phrasings": ""}
    refused = browser.submit(f"/entries/{id_}/correct", **text, reason="ใหม่กว่า")
    assert refused.status_code == 422
    assert "ถามใหม่" in refused.text
    assert 'value="ใหม่กว่า"' in refused.text


def test_a_reviewer_corrects_and_comes_to_the_card_but_withdraws_nothing(person, store, entry):
    browser, id_ = person("rin", Role.REVIEWER), entry["th-TH"]
    page = browser.get(f"/entries/{id_}").text
    assert f'action="/entries/{id_}/correct"' in page
    assert f'action="/entries/{id_}/withdraw"' not in page
    text = {"question": TEXTS["th-TH"][0], "answer": "การคืนเงินใช้เวลา 3 วันครับ", "phrasings": "คืนเงินกี่วัน\n\nกี่วัน"}
    led = browser.submit(f"/entries/{id_}/correct", **text, reason="สัญญาใหม่")
    (change,) = store.changes("th-TH")
    assert led.headers["location"] == f"/changes/{change.id}"
    assert (change.proposed_by, change.revision.text.phrasings) == ("rin", ("คืนเงินกี่วัน", "กี่วัน"))
    assert "สัญญาใหม่" in browser.get(f"/changes/{change.id}").text
    page = browser.get(f"/entries/{id_}").text
    assert f'href="/changes/{change.id}"' in page
    assert f'action="/entries/{id_}/correct"' not in page


def test_a_viewer_only_looks_and_another_market_is_not_there(person, entry):
    viewer = person("eve", Role.VIEWER).get(f"/entries/{entry['th-TH']}").text
    assert '<form method="post" action="/entries/' not in viewer
    elsewhere = person("ann", Role.PUBLISHER, ("en-US",))
    assert elsewhere.get(f"/entries/{entry['th-TH']}").status_code == 404
    assert f'href="/entries/{entry["th-TH"]}"' not in elsewhere.get("/entries?market=th-TH").text


def test_many_entries_come_page_by_page(person, store):
    for n in range(53):
        store.propose(change_of("th-TH", f"{n}"))
    browser = person()
    first, second = (browser.get(f"/entries?market=th-TH&page={n}").text for n in (1, 2))
    assert (first.count("data-row"), second.count("data-row")) == (50, 3)
    assert 'rel="next"' in first
    assert 'rel="next"' not in second
    assert browser.get("/entries?page=x&state=nonsense").status_code == 200
