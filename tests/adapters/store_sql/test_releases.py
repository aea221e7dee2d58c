"""What is published is what was approved, to the byte; one pointer says what is live, and one of many publishers moves it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import create_engine, update

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.adapters.store_sql.schema import RevisionRow
from kb_pipeline.domain.releases import Manifest, ManifestItem, Release, ReleaseReport, ReleaseState, manifest_hash
from kb_pipeline.errors import BlockedError, ConflictError, IllegalTransitionError, NotFoundError
from tests.adapters.store_sql.samples import MARKETS, change_of, decision_of, faq_of, retirement_of

FIT = ReleaseReport(entries=1, texts=3)
UNFIT = FIT.model_copy(update={"failures": ("2 entries are missing", "ไม่พบคำถาม")})


def approve(store: SqlStore, market: str, key: str = "faq", **more: str) -> None:
    change = change_of(market, key, **more)
    store.propose(change)
    store.decide(decision_of(change, actor="สมชาย"))


def manifest_of(store: SqlStore, market: str) -> Manifest:
    released = [entry.revision for entry in store.approved_entries(market)]
    return tuple(ManifestItem(entry_id=r.entry_id, revision_id=r.id, text_hash=r.text.hash) for r in released)


def verified(store: SqlStore, market: str, manifest: Manifest | None = None) -> Release:
    begun = store.begin_release(market, manifest or manifest_of(store, market), "e5", "ann")
    return store.end_verification(market, begun.number, FIT)


def standings(store: SqlStore, market: str) -> list[str]:
    return [entry.standing for entry in store.entries(market)]


def actions(store: SqlStore, subject: str) -> list[tuple[str, str]]:
    return [(event.actor, event.action) for event in store.events(subject)]


@pytest.mark.parametrize("market", MARKETS)
def test_what_people_approved_may_be_published_with_the_topics_of_its_latest_source(store: SqlStore, market: str) -> None:
    for key in ("a", "b", "retired"):
        approve(store, market, key)
    store.propose(change_of(market, "waiting"))
    approve(store, next(m for m in MARKETS if m != market), "elsewhere")
    gone = retirement_of(change_of(market, "retired"))
    store.propose(gone)
    store.decide(decision_of(gone))
    faqs = [faq_of(market, revision=n).model_copy(update={"id": "a", "topics": (topic,)}) for n, topic in ((1, "x"), (2, "y"))]
    store.save_source_faqs(faqs, {})
    entries = store.approved_entries(market)
    assert {(e.source_faq_id, e.topics) for e in entries} == {("a", ("y",)), ("b", ())}
    assert [e.revision.entry_id for e in entries] == sorted(e.revision.entry_id for e in entries)
    assert all(store.approved_text(e.revision.entry_id) == e.revision for e in entries)


@pytest.mark.parametrize("market", MARKETS)
def test_a_release_goes_from_its_manifest_to_live(store: SqlStore, market: str) -> None:
    approve(store, market)
    (item,) = manifest_of(store, market)
    item = item.model_copy(update={"topics": ("คืนเงิน",), "markets": (market,), "valid_until": date(2027, 1, 31)})
    begun = store.begin_release(market, (item,), "e5", "สมชาย", note="แรก")
    assert (begun.id, begun.state, begun.entries, begun.base) == (f"{market}/r0001", ReleaseState.BUILDING, 1, None)
    assert begun.manifest_hash == manifest_hash(market, (item,), "e5")
    assert store.manifest(market, 1) == (item,)
    assert store.end_verification(market, 1, FIT).report == FIT
    assert store.live_numbers() == {}
    live = store.go_live(market, 1, "สมชาย", None)
    assert (live.state, store.live_numbers(), store.release(market, 1)) == (ReleaseState.LIVE, {market: 1}, live)
    assert live.live_at is not None
    assert standings(store, market) == ["published"]
    assert store.counts()[market]["published"] == 1
    assert actions(store, live.id) == [
        ("สมชาย", "release.building"),
        ("pipeline", "release.verified"),
        ("สมชาย", "release.live"),
    ]
    assert actions(store, item.entry_id)[-1] == ("สมชาย", "entry.published")
    assert store.revisions([item.revision_id, "unknown"]) == {item.revision_id: store.approved_text(item.entry_id)}
    assert store.verify_chain() is None


def test_the_next_one_supersedes_it_and_the_entries_follow(store: SqlStore) -> None:
    for key in ("a", "b"):
        approve(store, "th-TH", key)
    both = manifest_of(store, "th-TH")
    store.go_live("th-TH", verified(store, "th-TH", both).number, "ann", None)
    second = verified(store, "th-TH", both[:1])
    assert second.base == 1
    store.go_live("th-TH", 2, "ann", 1)
    assert [(r.number, r.state) for r in store.releases("th-TH")] == [(2, ReleaseState.LIVE), (1, ReleaseState.SUPERSEDED)]
    assert standings(store, "th-TH") == ["published", "approved"]
    store.go_live("th-TH", 1, "bob", 2)  # a rollback
    assert standings(store, "th-TH") == ["published", "published"]
    superseded = store.events("th-TH/r0002")[-1]
    assert (superseded.action, superseded.after["by"]) == ("release.superseded", 1)


def test_an_approved_update_is_said_with_the_next_release_only(store: SqlStore) -> None:
    approve(store, "th-TH")
    store.go_live("th-TH", verified(store, "th-TH").number, "ann", None)
    (released,) = manifest_of(store, "th-TH")
    approve(store, "th-TH", note=" 15 วัน", base=released.revision_id)
    assert standings(store, "th-TH") == ["approved"]
    assert store.manifest("th-TH", 1) == (released,)
    with pytest.raises(BlockedError, match="not the one approved text"):
        store.begin_release("th-TH", (released,), "e5", "ann")
    store.go_live("th-TH", verified(store, "th-TH").number, "ann", 1)
    assert standings(store, "th-TH") == ["published"]
    store.go_live("th-TH", 1, "ann", 2)  # says the old text again: the new one is approved, and not said
    assert standings(store, "th-TH") == ["approved"]


def test_a_retired_entry_stays_retired_when_an_old_release_says_it_again(store: SqlStore) -> None:
    for key in ("a", "b"):
        approve(store, "th-TH", key)
    store.go_live("th-TH", verified(store, "th-TH").number, "ann", None)
    gone = retirement_of(change_of("th-TH", "a"))
    store.propose(gone)
    store.decide(decision_of(gone))
    store.go_live("th-TH", verified(store, "th-TH").number, "ann", 1)
    store.go_live("th-TH", 1, "ann", 2)
    assert standings(store, "th-TH") == ["published"]
    assert store.counts()["th-TH"]["retired"] == 1


@pytest.mark.parametrize("market", MARKETS)
def test_nothing_unapproved_gets_into_a_manifest(store: SqlStore, market: str) -> None:
    approve(store, market)
    (item,) = manifest_of(store, market)
    waiting = change_of(market, "waiting")
    store.propose(waiting)
    unapproved = ManifestItem(entry_id=waiting.entry_id, revision_id=waiting.revision.id, text_hash=waiting.revision.text.hash)
    other = next(m for m in MARKETS if m != market)
    before = store.events()
    for tag, manifest, words in (
        (market, (), "nothing to publish"),
        (market, (item, unapproved), "not the one approved text"),
        (market, (item, item), "not the one approved text"),
        (market, (item.model_copy(update={"text_hash": "0" * 64}),), "not the one that was approved"),
        (other, (item,), "not the one approved text"),
    ):
        with pytest.raises(BlockedError, match=words):
            store.begin_release(tag, manifest, "e5", "ann")
    assert (store.events(), list(store.releases())) == (before, [])


def test_a_text_that_was_changed_by_hand_is_not_published(store: SqlStore, url: str) -> None:
    approve(store, "th-TH")
    manifest = manifest_of(store, "th-TH")
    (item,) = manifest
    released = store.revisions([item.revision_id])[item.revision_id].text
    changed = released.model_copy(update={"answer": released.answer.replace("7 วัน", "70 วัน")})
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(update(RevisionRow).values(text=changed))
    engine.dispose()
    for wanted in (manifest, manifest_of(store, "th-TH")):  # also where the manifest was made of the changed text
        with pytest.raises(BlockedError):
            store.begin_release("th-TH", wanted, "e5", "ann")


def test_an_unfit_release_has_failed_and_says_why(store: SqlStore) -> None:
    approve(store, "th-TH")
    store.begin_release("th-TH", manifest_of(store, "th-TH"), "e5", "ann")
    failed = store.end_verification("th-TH", 1, UNFIT)
    assert (failed.state, failed.reason) == (ReleaseState.FAILED, "2 entries are missing; ไม่พบคำถาม")
    verified(store, "th-TH")
    assert store.fail_release("th-TH", 2, "ถูกยกเลิก").reason == "ถูกยกเลิก"
    for number in (1, 2):
        with pytest.raises(IllegalTransitionError, match="kb release list"):
            store.go_live("th-TH", number, "ann", None)
    assert store.live_numbers() == {}


def test_only_a_verified_release_goes_live(store: SqlStore) -> None:
    approve(store, "en-US")
    store.begin_release("en-US", manifest_of(store, "en-US"), "e5", "ann")
    before = store.events()
    with pytest.raises(IllegalTransitionError):
        store.go_live("en-US", 1, "ann", None)
    assert (store.events(), store.live_numbers()) == (before, {})
    store.end_verification("en-US", 1, FIT)
    store.go_live("en-US", 1, "ann", None)
    with pytest.raises(IllegalTransitionError):
        store.fail_release("en-US", 1, "too late")
    with pytest.raises(IllegalTransitionError):
        store.end_verification("en-US", 1, FIT)


def test_who_expects_another_release_to_be_live_is_told_which_one_is(store: SqlStore) -> None:
    approve(store, "th-TH")
    for _ in range(2):
        verified(store, "th-TH")
    with pytest.raises(ConflictError, match="nothing is live in th-TH, not th-TH/r0007"):
        store.go_live("th-TH", 1, "ann", 7)
    store.go_live("th-TH", 1, "ann", None)
    with pytest.raises(ConflictError, match="th-TH/r0001 is live in th-TH, not nothing"):
        store.go_live("th-TH", 2, "ann", None)
    assert store.live_numbers() == {"th-TH": 1}


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    for ask in (
        lambda: store.release("th-TH", 1),
        lambda: store.manifest("th-TH", 1),
        lambda: store.end_verification("th-TH", 1, FIT),
        lambda: store.fail_release("th-TH", 1, ""),
        lambda: store.go_live("th-TH", 1, "ann", None),
    ):
        with pytest.raises(NotFoundError, match="th-TH/r0001"):
            ask()


def test_of_publishers_who_race_for_the_pointer_one_wins(store: SqlStore) -> None:
    for market in MARKETS:
        for n in range(5):
            approve(store, market, f"faq {n}")
    live: dict[str, int | None] = dict.fromkeys(MARKETS)
    for _ in range(5):
        runners = [(market, verified(store, market).number) for market in MARKETS for _ in range(4)]

        def publish(runner: tuple[str, int], live: dict[str, int | None] = live) -> tuple[str, int] | None:
            try:
                store.go_live(*runner, "ผู้เผยแพร่", live[runner[0]])
            except ConflictError:
                return None
            return runner

        with ThreadPoolExecutor(8) as pool:
            winners = [winner for winner in pool.map(publish, runners) if winner]
        assert sorted(market for market, _ in winners) == sorted(MARKETS)
        assert store.live_numbers() == dict(winners)
        assert {(r.market, r.number) for r in store.releases() if r.state is ReleaseState.LIVE} == set(winners)
        live.update(winners)
    assert store.verify_chain() is None


def test_numbers_of_releases_begun_at_once_are_their_own(store: SqlStore) -> None:
    approve(store, "th-TH")
    manifest = manifest_of(store, "th-TH")
    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(lambda _: store.begin_release("th-TH", manifest, "e5", "ann").number, range(8)))
    assert sorted(begun) == list(range(1, 9))


@pytest.mark.parametrize("market", MARKETS)
def test_one_entry_stands_as_in_the_list(store: SqlStore, market: str) -> None:
    approve(store, market, "a")
    store.propose(change_of(market, "b"))
    for entry in store.entries(market):
        assert store.entry(entry.id) == entry
    assert store.entry("unknown") is None
    assert len(store.entries(market)) == 2
