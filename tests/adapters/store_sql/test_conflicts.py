"""Contradictions and holds are kept with a person's word, in both databases."""

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.conflicts import Conflict
from kb_pipeline.domain.releases import ManifestItem
from kb_pipeline.errors import BlockedError, NotFoundError
from tests.adapters.store_sql.samples import MARKETS, change_of, decision_of


def conflict_of(store: SqlStore, market: str) -> Conflict:
    """Two approved texts of the market, and that they contradict each other."""
    texts = []
    for key in "ab":
        change = change_of(market, key)
        store.propose(change)
        store.decide(decision_of(change))
        texts.append(change.revision)
    first, second = sorted(texts, key=lambda text: text.entry_id)
    return Conflict(
        market=market,
        first_entry=first.entry_id,
        second_entry=second.entry_id,
        first_revision=first.id,
        second_revision=second.id,
        why="7 วัน / 9 วัน",
    )


@pytest.mark.parametrize("market", MARKETS)
def test_what_was_found_is_kept_once_and_a_word_stays_with_it(store: SqlStore, market: str) -> None:
    conflict = conflict_of(store, market)
    store.save_conflicts([conflict, conflict])
    (found,) = store.conflicts(market)
    assert (found.model_copy(update={"at": None}), found.is_open) == (conflict, True)
    settled = store.settle_conflict(conflict, "มาลี", "", " ถูกทั้งคู่ ")
    store.save_conflicts([conflict])
    assert store.conflicts(market) == [settled]
    assert (settled.is_open, settled.comment) == (False, "ถูกทั้งคู่")
    assert store.settle_conflict(conflict, "ann", conflict.second_entry, "only this one").is_open
    for entry in (conflict.first_entry, conflict.second_entry):
        actions = [(e.action, e.actor) for e in store.events(entry) if e.action.startswith("conflict")]
        assert actions == [("conflict.found", "pipeline"), ("conflict.settled", "มาลี"), ("conflict.settled", "ann")]
    assert store.verify_chain() is None
    assert not store.conflicts("xx-XX")


@pytest.mark.parametrize(("holds", "reason"), [("", " "), ("somebody else", "so")])
def test_a_word_that_is_none_is_refused(store: SqlStore, holds: str, reason: str) -> None:
    conflict = conflict_of(store, "th-TH")
    with pytest.raises(BlockedError) as refused:
        store.settle_conflict(conflict, "ann", holds, reason)
    assert refused.value.remedy
    assert store.conflicts("th-TH") == []


def test_a_release_remembers_that_its_texts_were_compared(store: SqlStore) -> None:
    conflict = conflict_of(store, "th-TH")
    approved = [entry.revision for entry in store.approved_entries("th-TH")]
    manifest = tuple(ManifestItem(entry_id=r.entry_id, revision_id=r.id, text_hash=r.text.hash) for r in approved)
    release = store.begin_release("th-TH", manifest, "e5", "dara")
    store.save_conflicts([conflict], release)
    assert (release.compared, store.release("th-TH", 1).compared) == (False, True)
    assert store.begin_release("th-TH", manifest, "e5", "dara", compared=True).compared


@pytest.mark.parametrize("market", MARKETS)
def test_a_hold_stands_until_it_is_lifted_and_says_who_and_why(store: SqlStore, market: str) -> None:
    hold = store.put_on_hold(market, "สมชาย", " ค่าธรรมเนียม ")
    assert (store.hold_of(market), hold.actor, hold.reason) == (hold, "สมชาย", "ค่าธรรมเนียม")
    with pytest.raises(BlockedError, match="on hold since"):
        store.put_on_hold(market, "ann", "again")
    assert store.lift_hold(market, "ann", "done") == hold
    assert store.hold_of(market) is None
    with pytest.raises(NotFoundError):
        store.lift_hold(market, "ann", "again")
    assert [event.action for event in store.events(market)] == ["market.held", "market.lifted"]


def test_entries_are_listed_in_any_state_with_what_holds_them(store: SqlStore) -> None:
    conflict = conflict_of(store, "th-TH")
    store.propose(change_of("en-US"))
    assert [e.market for e in store.listed_entries()] == ["en-US", "th-TH", "th-TH"]
    store.withdraw_entry(conflict.first_entry, "ann", "wrong")
    (gone,) = store.listed_entries("th-TH", EntryState.WITHDRAWN)
    assert (gone.id, gone.revision.id, gone.open_change) == (conflict.first_entry, conflict.first_revision, None)
    item = store.approved_entries("th-TH")[0].revision
    store.begin_release(
        "th-TH", (ManifestItem(entry_id=item.entry_id, revision_id=item.id, text_hash=item.text.hash),), "e5", "dara"
    )
    assert [held.release for held in store.releases_with(item.entry_id)] == ["th-TH/r0001"]
    assert store.releases_with(conflict.first_entry) == []
