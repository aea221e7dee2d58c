"""Staging: a draft becomes a change with a quality, which says how many must approve and who comes first."""

import pytest

from kb_pipeline.domain.changes import RiskTier, Verdict
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq, entry_id
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity
from kb_pipeline.services.draft.stage import stage_changes
from tests.adapters.store_sql.samples import decision_of, edit_of
from tests.factories import article, split

TEXTS = {
    "en-US": FaqText(question="How many days do I have?", answer="You can return most items within 15 days of delivery."),
    "th-TH": FaqText(question="มีเวลากี่วัน", answer="คุณคืนสินค้าส่วนใหญ่ได้ภายใน 15 วันหลังได้รับสินค้า"),
}
MINOR, MAJOR = (
    Finding(rule="r", category=MqmCategory.STYLE, severity=severity, message="m")
    for severity in (Severity.MINOR, Severity.MAJOR)
)


@pytest.fixture
def home(store):
    item = article()
    store.save_article(item, *split(item))
    return store


def draft(store, market, name, findings=(), similarity=None):
    faq = SourceFaq(
        id=name, article_id="en/returns", language="en", revision=1, text=TEXTS["en-US"], citations=(), provenance=Provenance()
    )
    store.save_source_faqs([faq], {})
    revision = Revision(
        entry_id=entry_id(market.tag, name),
        market=market.tag,
        language=market.tag,
        text=TEXTS[market.tag],
        provenance=Provenance(),
    )
    store.save_draft(
        Draft(
            market=market.tag,
            source_faq_id=name,
            source_revision=1,
            pack_fingerprint=market.fingerprint,
            revision=revision,
            findings=findings,
            similarity=similarity,
        )
    )


@pytest.mark.parametrize("tag", TEXTS)
def test_the_worst_comes_first_and_a_poor_one_takes_two(home, thai, american, tag):
    market = next(m for m in (thai, american) if m.tag == tag)
    for name, findings, similarity in (
        ("clean", (), None), ("minor", (MINOR,), None), ("poor", (MAJOR, MAJOR), None), ("adrift", (MAJOR,), 0.3),
        ("major", (MAJOR,), None), ("clean too", (), 0.9),
    ):  # fmt: skip
        draft(home, market, name, findings, similarity)
    stage_changes(home, market)
    queue = [(c.source_faq_id, c.quality, c.risk) for c in home.changes(tag)]
    high, low = RiskTier.HIGH, RiskTier.LOW
    assert queue == [
        ("adrift", 63.3, high), ("poor", 66.7, high), ("major", 83.3, low), ("minor", 96.7, low), ("clean", 100.0, low),
        ("clean too", 100.0, low),
    ]  # fmt: skip


def test_an_edit_is_estimated_anew_from_its_own_findings(home, thai):
    draft(home, thai, "major", (MAJOR,), 0.45)
    stage_changes(home, thai)
    (change,) = home.changes("th-TH")
    assert change.quality == pytest.approx(70.8)
    edited = change.revision.model_copy(update={"text": change.revision.text.model_copy(update={"answer": "ภายใน 15 วัน"})})
    home.decide(decision_of(change, Verdict.EDIT), edit_of(edited))
    assert home.change(change.id).quality == 100.0
