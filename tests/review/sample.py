"""A knowledge base as reviewers meet it: real articles, Thai and American proposals, findings of the real checks."""

from functools import cache

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.articles import Article, Chunk, Citation, Sentence
from kb_pipeline.domain.changes import Change, ChangeKind, Decision, Relation, RelationKind, Verdict
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq, Usage, entry_id
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks import Subject, run_checks
from kb_pipeline.steps.checks.quality import estimate
from kb_pipeline.steps.checks.risk import risk_of
from tests.conftest import DAY, ROOT
from tests.factories import article, split

MODEL = Provenance(
    prompt="localize_faq@1",
    model="qwen2.5-coder-1.5b-instruct",
    usage=Usage(prompt_tokens=1029, completion_tokens=200, cost=0.0),
    source_revision=1,
)
NEW = Relation(kind=RelationKind.NEW)
# article, first words of the cited sentences, source question, source answer, Thai question, Thai answer, Thai phrasings
ROWS = (
    (
        "refunds",
        ("The first withdrawal", "Withdrawals reach your bank"),
        "How much does it cost to move my refund to my bank?",
        "The first withdrawal in each month is free; each further one costs $0.99. Withdrawals reach your bank within "
        "3 business days.",
        "ถอนเงินคืนเข้าบัญชีธนาคารมีค่าธรรมเนียมเท่าไร",
        "ครั้งแรกของแต่ละเดือนถอนได้ฟรี ครั้งต่อไปมีค่าธรรมเนียม $0.99 เงินจะเข้าบัญชีธนาคารภายใน 5 วันทำการ",
        ("ถอนเงินจากกระเป๋าเงินเสียค่าธรรมเนียมไหม", "เงินคืนเข้าบัญชีกี่วัน"),
    ),
    (
        "returns",
        ("You can return most items", "The item must be unused"),
        "How long do I have to return an item?",
        "You can return most items within 15 days of delivery. The item must be unused and in its original packaging.",
        "คืนสินค้าได้ภายในกี่วัน",
        "คุณคืนสินค้าส่วนใหญ่ได้ภายใน 15 วันหลังได้รับสินค้า สินค้าต้องยังไม่ได้ใช้งานและอยู่ในบรรจุภัณฑ์เดิม",
        ("มีเวลาคืนของกี่วัน", "คืนสินค้าได้ถึงเมื่อไร"),
    ),
    (
        "returns",
        ("The seller answers",),
        "When does the seller answer my return request?",
        "The seller answers within 3 business days.",
        "ผู้ขายตอบคำขอคืนสินค้าเมื่อไร",
        "คนขายตอบกลับภายใน 3 วันทำการ",
        ("รอผู้ขายตอบกี่วัน",),
    ),
    (
        "refunds",
        ("Marigold Coins that you used", "Vouchers are restored"),
        "What happens to vouchers and coins that I used?",
        "Marigold Coins that you used come back as Marigold Coins. Vouchers are restored if they have not expired.",
        "คูปองและเหรียญที่ใช้ไปจะได้คืนไหม",
        "Marigold Coins ที่คุณใช้จะคืนเป็น Marigold Coins ส่วนคูปองจะได้คืนหากยังไม่หมดอายุ",
        (),
    ),
)


def fill(store: SqlStore, thai: Market, american: Market) -> tuple[Change, ...]:
    """The queue: a Thai change a row, one of them an update of an approved text, and one American retirement."""
    made = []
    for row in ROWS:
        faq = _source(store, *row[:4])
        made.append(_propose(store, thai, faq, FaqText(question=row[4], answer=row[5], phrasings=row[6])))
    store.decide(
        Decision(
            change_id=made[1].id, verdict=Verdict.APPROVE, actor="nok", seen_version=1, override_critical=True, comment="ok"
        )
    )
    made[1] = _newer(store, thai, made[1])
    return tuple(made)


def _source(store: SqlStore, name: str, cited: tuple[str, ...], question: str, answer: str) -> SourceFaq:
    item, sentences, chunks = _read(name)
    store.save_article(item, sentences, chunks)
    citations = tuple(Citation.of(next(s for s in sentences if s.is_citable and s.text.startswith(words))) for words in cited)
    faq = SourceFaq(
        id=SourceFaq.identity(name, question, citations),
        article_id=name,
        language="en",
        revision=1,
        text=FaqText(question=question, answer=answer),
        citations=citations,
        topics=item.front_matter.topics,
        provenance=MODEL,
    )
    store.save_source_faqs([faq], {})
    return faq


@cache
def _read(name: str) -> tuple[Article, tuple[Sentence, ...], tuple[Chunk, ...]]:
    """An article of the source with its sentences and chunks: the same for every test."""
    parts = (ROOT / "kb_source/en" / f"{name}.md").read_text(encoding="utf-8").split("---\n", 2)
    item = article(name, parts[2].strip() + "\n", topics=("returns",) if name == "returns" else ("refund", "payment"))
    return item, *split(item)


def _propose(
    store: SqlStore, market: Market, faq: SourceFaq, text: FaqText, *, base: str | None = None, relation: Relation = NEW
) -> Change:
    revision = Revision(
        entry_id=entry_id(market.tag, faq.id),
        market=market.tag,
        language=market.tag,
        text=text,
        citations=faq.citations,
        provenance=MODEL.model_copy(update={"source_revision": faq.revision}),
    )
    subject = Subject(source=faq.text, target=text, source_language="en", market=market, citations=faq.citations, day=DAY)
    findings, similarity = run_checks(subject), 0.62
    quality = estimate(findings, similarity, text, market.tag)
    store.save_draft(
        Draft(
            market=market.tag,
            source_faq_id=faq.id,
            source_revision=faq.revision,
            pack_fingerprint=market.fingerprint,
            revision=revision,
            findings=findings,
            similarity=similarity,
        )
    )
    change = Change(
        market=market.tag,
        entry_id=revision.entry_id,
        kind=ChangeKind.UPDATE if base else ChangeKind.ADD,
        revision=revision,
        base_revision_id=base,
        source_faq_id=faq.id,
        source_revision=faq.revision,
        topics=faq.topics,
        relation=relation,
        findings=findings,
        similarity=similarity,
        quality=quality,
        risk=risk_of(faq.topics, findings, relation, market, quality),
    )
    store.propose(change)
    return change


def _newer(store: SqlStore, thai: Market, old: Change) -> Change:
    """The source says 30 days now, and so does the proposal."""
    faq = store.source_faq(old.source_faq_id or "")
    assert faq is not None
    assert old.revision is not None
    now = faq.model_copy(
        update={
            "revision": 2,
            "citations": tuple(c.model_copy(update={"text": c.text.replace("15 days", "30 days")}) for c in faq.citations),
            "text": FaqText(question=faq.text.question, answer=faq.text.answer.replace("15 days", "30 days")),
        }
    )
    store.save_source_faqs([now], {})
    text = FaqText(
        question=old.revision.text.question,
        answer="คุณคืนสินค้าส่วนใหญ่ได้ภายใน 30 วันหลังได้รับสินค้า โดยสินค้าต้องยังไม่ได้ใช้งานและอยู่ในบรรจุภัณฑ์เดิม",
        phrasings=old.revision.text.phrasings,
    )
    relation = Relation(
        kind=RelationKind.UPDATE,
        twin_id=old.entry_id,
        scores={"question": 1.0, "words": 1.0, "answer": 0.97},
        guards=("facts differ: 30 วัน / 15 วัน",),
    )
    return _propose(store, thai, now, text, base=old.revision.id, relation=relation)
