"""A market fact holds where its context fits, and nowhere else by itself: there a person is asked."""

from datetime import date

import pytest

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity
from kb_pipeline.domain.markets import MarketFact
from kb_pipeline.steps.checks import Subject, run_checks
from kb_pipeline.steps.facts import Passage
from kb_pipeline.steps.facts.table import FactOrigin, fact_table
from kb_pipeline.steps.localize.fixes import needs_model, worth_repairing
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


@pytest.mark.parametrize(
    ("language", "source", "wrong", "right"),
    [
        ("en", "Standard shipping costs $4.99.", "ค่าจัดส่งแบบธรรมดา $4.99", "ค่าจัดส่งแบบธรรมดา ฿50"),
        ("en", "A refund to a credit card takes 15 business days.", "คืนเงินเข้าบัตร 15 วันทำการ", "คืนเงินเข้าบัตร 20 วันทำการ"),
        ("zh-CN", "拼团商品的最低价格为 $10。", "ราคาขั้นต่ำ $10", "ราคาขั้นต่ำ ฿199"),
    ],
)
def test_where_the_context_fits_the_sources_value_is_fixed_and_the_markets_is_wanted(thai, language, source, wrong, right):
    (found,) = findings(source, wrong, thai, language)
    assert (found.rule, found.severity) == ("facts-preserved", Severity.CRITICAL)
    assert wrong[: found.start] + found.fix + wrong[found.end :] == right
    assert findings(source, right, thai, language) == []


def test_the_markets_value_is_tolerated_where_it_is_asked_and_the_question_points_at_it(thai):
    (question,) = findings("Keep the parcel three weeks.", "เก็บพัสดุไว้ 30 วัน", thai)
    assert (question.rule, question.start, question.end) == ("market-fact-unsure", 13, 19)


def test_neither_value_is_still_wrong(thai):
    found = findings("Keep the parcel three weeks.", "เก็บพัสดุไว้ 14 วัน", thai)
    assert [f.rule for f in found if f.severity is Severity.CRITICAL] == ["facts-preserved"] * 2


def test_of_one_value_twice_the_fact_must_be_followed_once_and_nothing_is_fixed_by_chance(thai):
    source = "Standard shipping costs $4.99. The maximum discount is $4.99."
    assert [f.rule for f in findings(source, "ค่าจัดส่งแบบธรรมดา ฿50 ส่วนลดสูงสุด ฿50", thai)] == ["market-fact-unsure"]
    found = findings(source, "ค่าจัดส่งแบบธรรมดา $4.99 ส่วนลดสูงสุด $4.99", thai)
    assert [f.rule for f in found] == ["facts-preserved", *["foreign-currency"] * 2, "market-fact-unsure"]
    assert [f.fix for f in found] == [None] * len(found)
    found = findings(source, "ค่าจัดส่งแบบธรรมดา ฿50 ส่วนลดสูงสุด $4.99", thai)
    assert [f.rule for f in found] == ["foreign-currency", "market-fact-unsure"]


def test_one_question_is_asked_once_however_often_the_value_stands(thai):
    found = findings("Keep it 21 days. After 21 days it goes back.", "เก็บไว้ 21 วัน หลังจาก 21 วันจะส่งกลับ", thai)
    assert [f.rule for f in found] == ["market-fact-unsure"]


def test_two_facts_that_may_be_meant_are_both_named(thai):
    fee = next(fact for fact in thai.facts if fact.key == "shipping-fee-standard")
    twin = fee.model_copy(update={"key": "return-fee", "value": "฿70"})
    market = thai.model_copy(update={"facts": (fee, twin)})
    found = findings("Standard shipping costs $4.99.", "ค่าจัดส่งแบบธรรมดา ฿50", market)
    assert "shipping-fee-standard (฿50) or return-fee (฿70)" in found[0].message


def test_a_source_in_the_markets_own_language_is_not_rewritten_for_a_question(american):
    fact = MarketFact(key="voucher", source_value="21 days", value="30 days", source="US-1")
    market = american.model_copy(update={"facts": (fact,)})
    (question,) = findings("Keep it 21 days.", "Keep it 21 days.", market)
    assert worth_repairing((question,)) == ()
    assert not needs_model("en", market, worth_repairing((question,)))


def test_the_card_says_that_it_asks_with_the_fact_and_who_says_so(thai):
    passage = Passage(text="Keep the parcel for 21 days. Standard shipping costs $4.99.", language="en")
    asked, sure = fact_table(passage, "เก็บพัสดุไว้ 21 วัน ค่าจัดส่ง ฿50", thai, DAY)
    assert (asked.source, asked.target, asked.origin) == ("21 days", "21 วัน", FactOrigin.ASKS)
    assert (asked.market_fact, asked.wanted, asked.authority) == ("welcome-voucher-validity", "30 วัน", "TH-GRW-005")
    assert (sure.origin, sure.market_fact) == (FactOrigin.MARKET, "shipping-fee-standard")
    (shown, _) = fact_table(passage, "เก็บพัสดุไว้ 30 วัน ค่าจัดส่ง ฿50", thai, DAY)
    assert (shown.target, shown.origin) == ("30 วัน", FactOrigin.ASKS)


def test_a_piece_of_an_answer_is_shown_as_the_whole_answer_is(thai):
    piece = FaqText(question="", answer="It costs $1.50 for each order.")
    shown = in_market_values(piece, "en", thai, DAY, asked="What does cash on delivery cost?")
    assert shown.answer == "It costs ฿20 for each order."
    assert in_market_values(piece, "en", thai, DAY) == piece


def test_question_answer_and_phrasings_are_shown_in_the_markets_values(thai):
    text = FaqText(
        question="Is standard shipping $4.99?",
        answer="Yes, $4.99 is the fee for standard shipping.",
        phrasings=("Do you ship for $4.99?", "Does it cost $4.99?"),
    )
    shown = in_market_values(text, "en", thai, DAY)
    assert (shown.question, shown.answer) == ("Is standard shipping ฿50?", "Yes, ฿50 is the fee for standard shipping.")
    assert shown.phrasings == ("Do you ship for ฿50?", "Does it cost ฿50?")
