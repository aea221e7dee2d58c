"""A person's edit is judged as a draft is: nothing that a draft would be held for slips through by an edit."""

import pytest

from kb_pipeline.domain.changes import ChangeState, RelationKind, RiskTier
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.errors import BlockedError
from tests.services.review.conftest import CITED, ENGLISH

THAI = FaqText(question="คืนสินค้าได้ภายในกี่วัน", answer="คุณคืนสินค้าส่วนใหญ่ได้ภายใน 15 วันหลังได้รับสินค้า")
PARCEL = {
    "th-TH": FaqText(question="พัสดุของฉันอยู่ที่ไหน", answer="เปิดคำสั่งซื้อเพื่อดูว่าพัสดุอยู่ที่ไหน"),
    "en-US": FaqText(question="Where is my parcel?", answer="Open the order to see where the parcel is."),
}


def rules(change):
    return {finding.rule for finding in change.findings}


@pytest.mark.parametrize(
    ("tag", "text"),
    [("th-TH", THAI), ("en-US", ENGLISH.model_copy(update={"answer": f"{CITED} Shipping back is free."}))],
)
def test_a_space_does_not_clear_what_the_source_claims_without_a_citation(desk, tag, text):
    invented = ENGLISH.model_copy(update={"answer": f"{CITED} Shipping back is free."})
    change = desk.propose(tag, text, source=invented)
    assert "grounded" in rules(change)
    with pytest.raises(BlockedError, match="grounded"):
        desk.edit(change, answer=f"{text.answer} ")
    assert desk.store.change(change.id).version == 1


def test_protected_text_is_counted_in_an_edit(desk):
    source = PARCEL["en-US"].model_copy(update={"answer": "Write to help@marigold.example or to help@marigold.example."})
    thai = PARCEL["th-TH"].model_copy(update={"answer": "เขียนถึง help@marigold.example หรือ help@marigold.example"})
    change = desk.propose("th-TH", thai, source=source, cited=source.answer)
    assert "protected-text" not in rules(change)
    assert "protected-text" in rules(desk.edit(change, answer="เขียนถึง help@marigold.example"))


def test_an_edit_that_means_something_else_is_found_and_blocked(desk):
    change = desk.propose("th-TH", PARCEL["th-TH"], source=PARCEL["en-US"], cited=PARCEL["en-US"].answer)
    with pytest.raises(BlockedError, match="meaning-drift"):
        desk.edit(change, answer="แมวชอบนอนกลางวัน")
    assert desk.store.change(change.id).state is ChangeState.PENDING


def test_an_edit_that_may_mean_something_else_takes_two_people(desk):
    after = desk.edit(desk.propose("th-TH", THAI), answer="แมวชอบนอนกลางวัน 15 วัน")
    assert "meaning-drift" in rules(after)
    assert (after.risk, after.state) == (RiskTier.HIGH, ChangeState.PENDING)


@pytest.mark.parametrize(("tag", "days"), [("th-TH", "วัน"), ("en-US", "days")])
def test_an_edit_that_contradicts_a_neighbour_takes_two_people_and_says_why(desk, tag, days):
    one = THAI if tag == "th-TH" else ENGLISH
    standing = desk.propose(tag, one, cited=CITED)
    desk.reviewer().approve(standing.id)
    other = ENGLISH.model_copy(update={"question": "How long do I have to send an item back?"})
    near = one.model_copy(update={"question": one.question + " ?"})
    change = desk.propose(tag, near, source=other)
    assert change.relation.kind is RelationKind.DUPLICATE
    after = desk.edit(change, answer=one.answer.replace("15", "30"), override=True, comment="the new policy", phrasings=())
    assert (after.relation.kind, after.relation.twin_id) == (RelationKind.CONTRADICTORY, standing.entry_id)
    assert f"15 {days}" in after.relation.guards[0] and f"30 {days}" in after.relation.guards[0]
    assert (after.risk, after.state) == (RiskTier.HIGH, ChangeState.PENDING)
    with pytest.raises(BlockedError, match="another person"):
        desk.reviewer().approve(change.id, override=True, comment="I did it")
    assert desk.reviewer("บุญมี").approve(change.id, override=True, comment="ok").state is ChangeState.APPROVED


def test_an_edit_that_mends_what_made_the_risk_high_needs_one_person(desk):
    wrong = THAI.model_copy(update={"answer": THAI.answer.replace("15", "45")})
    change = desk.propose("th-TH", wrong)
    assert change.risk is RiskTier.HIGH
    after = desk.edit(change, answer=THAI.answer)
    assert (after.risk, after.state, after.findings) == (RiskTier.LOW, ChangeState.APPROVED, ())


def test_the_markets_risk_topics_keep_the_risk_of_an_edit_high(desk, thai):
    change = desk.propose("th-TH", THAI, topics=(thai.risk_topics[0],))
    assert desk.edit(change, answer=f"{THAI.answer} ด้วย").state is ChangeState.PENDING


def test_what_is_typed_is_checked_without_the_embedder(desk):
    change = desk.propose("th-TH", PARCEL["th-TH"], source=PARCEL["en-US"], cited=PARCEL["en-US"].answer)
    nonsense = PARCEL["th-TH"].model_copy(update={"answer": "แมวชอบนอนกลางวัน"})
    typed = {finding.rule for finding in desk.reviewer().check(change, nonsense)}
    saved = {finding.rule for finding in desk.reviewer().assess(change, nonsense).findings}
    assert saved - typed == {"meaning-drift"}


def test_an_edit_is_compared_with_what_was_approved_a_moment_ago(desk):
    first = desk.propose("th-TH", PARCEL["th-TH"], source=PARCEL["en-US"], cited=PARCEL["en-US"].answer)
    assert desk.assessor.assess(first, first.revision.text).relation.kind is RelationKind.NEW
    standing = desk.propose("th-TH", THAI)
    desk.reviewer().approve(standing.id)
    contradicting = THAI.model_copy(update={"answer": THAI.answer.replace("15", "7")})
    assert desk.reviewer().assess(first, contradicting).relation.twin_id == standing.entry_id
