"""A tiny knowledge base with everything real: entries approved through the store, released by the publisher."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from kb_pipeline.bootstrap import open_store
from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.changes import Change, ChangeKind, Decision, Relation, RelationKind, RiskTier, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq, entry_id
from kb_pipeline.domain.releases import Release
from kb_pipeline.settings import Settings
from tests.conftest import ROOT
from tests.databases import database_url
from tests.factories import article, split

RETURNS = ("How many days do I have to return an item?", "You can return most items within **15 days** of delivery.")
REFUNDS = ("How long does a refund to a card take?", "A refund to a card takes 5 to 10 business days.")
LOCKERS = ("How long does a parcel locker keep my parcel?", "A locker keeps your parcel for 3 days.")
EXPIRED = ("Is there a summer voucher?", "The summer voucher takes 10% off.")
RETURNS_TH = ("คืนสินค้าได้ภายในกี่วัน", "คุณคืนสินค้าส่วนใหญ่ได้ภายใน **15 วัน** หลังได้รับสินค้า")
REFUNDS_TH = ("คืนเงินเข้าบัตรใช้เวลานานเท่าไร", "การคืนเงินเข้าบัตรใช้เวลา 5 ถึง 10 วันทำการ")
SAID = {"en-US": (RETURNS, REFUNDS), "th-TH": (RETURNS_TH, REFUNDS_TH)}  # two entries in each of two markets


class Knowledge:
    """A home with its store."""

    def __init__(self, home: Path, **settings: object) -> None:
        self.settings = Settings.model_validate(
            {"home": home, "locales_dir": ROOT / "locales", "database_url": database_url(home), **settings}
        )
        self.store = open_store(self.settings)

    def approve(
        self,
        market: str,
        text: tuple[str, str],
        *,
        topics: tuple[str, ...] = (),
        phrasings: Sequence[str] = (),
        valid_from: date | None = None,
        valid_until: date | None = None,
        key: str = "",
    ) -> str:
        """Approve an entry (again, with another text); its id."""
        question, answer = text
        key = key or f"{market}-{len(self.store.approved_entries(market))}"
        front = {"topics": topics, "valid_from": valid_from, "valid_until": valid_until}
        source = article(f"{market}/{key}", f"# {question}\n\n{answer}\n", market[:2], **front)
        sentences, chunks = split(source)
        self.store.save_article(source, sentences, chunks)
        cited = tuple(Citation.of(s) for s in sentences if s.is_citable)
        text = FaqText(question=question, answer=answer, phrasings=tuple(phrasings))
        faq = SourceFaq(
            id=key, article_id=source.id, language=market[:2], revision=1, text=text, citations=cited, topics=topics,
            provenance=Provenance(),
        )  # fmt: skip
        self.store.save_source_faqs([faq], {})
        id_ = entry_id(market, key)
        standing = self.store.approved_text(id_)
        revision = Revision(
            entry_id=id_, market=market, language=market[:2], text=text, citations=cited, provenance=Provenance()
        )
        change = Change(
            market=market,
            entry_id=id_,
            kind=ChangeKind.UPDATE if standing else ChangeKind.ADD,
            revision=revision,
            base_revision_id=standing.id if standing else None,
            source_faq_id=key,
            source_revision=1,
            topics=topics,
            relation=Relation(kind=RelationKind.NEW),
            risk=RiskTier.LOW,
        )
        self.store.propose(change)
        self.store.decide(Decision(change_id=change.id, verdict=Verdict.APPROVE, actor="ann", seen_version=1))
        return id_

    def publish(self, market: str) -> Release:
        """Release what is approved, verified in this process."""
        from tests.publishing import publisher_of  # which knows this class

        return publisher_of(self, market).publish()

    def fill(self) -> dict[str, str]:
        """Two markets, published; the entries' ids by name."""
        ids = {
            "returns": self.approve("en-US", RETURNS, topics=("returns",), phrasings=("What is the return window?",)),
            "refunds": self.approve("en-US", REFUNDS, topics=("refund",)),
            "lockers": self.approve("en-US", LOCKERS, topics=("shipping",)),
            "expired": self.approve("en-US", EXPIRED, topics=("voucher",), valid_until=date(2020, 9, 30)),
            "returns_th": self.approve("th-TH", RETURNS_TH, topics=("returns",)),
            "refunds_th": self.approve("th-TH", REFUNDS_TH, topics=("refund",)),
        }
        for market in ("en-US", "th-TH"):
            self.publish(market)
        return ids
