"""Certain fixes, and what is left to another wording."""

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity, TextPart
from kb_pipeline.steps.checks.quality import penalty
from kb_pipeline.steps.localize.fixes import apply_fixes, needs_model, worth_repairing


def finding(start=None, end=None, fix=None, part=TextPart.ANSWER, severity=Severity.MINOR, phrasing=None):
    return Finding(
        rule="r", category=MqmCategory.LOCALE, severity=severity, message="m", part=part, phrasing=phrasing,
        start=start, end=end, fix=fix,
    )  # fmt: skip


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


def test_a_fix_goes_into_the_phrasing_that_it_is_meant_for():
    text = FaqText(question="colour?", answer="the colour", phrasings=("which colour", "สี colour ไหน"))
    fixes = [finding(3, 9, "color", TextPart.PHRASING, phrasing=1)]
    assert apply_fixes(text, fixes) == text.model_copy(update={"phrasings": ("which colour", "สี color ไหน")})


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
