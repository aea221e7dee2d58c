"""A market fact holds where its context fits, and nowhere else by itself: there a person is asked."""

from datetime import date

import pytest

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity
from kb_pipeline.steps.checks import Subject, run_checks
from kb_pipeline.steps.localize.prompt_values import in_market_values

DAY = date(2026, 1, 15)
RULES = frozenset({"facts-preserved", "foreign-currency", "market-fact-unsure"})


def findings(source: str, target: str, market, language: str = "en", asked: str = "", **more) -> list[Finding]:
    """What the rules of facts find in a block, or in the answer to a question."""
    texts = FaqText(question=asked, answer=source), FaqText(question="", answer=target)
    subject = Subject(source=texts[0], target=texts[1], source_language=language, market=market, day=DAY, **more)
    return [finding for finding in run_checks(subject) if finding.rule in RULES]


@pytest.mark.parametrize(
    ("language", "source", "target"),
    [
        ("en", "Keep the parcel three weeks.", "เก็บพัสดุไว้สามสัปดาห์"),
        ("en", "Keep the parcel for 21 days.", "เก็บพัสดุไว้ 21 วัน"),
        ("zh-CN", "包裹请保留21天。", "โปรดเก็บพัสดุไว้ 21 วัน"),
    ],
)
def test_a_period_that_is_not_the_vouchers_stays_and_a_person_is_asked(thai, language, source, target):
    (question,) = findings(source, target, thai, language)
    assert (question.rule, question.severity, question.fix) == ("market-fact-unsure", Severity.MINOR, None)
    assert "welcome-voucher-validity" in question.message
    assert "30 วัน" in question.message


def test_a_discount_is_no_shipping_fee(thai):
    found = findings("The maximum discount is $4.99.", "ส่วนลดสูงสุดคือ $4.99", thai)
    assert [(f.rule, f.severity, f.fix) for f in found] == [
        ("foreign-currency", Severity.CRITICAL, None),
        ("market-fact-unsure", Severity.MINOR, None),
    ]


def test_the_model_is_shown_the_sources_value_where_no_context_fits(thai):
    text = FaqText(question="What is the maximum discount?", answer="It is $4.99. Keep the parcel three weeks.")
    assert in_market_values(text, "en", thai, DAY) == text
