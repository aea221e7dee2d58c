"""Withdrawing an entry silences its texts, not the entry: whichever release holds them, until a person says otherwise."""

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.changes import Change, ChangeState, RiskTier
from kb_pipeline.domain.releases import ManifestItem, Release, ReleaseReport
from kb_pipeline.errors import BlockedError, NotFoundError
from tests.adapters.store_sql.samples import MARKETS, change_of, decision_of, faq_of, retirement_of, revision_of


def approve(store: SqlStore, market: str, key: str = "faq", note: str = "") -> Change:
    approved = store.approved_text(change_of(market, key).entry_id)
    change = change_of(market, key, note=note, base=approved.id if approved else None)
    store.propose(change)
    after = store.decide(decision_of(change))
    return after if after.state is ChangeState.APPROVED else store.decide(decision_of(change, actor="bob", seen=2))


def publish(store: SqlStore, market: str) -> Release:
    manifest = tuple(
        ManifestItem(entry_id=e.revision.entry_id, revision_id=e.revision.id, text_hash=e.revision.text.hash)
        for e in store.approved_entries(market)
    )
    release = store.begin_release(market, manifest, "e5", "dara")
    store.end_verification(market, release.number, ReleaseReport(entries=len(manifest), texts=1))
    return store.go_live(market, release.number, "dara", store.live_numbers().get(market))


def silent(store: SqlStore, market: str) -> set[str]:
    return set(store.withdrawn_revisions().get(market, ()))


@pytest.mark.parametrize("market", MARKETS)
def test_every_text_that_a_release_holds_falls_silent_and_the_trail_says_why(store: SqlStore, market: str) -> None:
    first = approve(store, market).revision
    publish(store, market)
    second = approve(store, market, note=" (2)").revision
    other = approve(store, market, "other")
    publish(store, market)
    gone = store.withdraw_entry(first.entry_id, "สมชาย", "มันผิด")
    assert {text.revision_id for text in gone} == silent(store, market) == {first.id, second.id}
    assert {(text.actor, text.reason) for text in gone} == {("สมชาย", "มันผิด")}
    assert [entry.revision.entry_id for entry in store.approved_entries(market)] == [other.entry_id]
    assert store.approved_text(first.entry_id) == second
    assert store.approved_text(first.entry_id, withdrawn=False) is None
    assert store.entry(first.entry_id).standing == "withdrawn"
    event = store.events(first.entry_id)[-1]
    assert (event.actor, event.action, event.before["state"]) == ("สมชาย", "entry.withdrawn", "published")
    assert (event.after["reason"], event.after["revision"], event.after["state"]) == ("มันผิด", second.id, "withdrawn")
    assert store.verify_chain() is None


@pytest.mark.parametrize("market", MARKETS)
def test_what_is_restored_is_published_as_far_as_the_live_release_holds_it(store: SqlStore, market: str) -> None:
    text = approve(store, market).revision
    store.withdraw_entry(text.entry_id, "ann", "wrong")
    store.restore_entry(text.entry_id, "ann", "right after all")
    assert store.entry(text.entry_id).standing == "approved"
    publish(store, market)
    store.withdraw_entry(text.entry_id, "ann", "wrong")
    assert {t.revision_id for t in store.restore_entry(text.entry_id, "bob", "ถูกแล้ว")} == {text.id}
    assert (silent(store, market), store.entry(text.entry_id).standing) == (set(), "published")
    restored = next(event for event in store.events(text.entry_id) if event.actor == "bob")
    assert (restored.action, restored.after["reason"]) == ("entry.restored", "ถูกแล้ว")


@pytest.mark.parametrize("market", MARKETS)
def test_a_newer_text_speaks_and_the_withdrawn_one_stays_silent(store: SqlStore, market: str) -> None:
    old = approve(store, market).revision
    publish(store, market)
    store.withdraw_entry(old.entry_id, "ann", "wrong")
    new = approve(store, market, note=" (right)").revision
    assert [entry.revision for entry in store.approved_entries(market)] == [new]
    assert silent(store, market) == {old.id}
    publish(store, market)
    store.withdraw_entry(old.entry_id, "ann", "wrong again")
    assert silent(store, market) == {old.id, new.id}
    store.restore_entry(old.entry_id, "ann", "the second one was right")
    assert silent(store, market) == {old.id}, "only the last withdrawal is taken back"


def test_exactly_the_withdrawn_text_is_restored_never_approved_again(store: SqlStore) -> None:
    """Approved, it would be heard at once, by the release that is live: without a comparison, and through any hold."""
    old = approve(store, "th-TH").revision
    store.withdraw_entry(old.entry_id, "ann", "wrong")
    approve(store, "th-TH", note=" (2)")
    again = change_of("th-TH", base=store.approved_text(old.entry_id).id)
    store.propose(again)
    with pytest.raises(BlockedError, match="ann withdrew just this text"):
        store.decide(decision_of(again))
    assert silent(store, "th-TH") == {old.id}


def test_an_approval_that_lifts_a_withdrawal_takes_two_people(store: SqlStore) -> None:
    old = approve(store, "th-TH").revision
    waiting = change_of("th-TH", note=" ครับ", base=old.id)
    store.propose(waiting)
    store.withdraw_entry(old.entry_id, "pim", "wrong")
    first = store.decide(decision_of(waiting))
    assert (first.state, first.risk) == (ChangeState.PENDING, RiskTier.HIGH)
    assert store.decide(decision_of(waiting, actor="bob", seen=2)).state is ChangeState.APPROVED


def test_a_retired_entry_that_is_still_said_falls_silent_too(store: SqlStore) -> None:
    text = approve(store, "th-TH").revision
    publish(store, "th-TH")
    change = retirement_of(change_of("th-TH"))
    store.propose(change)
    store.decide(decision_of(change))
    assert [t.revision_id for t in store.withdraw_entry(text.entry_id, "ann", "wrong")] == [text.id]
    with pytest.raises(BlockedError, match="no release says anything"):
        store.withdraw_entry(text.entry_id, "ann", "wrong")
    with pytest.raises(BlockedError, match="is retired, not withdrawn"):
        store.restore_entry(text.entry_id, "ann", "right")


def test_a_release_that_was_begun_before_cannot_smuggle_it_in(store: SqlStore) -> None:
    text = approve(store, "th-TH").revision
    item = ManifestItem(entry_id=text.entry_id, revision_id=text.id, text_hash=text.text.hash)
    begun = store.begin_release("th-TH", (item,), "e5", "dara")
    store.withdraw_entry(text.entry_id, "ann", "wrong")
    with pytest.raises(BlockedError, match="not the one approved text"):
        store.begin_release("th-TH", (item,), "e5", "dara")
    store.end_verification("th-TH", begun.number, ReleaseReport(entries=1, texts=1))
    store.go_live("th-TH", begun.number, "dara", None)
    assert store.entry(text.entry_id).standing == "withdrawn"
    assert silent(store, "th-TH") == {text.id}


@pytest.mark.parametrize(
    ("reason", "approved", "words"),
    [("", True, "without a reason"), ("  ", True, "without a reason"), ("wrong", False, "was never approved")],
)
def test_what_cannot_be_withdrawn_says_why_and_changes_nothing(
    store: SqlStore, reason: str, approved: bool, words: str
) -> None:
    change = change_of("th-TH")
    store.propose(change)
    if approved:
        store.decide(decision_of(change))
    before = store.events()
    with pytest.raises(BlockedError, match=words) as refused:
        store.withdraw_entry(change.entry_id, "ann", reason)
    assert refused.value.remedy
    assert store.events() == before


def test_twice_is_refused_and_a_stranger_is_not_found(store: SqlStore) -> None:
    text = approve(store, "en-US").revision
    with pytest.raises(BlockedError, match="not withdrawn"):
        store.restore_entry(text.entry_id, "ann", "right")
    store.withdraw_entry(text.entry_id, "ann", "wrong")
    with pytest.raises(BlockedError, match="withdrawn already"):
        store.withdraw_entry(text.entry_id, "ann", "wrong")
    with pytest.raises(BlockedError, match="without a reason"):
        store.restore_entry(text.entry_id, "ann", "")
    with pytest.raises(NotFoundError):
        store.withdraw_entry("nothing", "ann", "wrong")


def test_a_withdrawn_text_is_no_example_for_others(store: SqlStore) -> None:
    store.save_source_faqs([faq_of("th-TH", revision=3).model_copy(update={"id": "faq"})], {})
    text = approve(store, "th-TH").revision
    assert [revision.id for _, revision in store.approved_pairs("th-TH")] == [text.id]
    store.withdraw_entry(text.entry_id, "ann", "wrong")
    assert store.approved_pairs("th-TH") == []
    assert store.counts()["th-TH"]["withdrawn"] == 1


def test_an_imported_entry_that_was_approved_can_be_withdrawn(store: SqlStore) -> None:
    revision = revision_of("th-TH", "imported")
    store.import_entry(revision)
    with pytest.raises(BlockedError, match="never approved"):
        store.withdraw_entry(revision.entry_id, "ann", "wrong")
    change = change_of("th-TH", "imported")
    store.propose(change)
    store.decide(decision_of(change))
    store.withdraw_entry(revision.entry_id, "ann", "wrong")
    assert store.entry(revision.entry_id).standing == "withdrawn"
