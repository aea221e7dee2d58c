"""The pairs of the memory in the database: approved ones as they stand, imported ones kept once."""

import pytest

from kb_pipeline.domain.changes import Verdict
from kb_pipeline.domain.faqs import entry_id
from kb_pipeline.domain.translation_memory import MemoryUnit
from tests.adapters.store_sql.samples import MARKETS, TEXTS, change_of, decision_of, edit_of, faq_of, revision_of


def approve(store, market, key="faq", *, edited=None):
    """A change of `market` made from revision 3 of its source, approved."""
    store.save_source_faqs([faq_of(market, key, revision=n) for n in (2, 3, 4)], {})
    change = change_of(market, key).model_copy(update={"source_faq_id": f"{key}-{market}"})
    store.propose(change)
    decision = decision_of(change, Verdict.EDIT if edited else Verdict.APPROVE)
    store.decide(decision, edit_of(edited) if edited else None)
    return change


def unit(market, **more) -> MemoryUnit:
    source, target = TEXTS["en-US"][0], TEXTS[market][0]
    known = {"source": source, "target": target, "source_language": "en", "market": market, "origin": "agency.tmx"}
    return MemoryUnit.model_validate(known | more)


@pytest.mark.parametrize("market", MARKETS)
def test_an_approved_text_stands_beside_the_source_revision_that_it_was_made_from(store, market):
    store.propose(change_of(market, "waiting"))
    change = approve(store, market)
    ((source, revision),) = store.approved_pairs(market)
    assert (source.id, source.revision, revision) == (change.source_faq_id, 3, change.revision)
    assert not source.retired
    assert not [pair for other in MARKETS if other != market for pair in store.approved_pairs(other)]


def test_a_source_that_is_gone_by_now_is_marked(store):
    approve(store, "th-TH")
    store.save_source_faqs([faq_of("th-TH", revision=5, retired=True)], {})
    ((source, _),) = store.approved_pairs("th-TH")
    assert (source.revision, source.retired) == (3, True)


def test_the_oldest_text_comes_first(store):
    keys = ("one", "two", "three", "four")
    for key in keys:
        approve(store, "th-TH", key)
    assert [revision.entry_id for _, revision in store.approved_pairs("th-TH")] == [entry_id("th-TH", key) for key in keys]


@pytest.mark.parametrize("market", MARKETS)
def test_units_are_kept_once_in_the_name_of_who_brought_them(store, market):
    first, second = unit(market), unit(market, source="Later")
    assert store.save_memory_units([first, first], "malee") == 1
    assert store.save_memory_units([first, second], "nok") == 1
    assert store.save_memory_units([first], "nok") == 0
    assert [(u.id, u.actor) for u in store.memory_units(market)] == [(first.id, "malee"), (second.id, "nok")]
    assert [(e.actor, e.action, e.subject) for e in store.events()] == [
        ("malee", "memory.imported", market),
        ("nok", "memory.imported", market),
    ]
    assert store.verify_chain() is None


def test_edits_are_what_people_made_of_proposals(store):
    edited = revision_of("th-TH", note=" (แก้ไข)")
    change = approve(store, "th-TH", edited=edited)
    approve(store, "en-US")
    (edit,) = store.edits("th-TH")
    assert (edit.before, edit.after.text, edit.source.revision) == (change.revision, edited.text, 3)
    assert edit.after.provenance.actor == "ann"
    assert not store.edits("en-US")
