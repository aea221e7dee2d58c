"""What the page says of quality and meaning: a number, a word, a colour, in both languages; checks that load no model."""

import sys

import pytest

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.steps.checks.quality import grade
from tests.adapters.store_sql.samples import change_of
from tests.review.conftest import say


@pytest.mark.parametrize("language", ["en", "th"])
def test_queue_and_card_say_the_quality_in_a_number_and_a_word(person, changes, language):
    browser = person()
    browser.get(f"/language/{language}")
    queue = browser.get("/").text
    for change in changes:
        word = grade(change.quality).value
        shown = say(language, "quality.of", number=f"{change.quality:.0f}", word=say(language, f"quality.{word}"))
        assert shown in queue
        assert shown in browser.get(f"/changes/{change.id}").text
        assert f"quality-{word}" in queue


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_card_says_in_a_sentence_how_near_the_meaning_is(person, changes, language):
    browser = person()
    browser.get(f"/language/{language}")
    assert say(language, "meaning.near", number="0.62", usual="0.55") in browser.get(f"/changes/{changes[2].id}").text


def test_what_was_not_estimated_says_so(person, store):
    change = change_of("th-TH")
    store.propose(change)
    page = person().get(f"/changes/{change.id}").text
    assert say("en", "quality.none") in page
    assert say("en", "meaning.none") in page
    assert "chip quality-" not in page


def test_the_card_shows_a_market_value_with_rule_source_and_validity(person, changes, desk):
    card = desk.reviewer(User(name="nok", role=Role.VIEWER)).card(changes[0].id)
    row = next(row for row in card.facts if row.market_fact)
    rule = card.rule_of(row)
    page = person().get(f"/changes/{changes[0].id}").text
    for shown in (row.source, row.wanted, rule.key, rule.source):
        assert shown in page
    for key, day in (("facts.from", rule.valid_from), ("facts.until", rule.valid_until)):
        assert day is None or say("en", key, day=day) in page


def test_a_check_while_typing_loads_no_embedder(person, changes, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    monkeypatch.setitem(sys.modules, "kb_pipeline.adapters.models.embedder_sentence_transformers", None)
    fields = {"question": changes[0].revision.text.question, "answer": "ไม่ทราบ", "phrasings": "", "version": "1"}
    reply = person().submit(f"/changes/{changes[0].id}/check", {"x-part": "checked"}, **fields)
    assert reply.status_code == 200
    assert "facts-preserved" in reply.text
    assert "meaning-drift" not in reply.text
