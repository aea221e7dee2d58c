"""What a person withdrew is neither proposed again nor built upon by the next runs."""

import pytest

from kb_pipeline.domain.changes import ChangeKind, RelationKind
from tests.factories import RETURNS
from tests.services.draft.test_run import approve_all
from tests.story import Story

MARKETS = ("en-US", "th-TH")


@pytest.fixture
def story(tmp_path, store, embedder, american, thai):
    made = Story(tmp_path, store, embedder, (american, thai))
    made.run()
    return made


def withdraw_all(store, market):
    for entry in store.approved_entries(market):
        store.withdraw_entry(entry.revision.entry_id, "pim", "wrong")


@pytest.mark.parametrize("market", MARKETS)
def test_a_run_over_an_unchanged_source_does_not_propose_it_again(story, market):
    approve_all(story.store, market)
    withdraw_all(story.store, market)
    calls = story.calls()
    story.run()
    assert story.store.changes(market) == []
    assert story.calls() == calls


def test_a_changed_source_is_written_anew_and_not_into_the_withdrawn_text(story):
    approve_all(story.store, "th-TH")
    withdraw_all(story.store, "th-TH")
    localized = len(story.llm.asked("localize_faq"))
    story.write("en/returns.md", RETURNS.replace("15 days", "30 days"))
    report = story.run()
    assert len(story.llm.asked("localize_faq")) == localized + 1
    assert report.entries[1].edited == ()
    (change,) = story.store.changes("th-TH")
    assert (change.kind, change.base_revision_id) == (ChangeKind.UPDATE, story.store.approved_text(change.entry_id).id)
    approve_all(story.store, "th-TH")
    assert story.store.entry(change.entry_id).standing == "approved"


def test_a_withdrawn_text_is_no_rival(story):
    """The Thai answers that say nothing of their own are duplicates, as long as the first of them stands."""
    approve_all(story.store, "th-TH")
    entries = {entry.id: entry for entry in story.store.entries("th-TH")}
    story.write("en/other.md", "# Other\n\nThe item must be unused.\n")
    story.run()
    (change,) = story.store.changes("th-TH")
    assert change.relation.twin_id in entries
    assert change.relation.kind is not RelationKind.NEW
    withdraw_all(story.store, "th-TH")
    story.run()
    draft = next(d for d in story.store.drafts("th-TH") if d.revision.entry_id == change.entry_id)
    assert draft.relation.twin_id not in entries
