from datetime import date

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity, TextPart
from kb_pipeline.steps.checks.quality import penalty
from kb_pipeline.steps.localize.fixes import apply_fixes, needs_model, worth_repairing
from kb_pipeline.steps.localize.prompt_values import in_market_values, terms_for

DAY = date(2026, 1, 15)


def finding(start=None, end=None, fix=None, part=TextPart.ANSWER, severity=Severity.MINOR):
    return Finding(
        rule="r", category=MqmCategory.LOCALE, severity=severity, message="m", part=part, start=start, end=end, fix=fix
    )


def test_the_model_is_shown_the_markets_own_values_and_live_labels(thai):
    text = FaqText(question="What is the limit?", answer="You can pay for orders of up to $300. Open **Me > Orders**.")
    shown = in_market_values(text, "en", thai, DAY)
    assert shown.answer == "You can pay for orders of up to ฿10,000. Open **ฉัน > คำสั่งซื้อ**."


def test_three_dollars_inside_three_hundred_is_no_fact(thai):
    shown = in_market_values(FaqText(question="Q?", answer="Orders of up to $300 or $300.50."), "en", thai, DAY)
    assert shown.answer == "Orders of up to ฿10,000 or $300.50."


def test_only_terms_that_occur_are_stated(thai):
    terms = dict(terms_for(FaqText(question="How do refunds work?", answer="Ask the seller."), "en", thai))
    assert {"refund", "seller"} <= terms.keys()
    assert "voucher" not in terms


def test_of_overlapping_terms_the_longest_is_stated(thai):
    terms = dict(terms_for(FaqText(question="What is covered?", answer="See buyer protection."), "en", thai))
    assert terms["buyer protection"] == "การคุ้มครองผู้ซื้อ"
    assert "buyer" not in terms


def test_a_label_without_marks_is_stated_with_what_the_app_shows(thai):
    text = FaqText(question="Where is my parcel?", answer="You can always tap Track parcel, or **Get help**.")
    terms = dict(terms_for(text, "en", thai))
    assert terms["Track parcel"] == "ติดตามพัสดุ"
    assert "Get help" not in terms  # it is bold: the source is shown with the market's label


def test_fixes_go_in_from_the_end_and_the_longer_of_two_wins():
    text = FaqText(question="colour?", answer="the favourite colour")
    fixes = [
        finding(0, 6, "color", TextPart.QUESTION),
        finding(4, 13, "favorite"),
        finding(14, 20, "color"),
        finding(14, 17, "x"),
    ]
    fixed = apply_fixes(text, fixes)
    assert (fixed.question, fixed.answer) == ("color?", "the favorite color")


def test_a_thai_fix_keeps_the_rest_to_the_byte():
    text = FaqText(question="ถาม", answer="คุณทํางานได้")
    assert apply_fixes(text, [finding(3, 7, "ทำ")]).answer == "คุณ" + "ทำ" + text.answer[7:]


def test_a_source_in_the_markets_language_needs_a_model_only_when_code_cannot_mend_it(american, thai):
    assert not needs_model("en", american, [])
    assert not needs_model("en-GB", american, [finding(0, 6, "color")])
    assert needs_model("en", american, [finding()])
    assert needs_model("en", thai, [])


def test_a_repair_round_is_paid_for_major_and_critical_findings_only():
    findings = [finding(), finding(severity=Severity.MAJOR), finding(severity=Severity.CRITICAL)]
    assert [f.severity for f in worth_repairing(findings)] == [Severity.MAJOR, Severity.CRITICAL]
    assert penalty(findings) == 31
