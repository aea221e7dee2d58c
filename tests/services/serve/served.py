"""Releases for the tests of serving, with a real store and a real index; only the verification is taken as passed."""

from collections.abc import Sequence
from pathlib import Path

from kb_pipeline.adapters.index.chroma import ChromaIndexes
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.answers import Query, SearchResult
from kb_pipeline.domain.changes import Change, ChangeKind, ChangeState, Decision, Relation, RelationKind, RiskTier, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, entry_id
from kb_pipeline.domain.releases import ManifestItem, Release, ReleaseReport
from kb_pipeline.ports.models import Embedder
from kb_pipeline.services.release.verify import embed_texts
from kb_pipeline.services.serve.search import Searcher
from kb_pipeline.steps.release.manifest import index_texts

RETURNS = ("How many days do I have to return an item?", "You can return most items within **15 days** of delivery.")
REFUNDS = ("How long does a refund to a card take?", "A refund to a card takes 5 to 10 business days.")
LOCKERS = ("How long does a parcel locker keep my parcel?", "A locker keeps your parcel for 3 days.")
RETURNS_TH = ("คืนสินค้าได้ภายในกี่วัน", "คุณคืนสินค้าส่วนใหญ่ได้ภายใน **15 วัน** หลังได้รับสินค้า")
REFUNDS_TH = ("คืนเงินเข้าบัตรใช้เวลานานเท่าไร", "การคืนเงินเข้าบัตรใช้เวลา 5 ถึง 10 วันทำการ")


class Served:
    """A store and its indexes; `publish` puts a release of these entries live."""

    def __init__(self, folder: Path, store: SqlStore, embedder: Embedder) -> None:
        self.store = store
        self.embedder = embedder
        self.indexes = ChromaIndexes(folder / "releases")

    def approve(self, market: str, faq: tuple[str, str], phrasings: Sequence[str] = (), **limits: object) -> ManifestItem:
        """Approve an entry, whose key is its question; its item, with `limits` of the manifest."""
        text = FaqText(question=faq[0], answer=faq[1], phrasings=tuple(phrasings))
        revision = Revision(
            entry_id=entry_id(market, faq[0]), market=market, language=market[:2], text=text, provenance=Provenance()
        )
        standing = self.store.approved_text(revision.entry_id)
        change = Change(
            market=market,
            entry_id=revision.entry_id,
            kind=ChangeKind.UPDATE if standing else ChangeKind.ADD,
            revision=revision,
            base_revision_id=standing.id if standing else None,
            source_faq_id=faq[0],
            source_revision=1,
            relation=Relation(kind=RelationKind.NEW),
            risk=RiskTier.LOW,
        )
        self.store.propose(change)
        for version, actor in enumerate(("ann", "bob"), start=1):
            if self.store.change(change.id).state is ChangeState.PENDING:  # a withdrawn entry takes two
                self.store.decide(Decision(change_id=change.id, verdict=Verdict.APPROVE, actor=actor, seen_version=version))
        item = ManifestItem(entry_id=revision.entry_id, revision_id=revision.id, text_hash=text.hash)
        return ManifestItem.model_validate(item.model_dump() | limits)

    def publish(self, market: str, *items: ManifestItem, index: bool = True) -> Release:
        """Put a release of the items live."""
        manifest = tuple(sorted(items, key=lambda item: item.entry_id))
        release = self.store.begin_release(market, manifest, self.embedder.fingerprint, "ann")
        if index:
            revisions = self.store.revisions([item.revision_id for item in manifest])
            texts = index_texts(revisions.values())
            self.indexes.build(release, texts, embed_texts(self.embedder, texts), lambda: None)
        report = ReleaseReport(entries=len(manifest), texts=len(manifest))
        self.store.end_verification(market, release.number, report)
        return self.store.go_live(market, release.number, "ann", self.store.live_numbers().get(market))


def fill(served: Served) -> None:
    """Both markets, published."""
    served.publish("en-US", *(served.approve("en-US", faq) for faq in (RETURNS, REFUNDS, LOCKERS)))
    served.publish("th-TH", *(served.approve("th-TH", faq) for faq in (RETURNS_TH, REFUNDS_TH)))


def ask(searcher: Searcher, text: str, market: str, **more: object) -> SearchResult:
    """What is said to a question."""
    return searcher.search(Query.model_validate({"text": text, "market": market, **more}), "r1")
