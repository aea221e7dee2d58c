"""Source FAQs keep every revision, show the latest, and are written before their sentences count as seen."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.findings import Severity
from tests.adapters.store_sql.samples import MARKETS, NEW, article_of, faq_of, finding_of, revision_of


@pytest.mark.parametrize("market", MARKETS)
def test_the_latest_revision_is_shown_and_writing_it_twice_is_once(store: SqlStore, market: str) -> None:
    first, second = faq_of(market), faq_of(market, revision=2)
    for _ in range(2):
        store.save_source_faqs([first, second], {first.article_id: ["h1", "h2"]})
    assert list(store.source_faqs()) == [second]
    assert store.seen_sentences(first.article_id) == {"h1", "h2"}
    store.save_source_faqs([], {first.article_id: ["h2", "h3"]})
    assert store.seen_sentences(first.article_id) == {"h1", "h2", "h3"}
    assert store.seen_sentences("another") == frozenset()


@pytest.mark.parametrize("market", MARKETS)
def test_a_retired_faq_is_shown_on_request_only(store: SqlStore, market: str) -> None:
    kept, gone = faq_of(market, "kept"), faq_of(market, "gone", revision=2, retired=True)
    store.save_source_faqs([kept, faq_of(market, "gone"), gone], {})
    assert list(store.source_faqs(article_of(market).id)) == [kept]
    assert list(store.source_faqs(retired=True)) == [gone, kept]
    assert (store.source_faq(gone.id), store.source_faq(kept.id), store.source_faq("another")) == (gone, kept, None)
    assert not store.source_faqs("another")


def test_a_written_revision_is_immutable(store: SqlStore) -> None:
    store.save_source_faqs([faq_of("th-TH")], {})
    other = faq_of("th-TH").model_copy(update={"topics": ("refund",)})
    store.save_source_faqs([other], {})
    assert list(store.source_faqs()) == [faq_of("th-TH")]


@pytest.mark.parametrize("market", MARKETS)
def test_a_draft_replaces_the_one_before(store: SqlStore, market: str) -> None:
    draft = Draft(
        market=market,
        source_faq_id="faq",
        source_revision=1,
        pack_fingerprint="p1",
        revision=revision_of(market),
        findings=(finding_of(Severity.MINOR),),
    )
    later = draft.model_copy(update={"source_revision": 2, "relation": NEW})
    for made in (draft, later, later):
        store.save_draft(made)
    assert list(store.drafts(market)) == [later]
    assert not store.drafts("pt-BR")


@pytest.mark.parametrize("market", MARKETS)
def test_a_draft_that_says_the_same_again_stays_related(store: SqlStore, market: str) -> None:
    revision = revision_of(market)
    draft = Draft(market=market, source_faq_id="faq", source_revision=1, pack_fingerprint="p1", revision=revision, findings=())
    store.save_draft(draft.model_copy(update={"relation": NEW}))
    store.save_draft(draft)
    assert [known.relation for known in store.drafts(market)] == [NEW]
    said = revision.text.model_copy(update={"answer": "อย่างอื่น"})
    store.save_draft(draft.model_copy(update={"revision": revision.model_copy(update={"text": said})}))
    assert [known.relation for known in store.drafts(market)] == [None]


def test_runs_that_save_the_same_drafts_at_once_do_not_collide(url: str) -> None:
    stores = [SqlStore(url) for _ in range(4)]
    drafts = [
        Draft(
            market="th-TH", source_faq_id=f"faq {n}", source_revision=1, pack_fingerprint="p1", revision=revision_of("th-TH"),
            findings=(),
        )
        for n in range(20)
    ]  # fmt: skip
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: [one.save_draft(draft) for draft in drafts], stores))
    assert len(stores[0].drafts("th-TH")) == 20
    for one in stores:
        one.close()
