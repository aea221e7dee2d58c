"""Relating drafts, with a real store and the real embedder: the same again after staging, and only changed drafts written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.changes import Change, ChangeKind, RiskTier
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, entry_id
from kb_pipeline.domain.markets import Conventions, Market
from kb_pipeline.services.draft.relate import RelateSummary, relate_drafts
from kb_pipeline.settings import Settings
from tests.databases import database_url

MARKET = Market(tag="th-TH", name="Thailand", language_name="Thai", conventions=Conventions(currency="THB"), fingerprint="x")
TEXTS = {
    "a": FaqText(question="คืนเงินเข้าบัตรใช้เวลากี่วัน", answer="การคืนเงินเข้าบัตรใช้เวลา 7 วันทำการ"),
    "b": FaqText(question="การคืนเงินเข้าบัตรใช้เวลากี่วัน", answer="การคืนเงินเข้าบัตรใช้เวลา 7 วันทำการ"),
    "c": FaqText(question="คืนเงินเข้าบัตรใช้เวลากี่วัน", answer="การคืนเงินเข้าบัตรใช้เวลา 20 วันทำการ"),
    "d": FaqText(question="เปลี่ยนรหัสผ่านอย่างไร", answer="ไปที่ **การตั้งค่า** แล้วเลือก **รหัสผ่าน**"),
}


class Silent:
    """Progress that nobody sees."""

    @contextmanager
    def track(self, what: str, total: int) -> Iterator[Callable[[str], None]]:
        yield lambda note: None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = SqlStore(database_url(tmp_path))
    yield opened
    opened.close()


def revision(source: str, text: FaqText) -> Revision:
    key = entry_id(MARKET.tag, source)
    return Revision(entry_id=key, market=MARKET.tag, language=MARKET.tag, text=text, provenance=Provenance())


def save(store: SqlStore, source: str, text: FaqText) -> None:
    store.save_draft(
        Draft(
            market=MARKET.tag,
            source_faq_id=source,
            source_revision=1,
            source_text_hash="x",
            pack_fingerprint="x",
            revision=revision(source, text),
            findings=(),
        )
    )


def related(store: SqlStore) -> RelateSummary:
    embedder = SentenceTransformersEmbedder("embedded", Settings().model_dir, store)
    return relate_drafts(MARKET, store, embedder, Silent())


def kinds(store: SqlStore) -> dict[str, tuple[str, str | None]]:
    names = {entry_id(MARKET.tag, source): source for source in TEXTS}
    found = {}
    for draft in store.drafts(MARKET.tag):
        assert draft.relation is not None
        found[draft.source_faq_id] = (draft.relation.kind.value, names.get(draft.relation.twin_id or ""))
    return found


def stage(store: SqlStore) -> None:
    for draft in store.drafts(MARKET.tag):
        assert draft.relation is not None
        store.propose(
            Change(
                market=MARKET.tag,
                entry_id=draft.revision.entry_id,
                kind=ChangeKind.ADD,
                revision=draft.revision,
                source_faq_id=draft.source_faq_id,
                relation=draft.relation,
                risk=RiskTier.LOW,
            )
        )


def test_drafts_are_related_to_each_other_once(store: SqlStore) -> None:
    for source, text in TEXTS.items():
        save(store, source, text)
    assert related(store).changed == 4
    assert kinds(store) == {"a": ("new", None), "b": ("duplicate", "a"), "c": ("contradictory", "a"), "d": ("new", None)}


def test_a_second_run_changes_nothing_even_after_staging(store: SqlStore) -> None:
    for source, text in TEXTS.items():
        save(store, source, text)
    related(store)
    before = kinds(store)
    stage(store)
    assert related(store).changed == 0
    assert kinds(store) == before


def test_an_imported_entry_is_compared_with(store: SqlStore) -> None:
    store.import_entry(revision("legacy", TEXTS["b"]))
    save(store, "a", TEXTS["a"])
    summary = related(store)
    assert summary.kinds == {"duplicate": 1}
    assert summary.entries == 1


def test_a_market_without_drafts_has_nothing_to_relate(store: SqlStore) -> None:
    assert related(store).drafts == 0
