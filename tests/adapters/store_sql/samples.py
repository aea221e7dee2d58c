"""Small values for the store's tests, an English and a Thai one of each."""

from kb_pipeline.domain.articles import Article, Chunk, Citation, FrontMatter, Sentence, SentenceKind
from kb_pipeline.domain.changes import (
    Assessment,
    Change,
    ChangeKind,
    Decision,
    EditedText,
    Relation,
    RelationKind,
    RiskTier,
    Verdict,
)
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq, entry_id
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity
from kb_pipeline.steps.checks.quality import estimate

TEXTS = {
    "en-US": ("How long does a refund take?", "A refund takes 7 days."),
    "th-TH": ("การคืนเงินใช้เวลากี่วัน", "การคืนเงินใช้เวลา 7 วันครับ"),
}
MARKETS = tuple(TEXTS)
NEW = Relation(kind=RelationKind.NEW)


def article_of(market: str, key: str = "refunds", *, topic: str = "refund") -> Article:
    question, answer = TEXTS[market]
    return Article(
        id=f"{key}-{market}",
        language=market[:2],
        title=question,
        body=f"# {question}\n\n{answer}\n",
        path=f"{market}/{key}.md",
        content_hash=f"hash of {key}",
        front_matter=FrontMatter(topics=(topic,), extra={"owner": "ฝ่ายบริการ"}),
    )


def sentences_of(article: Article) -> tuple[Sentence, ...]:
    lines = [line.lstrip("# ") for line in article.body.splitlines() if line]
    kinds = (SentenceKind.HEADING, SentenceKind.TEXT)
    return tuple(
        Sentence(article_id=article.id, ordinal=n, kind=kind, text=line, claim=line, start=n, end=n + len(line))
        for n, (line, kind) in enumerate(zip(lines, kinds, strict=True))
    )


def chunk_of(article: Article, sentences: tuple[Sentence, ...], *, tokens: int = 12) -> Chunk:
    return Chunk(
        article_id=article.id,
        language=article.language,
        title=article.title,
        heading_path=(article.title,),
        sentences=sentences,
        tokens=tokens,
    )


def faq_of(market: str, key: str = "faq", *, revision: int = 1, retired: bool = False) -> SourceFaq:
    article = article_of(market)
    question, answer = TEXTS[market]
    return SourceFaq(
        id=f"{key}-{market}",
        article_id=article.id,
        language=article.language,
        revision=revision,
        text=FaqText(question=question, answer=f"{answer} ({revision})"),
        citations=(Citation.of(sentences_of(article)[1]),),
        provenance=Provenance(prompt="generate@1", model="tiny"),
        retired=retired,
    )


def revision_of(market: str, key: str = "faq", *, note: str = "") -> Revision:
    question, answer = TEXTS[market]
    return Revision(
        entry_id=entry_id(market, key),
        market=market,
        language=market[:2],
        text=FaqText(question=question, answer=answer + note, phrasings=(f"{key}?",)),
        provenance=Provenance(prompt="localize@1", model="tiny"),
    )


def change_of(
    market: str,
    key: str = "faq",
    *,
    note: str = "",
    risk: RiskTier = RiskTier.LOW,
    base: str | None = None,
    severity: Severity | None = None,
) -> Change:
    revision = revision_of(market, key, note=note)
    return Change(
        market=market,
        entry_id=revision.entry_id,
        kind=ChangeKind.UPDATE if base else ChangeKind.ADD,
        revision=revision,
        base_revision_id=base,
        source_faq_id=key,
        source_revision=3,
        topics=("refund",),
        relation=NEW,
        findings=(finding_of(severity),) if severity else (),
        risk=risk,
    )


def edit_of(revision: Revision, *findings: Finding, risk: RiskTier = RiskTier.LOW) -> EditedText:
    quality = estimate(findings, None, revision.text, revision.market)
    assessment = Assessment(findings=findings, relation=NEW, quality=quality, risk=risk)
    return EditedText(revision=revision, assessment=assessment)


def retirement_of(change: Change, *, risk: RiskTier = RiskTier.LOW) -> Change:
    base = change.revision.id if change.revision else None
    return Change(
        market=change.market,
        entry_id=change.entry_id,
        kind=ChangeKind.RETIRE,
        revision=None,
        base_revision_id=base,
        relation=NEW,
        risk=risk,
    )


def finding_of(severity: Severity) -> Finding:
    return Finding(rule="facts-preserved", category=MqmCategory.ACCURACY, severity=severity, message="7 วัน != 15 days")


def decision_of(
    change: Change, verdict: Verdict = Verdict.APPROVE, *, actor: str = "ann", seen: int = 1, **more: object
) -> Decision:
    return Decision.model_validate({"change_id": change.id, "verdict": verdict, "actor": actor, "seen_version": seen, **more})
