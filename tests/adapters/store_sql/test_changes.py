"""From a proposal to an entry: made once, superseded by a newer one, seen in the market as what stands."""

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.changes import Change, ChangeState, RiskTier, Verdict
from kb_pipeline.errors import BlockedError, NotFoundError
from tests.adapters.store_sql.samples import MARKETS, change_of, decision_of, retirement_of, revision_of


@pytest.mark.parametrize("market", MARKETS)
def test_the_same_proposal_twice_is_one_change(store: SqlStore, market: str) -> None:
    change = change_of(market)
    assert store.propose(change)
    events = store.events()
    assert not store.propose(change)
    assert list(store.changes()) == [change]
    assert store.change(change.id[:5]) == change
    assert store.events() == events


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.REJECT, Verdict.REQUEST_CHANGES])
def test_a_decided_proposal_is_not_made_again(store: SqlStore, verdict: Verdict) -> None:
    change = change_of("th-TH")
    store.propose(change)
    store.decide(decision_of(change, verdict, comment="เพราะ"))
    assert not store.propose(change)
    assert not store.changes()


@pytest.mark.parametrize("market", MARKETS)
def test_a_newer_proposal_supersedes_what_waits_for_the_same_entry(store: SqlStore, market: str) -> None:
    first, second, third = (change_of(market, note=note) for note in ("", " 2", " 3"))
    other = change_of(market, "other")
    for change in (first, other, second):
        store.propose(change)
    store.decide(decision_of(second, Verdict.REQUEST_CHANGES, comment="shorter"))
    store.propose(third)
    assert [c.id for c in store.changes(market)] == [other.id, third.id]
    assert [(c.state, c.version) for c in store.changes(states=(), entry_id=first.entry_id)] == [
        (ChangeState.SUPERSEDED, 2),
        (ChangeState.SUPERSEDED, 3),
        (ChangeState.PENDING, 1),
    ]


def test_a_change_whose_source_is_gone_is_withdrawn(store: SqlStore) -> None:
    change = change_of("th-TH")
    store.propose(change)
    assert store.give_up(change.entry_id, "ไม่มีบทความแล้ว")
    assert not store.give_up(change.entry_id, "ไม่มีบทความแล้ว")
    assert store.change(change.id).state is ChangeState.SUPERSEDED
    assert (store.events(change.id)[-1].after or {})["reason"] == "ไม่มีบทความแล้ว"


def test_the_riskiest_come_first_then_the_oldest(store: SqlStore) -> None:
    low1, high1, low2, high2 = (
        change_of(market, key, risk=risk)
        for market, key, risk in (
            ("en-US", "a", RiskTier.LOW),
            ("th-TH", "b", RiskTier.HIGH),
            ("th-TH", "c", RiskTier.LOW),
            ("en-US", "d", RiskTier.HIGH),
        )
    )
    for change in (low1, high1, low2, high2):
        store.propose(change)
    assert list(store.changes()) == [high1, high2, low1, low2]
    assert list(store.changes("th-TH")) == [high1, low2]
    assert list(store.changes(states=(ChangeState.APPROVED,))) == []


def test_within_a_tier_the_worst_come_first_then_the_oldest_and_what_has_no_quality_last(store: SqlStore) -> None:
    def quality_of(key: str, quality: float | None, risk: RiskTier = RiskTier.LOW) -> Change:
        return change_of("th-TH", key, risk=risk).model_copy(update={"quality": quality})

    unknown, good, poor, good_too = (
        quality_of(key, quality) for key, quality in zip("abcd", (None, 96.7, 40.0, 96.7), strict=True)
    )
    risky = quality_of("e", 100.0, RiskTier.HIGH)
    for change in (unknown, good, poor, good_too, risky):
        store.propose(change)
    assert list(store.changes()) == [risky, poor, good, good_too, unknown]


def test_a_proposal_made_again_has_its_new_quality(store: SqlStore) -> None:
    change = change_of("th-TH").model_copy(update={"quality": 50.0})
    store.propose(change)
    store.give_up(change.entry_id, "gone")
    store.propose(change.model_copy(update={"quality": 100.0}))
    assert store.change(change.id).quality == 100.0


def test_an_id_is_found_by_a_prefix_of_its_own(store: SqlStore) -> None:
    changes = [change_of("th-TH", f"faq {n}") for n in range(17)]  # two of 17 share their first hex digit
    for change in changes:
        store.propose(change)
    firsts = [c.id[0] for c in changes]
    shared = next(f for f in firsts if firsts.count(f) > 1)
    with pytest.raises(NotFoundError, match="several"):
        store.change(shared)
    for unknown in ("zz", "", "%", "_"):
        with pytest.raises(NotFoundError, match="no change"):
            store.change(unknown)


def test_a_proposal_must_fit_its_kind_and_entry(store: SqlStore) -> None:
    change = change_of("th-TH")
    with pytest.raises(BlockedError, match="without a text"):
        store.propose(change.model_copy(update={"revision": None}))
    with pytest.raises(BlockedError, match="not of"):
        store.propose(change.model_copy(update={"revision": revision_of("th-TH", "other")}))
    with pytest.raises(NotFoundError, match="to retire"):
        store.propose(retirement_of(change))
    assert not store.events()


@pytest.mark.parametrize("market", MARKETS)
def test_an_entry_stands_as_what_a_person_last_said(store: SqlStore, market: str) -> None:
    change = change_of(market)
    store.propose(change)
    (entry,) = store.entries(market)
    assert (entry.standing, entry.text, entry.source_revision) == ("pending", change.revision.text, 3)
    assert store.approved_text(entry.id) is None

    store.decide(decision_of(change))
    update = change_of(market, note=" 15", base=change.revision.id)
    store.propose(update)
    (entry,) = store.entries(market)
    assert (entry.standing, entry.revision_id, entry.source_faq_id) == ("approved", change.revision.id, "faq")
    assert store.approved_text(entry.id) == change.revision

    store.decide(decision_of(update))
    assert store.approved_text(entry.id) == update.revision

    retirement = retirement_of(update)
    store.propose(retirement)
    store.decide(decision_of(retirement))
    assert not store.entries(market)
    assert store.approved_text(entry.id) is None
    assert store.counts()[market]["retired"] == 1


def test_a_rejected_addition_leaves_nothing_standing(store: SqlStore) -> None:
    change = change_of("th-TH")
    store.propose(change)
    store.decide(decision_of(change, Verdict.REJECT, category="accuracy"))
    assert not store.entries("th-TH")
    assert store.counts()["th-TH"] | {"rejected": 1, "proposed": 1, "pending": 0} == store.counts()["th-TH"]


@pytest.mark.parametrize("market", MARKETS)
def test_an_imported_entry_is_compared_with_but_never_said(store: SqlStore, market: str) -> None:
    revision = revision_of(market, "legacy")
    assert store.import_entry(revision)
    assert not store.import_entry(revision)
    (entry,) = store.entries(market)
    assert (entry.standing, entry.text, entry.source_faq_id) == ("imported", revision.text, None)
    assert store.approved_text(revision.entry_id) is None
    assert store.import_entry(revision_of(market, "legacy", note=" 2"))
    assert store.entries(market)[0].text.answer.endswith(" 2")
    assert store.counts()[market]["imported"] == 1
    assert store.counts()[market]["proposed"] == 0


def test_an_import_never_touches_an_entry_of_the_pipeline(store: SqlStore) -> None:
    change = change_of("th-TH")
    store.propose(change)
    assert not store.import_entry(revision_of("th-TH", note=" เก่า"))
    assert store.entries("th-TH")[0].standing == "pending"


def test_counts_are_per_market_and_complete(store: SqlStore) -> None:
    assert store.counts() == {}
    approved, pending, high = change_of("th-TH", "a"), change_of("th-TH", "b"), change_of("en-US", "c", risk=RiskTier.HIGH)
    for change in (approved, pending, high):
        store.propose(change)
    store.decide(decision_of(approved))
    zero = dict.fromkeys(
        ("pending", "changes_requested", "rejected", "superseded",
         "proposed", "imported", "approved", "published", "withdrawn", "retired"),
        0,
    )  # fmt: skip
    assert store.counts() == {
        "en-US": zero | {"pending": 1, "proposed": 1},
        "th-TH": zero | {"pending": 1, "proposed": 1, "approved": 1},
    }


@pytest.mark.parametrize("page", [1, 2, 50])
def test_the_queue_is_read_a_page_at_a_time_in_one_order_both_ways(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr("kb_pipeline.adapters.store_sql.changes._PAGE", page)
    rows = [
        ("en-US", "a", RiskTier.LOW),
        ("th-TH", "b", RiskTier.HIGH),
        ("th-TH", "c", RiskTier.LOW),
        ("th-TH", "d", RiskTier.LOW),
    ]
    for market, key, risk in rows:
        change = change_of(market, key, risk=risk)
        store.propose(change if key != "d" else change.model_copy(update={"quality": 40.0}))
    order = [change.id for change in store.changes()]
    assert [change.id for change in store.queue(None, ChangeState.PENDING)] == order
    for place, id_ in enumerate(order):
        assert [c.id for c in store.queue(None, ChangeState.PENDING, id_)] == order[place + 1 :]
        assert [c.id for c in store.queue(None, ChangeState.PENDING, id_, backwards=True)] == order[:place][::-1]
    thai = [change.id for change in store.changes("th-TH")]
    assert [change.id for change in store.queue("th-TH", ChangeState.PENDING, thai[0])] == thai[1:]
    assert not list(store.queue("th-TH", ChangeState.REJECTED))
