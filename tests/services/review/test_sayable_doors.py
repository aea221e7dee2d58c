"""No door lets in what cannot be said: edits and import rows are refused, a draft is staged as critical and never approved."""

import pytest

from kb_pipeline.domain.changes import ChangeState, RiskTier
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.errors import BlockedError
from kb_pipeline.services.review.import_entries import Importer
from tests.conftest import DAY
from tests.fakes import SilentProgress

THAI = FaqText(question="คืนสินค้าได้ภายในกี่วัน", answer="คุณคืนสินค้าส่วนใหญ่ได้ภายใน 15 วันหลังได้รับสินค้า")
BAD = ["{}<script>alert(1)</script>", "{} \x1b[8m", "{}\x00", "{} \u202e51", "\u200b \u200b", "{}" + "ก" * 20_000]


@pytest.mark.parametrize("bad", BAD)
def test_an_edit_is_refused_whatever_it_overrides(desk, bad):
    change = desk.propose("th-TH", THAI)
    with pytest.raises(BlockedError, match="answer"):
        desk.edit(change, answer=bad.format(THAI.answer), override=True, comment="I want it")
    assert desk.store.change(change.id).version == 1


@pytest.mark.parametrize("bad", BAD)
def test_a_draft_is_staged_as_critical_and_of_high_risk_and_nobody_can_approve_it(desk, bad):
    change = desk.propose("th-TH", THAI.model_copy(update={"answer": bad.format(THAI.answer)}))
    assert "sayable" in {finding.rule for finding in change.findings}
    assert change.risk is RiskTier.HIGH
    for name in ("ann", "bob"):
        with pytest.raises(BlockedError, match="answer"):
            desk.reviewer(name).approve(change.id, override=True, comment="I want it")
    assert desk.edit(change, answer=THAI.answer).state in (ChangeState.APPROVED, ChangeState.PENDING)


@pytest.mark.parametrize("bad", BAD)
def test_an_import_row_is_rejected_with_its_line_and_reason_and_the_others_go_on(store, embedder, thai, bad):
    rows = [(2, {"question": "ส่งกี่วัน", "answer": bad.format("3 วัน")}), (3, {"question": "ส่งกี่วัน", "answer": "3 วัน"})]
    result = Importer(store, embedder, thai, DAY, propose=True).run(rows, SilentProgress())
    (rejected,) = result.rejected
    assert (rejected.line, rejected.code) == (2, "unsayable")
    assert rejected.message.startswith("the answer ")
    assert len(result.imported) == 1


def test_zero_width_characters_that_do_nothing_are_not_kept(desk):
    change = desk.propose("th-TH", THAI)
    after = desk.edit(change, answer=f"\ufeff{THAI.answer} \u200bด้วย")
    assert after.revision.text.answer == f"{THAI.answer} ด้วย"
